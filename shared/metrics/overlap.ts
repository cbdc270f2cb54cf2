/**
 * How much two masks overlap. Not how far their outlines are apart (`surface`).
 */
import { assertSameSize } from '../mask';
import type { Mask } from '../mask';

interface Counts {
  readonly a: number;
  readonly b: number;
  readonly both: number;
}

function countPixels(a: Mask, b: Mask): Counts {
  assertSameSize(a, b);
  let inA = 0;
  let inB = 0;
  let both = 0;
  for (let i = 0; i < a.data.length; i++) {
    const valueA = a.data[i] as number;
    const valueB = b.data[i] as number;
    inA += valueA;
    inB += valueB;
    both += valueA & valueB;
  }
  return { a: inA, b: inB, both };
}

/**
 * Dice coefficient 2|A∩B| / (|A|+|B|), in 0..1; 1 when both masks are empty.
 *
 * @throws AppError `usage` when the sizes differ.
 */
export function dice(a: Mask, b: Mask): number {
  const counts = countPixels(a, b);
  return counts.a + counts.b === 0 ? 1 : (2 * counts.both) / (counts.a + counts.b);
}

/**
 * Intersection over union (Jaccard index) |A∩B| / |A∪B|, in 0..1; 1 when both masks are empty.
 *
 * @throws AppError `usage` when the sizes differ.
 */
export function iou(a: Mask, b: Mask): number {
  const counts = countPixels(a, b);
  const either = counts.a + counts.b - counts.both;
  return either === 0 ? 1 : counts.both / either;
}

/**
 * Dice of two masks of one size by their run lengths (`runLengths`), without their pixels; 1 when both are empty.
 */
export function diceOfRuns(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [inA, inB] = [foreground(a), foreground(b)];
  if (inA + inB === 0) return 1;
  let both = 0;
  let at = 0;
  let [run, other] = [0, 0];
  let [end, otherEnd] = [a[0] ?? 0, b[0] ?? 0];
  while (run < a.length && other < b.length) {
    const next = Math.min(end, otherEnd);
    if (run % 2 === 1 && other % 2 === 1) both += next - at;
    at = next;
    if (end === next) end += a[++run] ?? 0;
    if (otherEnd === next) otherEnd += b[++other] ?? 0;
  }
  return (2 * both) / (inA + inB);
}

/** Pixels in the odd runs. */
function foreground(runs: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 1; k < runs.length; k += 2) sum += runs[k] as number;
  return sum;
}
