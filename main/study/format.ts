/**
 * Which format a file has, told by its first bytes; a file's name is never asked. Not the decoding.
 */
import { isAvi } from './readers/avi';
import { isMetaImage } from './readers/metaimage';
import { isNifti } from './readers/nifti';

export type ImageFormat = 'png' | 'jpeg' | 'tiff' | 'bmp' | 'dicom' | 'nifti' | 'metaimage' | 'avi';

/** Enough of a file to know its format: NIfTI has its mark at the end of its header. */
export const HEAD_BYTES = 348;

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
  // A preamble may look like any other format: what follows it is asked first.
  if (letters(head, 128, 4) === 'DICM') return 'dicom';
  if (isNifti(head)) return 'nifti';
  if (isMetaImage(head)) return 'metaimage';
  if (isAvi(head)) return 'avi';
  return SIGNATURES.find(([, signature]) => signature.every((byte, i) => head[i] === byte))?.[0];
}

/** Videos that are recognised to be refused by name. */
export function foreignFormat(head: Uint8Array): string | undefined {
  if (letters(head, 4, 4) === 'ftyp') return 'MP4 or MOV video';
  if (letters(head, 0, 4) === '\x1a\x45\xdf\xa3') return 'WebM or Matroska video';
  return undefined;
}

function letters(head: Uint8Array, at: number, length: number): string {
  return Buffer.from(head.subarray(at, at + length)).toString('latin1');
}
