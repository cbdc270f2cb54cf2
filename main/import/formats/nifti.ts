/**
 * NIfTI-1 label maps, gzipped or not: x is the image's row, y its column, as the voxels lie in the file; the third
 * dimension (and the fourth) is the frames of a loop. Whole numbers only.
 */
import { AppError } from '../../../shared/errors';
import { inflatedBytes, readNiftiHeader, toVoxels } from '../../study';
import type { MaskReader } from '../found-mask';
import { labelValues, masksOfValues } from '../label-values';
import { readInside } from '../mask-files';

const HEADER_BYTES = 348;
const MOST_BYTES = 2 ** 28;

export const readNifti: MaskReader = async (file, reading) => {
  const { path } = file;
  const corrupt = (reason: string): AppError => new AppError('format-corrupt', path, `${path}: ${reason}`);
  const stored = await readInside(file.root, path);
  const isPacked = stored[0] === 0x1f && stored[1] === 0x8b;
  const first = (count: number): Promise<Uint8Array> | Uint8Array =>
    isPacked ? inflatedBytes(path, path, 0, count) : stored.subarray(0, count);
  const header = readNiftiHeader(await first(HEADER_BYTES), path);
  const { widthPx, heightPx, slices, volumes, type, channels, bigEndian, offset } = header;
  if (channels > 1) throw corrupt('colours, not label numbers');
  const [pixels, frames] = [widthPx * heightPx, slices * volumes];
  const end = offset + pixels * frames * type.bytes;
  if (end > MOST_BYTES) throw new AppError('too-large', path, `${path}: ${end} bytes, at most ${MOST_BYTES}`);
  const bytes = await first(end);
  if (bytes.length < end) throw corrupt('truncated in the voxels');
  const values = toVoxels(bytes.subarray(offset, end), type, bigEndian);
  if (/^float/.test(type.name) && !values.every(Number.isInteger)) throw corrupt('fractions, not label numbers');

  const names = await labelValues(file);
  return Array.from({ length: frames }, (_, frameIndex) => {
    const data = values.subarray(frameIndex * pixels, (frameIndex + 1) * pixels);
    const about = { image: file.relativePath, frameIndex };
    return masksOfValues(file, { widthPx, heightPx, data }, names, about, reading);
  }).flat();
};
