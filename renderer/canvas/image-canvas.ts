/** The frame's samples as a canvas, brightness and contrast applied. Repainted when these change, not when it moves. */
import type { GrayImage } from '../../shared/image';
import { greyTable, type Windowing } from './windowing';

export function paintImage(canvas: OffscreenCanvas, image: GrayImage, windowing: Windowing): void {
  const { widthPx, heightPx, data } = image;
  if (canvas.width !== widthPx) canvas.width = widthPx;
  if (canvas.height !== heightPx) canvas.height = heightPx;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return;
  const table = greyTable(windowing);
  const pixels = new ImageData(widthPx, heightPx);
  const target = new Uint32Array(pixels.data.buffer);
  for (let i = 0; i < target.length; i++) target[i] = table[data[i] as number] as number;
  context.putImageData(pixels, 0, 0);
}
