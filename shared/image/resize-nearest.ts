/**
 * Pillow's NEAREST resize, for masks and label maps. Never blends, so every output value occurs in the input.
 */
import { AppError } from '../errors';
import type { GrayImage } from './gray-image';

/**
 * Source index of each output sample: floor of (i + 0.5) * from / to, added up step by step as `ImagingScaleAffine` in
 * Pillow's `src/libImaging/Geometry.c` does, so that rounding falls the same way.
 */
function sourceIndices(fromLength: number, toLength: number): Int32Array {
  const step = fromLength / toLength;
  const indices = new Int32Array(toLength);
  let position = step * 0.5;
  for (let i = 0; i < toLength; i++) {
    indices[i] = Math.min(Math.trunc(position), fromLength - 1);
    position += step;
  }
  return indices;
}

/**
 * Resizes as `PIL.Image.resize((widthPx, heightPx), PIL.Image.NEAREST)` does. Takes a mask as well as a grey image.
 *
 * @throws AppError `usage` for a size below 1 x 1.
 */
export function resizeNearest(image: GrayImage, widthPx: number, heightPx: number): GrayImage {
  if (image.widthPx < 1 || image.heightPx < 1 || widthPx < 1 || heightPx < 1) {
    const sizes = `${image.widthPx}x${image.heightPx} to ${widthPx}x${heightPx}`;
    throw new AppError('usage', 'image', `cannot resize ${sizes}: both must be at least 1x1`);
  }
  const columns = sourceIndices(image.widthPx, widthPx);
  const rows = sourceIndices(image.heightPx, heightPx);
  const data = new Uint8Array(widthPx * heightPx);
  for (let y = 0; y < heightPx; y++) {
    const from = (rows[y] as number) * image.widthPx;
    const to = y * widthPx;
    for (let x = 0; x < widthPx; x++) data[to + x] = image.data[from + (columns[x] as number)] as number;
  }
  return { widthPx, heightPx, data };
}
