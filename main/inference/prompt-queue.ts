/**
 * In which order the prompt worker answers: clicks first, then proposals, then the preview under the pointer, of which
 * only the newest counts, then what later clicks will need. A run blocks the process, so between two runs it hears what has arrived meanwhile.
 */
import { setImmediate } from 'node:timers/promises';

export type Urgency = 'click' | 'proposal' | 'preview' | 'ahead';

const ORDER: readonly Urgency[] = ['click', 'proposal', 'preview', 'ahead'];

interface Waiting {
  readonly urgency: Urgency;
  readonly signal: AbortSignal;
  /** False: give it up, another took its place or nobody waits. */
  proceed(go: boolean): void;
}

export class PromptQueue {
  #waiting: Waiting[] = [];
  #busy = false;

  /** Answers what `work` does; undefined where it was given up before it began. */
  async run<T>(urgency: Urgency, signal: AbortSignal, work: () => Promise<T>): Promise<T | undefined> {
    const turn = new Promise<boolean>((proceed) => this.#waiting.push({ urgency, signal, proceed }));
    void this.#advance();
    if (!(await turn)) return undefined;
    try {
      return await work();
    } finally {
      this.#busy = false;
      void this.#advance();
    }
  }

  async #advance(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    // Twice: a port that has many messages may deliver them over two rounds of the event loop.
    await setImmediate();
    await setImmediate();
    this.#giveUpStale();
    const next = ORDER.flatMap((urgency) => this.#waiting.filter((each) => each.urgency === urgency))[0];
    if (!next) {
      this.#busy = false;
      return;
    }
    this.#waiting = this.#waiting.filter((each) => each !== next);
    next.proceed(true);
  }

  #giveUpStale(): void {
    const newest = this.#waiting.filter(({ urgency }) => urgency === 'preview').at(-1);
    const isStale = (each: Waiting): boolean => each.signal.aborted || (each.urgency === 'preview' && each !== newest);
    for (const each of this.#waiting.filter(isStale)) each.proceed(false);
    this.#waiting = this.#waiting.filter((each) => !isStale(each));
  }
}
