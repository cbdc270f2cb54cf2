/**
 * Brush strokes onto a mask, in place: only the window around each new piece of the way is looked at, so that painting
 * costs the same on a frame of any size.
 */
import { boundingBox, brushPiece, type BoundingBox, type BrushPlace, type Mask } from '../../shared/mask';
import type { BrushLimit } from './brush-limit';

export type BrushMode = 'brush' | 'eraser';

/** What a stroke paints on, and with what. */
export interface Painting {
  readonly mask: Mask;
  /** Every pixel the stroke has touched so far, changed or not. */
  readonly footprint: Mask;
  readonly mode: BrushMode;
  /** Null: it may touch every pixel. */
  readonly limit: BrushLimit | null;
}

/**
 * Paints the straight piece from one place of the brush to the next.
 *
 * @returns the window that was looked at, or null when no pixel in it changed
 */
export function paintPiece(
  { mask, footprint, mode, limit }: Painting,
  from: BrushPlace,
  to: BrushPlace,
): BoundingBox | null {
  const reach = Math.max(from.radiusPx, to.radiusPx);
  const left = Math.max(Math.floor(Math.min(from.x, to.x) - reach), 0);
  const top = Math.max(Math.floor(Math.min(from.y, to.y) - reach), 0);
  const right = Math.min(Math.ceil(Math.max(from.x, to.x) + reach), mask.widthPx);
  const bottom = Math.min(Math.ceil(Math.max(from.y, to.y) + reach), mask.heightPx);
  if (left >= right || top >= bottom) return null;
  const window = [left, top, right - left, bottom - top] as const;
  const seen = (place: BrushPlace): BrushPlace => ({ ...place, x: place.x - left, y: place.y - top });
  const touched = brushPiece(seen(from), seen(to), window[2], window[3]);
  const allowed = limit?.within(window);
  const value = mode === 'brush' ? 1 : 0;
  let changed = false;
  for (let y = top, k = 0; y < bottom; y++) {
    for (let i = y * mask.widthPx + left, end = i + window[2]; i < end; i++, k++) {
      if (touched.data[k] === 0 || footprint.data[i] === 1 || (allowed && !allowed(i))) continue;
      footprint.data[i] = 1;
      if (mask.data[i] === value) continue;
      mask.data[i] = value;
      changed = true;
    }
  }
  return changed ? window : null;
}

/** Paints all that a stroke touched. @returns whether any pixel changed */
export function paintFootprint(mask: Mask, footprint: Mask, mode: BrushMode): boolean {
  const [left, top, width, height] = boundingBox(footprint) ?? [0, 0, 0, 0];
  const value = mode === 'brush' ? 1 : 0;
  let changed = false;
  for (let y = top; y < top + height; y++) {
    for (let i = y * mask.widthPx + left, end = i + width; i < end; i++) {
      if (footprint.data[i] === 0 || mask.data[i] === value) continue;
      mask.data[i] = value;
      changed = true;
    }
  }
  return changed;
}
