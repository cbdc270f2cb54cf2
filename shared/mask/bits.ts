/**
 * Masks at eight pixels a byte, to cross processes in. Pixels in reading order, lowest bit first, no padding between
 * rows: also the layout of DICOM SEG frames and of `numpy.packbits(bitorder='little')`. Not for files (`rle`).
 */
import { AppError } from '../errors';
import { emptyMask } from './mask';
import type { Mask } from './mask';

/** Four pixels as the word that holds them, by their four bits. Every platform this runs on is little endian. */
const PIXELS_OF_BITS = Uint32Array.from({ length: 16 }, (_, bits) => {
  return (bits & 1) | ((bits & 2) << 7) | ((bits & 4) << 14) | ((bits & 8) << 21);
});

/** @returns ceil(width * height / 8) bytes; unused bits of the last one are 0 */
export function packMask(mask: Mask): Uint8Array {
  const data = mask.data.byteOffset % 4 === 0 ? mask.data : mask.data.slice();
  const bytes = new Uint8Array(Math.ceil(data.length / 8));
  const whole = data.length >> 3;
  const words = new Uint32Array(data.buffer, data.byteOffset, 2 * whole);
  for (let byte = 0; byte < whole; byte++) {
    const [low, high] = [words[2 * byte] as number, words[2 * byte + 1] as number];
    if ((low | high) !== 0) bytes[byte] = bitsOfPixels(low) | (bitsOfPixels(high) << 4);
  }
  for (let i = whole * 8; i < data.length; i++) {
    bytes[whole] = (bytes[whole] as number) | ((data[i] as number) << (i & 7));
  }
  return bytes;
}

function bitsOfPixels(word: number): number {
  return (word | (word >>> 7) | (word >>> 14) | (word >>> 21)) & 15;
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
  const whole = pixels >> 3;
  const words = new Uint32Array(mask.data.buffer, 0, 2 * whole);
  for (let byte = 0; byte < whole; byte++) {
    const bits = bytes[byte] as number;
    if (bits === 0) continue;
    words[2 * byte] = PIXELS_OF_BITS[bits & 15] as number;
    words[2 * byte + 1] = PIXELS_OF_BITS[bits >> 4] as number;
  }
  for (let i = whole * 8; i < pixels; i++) mask.data[i] = ((bytes[whole] as number) >> (i & 7)) & 1;
  return mask;
}
