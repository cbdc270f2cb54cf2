/**
 * The reference's training augmentation (xianlin7/SAMUS, `utils/data_us.py`, `JointTransform2D`): gamma, rotation, scale
 * with crop, contrast, each with probability one half, on the network's 256 px image and its mask together.
 */
import { type GrayImage, resizeBilinearAntialias, resizeNearest } from '../../shared/image';
import type { Mask } from '../../shared/mask';
import type { Random } from './random';

export interface TrainingPair {
  readonly image: GrayImage;
  /** Of the image's size. */
  readonly mask: Mask;
}

const MAX_ROTATION = Math.PI / 6;

export function augment(pair: TrainingPair, random: Random): TrainingPair {
  let { image, mask } = pair;
  const uniform = (low: number, high: number) => low + (high - low) * random();
  if (random() < 0.5) image = gamma(image, 1 + Math.floor(random() * 15) / 10);
  if (random() < 0.5) {
    const angle = uniform(-MAX_ROTATION, MAX_ROTATION);
    [image, mask] = [rotate(image, angle), rotate(mask, angle)];
  }
  if (random() < 0.5) {
    const size = Math.floor(image.widthPx * uniform(1, 1.3));
    const [left, top] = [0, 1].map(() => Math.floor(random() * (size - image.widthPx + 1))) as [number, number];
    image = crop(resizeBilinearAntialias(image, size, size), left, top, image.widthPx, image.heightPx);
    mask = crop(resizeNearest(mask, size, size), left, top, mask.widthPx, mask.heightPx);
  }
  if (random() < 0.5) image = contrast(image, uniform(0.8, 2));
  return { image, mask };
}

/** 255 (v / 255)^(1/g). */
function gamma(image: GrayImage, g: number): GrayImage {
  const table = Uint8Array.from({ length: 256 }, (_, v) => Math.round(255 * (v / 255) ** (1 / g)));
  return { ...image, data: image.data.map((v) => table[v] ?? 0) };
}

/** Away from the mean grey value, as torchvision's adjust_contrast. */
function contrast(image: GrayImage, factor: number): GrayImage {
  const mean = Math.floor(image.data.reduce((sum, v) => sum + v, 0) / image.data.length + 0.5);
  const data = image.data.map((v) => Math.min(255, Math.max(0, mean + factor * (v - mean))));
  return { ...image, data };
}

/** About the centre, nearest neighbour, outside is 0. */
function rotate<T extends GrayImage | Mask>(image: T, angle: number): T {
  const { widthPx, heightPx, data } = image;
  const [cx, cy, cos, sin] = [widthPx / 2, heightPx / 2, Math.cos(angle), Math.sin(angle)];
  const rotated = new Uint8Array(data.length);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const [dx, dy] = [x + 0.5 - cx, y + 0.5 - cy];
      const [sx, sy] = [Math.floor(cos * dx + sin * dy + cx), Math.floor(cos * dy - sin * dx + cy)];
      if (sx >= 0 && sy >= 0 && sx < widthPx && sy < heightPx) rotated[y * widthPx + x] = data[sy * widthPx + sx] ?? 0;
    }
  }
  return { ...image, data: rotated };
}

function crop<T extends GrayImage | Mask>(image: T, left: number, top: number, widthPx: number, heightPx: number): T {
  const data = new Uint8Array(widthPx * heightPx);
  for (let y = 0; y < heightPx; y++) {
    const start = (top + y) * image.widthPx + left;
    data.set(image.data.subarray(start, start + widthPx), y * widthPx);
  }
  return { ...image, widthPx, heightPx, data };
}
