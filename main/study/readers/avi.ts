/**
 * AVI (RIFF, also beyond 2 GB as OpenDML) of Motion JPEG or of uncompressed pictures, as ultrasound machines write it. The
 * frames are found by walking over the chunks: an index, which may be missing or lie, is never asked.
 */
import { AppError } from '../../../shared/errors';
import { checkFrameSize, MAX_FRAMES } from '../limits';
import { decodeBmp } from './bmp';
import { windowed, withFile, type ByteSource } from './byte-source';
import { decodeRaster } from './raster';
import type { OpenImage, Pixels } from './reader';

/** Codes of Motion JPEG, in capitals. */
const MOTION_JPEG = new Set(['MJPG', 'JPEG', 'DMB1']);
/** BI_RGB, and how some write it. */
const UNCOMPRESSED = new Set(['\0\0\0\0', 'DIB ', 'RGB ', 'RAW ']);
/** Lists that chunks lie in; others are passed over. */
const LISTS = new Set(['AVI ', 'AVIX', 'hdrl', 'strl', 'movi', 'rec ']);
/** Bytes of header a chunk has, and a list with its type. */
const CHUNK_BYTES = 8;
const LIST_BYTES = 12;
/** A stream's format: BITMAPINFOHEADER and a palette. */
const MAX_FORMAT_BYTES = 40 + 4 * 256;
const MOST_CHUNKS = 4 * MAX_FRAMES;

interface Chunk {
  /** Of its content. */
  readonly offset: number;
  readonly length: number;
}

interface Contents {
  /** Milliseconds from frame to frame by the main header. */
  mainTimeMs?: number;
  readonly streams: Stream[];
  /** Those of the first video stream, in order. */
  readonly frames: Chunk[];
}

interface Stream {
  /** Type of the stream; `vids` is video. */
  readonly kind: string;
  readonly frameTimeMs?: number;
  format?: Uint8Array;
}

/** True for first bytes that are an AVI's. */
export function isAvi(head: Uint8Array): boolean {
  const text = Buffer.from(head.subarray(0, LIST_BYTES)).toString('latin1');
  return text.startsWith('RIFF') && text.endsWith('AVI ');
}

/** @throws AppError `format-corrupt`, `too-large`, or `format-unknown` for other compressions, by their name */
export async function openAvi(file: ByteSource): Promise<OpenImage> {
  const { path, size: sizeBytes } = file;
  const { streams, frames, mainTimeMs } = await walk(file);
  const video = streams.find(isVideo);
  const format = video?.format;
  if (!video || !format || format.length < 40) throw corrupt(path, 'it has no video stream');
  const head = new DataView(format.buffer, format.byteOffset, format.length);
  const [widthPx, heightPx] = [head.getInt32(4, true), Math.abs(head.getInt32(8, true))];
  checkFrameSize(path, widthPx, heightPx);
  const compression = fourCc(format, 16);
  const isJpeg = MOTION_JPEG.has(compression.toUpperCase());
  if (!isJpeg && !UNCOMPRESSED.has(compression)) throw unreadable(path, compression);
  if (frames.length === 0) throw corrupt(path, 'it has no whole frame');
  const frameTimeMs = video.frameTimeMs ?? mainTimeMs;
  return {
    metadata: { format: 'avi', sizeBytes, frameCount: frames.length },
    ...{ widthPx, heightPx, keptBytes: 64 * frames.length },
    ...(frameTimeMs !== undefined && { frameTimeMs }),
    decode: async (index) => {
      const bytes = await withFile(path, (source) => frameOf(source, frames, index));
      const pixels = isJpeg ? await decodeRaster(bytes, path) : decodeBmp(asBitmap(format, bytes), path);
      return checked(pixels, widthPx, heightPx, path);
    },
  };
}

/** A chunk of no bytes says that the picture stays as it was. */
async function frameOf(source: ByteSource, frames: readonly Chunk[], index: number): Promise<Uint8Array> {
  for (let i = index; i >= 0; i--) {
    const { offset, length } = frames[i] as Chunk;
    if (length > 0) return source.read(offset, length);
  }
  throw corrupt(source.path, 'it begins with a frame that is not there');
}

