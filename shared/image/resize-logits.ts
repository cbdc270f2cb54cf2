/**
 * Bilinear resize of mask logits, as `torch.nn.functional.interpolate(mode='bilinear', align_corners=False)` does: two
 * taps a side, edges repeated, no antialiasing. Not for images (`resizeBilinearAntialias`).
 */
import { AppError } from '../errors';

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
  if (logits.length !== fromWidthPx * fromHeightPx || logits.length === 0) {
    throw new AppError('usage', 'logits', `${logits.length} values are no ${fromWidthPx}x${fromHeightPx} logits`);
  }
  const columns = tapsFor(fromWidthPx, toWidthPx);
  const rows = tapsFor(fromHeightPx, toHeightPx);
  const out = new Float32Array(toWidthPx * toHeightPx);
  const blended = new Float64Array(fromWidthPx);
  for (let y = 0; y < toHeightPx; y++) {
    const top = (rows.lower[y] as number) * fromWidthPx;
    const bottom = (rows.upper[y] as number) * fromWidthPx;
    const down = rows.fraction[y] as number;
    for (let x = 0; x < fromWidthPx; x++) {
      blended[x] = (logits[top + x] as number) * (1 - down) + (logits[bottom + x] as number) * down;
    }
    for (let x = 0; x < toWidthPx; x++) {
      const right = columns.fraction[x] as number;
      const left = blended[columns.lower[x] as number] as number;
      out[y * toWidthPx + x] = left * (1 - right) + (blended[columns.upper[x] as number] as number) * right;
    }
  }
  return out;
}
