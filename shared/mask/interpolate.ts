/**
 * The shape between two shapes: S. P. Raya and J. K. Udupa, "Shape-based interpolation of multidimensional objects", IEEE
 * Transactions on Medical Imaging 9 (1990), with both shapes moved to the place between their centroids first, so that
 * one that moves is not torn apart.
 */
import { squaredDistanceToBackground } from './distance';
import { assertSameSize, boundingBox, complement, cropMask, emptyMask, type BoundingBox, type Mask } from './mask';

/**
 * @param share 0 at `from`, 1 at `to`: there it is the mask itself
 * @returns an empty mask where either is empty
 * @throws AppError `usage` when the sizes differ
 */
export function interpolatedMask(from: Mask, to: Mask, share: number): Mask {
  assertSameSize(from, to);
  if (share <= 0 || share >= 1) return share <= 0 ? from : to;
  const [a, b] = [centroid(from), centroid(to)];
  const between = emptyMask(from.widthPx, from.heightPx);
  if (!a || !b) return between;
  const step = { x: b.x - a.x, y: b.y - a.y };
  const here = moved(from, share * step.x, share * step.y);
  const there = moved(to, (share - 1) * step.x, (share - 1) * step.y);
  const window = around(here, there);
  if (!window) return between;
  const [x, y, widthPx, heightPx] = window;
  const depthHere = signedDepth(cropMask(here, window));
  const depthThere = signedDepth(cropMask(there, window));
  for (let row = 0, i = 0; row < heightPx; row++) {
    for (let at = (y + row) * from.widthPx + x, end = at + widthPx; at < end; at++, i++) {
      between.data[at] = (1 - share) * (depthHere[i] as number) + share * (depthThere[i] as number) > 0 ? 1 : 0;
    }
  }
  return between;
}

function centroid({ widthPx, data }: Mask): { x: number; y: number } | null {
  let [n, sumX, sumY] = [0, 0, 0];
  for (let i = data.indexOf(1); i >= 0; i = data.indexOf(1, i + 1)) {
    n++;
    sumX += i % widthPx;
    sumY += Math.floor(i / widthPx);
  }
  return n === 0 ? null : { x: sumX / n, y: sumY / n };
}

/** By whole pixels; what leaves the image is lost. */
function moved(mask: Mask, byX: number, byY: number): Mask {
  const [dx, dy] = [Math.round(byX), Math.round(byY)];
  const { widthPx, heightPx, data } = mask;
  const out = emptyMask(widthPx, heightPx);
  for (let i = data.indexOf(1); i >= 0; i = data.indexOf(1, i + 1)) {
    const [x, y] = [(i % widthPx) + dx, Math.floor(i / widthPx) + dy];
    if (x >= 0 && y >= 0 && x < widthPx && y < heightPx) out.data[y * widthPx + x] = 1;
  }
  return out;
}

/** Where either shape is and one pixel more: beyond, both depths are negative, and nearer background there is none. */
function around(a: Mask, b: Mask): BoundingBox | null {
  const boxes = [boundingBox(a), boundingBox(b)].filter((box) => box !== null);
  if (boxes.length < 2) return null;
  const left = Math.max(0, Math.min(...boxes.map(([x]) => x)) - 1);
  const top = Math.max(0, Math.min(...boxes.map(([, y]) => y)) - 1);
  const right = Math.min(a.widthPx, Math.max(...boxes.map(([x, , width]) => x + width)) + 1);
  const bottom = Math.min(a.heightPx, Math.max(...boxes.map(([, y, , height]) => y + height)) + 1);
  return [left, top, right - left, bottom - top];
}

/** Distance to the outline in pixels, positive inside; outside the image is nothing. */
function signedDepth(mask: Mask): Float64Array {
  const [inside, outside] = [squaredDistanceToBackground(mask), squaredDistanceToBackground(complement(mask))];
  const depth = new Float64Array(mask.data.length);
  for (let i = 0; i < depth.length; i++) {
    const isIn = mask.data[i] === 1;
    // The outline runs half a pixel from the centres on either side of it.
    depth[i] = isIn ? Math.sqrt(inside[i] as number) - 0.5 : 0.5 - Math.sqrt(outside[i] as number);
  }
  return depth;
}
