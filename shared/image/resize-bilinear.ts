/**
 * Pillow's antialiased BILINEAR resize for 8-bit samples, to the last bit: AutoSAMUS was trained on images made by
 * `PIL.Image.resize(size, BILINEAR)`, so the app must see the same pixels. Not for logits (`resizeLogits`) or masks
 * (`resizeNearest`).
 *
 * Algorithm and constants: Pillow `src/libImaging/Resample.c` (8 bits per channel): a triangle filter widened by the
 * reduction factor, weights in fixed point with 22 fractional bits, horizontal pass, 8-bit intermediate, vertical pass.
 * The order is that of every Pillow up to 12, the reference's among them; Pillow 13 takes the vertical pass first where an
 * image gets wider and lower, and is then off by one grey level here and there.
 */
import { AppError } from '../errors';
import type { GrayImage } from './gray-image';

const PRECISION_BITS = 22;
const ONE = 2 ** PRECISION_BITS;
const HALF = 2 ** (PRECISION_BITS - 1);

/** For each output sample: its first input sample, how many follow, and their fixed-point weights. */
interface Weights {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** Output sample `i` has its weights at `i * taps`. */
  readonly fixed: Int32Array;
  readonly taps: number;
}

function triangle(x: number): number {
  const distance = Math.abs(x);
  return distance < 1 ? 1 - distance : 0;
}

function weightsFor(fromLength: number, toLength: number): Weights {
  const scale = fromLength / toLength;
  const filterScale = Math.max(scale, 1);
  const support = filterScale;
  const taps = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(toLength);
  const count = new Int32Array(toLength);
  const fixed = new Int32Array(toLength * taps);
  const raw = new Float64Array(taps);
  // Pillow multiplies by the reciprocal; dividing would round differently.
  const inverseScale = 1 / filterScale;
  for (let i = 0; i < toLength; i++) {
    const center = (i + 0.5) * scale;
    const start = Math.max(Math.trunc(center - support + 0.5), 0);
    const end = Math.min(Math.trunc(center + support + 0.5), fromLength);
    let sum = 0;
    for (let k = 0; k < end - start; k++) {
      const weight = triangle((k + start - center + 0.5) * inverseScale);
      raw[k] = weight;
      sum += weight;
    }
    for (let k = 0; k < end - start; k++) {
      const weight = sum === 0 ? (raw[k] ?? 0) : (raw[k] ?? 0) / sum;
      fixed[i * taps + k] = Math.trunc(0.5 + weight * ONE);
    }
    first[i] = start;
    count[i] = end - start;
  }
  return { first, count, fixed, taps };
}

// The two passes keep sums in int32: weights of one output add up to about 2^22, samples are below 2^8. They cannot go
// below 0; rounding of the weights can lift a white area to 256, which the clamped array takes back to 255.

function resizeRows(source: Uint8Array, width: number, height: number, toWidth: number): Uint8Array {
  const { first, count, fixed, taps } = weightsFor(width, toWidth);
  const out = new Uint8ClampedArray(toWidth * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < toWidth; x++) {
      const from = y * width + (first[x] as number);
      const weight = x * taps;
      const n = count[x] as number;
      let sum = HALF;
      for (let k = 0; k < n; k++) {
        sum = (sum + Math.imul(source[from + k] as number, fixed[weight + k] as number)) | 0;
      }
      out[y * toWidth + x] = sum >> PRECISION_BITS;
    }
  }
  return new Uint8Array(out.buffer);
}

function resizeColumns(source: Uint8Array, width: number, height: number, toHeight: number): Uint8Array {
  const { first, count, fixed, taps } = weightsFor(height, toHeight);
  const out = new Uint8ClampedArray(width * toHeight);
  const sums = new Int32Array(width);
  for (let y = 0; y < toHeight; y++) {
    sums.fill(HALF);
    const n = count[y] as number;
    for (let k = 0; k < n; k++) {
      const from = ((first[y] as number) + k) * width;
      const weight = fixed[y * taps + k] as number;
      for (let x = 0; x < width; x++) {
        sums[x] = (sums[x] as number) + Math.imul(source[from + x] as number, weight);
      }
    }
    for (let x = 0; x < width; x++) out[y * width + x] = (sums[x] as number) >> PRECISION_BITS;
  }
  return new Uint8Array(out.buffer);
}

/**
 * Resizes as `PIL.Image.resize((widthPx, heightPx), PIL.Image.BILINEAR)` does for mode 'L'. The aspect ratio is not kept.
 * An image that has the size already is returned itself.
 *
 * @throws AppError `usage` for a size below 1 x 1.
 */
export function resizeBilinearAntialias(image: GrayImage, widthPx: number, heightPx: number): GrayImage {
  if (image.widthPx < 1 || image.heightPx < 1 || widthPx < 1 || heightPx < 1) {
    const sizes = `${image.widthPx}x${image.heightPx} to ${widthPx}x${heightPx}`;
    throw new AppError('usage', 'image', `cannot resize ${sizes}: both must be at least 1x1`);
  }
  let data = image.data;
  if (widthPx !== image.widthPx) data = resizeRows(data, image.widthPx, image.heightPx, widthPx);
  if (heightPx !== image.heightPx) data = resizeColumns(data, widthPx, image.heightPx, heightPx);
  return data === image.data ? image : { widthPx, heightPx, data };
}
