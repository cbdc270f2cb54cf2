/**
 * When a project that is open is backed up: at once if its last backup is older than a day, and from then on every hour.
 * Whether anything has been done since, and all that is written, is `makeBackup`'s matter.
 */
import type { AppError } from '../../shared/errors';
import { isAppError } from '../../shared/errors';
import { backupFiles } from './shelf';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface AutomaticParts {
  readonly project: string;
  /** Makes one, away from this process's main thread; ended by the signal. */
  make(signal: AbortSignal): Promise<string | null>;
  /** Edits go on; what failed is for the user to know. */
  onFailure(error: AppError): void;
}

export class AutomaticBackups {
  readonly #end = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #running: Promise<string | null> | undefined;

  constructor(private readonly parts: AutomaticParts) {
    this.#timer = setInterval(() => this.#quietly(), HOUR_MS);
    const last = backupFiles(parts.project).find(({ aside }) => !aside);
    const ageMs = Date.now() - (last?.timeMs ?? 0);
    // A backup from the future: the clock has gone back, and nothing says how old it is.
    if (ageMs < 0 || ageMs >= DAY_MS) this.#quietly();
  }

  /** One backup now, or the one that is under way. @throws AppError as `makeBackup` does */
  make(): Promise<string | null> {
    this.#running ??= this.parts.make(this.#end.signal).finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** Ends one that is under way: its project is about to be closed. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#end.abort();
    await this.#running?.catch(() => undefined);
  }

  #quietly(): void {
    this.make().catch((error: unknown) => {
      if (this.#end.signal.aborted) return;
      if (isAppError(error)) this.parts.onFailure(error);
      else console.error('backup:', error);
    });
  }
}
