/**
 * The edges near an anchor: the gradient of the image, smoothed first, since the gradients of raw ultrasound are those of
 * its speckle. What a line along them costs is `live-wire.ts`.
 */
import type { GrayImage } from '../image';
import { gaussianBlur } from '../image/gaussian';
import type { Place } from './along';

/** Places around the anchor on a grid of `step` pixels, cut to the image. */
export interface EdgeWindow {
  /** Of the grid's first place, in grid steps from the image's corner. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Image pixels. */
  readonly step: number;
  /** [height, width, 2]: the gradient along x and y, from no edge at 0 to the strongest edges at length 1. */
  readonly gradient: Float32Array;
}

/** Grid places to each side of the anchor: the work of a search is bounded whatever the image's size. */
const REACH = 160;
/** Larger images have several pixels a grid step: what a hand means by an edge is as wide on the screen. */
const FINEST_ACROSS = 1024;
/** Of the smoothing, grid steps: a little more than a speckle is wide. */
const SIGMA = 3;
/** An edge as strong as all but this part of the places is as good as any: the skin is not to outshine the lesion. */
const STRONGEST = 0.05;

export function edgesAround(image: GrayImage, anchor: Place): EdgeWindow {
  const step = Math.max(1, Math.floor(Math.max(image.widthPx, image.heightPx) / FINEST_ACROSS));
  const [left, right] = range(anchor.x / step, Math.ceil(image.widthPx / step));
  const [top, bottom] = range(anchor.y / step, Math.ceil(image.heightPx / step));
  const [width, height] = [right - left, bottom - top];
  const means = blockMeans(image, { left, top, width, height, step });
  const smooth = gaussianBlur(means, width, height, SIGMA);
  return { left, top, width, height, step, gradient: normalised(gradientOf(smooth, width, height)) };
}

function range(at: number, size: number): [number, number] {
  const middle = Math.min(Math.max(Math.floor(at), 0), size - 1);
  return [Math.max(middle - REACH, 0), Math.min(middle + REACH + 1, size)];
}

function blockMeans(image: GrayImage, { left, top, width, height, step }: Omit<EdgeWindow, 'gradient'>): Float32Array {
  const means = new Float32Array(width * height);
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i++) {
      const [x0, y0] = [(left + column) * step, (top + row) * step];
      const [x1, y1] = [Math.min(x0 + step, image.widthPx), Math.min(y0 + step, image.heightPx)];
      let sum = 0;
      for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) sum += image.data[y * image.widthPx + x] as number;
      means[i] = sum / ((x1 - x0) * (y1 - y0));
    }
  }
  return means;
}

/** By central differences; the image goes on beyond its border as at it. */
function gradientOf(values: Float32Array, width: number, height: number): Float32Array {
  const gradient = new Float32Array(2 * values.length);
  for (let y = 0, i = 0; y < height; y++) {
    const [above, below] = [y > 0 ? -width : 0, y < height - 1 ? width : 0];
    for (let x = 0; x < width; x++, i++) {
      const [before, after] = [x > 0 ? -1 : 0, x < width - 1 ? 1 : 0];
      gradient[2 * i] = (values[i + after] as number) - (values[i + before] as number);
      gradient[2 * i + 1] = (values[i + below] as number) - (values[i + above] as number);
    }
  }
  return gradient;
}

/** In place: 1 is as strong as all but `STRONGEST` of the places, and nothing is stronger. */
function normalised(gradient: Float32Array): Float32Array {
  const size = (i: number): number => Math.hypot(gradient[i] as number, gradient[i + 1] as number);
  const sizes = new Float32Array(gradient.length / 2);
  for (let i = 0; i < sizes.length; i++) sizes[i] = size(2 * i);
  const strong = sizes.sort()[Math.floor((1 - STRONGEST) * (sizes.length - 1))] as number;
  for (let i = 0; i < gradient.length; i += 2) {
    const scale = 1 / Math.max(strong, size(i), Number.MIN_VALUE);
    gradient[i] = (gradient[i] as number) * scale;
    gradient[i + 1] = (gradient[i + 1] as number) * scale;
  }
  return gradient;
}
