/**
 * Which format a file has, told by its first bytes; a file's name is never asked. Not the decoding.
 */

export type ImageFormat = 'png' | 'jpeg' | 'tiff' | 'bmp';

/** Enough of a file to know its format, and for PNG and BMP its size in pixels. */
export const HEAD_BYTES = 32;

const SIGNATURES: readonly (readonly [ImageFormat, readonly number[]])[] = [
  ['png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['jpeg', [0xff, 0xd8, 0xff]],
  ['tiff', [0x49, 0x49, 0x2a, 0x00]],
  ['tiff', [0x4d, 0x4d, 0x00, 0x2a]],
  // BigTIFF, for files beyond 4 GB.
  ['tiff', [0x49, 0x49, 0x2b, 0x00]],
  ['tiff', [0x4d, 0x4d, 0x00, 0x2b]],
  ['bmp', [0x42, 0x4d]],
];

/** The format that the first bytes of a file promise, or undefined for none of ours. */
export function formatOf(head: Uint8Array): ImageFormat | undefined {
  return SIGNATURES.find(([, signature]) => signature.every((byte, i) => head[i] === byte))?.[0];
}
