/** A frame's samples as main serves them: an 8-bit PNG, decoded by the browser without any colour management. */
import { AppError } from '../../shared/errors';
import { luma, type ColourImage } from '../../shared/image';
import { frameUrl } from '../../shared/ipc';

/** @throws AppError `frame-changed` when the frame has other pixels now, `file-unreadable` when it cannot be read. */
export async function loadFrameImage(frameId: number, frameSha256: string): Promise<ColourImage> {
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
  return { widthPx: width, heightPx: height, ...samplesOf(rgba) };
}

/** The grey that main has hashed, and the colours where there are any. */
export function samplesOf(rgba: Uint8ClampedArray): Pick<ColourImage, 'data' | 'rgb'> {
  const data = new Uint8Array(rgba.length / 4);
  const rgb = new Uint8Array(3 * data.length);
  let isColour = false;
  for (let i = 0; i < data.length; i++) {
    const [red, green, blue] = [rgba[4 * i] as number, rgba[4 * i + 1] as number, rgba[4 * i + 2] as number];
    data[i] = luma(red, green, blue);
    rgb[3 * i] = red;
    rgb[3 * i + 1] = green;
    rgb[3 * i + 2] = blue;
    isColour ||= red !== green || green !== blue;
  }
  return { data, ...(isColour && { rgb }) };
}
