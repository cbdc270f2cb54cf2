/** A frame as it is shown in passing while its loop is played: its pixels, and the masks stored for exactly these pixels. */
import type { LoopFrame } from '../../shared/domain';
import type { Filter } from '../../shared/image';
import { AppError } from '../../shared/errors';
import { cineUrl, FRAME_HASH_HEADER } from '../../shared/ipc';
import { maskFromCocoRle } from '../../shared/mask';
import { call } from '../ipc';
import { paintedMask, type PaintedMask } from './painted-mask';

/** A mask as it is stored, and painted. */
export interface StoredMask extends PaintedMask {
  /** COCO's compressed run lengths, at the picture's size. */
  readonly counts: string;
}

export interface CinePicture {
  readonly frameId: number;
  /** Of the pixels; null where main did not say. */
  readonly sha256: string | null;
  readonly pixels: ImageBitmap;
  /** What the pixels were seen through when they were made. */
  readonly filter: Filter;
  readonly masks: readonly StoredMask[];
}

/**
 * @param colourOf a label's colour, `#RRGGBB`
 * @param treat gives the pixels as they are to be seen; null where that failed
 * @throws AppError `file-unreadable`
 */
export async function loadCinePicture(
  frame: LoopFrame,
  colourOf: (labelId: number) => string,
  treat: (pixels: ImageBitmap) => Promise<Pick<CinePicture, 'pixels' | 'filter'> | null>,
): Promise<CinePicture> {
  const [{ pixels: read, sha256 }, masks] = await Promise.all([
    loadPixels(frame.id),
    frame.maskCount > 0 ? call('masks.ofFrame', { frameId: frame.id }) : [],
  ]);
  const seen = await treat(read);
  if (!seen) throw new AppError('internal', `frame ${frame.id}`, 'the picture could not be filtered');
  const known = { ...seen, frameId: frame.id, sha256 };
  // Masks that were made on other pixels than the file has now are not shown on these.
  if (sha256 !== frame.sha256) return { ...known, masks: [] };
  const live = masks.filter(({ current: { state } }) => state !== 'rejected' && state !== 'deleted');
  return {
    ...known,
    masks: live.map(({ labelId, current: { rle } }) => ({
      ...paintedMask(maskFromCocoRle({ size: [rle.heightPx, rle.widthPx], counts: rle.counts }), colourOf(labelId)),
      counts: rle.counts,
    })),
  };
}

/** @throws AppError `file-unreadable` */
export async function loadPixels(frameId: number): Promise<{ pixels: ImageBitmap; sha256: string | null }> {
  const response = await fetch(cineUrl(frameId));
  if (!response.ok) {
    throw new AppError('file-unreadable', `frame ${frameId}`, `the frame was answered with ${response.status}`);
  }
  const pixels = await createImageBitmap(await response.blob(), {
    colorSpaceConversion: 'none',
    premultiplyAlpha: 'none',
  });
  return { pixels, sha256: response.headers.get(FRAME_HASH_HEADER) };
}
