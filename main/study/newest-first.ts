/**
 * Does a few things at a time and, of those that wait, the one asked for last: what was scrolled into view a moment ago
 * comes before what has scrolled by.
 */

export class NewestFirst {
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(private readonly atOnce: number) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.atOnce) await new Promise<void>((go) => this.#waiting.push(go));
    else this.#running++;
    try {
      return await work();
    } finally {
      // The place is handed on, or given back.
      const next = this.#waiting.pop();
      if (next) next();
      else this.#running--;
    }
  }
}
