/** How a DICOM image's pixels are stored: the Image Pixel module, checked. Not the pixels. */
import type { DataSet } from 'dicom-parser';
import { AppError } from '../../../../shared/errors';
import { checkFrameSize, MAX_FRAMES } from '../../limits';

const PHOTOMETRIC = [
  'MONOCHROME1',
  'MONOCHROME2',
  'PALETTE COLOR',
  'RGB',
  'YBR_FULL',
  'YBR_FULL_422',
  'YBR_ICT',
  'YBR_RCT',
] as const;
export type Photometric = (typeof PHOTOMETRIC)[number];

export interface PixelDescription {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly frameCount: number;
  readonly samplesPerPixel: 1 | 3;
  readonly photometric: Photometric;
  /** Whole planes of red, green and blue one after the other instead of pixel by pixel. */
  readonly planar: boolean;
  readonly bitsAllocated: 1 | 8 | 16 | 32;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
}

/** @throws AppError `format-corrupt`, `too-large`, or `format-unknown` for what DICOM allows and this cannot read */
export function describePixels(dataSet: DataSet, path: string): PixelDescription {
  const needed = (tag: string, name: string): number => {
    const value = dataSet.uint16(tag);
    if (value === undefined) throw corrupt(path, `${name} is missing`);
    return value;
  };
  const heightPx = needed('x00280010', 'Rows (0028,0010)');
  const widthPx = needed('x00280011', 'Columns (0028,0011)');
  checkFrameSize(path, widthPx, heightPx);
  const frameCount = framesOf(dataSet, path);
  const samplesPerPixel = dataSet.uint16('x00280002') ?? 1;
  const photometric = photometricOf(dataSet, path);
  const bitsAllocated = needed('x00280100', 'Bits Allocated (0028,0100)');
  if (bitsAllocated !== 1 && bitsAllocated !== 8 && bitsAllocated !== 16 && bitsAllocated !== 32) {
    throw unknown(path, `${bitsAllocated} bits a sample; 1, 8, 16 and 32 can be read`);
  }
  const isColour = photometric === 'RGB' || photometric.startsWith('YBR');
  if (samplesPerPixel !== (isColour ? 3 : 1)) {
    throw corrupt(path, `${samplesPerPixel} samples a pixel do not go with ${photometric}`);
  }
  if (isColour && bitsAllocated === 1) throw corrupt(path, 'colour of 1 bit a sample');
  const bitsStored = dataSet.uint16('x00280101') ?? bitsAllocated;
  const highBit = dataSet.uint16('x00280102') ?? bitsStored - 1;
  if (bitsStored < 1 || highBit >= bitsAllocated || highBit < bitsStored - 1) {
    throw corrupt(path, `${bitsStored} bits up to bit ${highBit} do not fit in ${bitsAllocated} allocated`);
  }
  return {
    ...{ widthPx, heightPx, frameCount, photometric, bitsAllocated, bitsStored, highBit },
    samplesPerPixel: isColour ? 3 : 1,
    planar: isColour && dataSet.uint16('x00280006') === 1,
    signed: dataSet.uint16('x00280103') === 1,
  };
}

function framesOf(dataSet: DataSet, path: string): number {
  const text = dataSet.string('x00280008');
  if (text === undefined || text === '') return 1;
  const count = Number(text);
  // Some writers put 0 where they mean an ordinary image.
  if (count === 0) return 1;
  if (!Number.isInteger(count) || count < 0) throw corrupt(path, `Number of Frames is "${text.slice(0, 20)}"`);
  if (count > MAX_FRAMES) {
    throw new AppError('too-large', path, `${path}: ${count} frames, at most ${MAX_FRAMES} are accepted`);
  }
  return count;
}

function photometricOf(dataSet: DataSet, path: string): Photometric {
  const text = dataSet.string('x00280004');
  if (!text) throw corrupt(path, 'Photometric Interpretation (0028,0004) is missing');
  const known = PHOTOMETRIC.find((name) => name === text);
  if (!known) throw unknown(path, `photometric interpretation ${text.slice(0, 40)}`);
  return known;
}

function corrupt(path: string, reason: string): AppError {
  return new AppError('format-corrupt', path, `${path}: ${reason}`);
}

function unknown(path: string, reason: string): AppError {
  return new AppError('format-unknown', path, `${path}: not readable: ${reason}`);
}
