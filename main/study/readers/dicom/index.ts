/** DICOM Part 10: its header, and any of its frames as they are to be shown. */
import { AppError } from '../../../../shared/errors';
import { withFile, type ByteSource } from '../byte-source';
import { fromRgb } from '../pixels';
import type { OpenImage, Pixels } from '../reader';
import { frameTimeOf, greyRuleOf, paletteOf } from './attributes';
import { calibrationOf } from './calibration';
import { decodeFrame, isCompressed, type RawFrame } from './codecs';
import { applyPalette, expand422, ybrToRgb } from './colour';
import { BIG_ENDIAN, DEFLATED, readHeader, type DicomHeader } from './data-set';
import { describePixels, type PixelDescription } from './description';
import { placeFrames, type FramePlaces } from './frame-bytes';
import { toGreyLevels } from './grey-levels';
import { placeOf } from './place';
import { toSamples, unpackBits, type Samples } from './samples';

const UNCOMPRESSED: ReadonlySet<string> = new Set(['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', BIG_ENDIAN, DEFLATED]);

/** A DICOM image's pixels as they are stored, decompressed. */
export interface StoredPixels {
  readonly header: DicomHeader;
  readonly description: PixelDescription;
  samples(index: number): Promise<DecodedSamples>;
}

/** @throws AppError `format-corrupt`, `format-unknown`, `too-large` */
export async function openStored(file: ByteSource): Promise<StoredPixels> {
  const { path } = file;
  const header = await readHeader(file);
  const description = describePixels(header.dataSet, path);
  checkSyntax(header, path);
  const inMemory = header.bytes === file ? undefined : header.bytes;
  const places = await placeFrames(header.bytes, header, description);
  const samples = (index: number): Promise<DecodedSamples> => {
    const decode = (bytes: ByteSource): Promise<DecodedSamples> => samplesOf(bytes, places, header, description, index);
    return inMemory ? decode(inMemory) : withFile(path, decode);
  };
  return { header, description, samples };
}

/** @throws AppError `format-corrupt`, `format-unknown`, `too-large` */
export async function openDicom(file: ByteSource): Promise<OpenImage> {
  const { path, size: sizeBytes } = file;
  const { header, description, samples } = await openStored(file);
  const { widthPx, heightPx, frameCount, samplesPerPixel, bitsStored } = description;
  const [frameTimeMs, calibration] = [frameTimeOf(header.dataSet), calibrationOf(header.dataSet, description)];
  const place = placeOf(header.dataSet);
  return {
    metadata: { format: 'dicom', sizeBytes, frameCount, channels: samplesPerPixel, bitsPerSample: bitsStored },
    ...{ widthPx, heightPx, keptBytes: header.keptBytes },
    ...(frameTimeMs !== undefined && { frameTimeMs }),
    ...(calibration && { calibration }),
    ...(place && { place }),
    decode: async (index) => pixelsOf(await samples(index), header, description, index, path),
  };
}

function checkSyntax({ transferSyntax, pixelData }: DicomHeader, path: string): void {
  const compressed = isCompressed(transferSyntax);
  if (!compressed && !UNCOMPRESSED.has(transferSyntax)) {
    throw new AppError('format-unknown', path, `${path}: transfer syntax ${transferSyntax} cannot be read`);
  }
  if (compressed === pixelData.encapsulated) return;
  const reason = compressed ? 'its pixel data are not in fragments' : 'its pixel data are in fragments';
  throw new AppError('format-corrupt', path, `${path}: transfer syntax ${transferSyntax}, but ${reason}`);
}

export interface DecodedSamples {
  readonly samples: Samples;
  /** What the code stream says of itself goes before the header. */
  readonly signed: boolean;
  readonly bitsStored: number;
  /** Of colour: whether the samples are luma and chroma still. */
  readonly isYbr: boolean;
}

