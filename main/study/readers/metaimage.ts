/**
 * MetaImage (.mhd with its data beside it, .mha with its data behind the header): lines of `Key = Value`, then samples,
 * plain or by zlib. As NIfTI: x to the right, y downwards, all other dimensions are frames.
 */
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../../shared/errors';
import type { ByteSource } from './byte-source';
import type { OpenImage } from './reader';
import { uniformCalibration } from './spacing';
import { openVolume, type VolumeData } from './volume';
import { VOXEL_TYPES, type VoxelType } from './voxels';

/** A header longer than that is none. */
const MAX_HEADER_BYTES = 2 ** 16;

/** MET_LONG has 4 or 8 bytes, whoever wrote it: it is refused. */
const TYPES: Readonly<Record<string, VoxelType>> = {
  MET_UCHAR: VOXEL_TYPES.uint8,
  MET_CHAR: VOXEL_TYPES.int8,
  MET_USHORT: VOXEL_TYPES.uint16,
  MET_SHORT: VOXEL_TYPES.int16,
  MET_UINT: VOXEL_TYPES.uint32,
  MET_INT: VOXEL_TYPES.int32,
  MET_FLOAT: VOXEL_TYPES.float32,
  MET_DOUBLE: VOXEL_TYPES.float64,
};

/** True for first bytes that are a MetaImage's. */
export function isMetaImage(head: Uint8Array): boolean {
  return /^\s*(ObjectType|NDims|Comment)\s*=/.test(Buffer.from(head.subarray(0, 64)).toString('latin1'));
}

interface Header {
  readonly values: ReadonlyMap<string, string>;
  /** Bytes up to and with the line of ElementDataFile. */
  readonly length: number;
}

/** @throws AppError `format-corrupt`, `format-unknown`, `too-large`, or `file-not-found` for data that are not there */
export async function openMetaImage(file: ByteSource): Promise<OpenImage> {
  const { path, size: sizeBytes } = file;
  const header = await readHeader(file);
  const number = (key: string): number[] | undefined => numbersOf(header, key);
  const [widthPx = 0, heightPx = 0, ...more] = number('DimSize') ?? [];
  const sizes = [widthPx, heightPx, ...more];
  if (sizes.length < 2 || sizes.some((size) => !Number.isInteger(size) || size < 1)) {
    throw refuse('format-corrupt', path, `DimSize "${textOf(header, 'DimSize')}" is no image or loop`);
  }
  const typeName = textOf(header, 'ElementType');
  const type = TYPES[typeName.replace(/_ARRAY$/, '')];
  if (!type) throw refuse('format-unknown', path, `samples of type "${typeName}" cannot be read`);
  if (isTrue(header, 'BinaryData') === false) {
    throw refuse('format-unknown', path, 'its samples are text; binary ones can be read');
  }
  const [x = 0, y = 0] = number('ElementSpacing') ?? number('ElementSize') ?? [];
  const calibration = uniformCalibration('metaimage', x, y);
  const shape = {
    ...{ widthPx, heightPx, frameCount: more.reduce((product, size) => product * size, 1) },
    ...{ channels: number('ElementNumberOfChannels')?.[0] ?? 1, type },
  };
  const frameBytes = widthPx * heightPx * shape.channels * type.bytes;
  return openVolume({
    ...shape,
    ...{ format: 'metaimage', path, sizeBytes, slope: 1, intercept: 0 },
    bigEndian: isTrue(header, 'BinaryDataByteOrderMSB') ?? isTrue(header, 'ElementByteOrderMSB') ?? false,
    data: await dataOf(path, header, frameBytes * shape.frameCount),
    ...(calibration && { calibration }),
  });
}

/** Where the samples are: behind the header, or in a file beside it, whose name must lead nowhere else. */
async function dataOf(path: string, header: Header, total: number): Promise<VolumeData> {
  const name = textOf(header, 'ElementDataFile');
  const packed = isTrue(header, 'CompressedData') ?? false;
  if (name.toUpperCase() === 'LOCAL') return { file: path, start: header.length, packed, skip: 0 };
  if (name === 'LIST' || name.includes('%')) {
    throw refuse('format-unknown', path, 'its samples are in many files; one file can be read');
  }
  if (name === '' || /[/\\:\0]/.test(name) || name === '..') {
    throw refuse('format-unknown', path, `its data file "${name.slice(0, 200)}" must lie in the same folder`);
  }
  const file = join(dirname(path), name);
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) throw refuse('file-not-found', path, `its data file "${name}" is not in the same folder`);
  const [skip = 0] = numbersOf(header, 'HeaderSize') ?? [];
  // -1: the samples are the last bytes of the file.
  return { file, start: skip === -1 ? found.size - total : skip, packed, skip: 0 };
}

async function readHeader(file: ByteSource): Promise<Header> {
  const bytes = await file.read(0, Math.min(MAX_HEADER_BYTES, file.size));
  const values = new Map<string, string>();
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(0x0a, at);
    const line = Buffer.from(bytes.subarray(at, end < 0 ? bytes.length : end)).toString('utf8');
    const [, key, value] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    at = end < 0 ? bytes.length : end + 1;
    if (key === undefined || value === undefined) {
      if (line.trim() === '') continue;
      break;
    }
    values.set(key, value);
    if (key === 'ElementDataFile') return { values, length: at };
  }
  throw refuse('format-corrupt', file.path, 'its header does not come to ElementDataFile');
}

function textOf({ values }: Header, key: string): string {
  return values.get(key) ?? '';
}

function numbersOf({ values }: Header, key: string): number[] | undefined {
  const numbers = values.get(key)?.split(/\s+/).map(Number);
  return numbers?.every(Number.isFinite) ? numbers : undefined;
}

function isTrue({ values }: Header, key: string): boolean | undefined {
  const text = values.get(key);
  return text === undefined ? undefined : /^(t|1|y)/i.test(text);
}

function refuse(code: AppError['code'], path: string, reason: string): AppError {
  return new AppError(code, path, `${path}: ${reason}`);
}
