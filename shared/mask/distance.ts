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
 * Squared distance from each pixel centre to the nearest centre of a background pixel: 0 on the background, Infinity
 * everywhere when there is no background. Outside the image there is nothing (`scipy.ndimage.distance_transform_edt`).
 *
 * @returns [heightPx, widthPx], in squared units of `spacing`
 */
export function squaredDistanceToBackground(mask: Mask, spacing: Spacing = [1, 1]): Float64Array {
  const { widthPx, heightPx } = mask;
  const stepX = spacing[0] * spacing[0];
  const stepY = spacing[1] * spacing[1];
  const rows = rowsToBackground(mask);
  const out = new Float64Array(mask.data.length);
  // Lower envelope of the parabolas f(q) + stepX (p - q)^2 of one row: parabola k is at `site[k]` with height
  // `height[k]` and is the lowest one from `from[k]` on.
  const site = new Int32Array(widthPx);
  const height = new Float64Array(widthPx);
  const from = new Float64Array(widthPx + 1);
  for (let y = 0; y < heightPx; y++) {
    const row = y * widthPx;
    let last = -1;
    for (let q = 0; q < widthPx; q++) {
      const distance = rows[row + q] as number;
      if (distance < 0) continue;
      const f = distance * distance * stepY;
      let start = -Infinity;
      while (last >= 0) {
        const v = site[last] as number;
        // Where parabola q falls below parabola v.
        start = 0.5 * (q + v + (f - (height[last] as number)) / (stepX * (q - v)));
        if (start > (from[last] as number)) break;
        last--;
        start = -Infinity;
      }
      last++;
      site[last] = q;
      height[last] = f;
      from[last] = start;
    }
    if (last < 0) {
      out.fill(Infinity, row, row + widthPx);
      continue;
    }
    from[last + 1] = Infinity;
    let k = 0;
    for (let p = 0; p < widthPx; p++) {
      while ((from[k + 1] as number) < p) k++;
      const offset = p - (site[k] as number);
      out[row + p] = (height[k] as number) + stepX * offset * offset;
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