/** A frame's stored values, interleaved: what pydicom calls its pixel array, but for the colours of YBR. */
async function samplesOf(
  bytes: ByteSource,
  places: FramePlaces,
  { transferSyntax }: DicomHeader,
  description: PixelDescription,
  index: number,
): Promise<DecodedSamples> {
  const { path } = bytes;
  const { widthPx, heightPx, photometric, bitsAllocated, bitsStored, signed } = description;
  const stored = await places.read(bytes, index);
  const isYbr = photometric.startsWith('YBR');
  if (bitsAllocated === 1) {
    return { samples: unpackBits(stored, widthPx * heightPx), signed: false, bitsStored, isYbr };
  }
  if (isCompressed(transferSyntax)) {
    const raw = await decodeFrame(stored, transferSyntax, description, path);
    // Two's complement by either header: an unsigned stream of signed samples is common, and a signed one is meant so.
    const ownSign = signed || (raw.stream?.signed ?? false);
    const { bitsAllocated: allocated } = raw;
    const bits = Math.min(raw.stream?.bits ?? description.bitsStored, allocated);
    const layout = { ...description, bitsAllocated: allocated, bitsStored: bits, highBit: bits - 1 };
    const samples = toSamples(raw.bytes, { ...layout, planar: false, signed: ownSign, bigEndian: false });
    return { samples, signed: ownSign, bitsStored: bits, isYbr: isStillYbr(raw, photometric) };
  }
  if (photometric === 'YBR_FULL_422') {
    if (bitsAllocated !== 8) throw corrupt(path, `YBR_FULL_422 of ${bitsAllocated} bits`);
    if (widthPx % 2 === 1) throw corrupt(path, 'YBR_FULL_422 of an odd width');
    return { samples: expand422(stored, widthPx * heightPx), signed: false, bitsStored, isYbr };
  }
  const bigEndian = transferSyntax === BIG_ENDIAN;
  return { samples: toSamples(stored, { ...description, bitsAllocated, bigEndian }), signed, bitsStored, isYbr };
}

/**
 * JPEG 2000 undoes its own colour transform. A JPEG's markers say what its decoder would believe; where they are silent,
 * or say YBR of an image that DICOM calls RGB, DICOM is believed, as pydicom does.
 */
function isStillYbr({ stream }: RawFrame, photometric: PixelDescription['photometric']): boolean {
  if (stream?.kind === 'jpeg2000') return photometric === 'YBR_FULL' || photometric === 'YBR_FULL_422';
  if (stream?.kind === 'jpeg' && stream.colour !== undefined) return stream.colour === 'ybr';
  return photometric.startsWith('YBR');
}

function pixelsOf(
  { samples, signed, bitsStored, isYbr }: DecodedSamples,
  { dataSet }: DicomHeader,
  description: PixelDescription,
  index: number,
  path: string,
): Pixels {
  const { widthPx, heightPx, samplesPerPixel, photometric } = description;
  const about = { channels: samplesPerPixel, bitsPerSample: bitsStored };
  if (samplesPerPixel === 1 && photometric !== 'PALETTE COLOR') {
    const data = toGreyLevels(samples, { photometric, bitsStored, signed }, greyRuleOf(dataSet, index));
    return { frame: { widthPx, heightPx, data }, ...about };
  }
  if (signed) throw corrupt(path, 'colour of signed samples');
  const rgb =
    photometric === 'PALETTE COLOR' ? applyPalette(samples, paletteOf(dataSet, path)) : toBytes(samples, bitsStored);
  if (isYbr) ybrToRgb(rgb);
  return { frame: fromRgb(rgb, { widthPx, heightPx }), ...about };
}

function toBytes(samples: Samples, bitsStored: number): Uint8Array {
  if (samples instanceof Uint8Array && bitsStored === 8) return samples;
  const most = 2 ** bitsStored - 1;
  return Uint8Array.from(samples, (sample) => Math.round((255 * sample) / most));
}

function corrupt(path: string, reason: string): AppError {
  return new AppError('format-corrupt', path, `${path}: ${reason}`);
}
