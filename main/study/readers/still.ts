/** PNG, JPEG, TIFF and BMP: one frame, or as many as a TIFF has pages. */
import { readFile } from 'node:fs/promises';
import { AppError } from '../../../shared/errors';
import type { ImageFormat } from '../format';
import { checkFrameSize, MAX_FILE_BYTES } from '../limits';
import { bmpSize, decodeBmp } from './bmp';
import type { ByteSource } from './byte-source';
import { decodeRaster } from './raster';
import type { OpenImage } from './reader';
import { countTiffPages } from './tiff-pages';

type StillFormat = Extract<ImageFormat, 'png' | 'jpeg' | 'tiff' | 'bmp'>;

/** Of PNG and BMP: enough to tell the size, so that a giant is refused before even its file is read. */
const SIZE_BYTES = 32;

/** @throws AppError `format-corrupt`, `too-large` */
export async function openStill(file: ByteSource, format: StillFormat): Promise<OpenImage> {
  const { path, size: sizeBytes } = file;
  if (sizeBytes > MAX_FILE_BYTES) {
    throw new AppError('too-large', path, `${path}: ${sizeBytes} bytes, at most ${MAX_FILE_BYTES} are accepted`);
  }
  const size = format === 'png' || format === 'bmp' ? await sizeOf(file, format) : undefined;
  const frameCount = format === 'tiff' ? await countTiffPages(file) : 1;
  return {
    metadata: { format, sizeBytes, frameCount },
    ...size,
    keptBytes: 0,
    decode: async (index) => {
      const bytes = await readFile(path);
      return format === 'bmp' ? decodeBmp(bytes, path) : decodeRaster(bytes, path, index);
    },
  };
}

async function sizeOf(file: ByteSource, format: 'png' | 'bmp'): Promise<Pick<OpenImage, 'widthPx' | 'heightPx'>> {
  const { path, size } = file;
  if (size < SIZE_BYTES) throw new AppError('format-corrupt', path, `${path}: truncated in the header`);
  const head = await file.read(0, SIZE_BYTES);
  const view = new DataView(head.buffer, head.byteOffset);
  const [widthPx, heightPx] = format === 'png' ? [view.getUint32(16), view.getUint32(20)] : bmpSize(head);
  checkFrameSize(path, widthPx, heightPx);
  return { widthPx, heightPx };
}
