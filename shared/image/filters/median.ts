/**
 * The median of the square around every pixel: takes single bright and dark dots away and keeps edges. T. S. Huang, IEEE
 * ASSP-27 (1979), p. 13: the histogram of the window moves along the row, so the cost grows with its side, not its area.
 */
import type { GrayImage } from '../gray-image';

/** @param radiusPx of the square: 2 is 5 x 5 pixels. Beyond the edges the last pixel goes on. */
export function median({ widthPx, heightPx, data }: GrayImage, radiusPx = 2): Uint8Array {
  const out = new Uint8Array(widthPx * heightPx);
  const inside = (at: number, length: number): number => Math.min(Math.max(at, 0), length - 1);
  const half = ((2 * radiusPx + 1) ** 2 - 1) / 2;
  const rows = new Int32Array(2 * radiusPx + 1);
  for (let y = 0; y < heightPx; y++) {
    for (let k = 0; k < rows.length; k++) rows[k] = inside(y + k - radiusPx, heightPx) * widthPx;
    const counts = new Uint32Array(256);
    let middle = 0;
    /** Samples in the window that are smaller than `middle`. */
    let below = 0;
    const addColumn = (x: number, change: 1 | -1): void => {
      const column = inside(x, widthPx);
      for (let k = 0; k < rows.length; k++) {
        const sample = data[(rows[k] as number) + column] as number;
        counts[sample] = (counts[sample] as number) + change;
        if (sample < middle) below += change;
      }
    };
    for (let x = -radiusPx; x < radiusPx; x++) addColumn(x, 1);
    for (let x = 0; x < widthPx; x++) {
      addColumn(x + radiusPx, 1);
      while (below > half) below -= counts[--middle] as number;
      while (below + (counts[middle] as number) <= half) below += counts[middle++] as number;
      out[y * widthPx + x] = middle;
      addColumn(x - radiusPx, -1);
    }
  }
  return out;
}
