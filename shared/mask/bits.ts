/**
 * Masks at eight pixels a byte, to cross processes in. Pixels in reading order, lowest bit first, no padding between
 * rows: also the layout of DICOM SEG frames and of `numpy.packbits(bitorder='little')`. Not for files (`rle`).
 */
import { AppError } from '../errors';
import { emptyMask } from './mask';
import type { Mask } from './mask';

/** @returns ceil(width * height / 8) bytes; unused bits of the last one are 0 */
export function packMask(mask: Mask): Uint8Array {
  const { data } = mask;
  const bytes = new Uint8Array(Math.ceil(data.length / 8));
  for (let i = 0; i < data.length; i++) {
    const byte = i >> 3;
    bytes[byte] = (bytes[byte] as number) | ((data[i] as number) << (i & 7));
  }
  return bytes;
}

/** @throws AppError `format-corrupt` when the bytes are not those of a mask of this size. */
export function unpackMask(bytes: Uint8Array, widthPx: number, heightPx: number): Mask {
  const pixels = widthPx * heightPx;
  if (bytes.length !== Math.ceil(pixels / 8)) {
    throw new AppError('format-corrupt', 'mask', `${bytes.length} bytes are no packed ${widthPx}x${heightPx} mask`);
  }
  if (pixels % 8 !== 0 && (bytes[bytes.length - 1] as number) >> (pixels % 8) !== 0) {
    throw new AppError('format-corrupt', 'mask', `bits beyond the last pixel of ${widthPx}x${heightPx} are set`);
  }
  const mask = emptyMask(widthPx, heightPx);
  for (let i = 0; i < pixels; i++) mask.data[i] = ((bytes[i >> 3] as number) >> (i & 7)) & 1;
  return mask;
}
