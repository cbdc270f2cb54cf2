/** The frame's samples as a canvas, brightness and contrast applied. Repainted when these change, not when it moves. */
import type { ColourImage } from '../../shared/image';
import { greyTable, type Windowing } from './windowing';

export class ImageCanvas {
  readonly canvas = new OffscreenCanvas(1, 1);
  /** Kept from painting to painting: while brightness is dragged there is one for every movement. */
  #pixels = new ImageData(1, 1);

  paint(image: ColourImage, windowing: Windowing): void {
    const { widthPx, heightPx } = image;
    if (this.#pixels.width !== widthPx || this.#pixels.height !== heightPx) {
      this.canvas.width = widthPx;
      this.canvas.height = heightPx;
      this.#pixels = new ImageData(widthPx, heightPx);
    }
    paintSamples(new Uint32Array(this.#pixels.data.buffer), image, windowing);
    this.canvas.getContext('2d', { willReadFrequently: true })?.putImageData(this.#pixels, 0, 0);
  }
}

/** Writes every sample as the window shows it, colours each for itself; `target` holds one opaque pixel a sample. */
export function paintSamples(target: Uint32Array, { data, rgb }: ColourImage, windowing: Windowing): void {
  const table = greyTable(windowing);
  if (!rgb) {
    for (let i = 0; i < target.length; i++) target[i] = table[data[i] as number] as number;
    return;
  }
  const levels = new Uint8Array(table.buffer).filter((_, i) => i % 4 === 0);
  const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
  for (let i = 0; i < target.length; i++) {
    for (let k = 0; k < 3; k++) bytes[4 * i + k] = levels[rgb[3 * i + k] as number] as number;
    bytes[4 * i + 3] = 255;
  }
}

/** Applies brightness and contrast to pixels in place, colours each for itself. */
export function applyWindowing({ data }: ImageData, windowing: Windowing): void {
  const levels = new Uint8Array(greyTable(windowing).buffer).filter((_, i) => i % 4 === 0);
  for (let i = 0; i < data.length; i++) if (i % 4 !== 3) data[i] = levels[data[i] as number] as number;
}
