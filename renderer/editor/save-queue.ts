/**
 * Saves the edits of one frame one after the other, so that each names the revision before it. An edit that could not be
 * saved stays first in line and is tried again until it is; nothing is ever dropped but what a team's server refuses for good,
 * which is told. Not what an edit contains.
 */
import { isAppError, type ErrorCode } from '../../shared/errors';
import type { SavedEdit } from '../../shared/domain';
import type { UnsignedEdit } from './ports';

export interface SaveJob {
  /** Called right before sending: revision ids are known only then. */
  edit(): UnsignedEdit;
  saved(answer: SavedEdit): void;
}

export interface SaveFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly attempts: number;
}

/** What is done about an edit that was refused. */
export interface Refusals {
  /** Trying again would be wrong: of a team's frame somebody else may have changed meanwhile. */
  isFinal(code: ErrorCode): boolean;
  /** This edit and all behind it are gone. */
  onGivenUp(code: ErrorCode): void;
  /** Asks what is stored now, so that the next attempt fits it. */
  onConflict(): Promise<void>;
}

const RETRY_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const;

export class SaveQueue {
  readonly #jobs: SaveJob[] = [];
  #running = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failure: SaveFailure | null = null;

  /** @param onChange `length` or `failure` changed */
  constructor(
    private readonly send: (edit: UnsignedEdit) => Promise<SavedEdit>,
    private readonly refusals: Refusals,
    private readonly onChange: () => void,
  ) {}

  /** Edits that are not on the disk yet. */
  get length(): number {
    return this.#jobs.length;
  }

  /** Why the first in line is still there; null while all goes well. */
  get failure(): SaveFailure | null {
    return this.#failure;
  }

  push(job: SaveJob): void {
    this.#jobs.push(job);
    this.onChange();
    void this.#run();
  }

  /** Tries again now instead of at the next turn. */
  retry(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    void this.#run();
  }

  /** Sends nothing more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#jobs.length = 0;
  }

  async #run(): Promise<void> {
    if (this.#running || this.#timer !== undefined) return;
    this.#running = true;
    for (let job = this.#jobs[0]; job !== undefined; job = this.#jobs[0]) {
      let answer: SavedEdit;
      try {
        answer = await this.send(job.edit());
      } catch (error) {
        await this.#failed(error);
        break;
      }
      this.#jobs.shift();
      this.#failure = null;
      job.saved(answer);
      this.onChange();
    }
    this.#running = false;
  }

  async #failed(error: unknown): Promise<void> {
    const code = isAppError(error) ? error.code : 'internal';
    if (this.refusals.isFinal(code)) {
      this.stop();
      this.#failure = null;
      this.refusals.onGivenUp(code);
      this.onChange();
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    const attempts = (this.#failure?.attempts ?? 0) + 1;
    // The first conflict is no failure yet: most are resolved by looking at what is stored.
    const conflict = code === 'revision-conflict';
    if (conflict) await this.refusals.onConflict().catch(() => undefined);
    this.#failure = { code, message, attempts };
    const wait = conflict && attempts === 1 ? 0 : (RETRY_MS[attempts - 1] ?? 30_000);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#run();
    }, wait);
    this.onChange();
  }
}
