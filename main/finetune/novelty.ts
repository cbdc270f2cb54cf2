/**
 * How far each frame is from those that were worked on, kept up with the project's database. A correction costs one pass
 * over all sketches: some milliseconds at 20,000 frames.
 */
import { setImmediate } from 'node:timers/promises';
import type { FrameId } from '../../shared/domain';
import type { ProjectStore } from '../project';
import { approach, typicality } from './ranking';

export class Novelty {
  #lastId = 0;
  readonly #places = new Map<FrameId, number>();
  readonly #sketches: Float32Array[] = [];
  #distances = new Float64Array(0);
  /** Frames that the distances are measured from. */
  #seen = new Set<FrameId>();

  constructor(
    private readonly store: ProjectStore,
    private readonly encoderId: string,
  ) {}

  /**
   * Reads what is new and measures from frames that are newly seen; others get their turn in between.
   *
   * @param seen all frames to measure from; those without a sketch count for nothing
   */
  async refresh(seen: ReadonlySet<FrameId>): Promise<void> {
    await this.#readLooks();
    // A correction was withdrawn, and distances cannot grow: they are measured anew.
    if ([...this.#seen].some((frameId) => !seen.has(frameId))) {
      this.#seen.clear();
      this.#distances.fill(Infinity);
    }
    for (const frameId of seen) {
      const place = this.#places.get(frameId);
      if (place === undefined || this.#seen.has(frameId)) continue;
      this.#seen.add(frameId);
      approach(this.#distances, this.#sketches, this.#sketches[place] as Float32Array);
      await setImmediate();
    }
  }

  /** Of which it is known what they look like. */
  frames(): FrameId[] {
    return [...this.#places.keys()];
  }

  /** A function from frames to how far they are; undefined where nobody knows what a frame looks like. */
  measure(): (frameId: FrameId) => number | undefined {
    const values = this.#seen.size > 0 ? this.#distances : typicality(this.#sketches);
    return (frameId) => values[this.#places.get(frameId) ?? -1];
  }

  async #readLooks(): Promise<void> {
    for (;;) {
      const { rows, lastId } = await this.store.scores.looksAfter(this.#lastId, this.encoderId);
      if (rows.length === 0) return;
      this.#lastId = lastId;
      const places = rows.map(({ frameId, sketch }) => this.#put(frameId, sketch));
      const distances = new Float64Array(this.#sketches.length).fill(Infinity);
      distances.set(this.#distances);
      this.#distances = distances;
      for (const place of places) distances[place] = this.#nearest(place);
    }
  }

  #put(frameId: FrameId, sketch: Float32Array): number {
    const place = this.#places.get(frameId) ?? this.#sketches.length;
    this.#places.set(frameId, place);
    this.#sketches[place] = sketch;
    return place;
  }

  #nearest(place: number): number {
    const own = [this.#sketches[place] as Float32Array];
    const nearest = Float64Array.of(Infinity);
    for (const frameId of this.#seen) {
      approach(nearest, own, this.#sketches[this.#places.get(frameId) as number] as Float32Array);
    }
    return nearest[0] as number;
  }
}
