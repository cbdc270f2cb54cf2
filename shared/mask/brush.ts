/**
 * The pixels a round brush touches on its way. Whether they are added or erased is the caller's matter (`union`,
 * `difference`).
 */
import { AppError } from '../errors';
import { emptyMask } from './mask';
import type { Mask } from './mask';

/** Where the brush was, and how wide: image coordinates, pixels. */
export interface BrushPlace {
  readonly x: number;
  readonly y: number;
  readonly radiusPx: number;
}

/** Sets every pixel whose centre a disc covers that moves straight from one place to the other and changes evenly. */
function fillPiece(mask: Mask, from: BrushPlace, to: BrushPlace): void {
  const { widthPx, heightPx, data } = mask;
  const [dx, dy, dr] = [to.x - from.x, to.y - from.y, to.radiusPx - from.radiusPx];
  const reach = Math.max(from.radiusPx, to.radiusPx);
  // The disc at t covers a place w away from the first where |w - t d|^2 - (r + t dr)^2 <= 0: a parabola in t, open upwards
  // unless one disc lies within the other.
  const curvature = dx * dx + dy * dy - dr * dr;
  const along = (t: number): number => Math.min(Math.max(t, 0), 1);
  const firstRow = Math.max(Math.floor(Math.min(from.y, to.y) - reach), 0);
  const lastRow = Math.min(Math.ceil(Math.max(from.y, to.y) + reach), heightPx - 1);
  for (let y = firstRow; y <= lastRow; y++) {
    const cy = y + 0.5;
    // Only the stretch of the way within reach of this row can cover it: tests stay near the brush on long strokes.
    const tA = dy === 0 ? 0 : along((cy - reach - from.y) / dy);
    const tB = dy === 0 ? 1 : along((cy + reach - from.y) / dy);
    const [xA, xB] = [from.x + tA * dx, from.x + tB * dx];
    const first = Math.max(Math.floor(Math.min(xA, xB) - reach) - 1, 0);
    const last = Math.min(Math.ceil(Math.max(xA, xB) + reach), widthPx - 1);
    for (let x = first; x <= last; x++) {
      const i = y * widthPx + x;
      if (data[i] === 1) continue;
      const [wx, wy] = [x + 0.5 - from.x, cy - from.y];
      const widest = dr > 0 ? 1 : 0;
      const t = curvature > 0 ? along((wx * dx + wy * dy + from.radiusPx * dr) / curvature) : widest;
      const [offX, offY, radius] = [wx - t * dx, wy - t * dy, from.radiusPx + t * dr];
      if (offX * offX + offY * offY <= radius * radius) data[i] = 1;
    }
  }
}

/** The pixels of one piece of a stroke: see `brushStroke`. What lies outside the image is cut off. */
export function brushPiece(from: BrushPlace, to: BrushPlace, widthPx: number, heightPx: number): Mask {
  const mask = emptyMask(widthPx, heightPx);
  fillPiece(mask, from, to);
  return mask;
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
    fillPiece(mask, { x: x0, y: y0, radiusPx }, { x: x1, y: y1, radiusPx });
  }
  return mask;
}
