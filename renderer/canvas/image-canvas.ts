/** The frame's samples as a canvas, as they are: painted once an image. How they look on screen is the compositor's matter. */
import type { ColourImage } from '../../shared/image';

export class ImageCanvas {
  readonly canvas = new OffscreenCanvas(1, 1);

  paint(image: ColourImage): void {
    const { widthPx, heightPx } = image;
    if (this.canvas.width !== widthPx || this.canvas.height !== heightPx) {
      this.canvas.width = widthPx;
      this.canvas.height = heightPx;
    }
    const pixels = new ImageData(widthPx, heightPx);
    paintSamples(new Uint32Array(pixels.data.buffer), image);
    this.canvas.getContext('2d', { willReadFrequently: true })?.putImageData(pixels, 0, 0);
  }
}

/** Writes every sample as one opaque pixel, in the byte order of `ImageData` on this machine. */
export function paintSamples(target: Uint32Array, { data, rgb }: ColourImage): void {
  const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
  if (!rgb) {
    const grey = new Uint32Array(256);
    new Uint8Array(grey.buffer).forEach((_, at, all) => (all[at] = at % 4 === 3 ? 255 : at >> 2));
    for (let i = 0; i < target.length; i++) target[i] = grey[data[i] as number] as number;
    return;
  }
  for (let i = 0; i < target.length; i++) {
    for (let k = 0; k < 3; k++) bytes[4 * i + k] = rgb[3 * i + k] as number;
    bytes[4 * i + 3] = 255;
  }
}
