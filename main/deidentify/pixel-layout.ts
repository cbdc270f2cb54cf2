/**
 * Where the samples of uncompressed pixel data lie (PS3.3 C.7.6.3, PS3.5 8), for blanking. Not a reader: nothing is
 * decoded.
 */
import { AppError } from '../../shared/errors';
import { type Element, type Part10, PIXEL_DATA } from '../dicom';
import { topText } from './profile';

export interface PixelLayout {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly frameCount: number;
  readonly samplesPerPixel: 1 | 3;
  readonly photometric: string;
  readonly planar: boolean;
  readonly bytesPerSample: 1 | 2 | 4;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
  readonly littleEndian: boolean;
  /** 8-bit samples in big endian words of 16 bits stand crosswise. */
  readonly crosswise: boolean;
  readonly element: Element;
}

const PHOTOMETRIC: Readonly<Record<string, 1 | 3>> = {
  ...{ MONOCHROME1: 1, MONOCHROME2: 1, 'PALETTE COLOR': 1 },
  ...{ RGB: 3, YBR_FULL: 3, YBR_FULL_422: 3 },
};

/** Bytes of a frame. YBR_FULL_422 has Y, Y, Cb, Cr for two pixels side by side. */
export function frameBytes({ widthPx, heightPx, samplesPerPixel, bytesPerSample, photometric }: PixelLayout): number {
  return widthPx * heightPx * bytesPerSample * (photometric === 'YBR_FULL_422' ? 2 : samplesPerPixel);
}

/** @throws AppError `format-unknown` for what cannot be blanked, with the reason, `format-corrupt` */
export function pixelLayout(source: Part10): PixelLayout {
  const { path, encoding } = source;
  const element = source.elements.find(({ tag }) => tag === PIXEL_DATA);
  if (!element) throw unknown(path, 'there is no pixel data (7FE0,0010) in it');
  if (element.undefinedLength) throw unknown(path, `its pixels are compressed (${source.transferSyntax})`);
  const number = (tag: number): number | undefined => shortValue(source, tag);
  const [heightPx, widthPx] = [number(0x00280010), number(0x00280011)];
  const bitsAllocated = number(0x00280100);
  if (!heightPx || !widthPx || !bitsAllocated) {
    throw new AppError('format-corrupt', path, `${path}: rows, columns or bits of its pixels are missing`);
  }
  const photometric = topText(source, 0x00280004);
  const samplesPerPixel = PHOTOMETRIC[photometric];
  if (samplesPerPixel === undefined || samplesPerPixel !== (number(0x00280002) ?? 1)) {
    throw unknown(path, `the colours of its pixels are "${photometric.slice(0, 20)}"`);
  }
  if (bitsAllocated !== 8 && bitsAllocated !== 16 && bitsAllocated !== 32) {
    throw unknown(path, `its pixels have ${bitsAllocated} bits`);
  }
  if (photometric === 'YBR_FULL_422' && (widthPx % 2 === 1 || bitsAllocated !== 8)) {
    throw unknown(path, 'YBR_FULL_422 of odd width or more than 8 bits');
  }
  const bitsStored = number(0x00280101) ?? bitsAllocated;
  const highBit = number(0x00280102) ?? bitsStored - 1;
  if (bitsStored < 1 || highBit >= bitsAllocated || highBit < bitsStored - 1) {
    throw new AppError('format-corrupt', path, `${path}: ${bitsStored} bits up to bit ${highBit} of ${bitsAllocated}`);
  }
  const layout = {
    ...{ widthPx, heightPx, samplesPerPixel, photometric, bitsStored, highBit, element },
    frameCount: Math.max(1, Number(topText(source, 0x00280008)) || 1),
    bytesPerSample: (bitsAllocated / 8) as 1 | 2 | 4,
    planar: samplesPerPixel === 3 && number(0x00280006) === 1,
    signed: number(0x00280103) === 1,
    littleEndian: encoding.littleEndian,
    crosswise:
      !encoding.littleEndian &&
      bitsAllocated === 8 &&
      element.valueStart - element.start === 12 &&
      isWords(source, element),
  };
  if (frameBytes(layout) * layout.frameCount > element.valueEnd - element.valueStart) {
    throw new AppError('format-corrupt', path, `${path}: its pixel data end before the last of its frames`);
  }
  return layout;
}

/** Byte of a sample within its frame. Not for YBR_FULL_422. */
export function sampleOffset(layout: PixelLayout, x: number, y: number, sample: number): number {
  const { widthPx, heightPx, samplesPerPixel, bytesPerSample, planar } = layout;
  const pixel = y * widthPx + x;
  return bytesPerSample * (planar ? sample * widthPx * heightPx + pixel : pixel * samplesPerPixel + sample);
}

/** Unsigned short of the data set itself. */
export function shortValue({ elements, bytes, encoding }: Part10, tag: number, index = 0): number | undefined {
  const element = elements.find((candidate) => candidate.tag === tag);
  if (!element || element.valueEnd - element.valueStart < 2 * index + 2) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + element.valueStart + 2 * index, 2);
  return view.getUint16(0, encoding.littleEndian);
}

function isWords({ bytes }: Part10, { start }: Element): boolean {
  return bytes[start + 4] === 0x4f && bytes[start + 5] === 0x57;
}

function unknown(path: string, reason: string): AppError {
  return new AppError('format-unknown', path, `${path}: its burnt-in text cannot be blanked: ${reason}`);
}
