/** Blanking of a decoded picture, for formats that are written anew: black outside given rectangles. */
import type { ColourImage } from '../../shared/image';
import { rowKept, type Rectangle } from './blank';

export function blankPixels(image: ColourImage, keep: readonly Rectangle[]): ColourImage {
  const { widthPx, heightPx } = image;
  const data = image.data.slice();
  const rgb = image.rgb?.slice();
  for (let y = 0; y < heightPx; y++) {
    const row = rowKept(widthPx, y, keep);
    for (let x = 0; x < widthPx; x++) {
      if (row[x] !== 0) continue;
      const at = y * widthPx + x;
      data[at] = 0;
      rgb?.fill(0, 3 * at, 3 * at + 3);
    }
  }
  return { widthPx, heightPx, data, ...(rgb && { rgb }) };
}
