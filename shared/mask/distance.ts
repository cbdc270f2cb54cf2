/**
 * Exact Euclidean distance transform in linear time: Felzenszwalb and Huttenlocher, "Distance Transforms of Sampled
 * Functions", Theory of Computing 8 (2012). Squared distances, so that with unit spacing every value is an exact integer.
 */
import type { Mask } from './mask';

/** Distance between neighbouring pixel centres along x and along y; `[1, 1]` for distances in pixels. */
export type Spacing = readonly [x: number, y: number];

/** Rows to the nearest background pixel of the same column, -1 where the column has none. */
function rowsToBackground({ widthPx, heightPx, data }: Mask): Int32Array {
  const rows = new Int32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    if (data[i] === 0) continue;
    const above = i < widthPx ? -1 : (rows[i - widthPx] as number);
    rows[i] = above < 0 ? -1 : above + 1;
  }
  for (let i = (heightPx - 1) * widthPx - 1; i >= 0; i--) {
    const below = rows[i + widthPx] as number;
    const own = rows[i] as number;
    if (below >= 0 && (own < 0 || own > below + 1)) rows[i] = below + 1;
  }
  return rows;
}

/**
 * The lower envelope of the parabolas f(q) + stepX (p - q)^2, one for each column q of a row; with the squared distance
 * within the column for f(q), its value at p is the squared distance along x and y together. Used again for each row.
 */
class LowerEnvelope {
  // Parabola k stands at column `site[k]` with height `height[k]` and is the lowest one from `from[k]` on.
  private readonly site: Int32Array;
  private readonly height: Float64Array;
  private readonly from: Float64Array;
  private last = -1;

  constructor(
    widthPx: number,
    private readonly stepX: number,
  ) {
    this.site = new Int32Array(widthPx);
    this.height = new Float64Array(widthPx);
    this.from = new Float64Array(widthPx + 1);
  }

  clear(): void {
    this.last = -1;
  }

  /** Columns must come from left to right. */
  add(column: number, f: number): void {
    const { site, height, from, stepX } = this;
    let last = this.last;
    let start = -Infinity;
    while (last >= 0) {
      const v = site[last] as number;
      // Where the new parabola falls below parabola v.
      start = 0.5 * (column + v + (f - (height[last] as number)) / (stepX * (column - v)));
      if (start > (from[last] as number)) break;
      last--;
    }
    last++;
    site[last] = column;
    height[last] = f;
    from[last] = last === 0 ? -Infinity : start;
    this.last = last;
  }

  /** Values at columns `first` to `end` (exclusive) into `out` at `row`. */
  write(out: Float64Array, row: number, first: number, end: number): void {
    const { site, height, from, stepX, last } = this;
    if (last < 0) {
      out.fill(Infinity, row + first, row + end);
      return;
    }
    from[last + 1] = Infinity;
    let k = 0;
    for (let p = first; p < end; p++) {
      while ((from[k + 1] as number) < p) k++;
      const offset = p - (site[k] as number);
      out[row + p] = (height[k] as number) + stepX * offset * offset;
    }
  }
}

/**
 * Squared distance from each pixel centre to the nearest centre of a background pixel: 0 on the background, Infinity
 * everywhere when there is no background. Outside the image there is nothing (`scipy.ndimage.distance_transform_edt`).
 *
 * @returns [heightPx, widthPx], in squared units of `spacing`
 */
export function squaredDistanceToBackground(mask: Mask, spacing: Spacing = [1, 1]): Float64Array {
  const { widthPx, heightPx } = mask;
  const stepY = spacing[1] * spacing[1];
  const rows = rowsToBackground(mask);
  const out = new Float64Array(mask.data.length);
  const envelope = new LowerEnvelope(widthPx, spacing[0] * spacing[0]);
  for (let y = 0; y < heightPx; y++) {
    const row = y * widthPx;
    let x = 0;
    while (x < widthPx) {
      if (rows[row + x] === 0) {
        x++;
        continue;
      }
      // One run of the mask and the background pixel at either end: nothing beyond those two can be nearer.
      const first = x;
      envelope.clear();
      if (first > 0) envelope.add(first - 1, 0);
      let distance = rows[row + x] as number;
      while (x < widthPx && distance !== 0) {
        if (distance > 0) envelope.add(x, distance * distance * stepY);
        x++;
        distance = rows[row + x] ?? 0;
      }
      if (x < widthPx) envelope.add(x, 0);
      envelope.write(out, row, first, x);
    }
  }
  return out;
}

/**
 * Squared depth of each pixel inside the mask, in squared pixels: the distance to the nearest background centre where
 * everything outside the image is background too.
 *
 * @returns [heightPx, widthPx]; 0 outside the mask
 */
export function squaredDepth(mask: Mask): Float64Array {
  const { widthPx, heightPx } = mask;
  const depth = squaredDistanceToBackground(mask);
  for (let y = 0; y < heightPx; y++) {
    const toRowEdge = Math.min(y + 1, heightPx - y);
    for (let x = 0; x < widthPx; x++) {
      const toEdge = Math.min(toRowEdge, x + 1, widthPx - x);
      const i = y * widthPx + x;
      if ((depth[i] as number) > toEdge * toEdge) depth[i] = toEdge * toEdge;
    }
  }
  return depth;
}
