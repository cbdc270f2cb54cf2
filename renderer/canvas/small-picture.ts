/** Images and masks in small by taking one sample for each pixel: cheap, whatever the size. For overviews alone. */
import type { ColourImage } from '../../shared/image';
import type { Mask } from '../../shared/mask';
import type { Size } from './viewport';

/** Writes one opaque pixel for each of `to`, in the byte order of `ImageData` on this machine. */
export function sampleSmall(target: Uint32Array, to: Size, { widthPx, heightPx, data, rgb }: ColourImage): void {
  const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
  forEachSample(to, { width: widthPx, height: heightPx }, (at, from) => {
    for (let k = 0; k < 3; k++) bytes[4 * at + k] = (rgb ? rgb[3 * from + k] : data[from]) as number;
    bytes[4 * at + 3] = 255;
  });
}

/** Writes `paint` where the mask is set and leaves the rest. */
export function fillSmall(target: Uint32Array, to: Size, { widthPx, heightPx, data }: Mask, paint: number): void {
  forEachSample(to, { width: widthPx, height: heightPx }, (at, from) => {
    if (data[from] === 1) target[at] = paint;
  });
}

/** `at` and `from`: places in the small and in the large picture, row by row. */
function forEachSample(to: Size, of: Size, visit: (at: number, from: number) => void): void {
  for (let y = 0, at = 0; y < to.height; y++) {
    const row = Math.floor(((y + 0.5) * of.height) / to.height) * of.width;
    for (let x = 0; x < to.width; x++, at++) visit(at, row + Math.floor(((x + 0.5) * of.width) / to.width));
  }
}
