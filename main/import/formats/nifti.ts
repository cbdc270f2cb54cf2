/**
 * NIfTI-1 label maps, gzipped or not: x is the image's row, y its column, as the voxels lie in the file; the third
 * dimension (and the fourth) is the frames of a loop. Whole numbers only.
 */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { AppError } from '../../../shared/errors';
import { readNiftiHeader, toVoxels } from '../../study';
import type { MaskReader } from '../found-mask';
import { labelValues, masksOfValues } from '../label-values';
import { readInside } from '../mask-files';

const decompress = promisify(gunzip);
const MOST_BYTES = 2 ** 28;

export const readNifti: MaskReader = async (file, reading) => {
  const { path } = file;
  const corrupt = (reason: string, cause?: unknown): AppError =>
    new AppError('format-corrupt', path, `${path}: ${reason}`, { cause });
  let bytes: Buffer = await readInside(file.root, path);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    bytes = await decompress(bytes, { maxOutputLength: MOST_BYTES }).catch((cause: unknown) => {
      throw corrupt(cause instanceof Error ? cause.message : 'not gzip', cause);
    });
  }
  const { widthPx, heightPx, slices, volumes, type, channels, bigEndian, offset } = readNiftiHeader(bytes, path);
  if (channels > 1) throw corrupt('colours, not label numbers');
  const [pixels, frames] = [widthPx * heightPx, slices * volumes];
  const end = offset + pixels * frames * type.bytes;
  if (bytes.length < end) throw corrupt('truncated in the voxels');
  const values = toVoxels(bytes.subarray(offset, end), type, bigEndian);
  if (!values.every(Number.isInteger)) throw corrupt('fractions, not label numbers');

  const names = await labelValues(file);
  return Array.from({ length: frames }, (_, frameIndex) => {
    const data = values.subarray(frameIndex * pixels, (frameIndex + 1) * pixels);
    const about = { image: file.relativePath, frameIndex };
    return masksOfValues(file, { widthPx, heightPx, data }, names, about, reading);
  }).flat();
};
