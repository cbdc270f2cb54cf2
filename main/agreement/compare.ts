/** Two readers' outlines compared, label by label and frame by frame: overlap, distances, sizes. */
import { setImmediate } from 'node:timers/promises';
import type { AgreementRow, MaskDifference } from '../../shared/domain';
import { areaPx, boundingBox, cropMask, union, wholeMask, type Mask, type Spacing } from '../../shared/mask';
import { diameters, spacingFor } from '../../shared/measure';
import { dice, surfaceDistance } from '../../shared/metrics';
import type { PlannedPair } from './agreement-plan';

export interface CompareTools {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { readonly done: number; readonly total: number }) => void;
}

/**
 * A row a pair, in their order.
 *
 * @throws whatever `signal` was aborted with; AppError `format-corrupt` for run lengths that are no mask
 */
export async function compare(
  pairs: readonly PlannedPair[],
  { signal, onProgress }: CompareTools,
): Promise<AgreementRow[]> {
  const rows: AgreementRow[] = [];
  for (const pair of pairs) {
    // A turn of the event loop, in which a withdrawal is heard.
    await setImmediate();
    signal.throwIfAborted();
    rows.push(rowOf(pair));
    onProgress({ done: rows.length, total: pairs.length });
  }
  return rows;
}

function rowOf({ masks: [ofFirst, ofSecond], calibration, ...place }: PlannedPair): AgreementRow {
  const [first, second] = [wholeMask(ofFirst), wholeMask(ofSecond)];
  if (!first || !second) return { ...place, outlined: first ? 'first' : 'second', dice: 0, px: null, mm: null };
  const both = union(first, second);
  const spacing = spacingFor(both, calibration);
  const box = boundingBox(both);
  const [a, b] = box ? [cropMask(first, box), cropMask(second, box)] : [first, second];
  return {
    ...place,
    outlined: 'both',
    dice: dice(a, b),
    px: difference(a, b, [1, 1]),
    mm: spacing && difference(a, b, spacing),
  };
}

function difference(a: Mask, b: Mask, spacing: Spacing): MaskDifference | null {
  const distance = surfaceDistance(a, b, spacing);
  const [longestA, longestB] = [diameters(a, spacing), diameters(b, spacing)];
  if (!distance || !longestA || !longestB) return null;
  const pixel = spacing[0] * spacing[1];
  return {
    ...distance,
    areas: [areaPx(a) * pixel, areaPx(b) * pixel],
    diameters: [longestA.max, longestB.max],
  };
}
