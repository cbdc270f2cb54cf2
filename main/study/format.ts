/**
 * Which format a file has, told by its first bytes; a file's name is never asked. Not the decoding.
 */

export type ImageFormat = 'png' | 'jpeg' | 'tiff' | 'bmp' | 'dicom' | 'nifti' | 'metaimage' | 'avi';

/** Enough of a file to know its format; NIfTI has its mark at the end of a header of 348 bytes. */
export const HEAD_BYTES = 352;

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

/** Formats that tell themselves further in: at a byte, by ASCII letters. */
const LATER: readonly (readonly [ImageFormat, at: number, letters: string])[] = [
  ['dicom', 128, 'DICM'],
  ['nifti', 344, 'n+1\0'],
  ['avi', 8, 'AVI '],
];

/** The format that the first bytes of a file promise, or undefined for none of ours. */
export function formatOf(head: Uint8Array): ImageFormat | undefined {
  const letters = (at: number, length: number): string =>
    Buffer.from(head.subarray(at, at + length)).toString('latin1');
  // A preamble may look like any other format: what follows it is asked first.
  const later = LATER.find(([, at, wanted]) => letters(at, wanted.length) === wanted)?.[0];
  const first = SIGNATURES.find(([, signature]) => signature.every((byte, i) => head[i] === byte))?.[0];
  return later ?? first ?? (/^\s*(ObjectType|NDims)\s*=/.test(letters(0, 64)) ? 'metaimage' : undefined);
}

/** Videos and others that are recognised to be refused by name. */
export function foreignFormat(head: Uint8Array): string | undefined {
  const letters = Buffer.from(head.subarray(0, 12)).toString('latin1');
  if (letters.slice(4, 8) === 'ftyp') return 'MP4 or MOV video';
  if (letters.startsWith('\x1a\x45\xdf\xa3')) return 'WebM or Matroska video';
  return undefined;
}
