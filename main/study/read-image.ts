/** Reads one frame of an image file, grey and, where it has colour, in colour. A file is only ever read. */
import { stat } from 'node:fs/promises';
import { ByteLru } from '../../shared/byte-lru';
import type { ColourImage } from '../../shared/image';
import { openImage } from './readers/open-image';
import type { ImageMetadata, OpenImage } from './readers/reader';

export interface DecodedImage {
  readonly frame: ColourImage;
  readonly metadata: ImageMetadata & { readonly channels: number; readonly bitsPerSample: number };
}

/** Images stay open for their next frame: a packed volume is unpacked once, a long loop looked through once. */
const OPEN_BYTES = 320 * 2 ** 20;
/** What an image takes beside what it keeps: a guess, so that there are not too many. */
const HEADER_BYTES = 2 ** 20;
const opened = new ByteLru<{ readonly version: string; readonly image: Promise<OpenImage> }>(OPEN_BYTES);

/**
 * Decodes a frame, whatever the file is called.
 *
 * @param frameIndex 0-based
 * @throws AppError `file-not-found`, `file-unreadable`, `file-empty`, `format-unknown`, `format-corrupt`, `too-large`
 */
export async function readImage(path: string, frameIndex = 0): Promise<DecodedImage> {
  const { metadata, decode } = await openedImage(path);
  const { frame, channels, bitsPerSample } = await decode(frameIndex);
  return { frame, metadata: { ...metadata, channels, bitsPerSample } };
}

/** As `openImage`, but of a file that was opened a short while ago and not written since. */
export async function openedImage(path: string): Promise<OpenImage> {
  const version = await stat(path, { bigint: true }).then(
    ({ size, mtimeNs, ino }) => `${size} ${mtimeNs} ${ino}`,
    () => undefined,
  );
  if (version === undefined) return openImage(path);
  const known = opened.get(path);
  if (known?.version === version) return known.image;
  const image = openImage(path);
  opened.set(path, { version, image }, HEADER_BYTES);
  try {
    const { keptBytes } = await image;
    if (opened.get(path)?.image === image) opened.set(path, { version, image }, HEADER_BYTES + keptBytes);
  } catch (error) {
    if (opened.get(path)?.image === image) opened.delete(path);
    throw error;
  }
  return image;
}
