/** A cache that forgets what was used longest ago when its values together outgrow a number of bytes. In memory only. */

export class ByteLru<Value> {
  /** A Map lists its keys in the order of their setting: the first was used longest ago. */
  readonly #entries = new Map<string, { readonly value: Value; readonly bytes: number }>();
  #bytes = 0;

  constructor(readonly maxBytes: number) {}

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /**
   * A value larger than the whole cache is not kept.
   *
   * @param keep keys that are not forgotten to make room, as long as anything else can be
   */
  set(key: string, value: Value, bytes: number, keep: ReadonlySet<string> = new Set()): void {
    this.delete(key);
    if (bytes > this.maxBytes) return;
    this.#entries.set(key, { value, bytes });
    this.#bytes += bytes;
    this.#forget((candidate) => candidate !== key && !keep.has(candidate));
    this.#forget((candidate) => candidate !== key);
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  #forget(mayGo: (key: string) => boolean): void {
    for (const key of this.#entries.keys()) {
      if (this.#bytes <= this.maxBytes) return;
      if (mayGo(key)) this.delete(key);
    }
  }
}
