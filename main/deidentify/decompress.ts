/** A compressed DICOM file as an uncompressed one, so that its pixels can be blanked. Everything else stays as it is. */
import { AppError } from '../../shared/errors';
import { elementBytes, EXPLICIT, part10Head, PIXEL_DATA, textElement, type Part10 } from '../dicom';
import { openDicomPixels } from '../study';
import { topText } from './profile';

const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
const MAX_PIXEL_BYTES = 2 ** 31 - 2 ** 24;
/** Where the frames of compressed pixel data begin. */
const OFFSET_TABLES: readonly number[] = [0x7fe00001, 0x7fe00002];

/** True where the pixel data are in fragments. */
export function isCompressed({ elements }: Part10): boolean {
  return elements.some(({ tag, undefinedLength }) => tag === PIXEL_DATA && undefinedLength);
}

/**
 * @param source as it is on the disk
 * @returns a whole file, explicit little endian; colours as RGB or YBR_FULL, pixel by pixel
 * @throws AppError `format-corrupt`, `format-unknown`, `too-large`
 */
export async function decompressed(source: Part10): Promise<Uint8Array> {
  const { path } = source;
  const { description, samples } = await openDicomPixels(path);
  const { frameCount, samplesPerPixel, photometric } = description;
  const frames: Uint8Array[] = [];
  let layout: { bytes: number; bitsStored: number; signed: boolean; isYbr: boolean } | undefined;
  for (let i = 0; i < frameCount; i++) {
    const { samples: values, bitsStored, signed, isYbr } = await samples(i);
    layout ??= { bytes: values.BYTES_PER_ELEMENT, bitsStored, signed, isYbr };
    if (values.byteLength * frameCount > MAX_PIXEL_BYTES) {
      throw new AppError('too-large', path, `${path}: ${frameCount} frames are too many to be stored uncompressed`);
    }
    frames.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  if (!layout) throw new AppError('format-corrupt', path, `${path}: no frames`);
  const colours = samplesPerPixel === 1 ? photometric : layout.isYbr ? 'YBR_FULL' : 'RGB';
  const replaced = new Map<number, readonly Uint8Array[]>([
    [0x00280004, textElement(EXPLICIT, 0x00280004, 'CS', colours)],
    ...short(0x00280100, 8 * layout.bytes),
    ...short(0x00280101, layout.bitsStored),
    ...short(0x00280102, layout.bitsStored - 1),
    ...short(0x00280103, layout.signed ? 1 : 0),
    ...(samplesPerPixel === 3 ? short(0x00280006, 0) : []),
    [PIXEL_DATA, elementBytes(EXPLICIT, PIXEL_DATA, layout.bytes === 1 ? 'OB' : 'OW', evenly(frames))],
  ]);
  const kept = source.elements
    .filter(({ tag }) => !replaced.has(tag) && !OFFSET_TABLES.includes(tag))
    .map(({ tag, start, end }) => [tag, [source.bytes.subarray(start, end)]] as const);
  const dataSet = [...kept, ...replaced].sort(([a], [b]) => a - b).flatMap(([, bytes]) => bytes);
  const [sopClass, sopInstance] = [topText(source, 0x00080016), topText(source, 0x00080018)];
  const head = part10Head({ transferSyntax: EXPLICIT_LITTLE_ENDIAN, sopClass, sopInstance });
  return Buffer.concat([...head, ...dataSet]);
}

function short(tag: number, value: number): [[number, readonly Uint8Array[]]] {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return [[tag, elementBytes(EXPLICIT, tag, 'US', [bytes])]];
}

function evenly(frames: readonly Uint8Array[]): readonly Uint8Array[] {
  const isOdd = frames.reduce((sum, { length }) => sum + length, 0) % 2 === 1;
  return isOdd ? [...frames, new Uint8Array(1)] : frames;
}
