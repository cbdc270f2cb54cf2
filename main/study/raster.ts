/**
 * Decodes PNG, JPEG and TIFF by libvips (sharp). Of a TIFF with several pages the first. Pixels equal Pillow's: colour
 * profiles, gamma and orientation tags are left alone.
 */
import { AppError } from '../../shared/errors';
import type { GrayImage } from '../../shared/image';
import { toGrey } from './grey';
import { checkFrameSize } from './limits';
import { sharp } from './load-sharp';

const OPTIONS = { failOn: 'error', ignoreIcc: true, page: 0, limitInputPixels: false } as const;

export interface Raster extends GrayImage {
  readonly bitsPerSample: number;
  readonly channels: number;
  readonly pageCount: number;
}

/** Sample types of libvips that can be shown as grey, and their bits. */
const BITS: Readonly<Record<string, 8 | 16>> = { uchar: 8, ushort: 16 };

/**
 * @param path named in errors
 * @throws AppError `format-corrupt`, `too-large`, or `format-unknown` for samples that are neither 8 nor 16 bit.
 */
export async function decodeRaster(bytes: Uint8Array, path: string): Promise<Raster> {
  const { width, height, depth, channels, pages, space } = await sharp()(bytes, OPTIONS)
    .metadata()
    .catch(corrupt(path));
  checkFrameSize(path, width, height);
  const bits = BITS[depth];
  if (!bits) throw new AppError('format-unknown', path, `${path}: samples of type ${depth} cannot be read`);
  const isGrey = space === 'b-w' || space === 'grey16';
  const spaces = bits === 16 ? { grey: 'grey16', colour: 'rgb16' } : { grey: 'b-w', colour: 'srgb' };
  const { data, info } = await sharp()(bytes, OPTIONS)
    .toColourspace(isGrey ? spaces.grey : spaces.colour)
    .raw({ depth: bits === 16 ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch(corrupt(path));
  const grey = toGrey(bits === 16 ? asUint16(data) : new Uint8Array(data), info.channels);
  const pageCount = pages ?? 1;
  return { widthPx: info.width, heightPx: info.height, data: grey, bitsPerSample: bits, channels, pageCount };
}

function asUint16(bytes: Buffer): Uint16Array {
  return new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

function corrupt(path: string) {
  return (cause: unknown): never => {
    // libvips reports one fault in several lines.
    const [reason] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    throw new AppError('format-corrupt', path, `${path}: ${reason}`, { cause });
  };
}
