/**
 * Compressed frames to samples: RLE by rle.ts, JPEG, JPEG-LS, JPEG 2000 and HTJ2K by native-codecs.ts. Colours stay as
 * they are stored: colour.ts converts them, whatever they were compressed with.
 */
import { AppError } from '../../../../shared/errors';
import { readCodestream, type Codestream } from './codestream';
import type { PixelDescription } from './description';
import { decodeNative, type NativeDecoder } from './native-codecs';
import { decodeRle } from './rle';

const RLE = '1.2.840.10008.1.2.5';

/** Transfer syntaxes by the code stream they promise. */
const DECODERS: Readonly<Record<string, readonly [kind: Codestream['kind'], decoder: NativeDecoder]>> = {
  '1.2.840.10008.1.2.4.50': ['jpeg', 'DecodeJpeg'],
  '1.2.840.10008.1.2.4.51': ['jpeg', 'DecodeJpeg'],
  '1.2.840.10008.1.2.4.57': ['jpeg', 'DecodeJpeg'],
  '1.2.840.10008.1.2.4.70': ['jpeg', 'DecodeJpeg'],
  '1.2.840.10008.1.2.4.80': ['jpeg-ls', 'DecodeJpegLs'],
  '1.2.840.10008.1.2.4.81': ['jpeg-ls', 'DecodeJpegLs'],
  '1.2.840.10008.1.2.4.90': ['jpeg2000', 'DecodeJpeg2000'],
  '1.2.840.10008.1.2.4.91': ['jpeg2000', 'DecodeJpeg2000'],
  '1.2.840.10008.1.2.4.201': ['jpeg2000', 'DecodeHtJpeg2000'],
  '1.2.840.10008.1.2.4.202': ['jpeg2000', 'DecodeHtJpeg2000'],
  '1.2.840.10008.1.2.4.203': ['jpeg2000', 'DecodeHtJpeg2000'],
};

/** A decoded frame: little endian, interleaved. */
export interface RawFrame {
  readonly bytes: Uint8Array;
  readonly bitsAllocated: 8 | 16 | 32;
  /** What the code stream says of itself; absent for RLE. */
  readonly stream?: Codestream;
}

/** True for the transfer syntaxes `decodeFrame` takes. */
export function isCompressed(transferSyntax: string): boolean {
  return transferSyntax === RLE || transferSyntax in DECODERS;
}

/** @throws AppError `format-corrupt` */
export async function decodeFrame(
  bytes: Uint8Array,
  transferSyntax: string,
  description: PixelDescription,
  path: string,
): Promise<RawFrame> {
  const { widthPx, heightPx, samplesPerPixel, bitsAllocated } = description;
  const pixels = widthPx * heightPx;
  if (transferSyntax === RLE) {
    if (bitsAllocated === 1) throw corrupt(path, 'RLE of 1 bit a pixel');
    try {
      return { bytes: decodeRle(bytes, pixels, samplesPerPixel, bitsAllocated / 8), bitsAllocated };
    } catch (cause) {
      throw corrupt(path, reasonOf(cause), cause);
    }
  }
  const known = DECODERS[transferSyntax];
  if (!known) throw new AppError('internal', path, `no decoder for ${transferSyntax}`);
  const stream = readCodestream(bytes);
  checkStream(stream, known[0], description, path);
  const signed = stream.signed ?? description.signed;
  const encoded = { bytes, widthPx, heightPx, bitsStored: stream.bits, samplesPerPixel, signed };
  const decoded = await decodeNative(known[1], encoded).catch((cause: unknown) => {
    throw corrupt(path, `its compressed data are damaged: ${reasonOf(cause)}`, cause);
  });
  const { bytes: data, bitsAllocated: allocated } = decoded;
  const depth = allocated === 8 || allocated === 16 ? allocated : undefined;
  if (!depth || data.length !== (pixels * samplesPerPixel * depth) / 8) {
    throw corrupt(path, `the frame was decoded to ${data.length} bytes of ${allocated} bits a sample`);
  }
  return { bytes: data, bitsAllocated: depth, stream };
}

/** A decoder trusts the code stream's header; one that disagrees with DICOM's is damaged, or an attack. */
function checkStream(
  stream: Codestream | undefined,
  kind: Codestream['kind'],
  { widthPx, heightPx, samplesPerPixel }: PixelDescription,
  path: string,
): asserts stream is Codestream {
  if (stream?.kind !== kind) throw corrupt(path, `the frame does not begin as a ${kind} stream`);
  const wanted = `${widthPx}x${heightPx} px of ${samplesPerPixel} samples`;
  const found = `${stream.widthPx}x${stream.heightPx} px of ${stream.components} samples`;
  if (wanted !== found) throw corrupt(path, `the header says ${wanted}, the compressed frame ${found}`);
  if (stream.bits > 16) throw corrupt(path, `${stream.bits} bits a sample in a compressed frame`);
}

function reasonOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).slice(0, 300);
}

function corrupt(path: string, reason: string, cause?: unknown): AppError {
  return new AppError('format-corrupt', path, `${path}: ${reason}`, { cause });
}
