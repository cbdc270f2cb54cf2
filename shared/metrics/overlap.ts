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
