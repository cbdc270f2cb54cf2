/**
 * Whether text is likely in a picture outside the ultrasound regions. A rule of thumb, for a warning and nothing else: text
 * is at least four bright or dark marks of a letter's size, each filling part of its box, side by side on a line.
 */
import { isAppError } from '../../shared/errors';
import type { GrayImage } from '../../shared/image';
import type { Part10 } from '../dicom';
import { readImage } from '../study';
import { rowKept, type Rectangle } from './blank';
import { ultrasoundRegions } from './regions';

/** `unknown` where the pixels cannot be decoded. */
export type BurntIn = 'likely' | 'unlikely' | 'unknown';

/** Of 255: how much a letter differs from the mean of what is around it, and how far around, in pixels. */
const CONTRAST = 28;
const AROUND_PX = 12;
const LETTER_HEIGHT_PX = [5, 48] as const;
const LETTER_WIDTH_PX = [1, 48] as const;
/** Of its box: lines and frames fill less, or all of it and are long. */
const LEAST_FILL = 0.15;
const LETTERS = 4;
/** Frames of a loop that are looked at: text may come with a freeze or a caliper. */
const FRAMES = 12;

interface Box extends Rectangle {
  readonly area: number;
}

/**
 * Frames are looked at as they are on the disk; of a loop the first, the last and some between.
 *
 * @param kept what was not blanked; undefined where nothing was
 */
export async function burntInText(source: Part10, kept: readonly Rectangle[] | undefined): Promise<BurntIn> {
  const regions = ultrasoundRegions(source);
  // Everything outside was blanked, or there is no outside that a machine has told of.
  if (kept && regions.length > 0 && kept.every((part) => regions.some((region) => contains(region, part)))) {
    return 'unlikely';
  }
  try {
    const { metadata } = await readImage(source.path);
    for (const index of spread(metadata.frameCount, FRAMES)) {
      const { frame } = await readImage(source.path, index);
      if (textOutside(frame, regions, kept)) return 'likely';
    }
    return 'unlikely';
  } catch (error) {
    if (isAppError(error)) return 'unknown';
    throw error;
  }
}

/** At most `most` of the numbers below `count`, evenly from the first to the last. */
function spread(count: number, most: number): number[] {
  const n = Math.min(count, most);
  return Array.from({ length: n }, (_, i) => Math.round((i * (count - 1)) / Math.max(1, n - 1)));
}

/** True where text is likely outside `regions`, within what is kept (undefined: everything) of the picture. */
export function textOutside(
  image: GrayImage,
  regions: readonly Rectangle[],
  kept: readonly Rectangle[] = [{ x0: 0, y0: 0, x1: image.widthPx, y1: image.heightPx }],
): boolean {
  const { widthPx, heightPx, data } = image;
  const around = localMeans(image);
  for (const sign of [1, -1]) {
    const marked = new Uint8Array(widthPx * heightPx);
    for (let y = 0; y < heightPx; y++) {
      const row = rowKept(widthPx, y, kept);
      for (let x = 0, i = y * widthPx; x < widthPx; x++, i++) {
        marked[i] = row[x] === 1 && sign * ((data[i] ?? 0) - (around[i] ?? 0)) >= CONTRAST ? 1 : 0;
      }
    }
    for (const region of regions) clear(marked, widthPx, heightPx, region);
    if (hasLine(letters(marked, widthPx, heightPx))) return true;
  }
  return false;
}

