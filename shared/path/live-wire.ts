/**
 * The line that clings to the image's edges from an anchor to wherever the pointer is: the cheapest path by Dijkstra's
 * algorithm with a queue of buckets. After Mortensen and Barrett, "Intelligent Scissors for Image Composition" (SIGGRAPH
 * 1995), with their costs of gradient magnitude and direction as one: the gradient across the step. Zero crossings, their
 * third, mark speckle. Edges are found once an anchor; the search goes on only as far as it is asked.
 */
import type { GrayImage } from '../image';
import type { Place } from './along';
import { edgesAround, type EdgeWindow } from './edges';

/** Of the eight neighbours. */
const NEIGHBOURS = [-1, 0, 1]
  .flatMap((dy) => [-1, 0, 1].map((dx) => ({ dx, dy, length: Math.hypot(dx, dy) })))
  .filter(({ length }) => length > 0);
/**
 * A step where no edge is costs `MOST`, one along the best edge `LEAST`. Whole numbers, so that buckets can hold them; not
 * further apart, or the line would wind through speckle to avoid a weak stretch of the edge.
 */
const MOST = 256;
const LEAST = 96;
/** Places to each side that a place is the mean of. */
const SMOOTHING = 2;
/** More than any step costs, the diagonal one included. */
const BUCKETS = 512;

export class LiveWire {
  readonly #window: EdgeWindow;
  /** Of each place: the cost of its way from the anchor, and the place before it on that way. */
  readonly #total: Int32Array;
  readonly #before: Int32Array;
  readonly #settled: Uint8Array;
  /** Places by the cost of their way, modulo their number. */
  readonly #buckets: number[][] = Array.from({ length: BUCKETS }, () => []);
  #reached = 0;

  /** @param anchor on the image */
  constructor(
    image: GrayImage,
    readonly anchor: Place,
  ) {
    this.#window = edgesAround(image, anchor);
    const places = this.#window.width * this.#window.height;
    this.#total = new Int32Array(places).fill(2 ** 30);
    this.#before = new Int32Array(places).fill(-1);
    this.#settled = new Uint8Array(places);
    const start = this.#placeOf(anchor);
    this.#total[start] = 0;
    this.#buckets[0]?.push(start);
  }

  /**
   * From the anchor along the edges to a place, both ends exactly where they are; each step between stays on its pixel of
   * the grid or goes to one of the eight neighbours. A place out of reach is reached by a straight line from the nearest that is not.
   *
   * @returns `[x0, y0, x1, y1, ...]` in image coordinates
   */
  to(place: Place): number[] {
    const end = this.#placeOf(place);
    this.#search(end);
    const { left, top, width, step } = this.#window;
    const between: number[] = [];
    for (let at = this.#before[end] as number; at >= 0 && (this.#before[at] as number) >= 0;) {
      between.push((top + Math.floor(at / width) + 0.5) * step, (left + (at % width) + 0.5) * step);
      at = this.#before[at] as number;
    }
    return [this.anchor.x, this.anchor.y, ...smoothed(between.reverse()), place.x, place.y];
  }

  /** The nearest place of the window. */
  #placeOf({ x, y }: Place): number {
    const { left, top, width, height, step } = this.#window;
    const column = Math.min(Math.max(Math.floor(x / step) - left, 0), width - 1);
    const row = Math.min(Math.max(Math.floor(y / step) - top, 0), height - 1);
    return row * width + column;
  }

  #search(until: number): void {
    for (let empty = 0; this.#settled[until] === 0 && empty < BUCKETS;) {
      const place = this.#buckets[this.#reached % BUCKETS]?.pop();
      if (place === undefined) {
        this.#reached++;
        empty++;
        continue;
      }
      empty = 0;
      if (this.#settled[place] === 1) continue;
      this.#settled[place] = 1;
      this.#enterNeighboursOf(place);
    }
  }

  #enterNeighboursOf(place: number): void {
    const { width, height, gradient } = this.#window;
    const [column, row] = [place % width, Math.floor(place / width)];
    const sofar = this.#total[place] as number;
    for (const { dx, dy, length } of NEIGHBOURS) {
      if (column + dx < 0 || column + dx >= width || row + dy < 0 || row + dy >= height) continue;
      const next = place + dy * width + dx;
      if (this.#settled[next] === 1) continue;
      // An edge counts as far as the step goes along it, so across the gradient.
      const across = Math.abs((gradient[2 * next] as number) * dy - (gradient[2 * next + 1] as number) * dx);
      const total = sofar + Math.round(MOST * length - (MOST - LEAST) * across);
      if (total >= (this.#total[next] as number)) continue;
      this.#total[next] = total;
      this.#before[next] = place;
      this.#buckets[total % BUCKETS]?.push(next);
    }
  }
}

/**
 * Without the corners of the grid's eight directions: each place the mean of as many before it as after it. No step
 * becomes longer than it was.
 */
function smoothed(path: readonly number[]): number[] {
  const count = path.length / 2;
  return path.map((_, i) => {
    const [place, axis] = [Math.floor(i / 2), i % 2];
    const reach = Math.min(SMOOTHING, place, count - 1 - place);
    let sum = 0;
    for (let k = place - reach; k <= place + reach; k++) sum += path[2 * k + axis] as number;
    return sum / (2 * reach + 1);
  });
}
