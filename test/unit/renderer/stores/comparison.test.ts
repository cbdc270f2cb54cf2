// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import { readersMask } from '../../../../renderer/stores/comparison';
import type { MaskInstance, MaskState } from '../../../../shared/domain';
import { areaPx, cocoRle, emptyMask } from '../../../../shared/mask';

/** One mask of 4 x 2 px that covers this column. */
function columnMask(column: number, state: MaskState, labelId = 1): MaskInstance {
  const mask = emptyMask(4, 2);
  mask.data[column] = mask.data[column + 4] = 1;
  const { counts } = cocoRle(mask);
  const rle = { widthPx: 4, heightPx: 2, counts };
  return { id: column + 1, frameId: 1, labelId, current: { state, rle } } as MaskInstance;
}

describe("the reader's own mask, which heads are compared with", () => {
  it('is all that the reader made or agreed to of this label', () => {
    const mask = readersMask([columnMask(0, 'drawn'), columnMask(2, 'accepted'), columnMask(3, 'drawn', 2)], 1);
    expect([...(mask?.data ?? [])]).toEqual([1, 0, 1, 0, 1, 0, 1, 0]);
  });

  it('takes no proposal nobody has looked at, and nothing rejected', () => {
    expect(readersMask([columnMask(0, 'proposed'), columnMask(1, 'rejected')], 1)).toBeNull();
    const mask = readersMask([columnMask(0, 'proposed'), columnMask(1, 'corrected')], 1);
    expect(mask && areaPx(mask)).toBe(2);
  });
});
