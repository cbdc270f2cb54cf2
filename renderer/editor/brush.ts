/**
 * Brush strokes onto a mask, in place: only the window around each new piece of the path is looked at, so that painting
 * costs the same on a frame of any size.
 */
import { brushStroke, type BoundingBox, type Mask } from '../../shared/mask';

export type BrushMode = 'brush' | 'eraser';

/** A finished stroke; painting it again gives the same pixels. */
export interface Stroke {
  readonly mode: BrushMode;
  readonly radiusPx: number;
  /** `[x0, y0, x1, y1, ...]` in image coordinates. */
  readonly path: readonly number[];
}

/**
 * Paints the straight piece from (x0, y0) to (x1, y1).
 *
 * @returns the window that was looked at, or null when no pixel in it changed
 */
export function paintSegment(
  mask: Mask,
  [x0, y0, x1, y1]: readonly [number, number, number, number],
  { mode, radiusPx }: Pick<Stroke, 'mode' | 'radiusPx'>,
): BoundingBox | null {
  const left = Math.max(Math.floor(Math.min(x0, x1) - radiusPx), 0);
  const top = Math.max(Math.floor(Math.min(y0, y1) - radiusPx), 0);
  const right = Math.min(Math.ceil(Math.max(x0, x1) + radiusPx), mask.widthPx);
  const bottom = Math.min(Math.ceil(Math.max(y0, y1) + radiusPx), mask.heightPx);
  if (left >= right || top >= bottom) return null;
  const width = right - left;
  const touched = brushStroke([x0 - left, y0 - top, x1 - left, y1 - top], radiusPx, width, bottom - top);
  const value = mode === 'brush' ? 1 : 0;
  let changed = false;
  for (let y = top, from = 0; y < bottom; y++) {
    for (let i = y * mask.widthPx + left, end = i + width; i < end; i++, from++) {
      if (touched.data[from] === 1 && mask.data[i] !== value) {
        mask.data[i] = value;
        changed = true;
      }
    }
  }
  return changed ? [left, top, width, bottom - top] : null;
}

/** Paints a whole stroke. @returns whether any pixel changed */
export function paintStroke(mask: Mask, stroke: Stroke): boolean {
  const { path } = stroke;
  let changed = false;
  for (let k = 0; k < path.length; k += 2) {
    const [x, y] = [path[k] as number, path[k + 1] as number];
    const piece = [path[k - 2] ?? x, path[k - 1] ?? y, x, y] as const;
    changed = paintSegment(mask, piece, stroke) !== null || changed;
  }
  return changed;
}
