/** Mirror images. */
import type { GrayImage } from './gray-image';

/** Left and right exchanged, of an image or a mask. */
export function mirror<T extends GrayImage>(image: T): T {
  const { widthPx, data } = image;
  return { ...image, data: data.map((_, i) => data[i - 2 * (i % widthPx) + widthPx - 1] ?? 0) };
}
