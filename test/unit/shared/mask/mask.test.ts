import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  areaPx,
  boundingBox,
  complement,
  cropMask,
  cropped,
  difference,
  emptyMask,
  intersection,
  maskAbove,
  stamp,
  symmetricDifference,
  union,
} from '../../../../shared/mask';
import { anyMask, anyPair, drawn } from './arbitraries';

describe('a mask', () => {
  it('is what lies above a threshold; NaN does not', () => {
    const logits = Float32Array.of(-1, 0, 0.5, NaN, 7, -0);
    expect(maskAbove(logits, 3, 2, 0)).toEqual(drawn('..#', '.#.'));
    expect(maskAbove(Uint8Array.of(0, 255, 1, 0), 2, 2, 0)).toEqual(drawn('.#', '#.'));
    expect(() => maskAbove(logits, 2, 2, 0)).toThrowError(expect.objectContaining({ code: 'usage' }));
  });

  it('has an area and a box around its pixels, none when empty', () => {
    const mask = drawn('.....', '..#..', '...#.', '..#..');
    expect(areaPx(mask)).toBe(3);
    expect(boundingBox(mask)).toEqual([2, 1, 2, 3]);
    expect(cropMask(mask, [2, 1, 2, 3])).toEqual(drawn('#.', '.#', '#.'));
    expect(boundingBox(drawn('#'))).toEqual([0, 0, 1, 1]);
    expect(boundingBox(emptyMask(3, 2))).toBeNull();
  });

  it('has the smallest box that holds it', () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        const set = [...mask.data.keys()].filter((i) => mask.data[i] === 1);
        const xs = set.map((i) => i % mask.widthPx);
        const ys = set.map((i) => Math.floor(i / mask.widthPx));
        const [left, top] = [Math.min(...xs), Math.min(...ys)];
        const box = [left, top, Math.max(...xs) - left + 1, Math.max(...ys) - top + 1];
        expect(areaPx(mask)).toBe(set.length);
        expect(boundingBox(mask)).toEqual(set.length === 0 ? null : box);
      }),
    );
  });
});

describe('set operations', () => {
  const a = drawn('##..', '#...');
  const b = drawn('.##.', '#...');

  it('add, keep what is common, take away, and compare', () => {
    expect(union(a, b)).toEqual(drawn('###.', '#...'));
    expect(intersection(a, b)).toEqual(drawn('.#..', '#...'));
    expect(difference(a, b)).toEqual(drawn('#...', '....'));
    expect(symmetricDifference(a, b)).toEqual(drawn('#.#.', '....'));
    expect(complement(a)).toEqual(drawn('..##', '.###'));
  });

  it('leave their operands as they were and obey the laws of sets', () => {
    fc.assert(
      fc.property(anyPair, ([p, q]) => {
        const before = [[...p.data], [...q.data]];
        expect(symmetricDifference(p, q)).toEqual(union(difference(p, q), difference(q, p)));
        expect(complement(union(p, q))).toEqual(intersection(complement(p), complement(q)));
        expect(union(difference(p, q), intersection(p, q))).toEqual(p);
        expect([[...p.data], [...q.data]]).toEqual(before);
      }),
    );
  });

  it('are the same where only the box of the other mask is looked at', () => {
    fc.assert(
      fc.property(anyPair, ([p, q]) => {
        const crop = cropped(q);
        for (const [value, wanted] of [[1, union(p, q)] as const, [0, difference(p, q)] as const]) {
          const stamped = { ...p, data: p.data.slice() };
          if (crop) stamp(stamped, crop, value);
          expect(stamped).toEqual(wanted);
        }
      }),
    );
  });

  it('refuse masks of different size, also of equal pixel count', () => {
    for (const operation of [union, intersection, difference, symmetricDifference]) {
      expect(() => operation(emptyMask(2, 3), emptyMask(3, 2))).toThrowError(
        expect.objectContaining({ name: 'AppError', code: 'usage', message: expect.stringContaining('2x3 and 3x2') }),
      );
    }
  });
});
