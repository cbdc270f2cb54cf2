/** Images and masks in small by taking one sample for each pixel: cheap, whatever the size. For overviews alone. */
import type { ColourImage } from '../../shared/image';
import type { Crop } from '../../shared/mask';
import type { Size } from './viewport';

/** Writes one opaque pixel for each of `to`, in the byte order of `ImageData` on this machine. */
export function sampleSmall(target: Uint32Array, to: Size, { widthPx, heightPx, data, rgb }: ColourImage): void {
  const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
  forEachSample(to, { width: widthPx, height: heightPx }, (at, from) => {
    for (let k = 0; k < 3; k++) bytes[4 * at + k] = (rgb ? rgb[3 * from + k] : data[from]) as number;
    bytes[4 * at + 3] = 255;
  });
}

/** Writes `paint` where the mask is set and leaves the rest. @param of the whole image */
export function fillSmall(target: Uint32Array, to: Size, of: Size, { box, mask }: Crop, paint: number): void {
  const [left, top, width, height] = box;
  // Samples are taken at (k + 0.5) * of / to.
  const first = (from: number, small: number, large: number): number =>
    Math.max(Math.ceil((from * small) / large - 0.5), 0);
  for (let y = first(top, to.height, of.height); y < to.height; y++) {
    const row = Math.floor(((y + 0.5) * of.height) / to.height) - top;
    if (row >= height) return;
    if (row < 0) continue;
    for (let x = first(left, to.width, of.width); x < to.width; x++) {
      const column = Math.floor(((x + 0.5) * of.width) / to.width) - left;
      if (column >= width) break;
      if (column >= 0 && mask.data[row * width + column] === 1) target[y * to.width + x] = paint;
    }
  }
}

/** `at` and `from`: places in the small and in the large picture, row by row. */
function forEachSample(to: Size, of: Size, visit: (at: number, from: number) => void): void {
  for (let y = 0, at = 0; y < to.height; y++) {
    const row = Math.floor(((y + 0.5) * of.height) / to.height) * of.width;
    for (let x = 0; x < to.width; x++, at++) visit(at, row + Math.floor(((x + 0.5) * of.width) / to.width));
  }
}
