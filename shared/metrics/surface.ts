/**
 * How far the outlines of two masks are apart. Not how much the masks overlap (`overlap`).
 *
 * Definitions are MedPy's (`medpy/metric/binary.py`: hd95, assd), which most papers on ultrasound quote. The surface is
 * the mask's pixels with a background pixel across an edge, beyond the image being background; distances run between
 * pixel centres. MONAI's names mean something else: its HD95 is the larger of the two directed percentiles, its average
 * surface distance weighs every surface pixel alike.
 */
import { assertSameSize, boundingBox, cropMask, squaredDistanceToBackground, union } from '../mask';
import type { Mask, Spacing } from '../mask';

/** 0 on surface pixels and 1 elsewhere: what the distance transform takes for background is the surface. */
function offSurface({ widthPx, heightPx, data }: Mask): Mask {
  const off = new Uint8Array(data.length).fill(1);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const i = y * widthPx + x;
      if (data[i] === 0) continue;
      const inner =
        x > 0 &&
        x < widthPx - 1 &&
        y > 0 &&
        y < heightPx - 1 &&
        data[i - 1] === 1 &&
        data[i + 1] === 1 &&
        data[i - widthPx] === 1 &&
        data[i + widthPx] === 1;
      if (!inner) off[i] = 0;
    }
  }
  return { widthPx, heightPx, data: off };
}

function distancesFrom(surface: Mask, squaredDistance: Float64Array): Float64Array {
  const distances: number[] = [];
  for (let i = 0; i < squaredDistance.length; i++) {
    if (surface.data[i] === 0) distances.push(Math.sqrt(squaredDistance[i] as number));
  }
  return Float64Array.from(distances);
}

/** From each surface pixel of one mask to the nearest of the other, both ways; null when a mask is empty. */
function surfaceDistances(a: Mask, b: Mask, spacing: Spacing): readonly [Float64Array, Float64Array] | null {
  assertSameSize(a, b);
  // Both surfaces lie in the box around both masks, and around it everything is background.
  const box = boundingBox(union(a, b));
  if (box === null || a.data.indexOf(1) < 0 || b.data.indexOf(1) < 0) return null;
  const offA = offSurface(cropMask(a, box));
  const offB = offSurface(cropMask(b, box));
  return [
    distancesFrom(offA, squaredDistanceToBackground(offB, spacing)),
    distancesFrom(offB, squaredDistanceToBackground(offA, spacing)),
  ];
}

/** `numpy.percentile` with its default, linear interpolation; sorts `values`, of which there is at least one. */
function percentile(values: Float64Array, percent: number): number {
  values.sort();
  const position = (percent / 100) * (values.length - 1);
  const index = Math.floor(position);
  const lower = values[index] as number;
  const upper = values[Math.min(index + 1, values.length - 1)] as number;
  return lower + (upper - lower) * (position - index);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export interface SurfaceDistance {
  readonly hd95: number;
  readonly assd: number;
}

/**
 * Both distances between two outlines, in pixels or in the unit of `spacing` (mm per pixel along x and y).
 *
 * @returns null when either mask is empty: there is no surface to measure from
 * @throws AppError `usage` when the sizes differ.
 */
export function surfaceDistance(a: Mask, b: Mask, spacing: Spacing = [1, 1]): SurfaceDistance | null {
  const distances = surfaceDistances(a, b, spacing);
  if (distances === null) return null;
  const both = new Float64Array(distances[0].length + distances[1].length);
  both.set(distances[0]);
  both.set(distances[1], distances[0].length);
  return { hd95: percentile(both, 95), assd: (mean(distances[0]) + mean(distances[1])) / 2 };
}

/**
 * 95th percentile of the Hausdorff distance: of the distances from each surface to the other, both ways taken together.
 * Otherwise as `surfaceDistance`.
 */
export function hd95(a: Mask, b: Mask, spacing?: Spacing): number | null {
  return surfaceDistance(a, b, spacing)?.hd95 ?? null;
}

/**
 * Average symmetric surface distance: the mean of the mean distance from a's surface to b's and of that from b's to a's.
 * Otherwise as `surfaceDistance`.
 */
export function assd(a: Mask, b: Mask, spacing?: Spacing): number | null {
  return surfaceDistance(a, b, spacing)?.assd ?? null;
}