/** A frame of an uncompressed AVI is a bitmap file without its first 14 bytes and its header, which the stream has once. */
function asBitmap(format: Uint8Array, pixels: Uint8Array): Uint8Array {
  const bitmap = Buffer.alloc(14 + format.length + pixels.length);
  bitmap.write('BM', 'latin1');
  bitmap.writeUInt32LE(14 + format.length, 10);
  bitmap.set(format, 14);
  bitmap.writeUInt32LE(0, 14 + 16);
  bitmap.set(pixels, 14 + format.length);
  return bitmap;
}

/** Cameras write two pictures of half the height, one a field: shown by themselves they would be wrong. */
function checked(pixels: Pixels, widthPx: number, heightPx: number, path: string): Pixels {
  const { frame } = pixels;
  if (frame.widthPx === widthPx && frame.heightPx === heightPx) return pixels;
  throw corrupt(path, `a frame has ${frame.widthPx}x${frame.heightPx} px, the video ${widthPx}x${heightPx}`);
}

async function walk(avi: ByteSource): Promise<Contents> {
  const file = windowed(avi);
  const contents: Contents = { streams: [], frames: [] };
  let chunks = 0;
  for (let at = 0; at + CHUNK_BYTES <= file.size;) {
    if (++chunks > MOST_CHUNKS) throw new AppError('too-large', file.path, `${file.path}: too many chunks`);
    const head = await file.read(at, Math.min(LIST_BYTES, file.size - at));
    const id = fourCc(head, 0);
    // Whatever length a list claims: programs that could not finish leave it 0.
    if ((id === 'RIFF' || id === 'LIST') && LISTS.has(fourCc(head, 8))) {
      at += LIST_BYTES;
      continue;
    }
    const chunk = { offset: at + CHUNK_BYTES, length: new DataView(head.buffer, head.byteOffset).getUint32(4, true) };
    // What was being written when the recording ended is not whole.
    if (chunk.offset + chunk.length > file.size) break;
    await take(file, id, chunk, contents);
    if (contents.frames.length > MAX_FRAMES) {
      throw new AppError('too-large', file.path, `${file.path}: more than ${MAX_FRAMES} frames`);
    }
    // Chunks begin at even bytes.
    at = chunk.offset + chunk.length + (chunk.length % 2);
  }
  return contents;
}

async function take(file: ByteSource, id: string, chunk: Chunk, contents: Contents): Promise<void> {
  const { streams, frames } = contents;
  const content = async (most: number): Promise<DataView> => {
    const bytes = await file.read(chunk.offset, Math.min(most, chunk.length));
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  };
  if (id === 'avih' && chunk.length >= 4) {
    const time = (await content(4)).getUint32(0, true) / 1_000;
    if (time > 0) contents.mainTimeMs = time;
  } else if (id === 'strh' && chunk.length >= 28) {
    const view = await content(28);
    const time = (1_000 * view.getUint32(20, true)) / view.getUint32(24, true);
    const hasTime = time > 0 && Number.isFinite(time);
    streams.push({ kind: fourCc(bytesOf(view), 0), ...(hasTime && { frameTimeMs: time }) });
  } else if (id === 'strf') {
    const stream = streams.at(-1);
    const view = await content(MAX_FORMAT_BYTES);
    if (stream) stream.format ??= bytesOf(view);
  } else if (/^\d\dd[bc]$/.test(id) && Number(id.slice(0, 2)) === streams.findIndex(isVideo)) {
    frames.push(chunk);
  }
}

function isVideo({ kind }: Stream): boolean {
  return kind === 'vids';
}

function bytesOf({ buffer, byteOffset, byteLength }: DataView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function fourCc(bytes: Uint8Array, at: number): string {
  return Buffer.from(bytes.subarray(at, at + 4)).toString('latin1');
}

function unreadable(path: string, compression: string): AppError {
  const name = compression.replace(/[^\x20-\x7e]/g, '?');
  const reason = `AVI compressed by "${name}": only Motion JPEG and uncompressed AVI can be read`;
  return new AppError('format-unknown', path, `${path}: ${reason}. ${CONVERT}`);
}

/** How any video becomes one that is read, as good as JPEG can. */
export const CONVERT = 'Convert it: ffmpeg -i VIDEO -an -c:v mjpeg -qmin 1 -q:v 1 -pix_fmt yuvj444p VIDEO.avi';

function corrupt(path: string, reason: string): AppError {
  return new AppError('format-corrupt', path, `${path}: ${reason}`);
}
