/** Growing, shrinking, smoothing, parts, mirroring and interpolation of masks. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  areaPx,
  emptyMask,
  grown,
  interpolatedMask,
  mirrored,
  partsOf,
  shrunk,
  smoothed,
  union,
  type Mask,
} from '../../../../shared/mask';

const anyMask = fc
  .record({ widthPx: fc.integer({ min: 1, max: 24 }), heightPx: fc.integer({ min: 1, max: 20 }) })
  .chain(({ widthPx, heightPx }) =>
    fc
      .array(fc.integer({ min: 0, max: 1 }), { minLength: widthPx * heightPx, maxLength: widthPx * heightPx })
      .map((bits): Mask => ({ widthPx, heightPx, data: Uint8Array.from(bits) })),
  );

function disc(x: number, y: number, radius: number, widthPx = 80, heightPx = 60): Mask {
  const mask = emptyMask(widthPx, heightPx);
  for (let i = 0; i < mask.data.length; i++) {
    mask.data[i] = Math.hypot((i % widthPx) - x, Math.floor(i / widthPx) - y) <= radius ? 1 : 0;
  }
  return mask;
}

/** By its definition, pixel by pixel. */
function near(mask: Mask, radius: number, value: 0 | 1): Mask {
  const made = emptyMask(mask.widthPx, mask.heightPx);
  for (let i = 0; i < made.data.length; i++) {
    const isNear = mask.data.some((bit, j) => {
      const [dx, dy] = [
        (i % mask.widthPx) - (j % mask.widthPx),
        Math.floor(i / mask.widthPx) - Math.floor(j / mask.widthPx),
      ];
      return bit === value && dx * dx + dy * dy <= radius * radius;
    });
    made.data[i] = isNear === (value === 1) ? 1 : 0;
  }
  return made;
}

describe('growing and shrinking', () => {
  test('take and leave what is within the radius', () => {
    fc.assert(
      fc.property(anyMask, fc.constantFrom(1, 1.5, 2, 3), (mask, radius) => {
        expect(grown(mask, radius)).toEqual(near(mask, radius, 1));
        expect(shrunk(mask, radius)).toEqual(near(mask, radius, 0));
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});

describe('smoothing', () => {
  test('takes spikes and fills nicks, and leaves a round thing as it is', () => {
    const round = disc(40, 30, 15);
    const rough = { ...round, data: round.data.slice() };
    for (let x = 55; x < 62; x++) rough.data[30 * 80 + x] = 1;
    for (let y = 10; y < 20; y++) rough.data[y * 80 + 40] = 0;
    const smooth = smoothed(rough, 2);
    expect(smooth.data[30 * 80 + 60]).toBe(0);
    expect(smooth.data[17 * 80 + 40]).toBe(1);
    expect(Math.abs(areaPx(smoothed(round, 2)) / areaPx(round) - 1)).toBeLessThan(0.01);
  });

  test('of a mask that fills the image leaves it', () => {
    const all = { ...emptyMask(9, 7), data: new Uint8Array(63).fill(1) };
    expect(smoothed(all, 2)).toEqual(all);
    expect(smoothed(emptyMask(9, 7), 2)).toEqual(emptyMask(9, 7));
  });
});

describe('parts', () => {
  test('make up the mask, the largest first', () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        const parts = partsOf(mask);
        const areas = parts.map(areaPx);
        expect(areas).toEqual([...areas].sort((a, b) => b - a));
        expect(areas.reduce((sum, area) => sum + area, 0)).toBe(areaPx(mask));
        expect(parts.reduce(union, emptyMask(mask.widthPx, mask.heightPx))).toEqual(mask);
      }),
      { numRuns: 60, seed: 2 },
    );
  });
});

test('mirroring twice gives the mask back', () => {
  fc.assert(
    fc.property(anyMask, (mask) => {
      expect(mirrored(mirrored(mask))).toEqual(mask);
      expect(mirrored(mask).data[0]).toBe(mask.data[mask.widthPx - 1]);
    }),
    { numRuns: 40, seed: 3 },
  );
});

describe('the shape between two', () => {
  test('is either at its end', () => {
    const [a, b] = [disc(20, 20, 8), disc(50, 40, 12)];
    expect(interpolatedMask(a, b, 0)).toEqual(a);
    expect(interpolatedMask(a, b, 1)).toEqual(b);
  });

  test('is itself between a shape and the same, at the border too', () => {
    fc.assert(
      fc.property(anyMask, fc.double({ min: 0, max: 1, noNaN: true }), (mask, share) => {
        expect(interpolatedMask(mask, mask, share)).toEqual(mask);
      }),
      { numRuns: 60, seed: 4 },
    );
  });

  test('lies half way, as large as half way, also where they do not touch', () => {
    const middle = interpolatedMask(disc(20, 20, 8), disc(60, 40, 12), 0.5);
    expect(middle.data[30 * 80 + 40]).toBe(1);
    expect(Math.abs(areaPx(middle) / (Math.PI * 100) - 1)).toBeLessThan(0.08);
    expect(areaPx(interpolatedMask(disc(20, 20, 8), emptyMask(80, 60), 0.5))).toBe(0);
  });
});
