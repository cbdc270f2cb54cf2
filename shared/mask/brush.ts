/**
 * The pixels a round brush touches on its way. Whether they are added or erased is the caller's matter (`union`,
 * `difference`).
 */
import { AppError } from '../errors';
import { emptyMask } from './mask';
import type { Mask } from './mask';

interface Segment {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** Sets every pixel whose centre is at most `radiusPx` from the segment. */
function fillCapsule(mask: Mask, { x0, y0, x1, y1 }: Segment, radiusPx: number): void {
  const { widthPx, heightPx, data } = mask;
  const dx = x1 - x0;
  const dy = y1 - y0;
  const lengthSquared = dx * dx + dy * dy;
  const along = (t: number): number => Math.min(Math.max(t, 0), 1);
  const firstRow = Math.max(Math.floor(Math.min(y0, y1) - radiusPx), 0);
  const lastRow = Math.min(Math.ceil(Math.max(y0, y1) + radiusPx), heightPx - 1);
  for (let y = firstRow; y <= lastRow; y++) {
    const cy = y + 0.5;
    // Only the stretch of the segment within radius of this row can reach it: tests stay near the brush on long strokes.
    const tA = dy === 0 ? 0 : along((cy - radiusPx - y0) / dy);
    const tB = dy === 0 ? 1 : along((cy + radiusPx - y0) / dy);
    const xA = x0 + tA * dx;
    const xB = x0 + tB * dx;
    const first = Math.max(Math.floor(Math.min(xA, xB) - radiusPx) - 1, 0);
    const last = Math.min(Math.ceil(Math.max(xA, xB) + radiusPx), widthPx - 1);
    for (let x = first; x <= last; x++) {
      const i = y * widthPx + x;
      if (data[i] === 1) continue;
      const cx = x + 0.5;
      const t = lengthSquared === 0 ? 0 : along(((cx - x0) * dx + (cy - y0) * dy) / lengthSquared);
      const offX = cx - (x0 + t * dx);
      const offY = cy - (y0 + t * dy);
      if (offX * offX + offY * offY <= radiusPx * radiusPx) data[i] = 1;
    }
  }
}

/**
 * The pixels whose centre lies at most `radiusPx` from the path through `points`: without gaps however far apart the
 * pointer's positions are. One point makes a disc, none an empty mask; what lies outside the image is cut off.
 *
 * @param points `[x0, y0, x1, y1, ...]` in image coordinates
 * @throws AppError `prompt-invalid` for a coordinate without partner, one that is no finite number, or a radius below 0.
 */
export function brushStroke(points: readonly number[], radiusPx: number, widthPx: number, heightPx: number): Mask {
  if (points.length % 2 !== 0 || !points.every(Number.isFinite) || !Number.isFinite(radiusPx) || radiusPx < 0) {
    throw new AppError('prompt-invalid', 'brush', 'a stroke needs pairs of finite numbers and a radius of at least 0');
  }
  const mask = emptyMask(widthPx, heightPx);
  const path = points.length === 2 ? [...points, ...points] : points;
  for (let k = 0; k + 2 < path.length; k += 2) {
    const [x0, y0, x1, y1] = path.slice(k, k + 4) as [number, number, number, number];
    fillCapsule(mask, { x0, y0, x1, y1 }, radiusPx);
  }
  return mask;
}
