/** The frame's samples as a canvas, brightness and contrast applied. Repainted when these change, not when it moves. */
import type { GrayImage } from '../../shared/image';
import { greyTable, type Windowing } from './windowing';

export class ImageCanvas {
  readonly canvas = new OffscreenCanvas(1, 1);
  /** Kept from painting to painting: while brightness is dragged there is one for every movement. */
  #pixels = new ImageData(1, 1);

  paint(image: GrayImage, windowing: Windowing): void {
    const { widthPx, heightPx } = image;
    if (this.#pixels.width !== widthPx || this.#pixels.height !== heightPx) {
      this.canvas.width = widthPx;
      this.canvas.height = heightPx;
      this.#pixels = new ImageData(widthPx, heightPx);
    }
    fillGrey(new Uint32Array(this.#pixels.data.buffer), image, windowing);
    this.canvas.getContext('2d', { willReadFrequently: true })?.putImageData(this.#pixels, 0, 0);
  }
}

/** Writes every sample as the window shows it; `target` holds one opaque pixel a sample. */
export function fillGrey(target: Uint32Array, { data }: GrayImage, windowing: Windowing): void {
  const table = greyTable(windowing);
  for (let i = 0; i < target.length; i++) target[i] = table[data[i] as number] as number;
}