/** The mean of the square around each pixel, by sums over rectangles from the upper left corner. */
function localMeans({ widthPx, heightPx, data }: GrayImage): Float32Array {
  const stride = widthPx + 1;
  const sums = new Float64Array(stride * (heightPx + 1));
  for (let y = 0; y < heightPx; y++) {
    let row = 0;
    for (let x = 0; x < widthPx; x++) {
      row += data[y * widthPx + x] ?? 0;
      sums[(y + 1) * stride + x + 1] = (sums[y * stride + x + 1] ?? 0) + row;
    }
  }
  const sum = (x: number, y: number): number => sums[y * stride + x] ?? 0;
  const means = new Float32Array(widthPx * heightPx);
  for (let y = 0; y < heightPx; y++) {
    const [top, bottom] = [Math.max(0, y - AROUND_PX), Math.min(heightPx, y + AROUND_PX + 1)];
    for (let x = 0; x < widthPx; x++) {
      const [left, right] = [Math.max(0, x - AROUND_PX), Math.min(widthPx, x + AROUND_PX + 1)];
      const total = sum(right, bottom) - sum(left, bottom) - sum(right, top) + sum(left, top);
      means[y * widthPx + x] = total / ((right - left) * (bottom - top));
    }
  }
  return means;
}

function clear(marked: Uint8Array, widthPx: number, heightPx: number, { x0, y0, x1, y1 }: Rectangle): void {
  const [left, right] = [Math.max(0, x0), Math.min(widthPx, x1)];
  for (let y = Math.max(0, y0); y < Math.min(heightPx, y1); y++) {
    if (right > left) marked.fill(0, y * widthPx + left, y * widthPx + right);
  }
}

/** Boxes of the connected marks (8 neighbours) that could be letters. */
function letters(marked: Uint8Array, widthPx: number, heightPx: number): Box[] {
  const found: Box[] = [];
  const stack: number[] = [];
  for (let start = 0; start < marked.length; start++) {
    if (marked[start] !== 1) continue;
    let [x0, y0, x1, y1, area] = [widthPx, heightPx, 0, 0, 0];
    marked[start] = 2;
    stack.push(start);
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const [x, y] = [at % widthPx, Math.floor(at / widthPx)];
      [x0, y0, x1, y1, area] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x + 1), Math.max(y1, y + 1), area + 1];
      for (let ny = Math.max(0, y - 1); ny <= Math.min(heightPx - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(widthPx - 1, x + 1); nx++) {
          const next = ny * widthPx + nx;
          if (marked[next] !== 1) continue;
          marked[next] = 2;
          stack.push(next);
        }
      }
    }
    const box = { x0, y0, x1, y1, area };
    if (couldBeLetter(box)) found.push(box);
  }
  return found;
}

function couldBeLetter({ x0, y0, x1, y1, area }: Box): boolean {
  const [width, height] = [x1 - x0, y1 - y0];
  if (height < LETTER_HEIGHT_PX[0] || height > LETTER_HEIGHT_PX[1]) return false;
  if (width < LETTER_WIDTH_PX[0] || width > LETTER_WIDTH_PX[1] || width > 2 * height) return false;
  return area >= LEAST_FILL * width * height;
}

/** Enough letters of like height, one beside the other. */
function hasLine(boxes: readonly Box[]): boolean {
  const sorted = [...boxes].sort((a, b) => a.x0 - b.x0);
  const counts = sorted.map(() => 1);
  for (const [i, box] of sorted.entries()) {
    for (let k = i - 1; k >= 0; k--) {
      const before = sorted[k];
      if (!before || box.x0 - before.x0 > 2 * LETTER_WIDTH_PX[1]) break;
      if (follows(before, box)) counts[i] = Math.max(counts[i] ?? 1, (counts[k] ?? 1) + 1);
    }
    if ((counts[i] ?? 1) >= LETTERS) return true;
  }
  return false;
}

function follows(a: Box, b: Box): boolean {
  const [heightA, heightB] = [a.y1 - a.y0, b.y1 - b.y0];
  const [small, large] = [Math.min(heightA, heightB), Math.max(heightA, heightB)];
  const overlap = Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0);
  const gap = b.x0 - a.x1;
  return large <= 2 * small && overlap >= 0.6 * small && gap >= -1 && gap <= 1.2 * large;
}

function contains(outer: Rectangle, inner: Rectangle): boolean {
  return inner.x0 >= outer.x0 && inner.y0 >= outer.y0 && inner.x1 <= outer.x1 && inner.y1 <= outer.y1;
}
