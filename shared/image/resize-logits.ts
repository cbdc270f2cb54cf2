/**
 * Bilinear resize of mask logits, as `torch.nn.functional.interpolate(mode='bilinear', align_corners=False)` does: two
 * taps a side, edges repeated, no antialiasing. Not for images (`resizeBilinearAntialias`).
 */
import { AppError } from '../errors';
import { emptyMask, type Mask } from '../mask';

interface Taps {
  readonly lower: Int32Array;
  readonly upper: Int32Array;
  /** Weight of the upper tap; the lower has the rest. */
  readonly fraction: Float64Array;
}

function tapsFor(fromLength: number, toLength: number): Taps {
  // Positions in single precision, as torch computes them: in double they would be off from it by up to 2e-4 of a tap.
  const scale = Math.fround(fromLength / toLength);
  const lower = new Int32Array(toLength);
  const upper = new Int32Array(toLength);
  const fraction = new Float64Array(toLength);
  for (let i = 0; i < toLength; i++) {
    const position = Math.max(Math.fround(Math.fround((i + 0.5) * scale) - 0.5), 0);
    const index = Math.min(Math.floor(position), fromLength - 1);
    lower[i] = index;
    upper[i] = Math.min(index + 1, fromLength - 1);
    fraction[i] = position - index;
  }
  return { lower, upper, fraction };
}

/** Row `y` of the result before it is resized across, from column `first` to `last`; `into` is one row long. */
function blendRows(into: Float64Array, logits: Float32Array, rows: Taps, y: number, first: number, last: number): void {
  const top = (rows.lower[y] as number) * into.length;
  const bottom = (rows.upper[y] as number) * into.length;
  const down = rows.fraction[y] as number;
  for (let x = first; x <= last; x++) {
    into[x] = (logits[top + x] as number) * (1 - down) + (logits[bottom + x] as number) * down;
  }
}

/**
 * @param logits [fromHeightPx, fromWidthPx], row-major
 * @returns [toHeightPx, toWidthPx], row-major
 * @throws AppError `usage` when the array and the size disagree.
 */
export function resizeLogits(
  logits: Float32Array,
  fromWidthPx: number,
  fromHeightPx: number,
  toWidthPx: number,
  toHeightPx: number,
): Float32Array {
  checkSize(logits, fromWidthPx, fromHeightPx);
  const columns = tapsFor(fromWidthPx, toWidthPx);
  const rows = tapsFor(fromHeightPx, toHeightPx);
  const out = new Float32Array(toWidthPx * toHeightPx);
  const blended = new Float64Array(fromWidthPx);
  for (let y = 0; y < toHeightPx; y++) {
    blendRows(blended, logits, rows, y, 0, fromWidthPx - 1);
    for (let x = 0; x < toWidthPx; x++) {
      const right = columns.fraction[x] as number;
      const left = blended[columns.lower[x] as number] as number;
      out[y * toWidthPx + x] = left * (1 - right) + (blended[columns.upper[x] as number] as number) * right;
    }
  }
  return out;
}

/**
 * The mask of what `resizeLogits` gives above 0, bit for bit. Only where one of the taps is above 0 is anything computed:
 * a small mask on a large frame costs little.
 *
 * @throws AppError `usage` when the array and the size disagree.
 */
export function maskOfLogits(
  logits: Float32Array,
  fromWidthPx: number,
  fromHeightPx: number,
  toWidthPx: number,
  toHeightPx: number,
): Mask {
  checkSize(logits, fromWidthPx, fromHeightPx);
  const columns = tapsFor(fromWidthPx, toWidthPx);
  const rows = tapsFor(fromHeightPx, toHeightPx);
  const near = spansAbove(logits, fromWidthPx, fromHeightPx);
  const mask = emptyMask(toWidthPx, toHeightPx);
  const blended = new Float64Array(fromWidthPx);
  for (let y = 0; y < toHeightPx; y++) {
    const [lower, upper] = [rows.lower[y] as number, rows.upper[y] as number];
    const lastAbove = Math.max(near.last[lower] as number, near.last[upper] as number);
    if (lastAbove < 0) continue;
    const last = Math.min(lastAbove + 1, fromWidthPx - 1);
    const first = Math.max(Math.min(near.first[lower] as number, near.first[upper] as number) - 1, 0);
    blendRows(blended, logits, rows, y, first, last);
    const start = y * toWidthPx;
    for (let x = firstAtLeast(columns.lower, first); x < toWidthPx && (columns.upper[x] as number) <= last; x++) {
      const right = columns.fraction[x] as number;
      const left = blended[columns.lower[x] as number] as number;
      // In single precision, as the logits of the whole frame would be.
      const value = Math.fround(left * (1 - right) + (blended[columns.upper[x] as number] as number) * right);
      mask.data[start + x] = value > 0 ? 1 : 0;
    }
  }
  return mask;
}

/** Of each row the first and last column above 0: `widthPx` and -1 where there is none. */
function spansAbove(logits: Float32Array, widthPx: number, heightPx: number) {
  const first = new Int32Array(heightPx).fill(widthPx);
  const last = new Int32Array(heightPx).fill(-1);
  for (let y = 0, i = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++, i++) {
      if (!((logits[i] as number) > 0)) continue;
      if (first[y] === widthPx) first[y] = x;
      last[y] = x;
    }
  }
  return { first, last };
}

/** The first place in ascending numbers that holds at least `value`. */
function firstAtLeast(ascending: Int32Array, value: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function checkSize(logits: Float32Array, widthPx: number, heightPx: number): void {
  if (logits.length !== widthPx * heightPx || logits.length === 0) {
    throw new AppError('usage', 'logits', `${logits.length} values are no ${widthPx}x${heightPx} logits`);
  }
}
