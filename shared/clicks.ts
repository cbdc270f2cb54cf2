/**
 * The simulated annotator: where the next click goes when the right mask is known. Used by `evaluate` and by tests; the
 * user's own clicks never pass here.
 *
 * Follows the evaluation protocol of RITM (Sofiiuk, Petrov and Konushin, "Reviving Iterative Training with Mask Guidance
 * for Interactive Segmentation", 2021; `isegm/inference/clicker.py`), which SimpleClick shares.
 */
import { boundingBox, cropMask, difference, squaredDepth } from './mask';
import type { Mask } from './mask';

/** A pixel centre: (column + 0.5, row + 0.5). */
export interface PixelPoint {
  readonly x: number;
  readonly y: number;
}

/** A point prompt: `positive` adds what lies there, otherwise it takes it away. */
export interface Click extends PixelPoint {
  readonly positive: boolean;
}

interface Deepest extends PixelPoint {
  readonly squaredDepth: number;
}

function deepest(region: Mask, clicked: readonly PixelPoint[]): Deepest | null {
  const box = boundingBox(region);
  if (box === null) return null;
  // Around its bounding box a region is background, as it is beyond the image: the crop has the same depths.
  const [left, top, widthPx, heightPx] = box;
  const depth = squaredDepth(cropMask(region, box));
  for (const point of clicked) {
    const x = Math.floor(point.x) - left;
    const y = Math.floor(point.y) - top;
    if (x >= 0 && y >= 0 && x < widthPx && y < heightPx) depth[y * widthPx + x] = 0;
  }
  let best = 0;
  for (let i = 1; i < depth.length; i++) {
    if ((depth[i] as number) > (depth[best] as number)) best = i;
  }
  const squared = depth[best] as number;
  if (squared === 0) return null;
  return { x: left + (best % widthPx) + 0.5, y: top + Math.floor(best / widthPx) + 0.5, squaredDepth: squared };
}

/**
 * The pixel of the mask that lies farthest from its outside, where everything beyond the image counts as outside; the
 * first in reading order among equals, null for an empty mask.
 */
export function deepestPoint(mask: Mask): PixelPoint | null {
  const point = deepest(mask, []);
  return point === null ? null : { x: point.x, y: point.y };
}

/**
 * The click that corrects `prediction` towards `target`: at the deepest point of what is missing (positive) or of what is
 * too much (negative), whichever is deeper; negative when equally deep. Pixels in `clicked` are not clicked again.
 *
 * @returns null when nothing is left to correct
 * @throws AppError `usage` when the sizes differ.
 */
export function nextClick(prediction: Mask, target: Mask, clicked: readonly PixelPoint[] = []): Click | null {
  const missing = deepest(difference(target, prediction), clicked);
  const surplus = deepest(difference(prediction, target), clicked);
  const positive = (missing?.squaredDepth ?? 0) > (surplus?.squaredDepth ?? 0);
  const point = positive ? missing : surplus;
  return point === null ? null : { x: point.x, y: point.y, positive };
}
