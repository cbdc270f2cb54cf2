/** Reads one frame of an image file, grey and, where it has colour, in colour. A file is only ever read. */
import type { ColourImage } from '../../shared/image';
import { openImage } from './readers/open-image';
import type { ImageMetadata } from './readers/reader';

export interface DecodedImage {
  readonly frame: ColourImage;
  readonly metadata: ImageMetadata & { readonly channels: number; readonly bitsPerSample: number };
}

/**
 * Decodes a frame, whatever the file is called.
 *
 * @param frameIndex 0-based
 * @throws AppError `file-not-found`, `file-unreadable`, `file-empty`, `format-unknown`, `format-corrupt`, `too-large`
 */
export async function readImage(path: string, frameIndex = 0): Promise<DecodedImage> {
  const { metadata, decode } = await openImage(path);
  const { frame, channels, bitsPerSample } = await decode(frameIndex);
  return { frame, metadata: { ...metadata, channels, bitsPerSample } };
}
