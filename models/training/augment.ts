/**
 * The reference's training augmentation (xianlin7/SAMUS, `utils/data_us.py`, `JointTransform2D`): gamma, rotation, scale
 * with crop, contrast, each with probability one half, on the network's 256 px image and its mask together.
 */
import { type GrayImage, mirror, resizeBilinearAntialias, resizeNearest } from '../../shared/image';
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

/** Largest magnification along x and y of the window that `augmentWidely` cuts out. */
const [MAX_WIDEN_X, MAX_WIDEN_Y] = [2, 1.5];
/** The window keeps the object's centre at least this far from its edge, px. */
const EDGE = 32;

/**
 * For a handful of images, which show one machine's geometry only: the reference's augmentation after mirroring and a
 * window of another shape, since frames of any shape are squeezed into the network's square. On 20 DDTI frames of one
 * shape, with half of the validation frames of another, the reference's alone loses 0.10 Dice by overfitting; this none.
 */
export function augmentWidely(pair: TrainingPair, random: Random): TrainingPair {
  const mirrored = random() < 0.5 ? { image: mirror(pair.image), mask: mirror(pair.mask) } : pair;
  return augment(random() < 0.7 ? cutWindow(mirrored, random) : mirrored, random);
}

function cutWindow({ image, mask }: TrainingPair, random: Random): TrainingPair {
  const { widthPx, heightPx } = image;
  const [width, height] = [widthPx * MAX_WIDEN_X ** random(), heightPx * MAX_WIDEN_Y ** random()].map(Math.floor) as [
    number,
    number,
  ];
  const [cx, cy] = centre(mask);
  const start = (size: number, window: number, at: number): number => {
    const low = Math.max(0, Math.min(size - window, Math.ceil(at * size - window + EDGE)));
    const high = Math.max(low, Math.min(size - window, Math.floor(at * size - EDGE)));
    return low + Math.floor(random() * (high - low + 1));
  };
  const [left, top] = [start(width, widthPx, cx), start(height, heightPx, cy)];
  return {
    image: crop(resizeBilinearAntialias(image, width, height), left, top, widthPx, heightPx),
    mask: crop(resizeNearest(mask, width, height), left, top, widthPx, heightPx),
  };
}

/** Of the foreground, as shares of width and height; the middle where there is none. */
function centre({ widthPx, heightPx, data }: Mask): [number, number] {
  let [x, y, count] = [0, 0, 0];
  data.forEach((value, i) => {
    if (!value) return;
    x += (i % widthPx) + 0.5;
    y += Math.floor(i / widthPx) + 0.5;
    count++;
  });
  return count ? [x / count / widthPx, y / count / heightPx] : [0.5, 0.5];
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
