/**
 * Reads Windows bitmaps: uncompressed, 8 bit with a palette, 24 or 32 bit. libvips, which reads the other formats,
 * does not read this one. Format: BITMAPFILEHEADER and BITMAPINFOHEADER of the Windows API.
 */
import { AppError } from '../../../shared/errors';
import { fromRgb } from './pixels';
import type { Pixels } from './reader';

const FILE_HEADER_BYTES = 14;
const INFO_HEADER_BYTES = 40;
const UNCOMPRESSED = 0;
/** Colour masks follow the header; programs that write 32 bit with alpha use it with the ordinary masks. */
const BIT_FIELDS = 3;
const BLUE_GREEN_RED = [0x00ff0000, 0x0000ff00, 0x000000ff] as const;

interface BmpHeader {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Rows are stored bottom first unless the height is negative. */
  readonly topDown: boolean;
  readonly bitsPerPixel: number;
  readonly compression: number;
  readonly pixelOffset: number;
  readonly paletteOffset: number;
  readonly paletteColours: number;
}

/** Width and height from the first 26 bytes. */
export function bmpSize(head: Uint8Array): readonly [widthPx: number, heightPx: number] {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return [view.getInt32(18, true), Math.abs(view.getInt32(22, true))];
}

/**
 * @param path named in errors
 * @throws AppError `format-corrupt`, or `format-unknown` for a compressed or an exotic bitmap.
 */
export function decodeBmp(bytes: Uint8Array, path: string): Pixels {
  const header = readHeader(bytes, path);
  const { widthPx, heightPx, bitsPerPixel, pixelOffset, topDown } = header;
  const rowBytes = Math.ceil((widthPx * bitsPerPixel) / 32) * 4;
  if (pixelOffset + rowBytes * heightPx > bytes.length) {
    const needed = pixelOffset + rowBytes * heightPx;
    throw new AppError('format-corrupt', path, `${path}: truncated: ${needed} bytes needed, ${bytes.length} there`);
  }
  const colours = bitsPerPixel === 8 ? palette(bytes, header, path) : undefined;
  const step = bitsPerPixel / 8;
  const rgb = new Uint8Array(3 * widthPx * heightPx);
  for (let y = 0; y < heightPx; y++) {
    const row = pixelOffset + (topDown ? y : heightPx - 1 - y) * rowBytes;
    for (let x = 0; x < widthPx; x++) {
      // Blue, green, red: of the pixel itself, or of its entry in the palette.
      const [from, at] = colours ? [colours, 4 * (bytes[row + x] as number)] : [bytes, row + x * step];
      const to = 3 * (y * widthPx + x);
      rgb[to] = from[at + 2] as number;
      rgb[to + 1] = from[at + 1] as number;
      rgb[to + 2] = from[at] as number;
    }
  }
  return { frame: fromRgb(rgb, { widthPx, heightPx }), channels: step, bitsPerSample: 8 };
}

function readHeader(bytes: Uint8Array, path: string): BmpHeader {
  if (bytes.length < FILE_HEADER_BYTES + INFO_HEADER_BYTES) {
    throw new AppError('format-corrupt', path, `${path}: truncated in the bitmap header`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = view.getUint32(14, true);
  const [widthPx, heightPx] = bmpSize(bytes);
  const bitsPerPixel = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  const readable = headerBytes >= INFO_HEADER_BYTES && [8, 24, 32].includes(bitsPerPixel);
  if (!readable || !hasOrdinaryColours(view, compression, bitsPerPixel)) {
    const kind = `${bitsPerPixel} bit, compression ${compression}, header of ${headerBytes} bytes`;
    const reason = `bitmap of ${kind}; uncompressed ones of 8, 24 or 32 bit can be read`;
    throw new AppError('format-unknown', path, `${path}: ${reason}`);
  }
  return {
    ...{ widthPx, heightPx, bitsPerPixel, compression },
    topDown: view.getInt32(22, true) < 0,
    pixelOffset: view.getUint32(10, true),
    paletteOffset: FILE_HEADER_BYTES + headerBytes,
    paletteColours: view.getUint32(46, true) || 256,
  };
}

/** Blue, green, red in this order of bytes, whether by convention or by masks that say so. */
function hasOrdinaryColours(view: DataView, compression: number, bitsPerPixel: number): boolean {
  if (compression === UNCOMPRESSED) return true;
  if (compression !== BIT_FIELDS || bitsPerPixel !== 32 || view.byteLength < 66) return false;
  return BLUE_GREEN_RED.every((mask, i) => view.getUint32(54 + 4 * i, true) === mask);
}

/** 256 colours of four bytes; those beyond the file's palette are black. */
function palette(bytes: Uint8Array, { paletteOffset, paletteColours }: BmpHeader, path: string): Uint8Array {
  const end = paletteOffset + 4 * paletteColours;
  if (paletteColours > 256 || end > bytes.length) {
    throw new AppError('format-corrupt', path, `${path}: truncated or oversized palette`);
  }
  const colours = new Uint8Array(4 * 256);
  colours.set(bytes.subarray(paletteOffset, end));
  return colours;
}
