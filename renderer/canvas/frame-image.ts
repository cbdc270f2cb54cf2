/** A frame's samples as main serves them: an 8-bit grey PNG, decoded by the browser without any colour management. */
import { AppError } from '../../shared/errors';
import type { GrayImage } from '../../shared/image';
import { frameUrl } from '../../shared/ipc';

/** @throws AppError `frame-changed` when the frame has other pixels now, `file-unreadable` when it cannot be read. */
export async function loadFrameImage(frameId: number, frameSha256: string): Promise<GrayImage> {
  const subject = `frame ${frameId}`;
  const response = await fetch(frameUrl(frameId, frameSha256));
  if (response.status === 409) throw new AppError('frame-changed', subject, 'the frame has other pixels now');
  if (!response.ok) throw new AppError('file-unreadable', subject, `the frame was answered with ${response.status}`);
  const bitmap = await createImageBitmap(await response.blob(), {
    colorSpaceConversion: 'none',
    premultiplyAlpha: 'none',
  });
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new AppError('internal', subject, 'the browser gives no canvas');
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data: rgba } = context.getImageData(0, 0, width, height);
  const data = new Uint8Array(width * height);
  for (let i = 0; i < data.length; i++) data[i] = rgba[4 * i] as number;
  return { widthPx: width, heightPx: height, data };
}
