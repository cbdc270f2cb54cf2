/**
 * How large a frame may be. Ultrasound frames have about 1 megapixel; far beyond lies a mistake or an attack, and is
 * refused from the header, before memory is taken for it.
 */
import { AppError } from '../../shared/errors';

/** Pixels of the largest frame accepted: 64 megapixels, 8192 x 8192. */
export const MAX_FRAME_PIXELS = 64 * 2 ** 20;

/** Bytes of the largest frame decoded as it is stored: beyond, several copies of it would fill the memory. */
export const MAX_DECODED_BYTES = 2 ** 27;

/** Size of the largest file accepted, bytes. */
export const MAX_FILE_BYTES = 2 ** 30;

/** Frames of the longest loop accepted: half an hour of 50 a second. */
export const MAX_FRAMES = 100_000;

/** @throws AppError `too-large`, or `format-corrupt` for a frame without pixels. */
export function checkFrameSize(path: string, widthPx: number, heightPx: number): void {
  if (widthPx < 1 || heightPx < 1) {
    throw new AppError('format-corrupt', path, `${path}: a frame of ${widthPx}x${heightPx} px has no pixels`);
  }
  if (widthPx * heightPx > MAX_FRAME_PIXELS) {
    const reason = `${widthPx}x${heightPx} px, at most ${MAX_FRAME_PIXELS / 2 ** 20} megapixels are accepted`;
    throw new AppError('too-large', path, `${path}: ${reason}`);
  }
}

/** @throws AppError `too-large` for deep colours of a giant */
export function checkDecodedSize(path: string, pixels: number, channels: number, bits: number): void {
  const bytes = pixels * channels * (bits / 8);
  if (bytes <= MAX_DECODED_BYTES) return;
  throw new AppError(
    'too-large',
    path,
    `${path}: ${bytes} bytes when decoded, at most ${MAX_DECODED_BYTES} are accepted`,
  );
}
