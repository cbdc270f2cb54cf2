/** Burnt-in text: everything outside given rectangles becomes black, in all frames of uncompressed pixel data. */
import type { Part10 } from '../dicom';
import { darkestEntry, readPalette } from './palette';
import { frameBytes, pixelLayout, sampleOffset, type PixelLayout } from './pixel-layout';

/** Pixels from (x0, y0) up to, not including, (x1, y1). */
export interface Rectangle {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** What is kept of the picture: all of it, the ultrasound regions the file names, or given rectangles. */
export type Keep = 'everything' | 'regions' | readonly Rectangle[];

/**
 * A copy of the pixel data, black outside `keep`; what follows the last frame is zero. Where two pixels share colours
 * (YBR_FULL_422) they keep them if one of them is kept.
 *
 * @throws AppError `format-unknown` with the reason where the pixels cannot be blanked, `format-corrupt`
 */
export function blankOutside(source: Part10, keep: readonly Rectangle[]): Uint8Array {
  const layout = pixelLayout(source);
  const { element, frameCount, crosswise } = layout;
  const pixels = Uint8Array.from(source.bytes.subarray(element.valueStart, element.valueEnd));
  const size = frameBytes(layout);
  const paint = painter(source, layout);
  for (let frame = 0; frame < frameCount; frame++) {
    for (let y = 0; y < layout.heightPx; y++) {
      const row = rowKept(layout.widthPx, y, keep);
      for (let x = 0; x < layout.widthPx; x++) {
        if (row[x] === 0) paint((at, byte) => void (pixels[crosswise ? at ^ 1 : at] = byte), frame * size, x, y, row);
      }
    }
  }
  const end = size * frameCount;
  return crosswise && end % 2 === 1 ? pixels : pixels.fill(0, end);
}

/** 1 for each pixel of a row that lies in a rectangle. */
export function rowKept(widthPx: number, y: number, keep: readonly Rectangle[]): Uint8Array {
  const row = new Uint8Array(widthPx);
  for (const { x0, y0, x1, y1 } of keep) if (y >= y0 && y < y1) row.fill(1, Math.max(0, x0), Math.max(0, x1));
  return row;
}

type Put = (at: number, byte: number) => void;
type Paint = (put: Put, frame: number, x: number, y: number, row: Uint8Array) => void;

function painter(source: Part10, layout: PixelLayout): Paint {
  if (layout.photometric === 'YBR_FULL_422') return paint422(layout);
  const black = blackOf(source, layout);
  const { bytesPerSample, littleEndian } = layout;
  return (put, frame, x, y) => {
    for (const [sample, value] of black.entries()) {
      const at = frame + sampleOffset(layout, x, y, sample);
      for (let i = 0; i < bytesPerSample; i++) {
        put(at + (littleEndian ? i : bytesPerSample - 1 - i), (value >>> (8 * i)) & 255);
      }
    }
  };
}

function paint422({ widthPx, bitsStored }: PixelLayout): Paint {
  const grey = 2 ** (bitsStored - 1);
  return (put, frame, x, y, row) => {
    const pair = x & ~1;
    const at = frame + 2 * (y * widthPx + pair);
    put(at + (x - pair), 0);
    if (row[pair] === 0 && row[pair + 1] === 0) for (const i of [2, 3]) put(at + i, grey);
  };
}

/** Each sample of a black pixel, as its bits are stored. */
function blackOf(source: Part10, { photometric, bitsStored, highBit, signed }: PixelLayout): number[] {
  const [lowest, highest] = signed ? [2 ** (bitsStored - 1), 2 ** (bitsStored - 1) - 1] : [0, 2 ** bitsStored - 1];
  const shift = highBit + 1 - bitsStored;
  const stored = (value: number) => (value * 2 ** shift) >>> 0;
  switch (photometric) {
    case 'MONOCHROME1':
      return [stored(highest)];
    case 'MONOCHROME2':
      return [stored(lowest)];
    case 'PALETTE COLOR':
      return [stored(darkestEntry(readPalette(source)))];
    case 'YBR_FULL':
      return [0, 2 ** (bitsStored - 1), 2 ** (bitsStored - 1)].map(stored);
    default:
      return [0, 0, 0];
  }
}
