/**
 * The pixels of one mask as a small canvas in one colour: as large as the mask's bounding box, repainted only where bits
 * changed. Not where it is drawn, nor how opaque.
 */
import type { BoundingBox, Crop, Mask } from '../../shared/mask';

/** Room around a mask that grows under the brush, so that the canvas is not made anew with every movement. */
const GROWTH_PX = 64;

export class MaskCanvas {
  #canvas: OffscreenCanvas | null = null;
  #box: BoundingBox | null = null;
  readonly #paint: number;

  /** @param colour `#RRGGBB` */
  constructor(colour: string) {
    this.#paint = opaque(colour);
  }

  /** What the canvas stands for, in image pixels. Null for an empty mask. */
  get box(): BoundingBox | null {
    return this.#box;
  }

  get drawable(): { readonly canvas: OffscreenCanvas; readonly x: number; readonly y: number } | null {
    return this.#canvas && this.#box && { canvas: this.#canvas, x: this.#box[0], y: this.#box[1] };
  }

  /** Paints the whole mask; null for an empty one. */
  paint(crop: Crop | null): void {
    this.#resize(crop?.box ?? null);
    if (crop) this.#put(crop.mask, [0, 0, crop.mask.widthPx, crop.mask.heightPx], crop.box);
  }

  /** Paints what changed inside `changed`. @param mask at the frame's size */
  repaint(mask: Mask, changed: BoundingBox): void {
    if (!this.#box || !contains(this.#box, changed)) {
      const box = grown(this.#box ? around(this.#box, changed) : changed, mask);
      this.#resize(box);
      this.#put(mask, box, box);
    } else this.#put(mask, changed, changed);
  }

  #resize(box: BoundingBox | null): void {
    this.#box = box;
    this.#canvas = box && new OffscreenCanvas(box[2], box[3]);
  }

  /** @param from part of the mask @param to where that is in the image */
  #put(mask: Mask, from: BoundingBox, [x, y, width, height]: BoundingBox): void {
    const context = this.#canvas?.getContext('2d', { willReadFrequently: true });
    if (!context || !this.#box) return;
    const pixels = new ImageData(width, height);
    fillPixels(new Uint32Array(pixels.data.buffer), mask, from, this.#paint);
    context.putImageData(pixels, x - this.#box[0], y - this.#box[1]);
  }
}

/** Writes `paint` where the mask is set in the box, transparent elsewhere; `target` holds the box row by row. */
export function fillPixels(target: Uint32Array, mask: Mask, [x, y, width, height]: BoundingBox, paint: number): void {
  for (let row = 0, to = 0; row < height; row++) {
    let from = (y + row) * mask.widthPx + x;
    for (const end = to + width; to < end; to++, from++) target[to] = mask.data[from] === 1 ? paint : 0;
  }
}

/** A colour as one opaque pixel in the byte order of `ImageData` on this machine. */
export function opaque(colour: string): number {
  const value = Number.parseInt(colour.slice(1), 16);
  const pixel = new Uint32Array(1);
  new Uint8Array(pixel.buffer).set([value >> 16, (value >> 8) & 255, value & 255, 255]);
  return pixel[0] ?? 0;
}

export function contains([x, y, width, height]: BoundingBox, inner: BoundingBox): boolean {
  return inner[0] >= x && inner[1] >= y && inner[0] + inner[2] <= x + width && inner[1] + inner[3] <= y + height;
}

export function around(a: BoundingBox, b: BoundingBox): BoundingBox {
  const x = Math.min(a[0], b[0]);
  const y = Math.min(a[1], b[1]);
  return [x, y, Math.max(a[0] + a[2], b[0] + b[2]) - x, Math.max(a[1] + a[3], b[1] + b[3]) - y];
}

function grown([x, y, width, height]: BoundingBox, { widthPx, heightPx }: Mask): BoundingBox {
  const left = Math.max(x - GROWTH_PX, 0);
  const top = Math.max(y - GROWTH_PX, 0);
  return [left, top, Math.min(x + width + GROWTH_PX, widthPx) - left, Math.min(y + height + GROWTH_PX, heightPx) - top];
}
