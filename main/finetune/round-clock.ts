/** How far a round is, how long it still takes and whether its time is up. Only tells; what is trained does not depend on it. */
import type { LearningCurve } from '../../shared/domain';
import type { RoundProgress } from './round-plan';

/** Parts of the whole, as a round of 20 to 150 frames takes them. */
const PREPARED = 0.1;
const TRAINED = 0.9;

export class RoundClock {
  readonly #started = performance.now();
  /** Of earlier sittings of this round. */
  #earlierMs = 0;
  /** What judging a head takes, known once the old one was judged: so much is kept back for the new one. */
  #judgingMs = 0;
  #training: { readonly since: number; readonly from: number } | undefined;
  #curve: LearningCurve = [];

  /** @param minutes of the whole round, at most */
  constructor(
    private readonly minutes: number,
    private readonly onProgress: (progress: RoundProgress) => void = () => undefined,
  ) {}

  /** Of the whole round, with what earlier sittings took. */
  spentMs(earlierMs: number): number {
    this.#earlierMs = Math.max(this.#earlierMs, earlierMs);
    return this.#earlierMs + performance.now() - this.#started;
  }

  isUp(spentMs: number): boolean {
    return spentMs + this.#judgingMs > this.minutes * 60_000;
  }

  /** @param part 0 to 1 of what is to be encoded */
  prepared(part: number): void {
    this.onProgress({ phase: 'prepare', done: PREPARED * part, secondsLeft: null, curve: this.#curve });
  }

  /** @param part 0 to 1 of the steps */
  trained(part: number, curve: LearningCurve): void {
    this.#curve = curve;
    // The first step also makes the kernels ready: time counts from its end.
    this.#training ??= { since: performance.now(), from: part };
    const { since, from } = this.#training;
    const rate = (performance.now() - since) / (part - from);
    const capMs = this.minutes * 60_000 - this.spentMs(0) - this.#judgingMs;
    const leftMs = Math.max(0, Math.min((1 - part) * rate, capMs)) + this.#judgingMs;
    const done = PREPARED + (TRAINED - PREPARED) * part;
    this.onProgress({ phase: 'train', done, secondsLeft: part > from ? leftMs / 1000 : null, curve });
  }

  /** Runs `work`, which judges so many frames: first the old head, before the training, then the new one. */
  async judging<T>(frames: number, work: (onFrame: () => void) => Promise<T>): Promise<T> {
    const before = this.#training === undefined && this.#judgingMs === 0;
    const since = performance.now();
    let judged = 0;
    const result = await work(() => {
      judged++;
      const leftMs = ((performance.now() - since) / judged) * (frames - judged);
      const done = before ? PREPARED : TRAINED + (1 - TRAINED) * (judged / frames);
      const phase = before ? 'prepare' : 'judge';
      this.onProgress({ phase, done, secondsLeft: before ? null : leftMs / 1000, curve: this.#curve });
    });
    this.#judgingMs = performance.now() - since;
    return result;
  }
}
