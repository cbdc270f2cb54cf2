/** The log on disk: a few files of limited size, the oldest forgotten. Knows nothing of what the lines say. */
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface LogLimits {
  readonly bytesPerFile: number;
  readonly files: number;
}

export class LogFile {
  /** The newest; `sonomask.1.log` is the one before it. */
  readonly path: string;
  #bytes: number | undefined;

  constructor(
    readonly folder: string,
    private readonly limits: LogLimits = { bytesPerFile: 1_000_000, files: 5 },
  ) {
    this.path = this.#nth(0);
  }

  /** At once, so that the last line before a crash is there. A log that cannot be written stops nothing. */
  write(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    try {
      mkdirSync(this.folder, { recursive: true });
      this.#bytes ??= statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
      if (this.#bytes > 0 && this.#bytes + bytes.length > this.limits.bytesPerFile) this.#rotate();
      appendFileSync(this.path, bytes);
      this.#bytes = (this.#bytes ?? 0) + bytes.length;
    } catch {
      this.#bytes = undefined;
    }
  }

  /** The last lines, oldest first; from the file before too where the newest has fewer. */
  tail(lines: number): string[] {
    const all = [this.#nth(1), this.path].flatMap((path) => {
      try {
        return readFileSync(path, 'utf8').split('\n').filter(Boolean);
      } catch {
        return [];
      }
    });
    return all.slice(-lines);
  }

  #rotate(): void {
    rmSync(this.#nth(this.limits.files - 1), { force: true });
    for (let n = this.limits.files - 2; n >= 0; n--) {
      if (statSync(this.#nth(n), { throwIfNoEntry: false })) renameSync(this.#nth(n), this.#nth(n + 1));
    }
    this.#bytes = 0;
  }

  #nth(n: number): string {
    return join(this.folder, n === 0 ? 'sonomask.log' : `sonomask.${n}.log`);
  }
}
