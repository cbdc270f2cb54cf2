/** Decodes PNG, JPEG and TIFF by libvips (sharp). Pixels equal Pillow's: profiles, gamma and orientation are left alone. */
import { AppError } from '../../../shared/errors';
import { checkDecodedSize, checkFrameSize } from '../limits';
import { sharp } from './load-sharp';
import { fromSamples } from './pixels';
import type { Pixels } from './reader';

const OPTIONS = { failOn: 'error', ignoreIcc: true, limitInputPixels: false } as const;

/** Sample types of libvips that can be shown as grey, and their bits. */
const BITS: Readonly<Record<string, 8 | 16>> = { uchar: 8, ushort: 16 };

/**
 * @param path named in errors
 * @param page of a TIFF, 0-based
 * @throws AppError `format-corrupt`, `too-large`, or `format-unknown` for samples that are neither 8 nor 16 bit.
 */
export async function decodeRaster(bytes: Uint8Array, path: string, page = 0): Promise<Pixels> {
  const options = { ...OPTIONS, page };
  const { width, height, depth, channels, space } = await sharp()(bytes, options).metadata().catch(corrupt(path));
  checkFrameSize(path, width, height);
  const bits = BITS[depth];
  if (!bits) throw new AppError('format-unknown', path, `${path}: samples of type ${depth} cannot be read`);
  checkDecodedSize(path, width * height, channels, bits);
  const isGrey = space === 'b-w' || space === 'grey16';
  const spaces = bits === 16 ? { grey: 'grey16', colour: 'rgb16' } : { grey: 'b-w', colour: 'srgb' };
  const { data, info } = await sharp()(bytes, options)
    .toColourspace(isGrey ? spaces.grey : spaces.colour)
    .raw({ depth: bits === 16 ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch(corrupt(path));
  const samples = bits === 16 ? asUint16(data) : new Uint8Array(data);
  const frame = fromSamples(samples, info.channels, { widthPx: info.width, heightPx: info.height });
  return { frame, channels, bitsPerSample: bits };
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
