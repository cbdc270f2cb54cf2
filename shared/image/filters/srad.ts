/**
 * Speckle reducing anisotropic diffusion: Y. Yu and S. T. Acton, IEEE Trans. Image Process. 11 (2002), p. 1260. The picture
 * spreads into itself where it varies as speckle does and not across edges; what speckle is like is found anew at every
 * step. Made for pictures before log compression, so the grey levels are expanded to 1..e first and compressed after.
 */
import type { GrayImage } from '../gray-image';

const STEPS = 12;
/** Of the paper's time; at most 1 keeps the scheme stable. */
const STEP = 0.8;
/** Places that are looked at to find how much speckle varies. */
const MOST_PLACES = 20_000;

/** @returns the picture after `steps` of diffusion; beyond the edges the last pixel goes on */
export function srad(image: GrayImage, steps = STEPS): Uint8Array {
  const { widthPx, data } = image;
  const neighbours = neighboursOf(image);
  const values = Float32Array.from(data, (sample) => Math.exp(sample / 255));
  const flow = new Float32Array(data.length);
  const variation = new Float32Array(data.length);
  const places = placesOf(data);
  for (let step = 0; step < steps; step++) {
    setVariation(variation, values, neighbours, widthPx);
    const speckle = middleOf(variation, places);
    for (let i = 0; i < flow.length; i++) flow[i] = conductance(variation[i] as number, speckle);
    diffuse(values, flow, variation, neighbours, widthPx);
  }
  return Uint8Array.from(values, (value) => Math.round(255 * Math.log(value)));
}

/** How far the next pixel is in `data`, 0 at an edge: to the left and right by column, up and down by row. */
interface Neighbours {
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly up: Int32Array;
  readonly down: Int32Array;
}

function neighboursOf({ widthPx, heightPx }: GrayImage): Neighbours {
  const along = (length: number, edge: number, step: number): Int32Array =>
    Int32Array.from({ length }, (_, at) => (at === edge ? 0 : step));
  return {
    left: along(widthPx, 0, -1),
    right: along(widthPx, widthPx - 1, 1),
    up: along(heightPx, 0, -widthPx),
    down: along(heightPx, heightPx - 1, widthPx),
  };
}

/** Pixels that show something: around the picture nothing varies. */
function placesOf(data: Uint8Array): Uint32Array {
  const stride = Math.max(1, Math.floor(data.length / MOST_PLACES));
  const places: number[] = [];
  for (let i = 0; i < data.length; i += stride) if (data[i] !== 0) places.push(i);
  return Uint32Array.from(places);
}

/** The instantaneous coefficient of variation, squared: q² of the paper (eq. 31). */
function setVariation(
  variation: Float32Array,
  values: Float32Array,
  { left, right, up, down }: Neighbours,
  widthPx: number,
): void {
  for (let y = 0, i = 0; y < up.length; y++) {
    const [toUp, toDown] = [up[y] as number, down[y] as number];
    for (let x = 0; x < widthPx; x++, i++) {
      const value = values[i] as number;
      const west = (values[i + (left[x] as number)] as number) / value - 1;
      const east = (values[i + (right[x] as number)] as number) / value - 1;
      const north = (values[i + toUp] as number) / value - 1;
      const south = (values[i + toDown] as number) / value - 1;
      const gradient = west * west + east * east + north * north + south * south;
      const laplacian = west + east + north + south;
      variation[i] = (gradient / 2 - laplacian ** 2 / 16) / (1 + laplacian / 4) ** 2;
    }
  }
}

/** q0²: most places show speckle and no edge. */
function middleOf(variation: Float32Array, places: Uint32Array): number {
  const sorted = Float32Array.from(places, (i) => variation[i] as number).sort();
  return Math.max(sorted[Math.floor(sorted.length / 2)] ?? 0, 1e-8);
}

/** 1 in speckle, 0 across edges (eq. 33). */
function conductance(variation: number, speckle: number): number {
  return Math.min(Math.max(1 / (1 + (variation - speckle) / (speckle * (1 + speckle))), 0), 1);
}

/** One step of eq. 58; `change` is room to compute in. */
function diffuse(
  values: Float32Array,
  flow: Float32Array,
  change: Float32Array,
  { left, right, up, down }: Neighbours,
  widthPx: number,
): void {
  for (let y = 0, i = 0; y < up.length; y++) {
    const [toUp, toDown] = [up[y] as number, down[y] as number];
    for (let x = 0; x < widthPx; x++, i++) {
      const value = values[i] as number;
      const [toLeft, toRight] = [left[x] as number, right[x] as number];
      const own = flow[i] as number;
      change[i] =
        own * ((values[i + toLeft] as number) - value + (values[i + toUp] as number) - value) +
        (flow[i + toRight] as number) * ((values[i + toRight] as number) - value) +
        (flow[i + toDown] as number) * ((values[i + toDown] as number) - value);
    }
  }
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) + (STEP / 4) * (change[i] as number);
}
