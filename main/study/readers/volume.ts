/**
 * Frames of a volume: samples that lie one after the other, plain or packed, as NIfTI and MetaImage store them. x is the
 * first and fastest axis and runs to the right, y the second and runs downwards, all others count frames.
 *
 * Unsigned 8-bit samples are shown as they are; deeper ones through the range the file asks for, else from the darkest to
 * the brightest of the whole volume: a loop must not flicker, and a frame's pixels must not depend on who asks.
 */
import { stat } from 'node:fs/promises';
import type { Calibration } from '../../../shared/domain';
import { AppError } from '../../../shared/errors';
import type { ColourImage } from '../../../shared/image';
import type { ImageFormat } from '../format';
import { checkFrameSize, MAX_FRAMES } from '../limits';
import { memoryBytes, withFile, type ByteSource } from './byte-source';
import { inflatedBytes } from './inflate';
import { fromSamples } from './pixels';
import type { OpenImage } from './reader';
import { toVoxels, type VoxelType, type Voxels } from './voxels';

/** Of packed samples: they are unpacked in memory. */
const MAX_PACKED_BYTES = 2 ** 28;
/** Of plain ones: all are looked at for the darkest and the brightest. */
const MAX_PLAIN_BYTES = 2 ** 31;

export interface Range {
  readonly low: number;
  readonly high: number;
}

export interface Volume {
  readonly format: ImageFormat;
  /** Of the header: named in errors. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly frameCount: number;
  readonly channels: number;
  readonly type: VoxelType;
  readonly bigEndian: boolean;
  /** From a sample to what it means. */
  readonly slope: number;
  readonly intercept: number;
  /** What to show from black to white. */
  readonly range?: Range;
  readonly data: VolumeData;
  readonly calibration?: Calibration;
  readonly frameTimeMs?: number;
}

export interface VolumeData {
  readonly file: string;
  /** Of the first sample, or of the packed stream. */
  readonly start: number;
  readonly packed: boolean;
  /** Bytes of the unpacked stream before the first sample. */
  readonly skip: number;
}

/** @throws AppError `format-corrupt`, `format-unknown`, `too-large`, and the system's errors of reading */
export async function openVolume(volume: Volume): Promise<OpenImage> {
  const { format, sizeBytes, widthPx, heightPx, frameCount, channels, type, data, calibration, frameTimeMs } = volume;
  const total = await checkedBytes(volume);
  let unpacked: Promise<Uint8Array> | undefined;
  const read = async <T>(use: (bytes: ByteSource, first: number) => Promise<T>): Promise<T> => {
    if (!data.packed) return withFile(data.file, (bytes) => use(bytes, data.start));
    unpacked ??= inflatedBytes(volume.path, data.file, data.start, data.skip + total);
    // What could not be read is tried again with the next frame.
    unpacked.catch(() => (unpacked = undefined));
    return use(memoryBytes(volume.path, await unpacked), data.skip);
  };
  const frame = (index: number): Promise<Voxels> => read((bytes, first) => voxelsOf(volume, bytes, first, index));
  let range: Promise<Range> | undefined;
  return {
    metadata: { format, sizeBytes, frameCount, channels, bitsPerSample: 8 * type.bytes },
    ...{ widthPx, heightPx, keptBytes: data.packed ? total : 0 },
    ...(calibration && { calibration }),
    ...(frameTimeMs !== undefined && { frameTimeMs }),
    decode: async (index) => {
      if (!isAsStored(volume)) {
        range ??= volume.range ? Promise.resolve(volume.range) : read((bytes, first) => rangeOf(volume, bytes, first));
        range.catch(() => (range = undefined));
      }
      const shown = toFrame(volume, await frame(index), await range);
      return { frame: shown, channels, bitsPerSample: 8 * type.bytes };
    },
  };
}

/** Of all samples; what a header promises and its file cannot hold is refused before memory is taken for it. */
async function checkedBytes(volume: Volume): Promise<number> {
  const { path, widthPx, heightPx, frameCount, channels, type, data } = volume;
  checkFrameSize(path, widthPx, heightPx);
  if (frameCount < 1) throw new AppError('format-corrupt', path, `${path}: it has no frame`);
  if (frameCount > MAX_FRAMES) {
    throw new AppError('too-large', path, `${path}: ${frameCount} frames, at most ${MAX_FRAMES} are accepted`);
  }
  if (channels !== 1 && !((channels === 3 || channels === 4) && type.name === 'uint8')) {
    throw new AppError('format-unknown', path, `${path}: ${channels} channels of ${type.name} cannot be shown`);
  }
  const total = frameBytes(volume) * frameCount;
  const most = data.packed ? MAX_PACKED_BYTES : MAX_PLAIN_BYTES;
  if (total + data.skip > most) {
    const advice = data.packed ? '; unpacked files may be larger' : '';
    throw new AppError('too-large', path, `${path}: ${total} bytes of samples, at most ${most} are read${advice}`);
  }
  const { size } = await stat(data.file);
  if (!(data.start >= 0) || (!data.packed && data.start + total > size)) {
    const reason = `truncated: ${data.start + total} bytes needed, ${size} there`;
    throw new AppError('format-corrupt', path, `${path}: ${reason}`);
  }
  return total;
}

function frameBytes({ widthPx, heightPx, channels, type }: Volume): number {
  return widthPx * heightPx * channels * type.bytes;
}

async function voxelsOf(volume: Volume, bytes: ByteSource, first: number, index: number): Promise<Voxels> {
  const length = frameBytes(volume);
  return toVoxels(await bytes.read(first + index * length, length), volume.type, volume.bigEndian);
}

function isAsStored({ type, channels, slope, intercept, range }: Volume): boolean {
  return channels > 1 || (type.name === 'uint8' && slope === 1 && intercept === 0 && !range);
}

/** Of what finite samples mean, over all frames. */
async function rangeOf(volume: Volume, bytes: ByteSource, first: number): Promise<Range> {
  let [low, high] = [Infinity, -Infinity];
  for (let index = 0; index < volume.frameCount; index++) {
    const voxels = await voxelsOf(volume, bytes, first, index);
    for (let i = 0; i < voxels.length; i++) {
      const sample = voxels[i] as number;
      if (sample < low && sample > -Infinity) low = sample;
      if (sample > high && sample < Infinity) high = sample;
    }
  }
  const [a, b] = [low, high].map((sample) => sample * volume.slope + volume.intercept) as [number, number];
  return { low: Math.min(a, b), high: Math.max(a, b) };
}

function toFrame(volume: Volume, voxels: Voxels, range: Range | undefined): ColourImage {
  const { widthPx, heightPx, channels, slope, intercept } = volume;
  if (!range) return fromSamples(voxels as Uint8Array, channels, { widthPx, heightPx });
  const { low, high } = range;
  const data = new Uint8Array(voxels.length);
  // A volume of one value is black; what is no number is black.
  for (let i = 0; high > low && i < data.length; i++) {
    const level = ((voxels[i] as number) * slope + intercept - low) / (high - low);
    data[i] = level > 0 ? Math.round(255 * Math.min(level, 1)) : 0;
  }
  return { widthPx, heightPx, data };
}
