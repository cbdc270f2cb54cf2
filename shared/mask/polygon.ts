/**
 * Polygons to pixels, by the even-odd rule where rings are those of a mask, by the non-zero rule where one was drawn by
 * hand. A pixel is set when its centre (x + 0.5, y + 0.5) lies inside. A centre on an edge belongs to the area at its right or below, so polygons that share an edge share no pixel and
 * leave none out.
 */
import { AppError } from '../errors';
import type { Ring } from './contour';
import { emptyMask } from './mask';
import type { Mask } from './mask';

type Visit = (row: number, x: number, downwards: boolean) => void;

/** Calls `visit` with each row whose centre line the edges of a ring cross, the x of the crossing and the edge's way. */
function forEachCrossing(ring: Ring, heightPx: number, visit: Visit): void {
  for (let k = 0; k < ring.length; k += 2) {
    const next = k + 2 < ring.length ? k + 2 : 0;
    // From top to bottom whatever the direction, so that a shared edge is rounded alike in both polygons.
    const [top, bottom] = (ring[k + 1] as number) <= (ring[next + 1] as number) ? [k, next] : [next, k];
    const x = ring[top] as number;
    const y = ring[top + 1] as number;
    const slope = ((ring[bottom] as number) - x) / ((ring[bottom + 1] as number) - y);
    const first = Math.max(Math.ceil(y - 0.5), 0);
    const end = Math.min(Math.ceil((ring[bottom + 1] as number) - 0.5), heightPx);
    for (let row = first; row < end; row++) visit(row, x + (row + 0.5 - y) * slope, top === k);
  }
}

/**
 * Fills closed rings, holes included among them; what lies outside the image is cut off. Fewer than three points enclose
 * nothing.
 *
 * @param rings each `[x0, y0, x1, y1, ...]` in image coordinates, in any direction and order
 * @throws AppError `format-corrupt` for a coordinate without partner or one that is no finite number.
 */
export function rasterizePolygon(rings: readonly Ring[], widthPx: number, heightPx: number): Mask {
  for (const ring of rings) assertRing(ring);
  // Crossings of one row lie together: count, lay out, fill, sort.
  const endOf = new Int32Array(heightPx + 1);
  for (const ring of rings) {
    forEachCrossing(ring, heightPx, (row) => {
      endOf[row + 1] = (endOf[row + 1] as number) + 1;
    });
  }
  for (let row = 0; row < heightPx; row++) endOf[row + 1] = (endOf[row + 1] as number) + (endOf[row] as number);
  const crossings = new Float64Array(endOf[heightPx] as number);
  const filled = endOf.slice(0, heightPx);
  for (const ring of rings) {
    forEachCrossing(ring, heightPx, (row, x) => {
      crossings[filled[row] as number] = x;
      filled[row] = (filled[row] as number) + 1;
    });
  }

  const mask = emptyMask(widthPx, heightPx);
  for (let row = 0; row < heightPx; row++) {
    const inRow = crossings.subarray(endOf[row], endOf[row + 1]).sort();
    for (let k = 0; k + 1 < inRow.length; k += 2) fillRun(mask, row, inRow[k] as number, inRow[k + 1] as number);
  }
  return mask;
}

/**
 * Fills what one closed line goes around, also where it goes around it twice or crosses itself: a hand that draws past
 * its beginning means no hole there. Otherwise as `rasterizePolygon`.
 *
 * @throws AppError `format-corrupt` for a coordinate without partner or one that is no finite number.
 */
export function fillOutline(ring: Ring, widthPx: number, heightPx: number): Mask {
  assertRing(ring);
  const rows: { x: number; turn: number }[][] = Array.from({ length: heightPx }, () => []);
  forEachCrossing(ring, heightPx, (row, x, downwards) => rows[row]?.push({ x, turn: downwards ? 1 : -1 }));
  const mask = emptyMask(widthPx, heightPx);
  for (const [row, crossings] of rows.entries()) {
    crossings.sort((a, b) => a.x - b.x);
    let winding = 0;
    for (const [k, { x, turn }] of crossings.entries()) {
      winding += turn;
      if (winding !== 0) fillRun(mask, row, x, crossings[k + 1]?.x ?? x);
    }
  }
  return mask;
}

function assertRing(ring: Ring): void {
  if (ring.length % 2 !== 0 || !ring.every(Number.isFinite)) {
    throw new AppError('format-corrupt', 'polygon', 'a ring must be pairs of finite numbers');
  }
}

/** The pixels of a row whose centres lie between two crossings. */
function fillRun(mask: Mask, row: number, from: number, to: number): void {
  const first = Math.max(Math.ceil(from - 0.5), 0);
  const end = Math.min(Math.ceil(to - 0.5), mask.widthPx);
  if (first < end) mask.data.fill(1, row * mask.widthPx + first, row * mask.widthPx + end);
}
