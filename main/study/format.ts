/**
 * Which format a file has, told by its first bytes; a file's name is never asked. Not the decoding.
 */
import { isAvi } from './readers/avi';
import { isMetaImage } from './readers/metaimage';
import { isNifti } from './readers/nifti';
import { isMp4, isWebm } from './readers/video';

export type ImageFormat = 'png' | 'jpeg' | 'tiff' | 'bmp' | 'dicom' | 'nifti' | 'metaimage' | 'avi' | 'mp4' | 'webm';

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
  if (isWebm(head)) return 'webm';
  if (isMp4(head)) return 'mp4';
  return SIGNATURES.find(([, signature]) => signature.every((byte, i) => head[i] === byte))?.[0];
}

function letters(head: Uint8Array, at: number, length: number): string {
  return Buffer.from(head.subarray(at, at + length)).toString('latin1');
}
