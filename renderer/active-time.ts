/** Time in which somebody works: from act to act, of which a longer pause counts for a minute and no more. */

const LONGEST_PAUSE_MS = 60_000;

export class ActiveTime {
  #ms = 0;
  #last: number;

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: number) {
    this.#last = now;
  }

  /** Something was done. */
  act(now: number): void {
    this.#ms += Math.min(Math.max(0, now - this.#last), LONGEST_PAUSE_MS);
    this.#last = now;
  }

  /** Whole milliseconds, up to the last act. */
  get ms(): number {
    return Math.round(this.#ms);
  }
}
