/** A line drawn with the button held, as tools keep it while it grows. */
import type { ToolPointer } from './tool-state';

/** `[x0, y0, x1, y1, ...]` in image pixels */
export type FreehandPath = readonly number[];

/** A hand cannot mean less than a pixel of the screen. */
export function extended(path: FreehandPath, { x, y, imagePxPerScreenPx }: ToolPointer): FreehandPath {
  const moved = Math.hypot(x - (path.at(-2) ?? NaN), y - (path.at(-1) ?? NaN));
  return moved < imagePxPerScreenPx ? path : [...path, x, y];
}
