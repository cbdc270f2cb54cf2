/**
 * Opens one image file as a grey frame. A file is only ever read; each way it can be wrong is a typed error that names
 * the file and the reason.
 */
import { open, stat, type FileHandle } from 'node:fs/promises';
import { AppError, isAppError } from '../../shared/errors';
import type { GrayImage } from '../../shared/image';
import { bmpSize, decodeBmp } from './bmp';
import { HEAD_BYTES, type ImageFormat, formatOf } from './format';
import { checkFrameSize, MAX_FILE_BYTES } from './limits';
import { decodeRaster } from './raster';

/** What the file says of its pixels. */
export interface ImageMetadata {
  readonly format: ImageFormat;
  readonly sizeBytes: number;
  /** As stored, before the frame was made grey. */
  readonly channels: number;
  readonly bitsPerSample: number;
  /** Pages of a TIFF, of which the frame is the first; 1 for the others. */
  readonly pageCount: number;
}

export interface DecodedImage {
  readonly frame: GrayImage;
  readonly metadata: ImageMetadata;
}

/**
 * Reads PNG, JPEG, TIFF (8 or 16 bit, first page) and BMP, whatever the file is called.
 *
 * @throws AppError `file-not-found`, `file-unreadable`, `file-empty`, `format-unknown`, `format-corrupt`, `too-large`.
 */
export async function readImage(path: string): Promise<DecodedImage> {
  // Asked before opening: to open a pipe would wait for its writer.
  const { size, isFile } = await stat(path).then(
    (found) => ({ size: found.size, isFile: found.isFile() }),
    (cause: unknown) => {
      throw unreadable(path, cause);
    },
  );
  if (!isFile) throw new AppError('file-unreadable', path, `${path}: not a file`);
  if (size === 0) throw new AppError('file-empty', path, `${path}: the file is empty`);
  if (size > MAX_FILE_BYTES) {
    throw new AppError('too-large', path, `${path}: ${size} bytes, at most ${MAX_FILE_BYTES} are accepted`);
  }
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  try {
    const head = await readHead(handle);
    const format = formatOf(head);
    if (!format) throw new AppError('format-unknown', path, `${path}: not a PNG, JPEG, TIFF or BMP image`);
    checkHeadSize(path, format, head);
    return await decode(await handle.readFile(), format, path);
  } catch (error) {
    throw isAppError(error) ? error : unreadable(path, error);
  } finally {
    await handle.close();
  }
}

async function readHead(handle: FileHandle): Promise<Uint8Array> {
  const head = new Uint8Array(HEAD_BYTES);
  // At an explicit position the handle stays at the beginning for `readFile`.
  const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, 0);
  return head.subarray(0, bytesRead);
}

/** PNG and BMP tell their size in the first bytes, so a giant is refused before even its file is read. */
function checkHeadSize(path: string, format: ImageFormat, head: Uint8Array): void {
  if (format !== 'png' && format !== 'bmp') return;
  if (head.length < HEAD_BYTES) throw new AppError('format-corrupt', path, `${path}: truncated in the header`);
  const view = new DataView(head.buffer, head.byteOffset);
  const [widthPx, heightPx] = format === 'png' ? [view.getUint32(16), view.getUint32(20)] : bmpSize(head);
  checkFrameSize(path, widthPx, heightPx);
}

async function decode(bytes: Uint8Array, format: ImageFormat, path: string): Promise<DecodedImage> {
  const sizeBytes = bytes.length;
  if (format === 'bmp') {
    const { bitsPerPixel, ...frame } = decodeBmp(bytes, path);
    const channels = bitsPerPixel / 8;
    return { frame, metadata: { format, sizeBytes, channels, bitsPerSample: 8, pageCount: 1 } };
  }
  const { widthPx, heightPx, data, ...about } = await decodeRaster(bytes, path);
  return { frame: { widthPx, heightPx, data }, metadata: { format, sizeBytes, ...about } };
}

function unreadable(path: string, cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
  return new AppError(isMissing ? 'file-not-found' : 'file-unreadable', path, `${path}: ${reason}`, { cause });
}
