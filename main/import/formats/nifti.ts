/**
 * NIfTI-1 label maps, gzipped or not: x is the image's row, y its column, as the voxels lie in the file; the third
 * dimension is the frames of a loop. Whole numbers only.
 */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { AppError } from '../../../shared/errors';
import type { MaskReader } from '../found-mask';
import { labelValues, masksOfValues } from '../label-values';
import { readInside } from '../mask-files';

const decompress = promisify(gunzip);
const MOST_BYTES = 2 ** 28;

type Voxels =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;
type Make = (bytes: ArrayBuffer) => Voxels;

/** By nifti1.h's datatype codes: bytes a voxel, and the array they make. */
const TYPES: Readonly<Record<number, readonly [bytes: number, make: Make]>> = {
  2: [1, (bytes) => new Uint8Array(bytes)],
  4: [2, (bytes) => new Int16Array(bytes)],
  8: [4, (bytes) => new Int32Array(bytes)],
  16: [4, (bytes) => new Float32Array(bytes)],
  64: [8, (bytes) => new Float64Array(bytes)],
  256: [1, (bytes) => new Int8Array(bytes)],
  512: [2, (bytes) => new Uint16Array(bytes)],
  768: [4, (bytes) => new Uint32Array(bytes)],
};

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
  if (bytes.length < 352) throw corrupt('truncated in the header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLittle = view.getInt32(0, true) === 348;
  if (!isLittle && view.getInt32(0, false) !== 348) throw corrupt('no NIfTI-1 header');
  const dim = Array.from({ length: 8 }, (_, i) => view.getInt16(40 + 2 * i, isLittle));
  const [, widthPx = 0, heightPx = 0, depth = 1] = dim;
  const frames = (dim[0] ?? 0) >= 3 ? depth : 1;
  if (widthPx < 1 || heightPx < 1 || frames < 1 || dim.slice(4, 1 + (dim[0] ?? 0)).some((n) => n > 1)) {
    throw corrupt(`${dim.slice(1).join(' x ')} are no image or loop`);
  }
  const [size, make] = TYPES[view.getInt16(70, isLittle)] ?? [];
  if (!size || !make) throw corrupt(`voxels of type ${view.getInt16(70, isLittle)}`);
  const offset = view.getFloat32(108, isLittle);
  const pixels = widthPx * heightPx;
  if (!(offset >= 0) || bytes.length < offset + pixels * frames * size) throw corrupt('truncated in the voxels');
  // A copy, since arrays of several bytes must begin at a multiple of them.
  const voxels = new Uint8Array(pixels * frames * size);
  voxels.set(bytes.subarray(offset, offset + voxels.length));
  if (!isLittle && size > 1) swap(Buffer.from(voxels.buffer), size);
  const values = make(voxels.buffer);
  if (!values.every(Number.isInteger)) throw corrupt('fractions, not label numbers');

  const names = await labelValues(file);
  return Array.from({ length: frames }, (_, frameIndex) => {
    const data = values.subarray(frameIndex * pixels, (frameIndex + 1) * pixels);
    const about = { image: file.relativePath, frameIndex };
    return masksOfValues(file, { widthPx, heightPx, data }, names, about, reading);
  }).flat();
};

function swap(bytes: Buffer, size: number): void {
  if (size === 2) bytes.swap16();
  else if (size === 4) bytes.swap32();
  else bytes.swap64();
}
