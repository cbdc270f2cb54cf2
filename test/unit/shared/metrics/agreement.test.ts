/** Spreads and limits of agreement, and every figure of an agreement report against NumPy and SciPy. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyMask, type Mask, type Spacing } from '../../../../shared/mask';
import { blandAltman, dice, spread, surfaceDistance } from '../../../../shared/metrics';
import { describeWithPython, runPython } from '../../../support/python-venv';
import { maskWhere, samplePairs } from '../mask/arbitraries';

describe('a spread', () => {
  it('of known values; of one it has no deviation, of none nothing', () => {
    expect(spread([4, 1, 2, 9])).toEqual({ n: 4, mean: 4, sd: Math.sqrt(38 / 3), median: 3, low: 1, high: 9 });
    expect(spread([7])).toEqual({ n: 1, mean: 7, sd: null, median: 7, low: 7, high: 7 });
    expect(spread([])).toEqual({ n: 0, mean: null, sd: null, median: null, low: null, high: null });
  });
});

describe('limits of agreement', () => {
  it('are the bias and 1.96 deviations around it; two pairs make them', () => {
    expect(
      blandAltman([
        [3, 1],
        [5, 1],
      ]),
    ).toEqual({
      n: 2,
      bias: 3,
      limits: [3 - 1.96 * Math.SQRT2, 3 + 1.96 * Math.SQRT2],
    });
    expect(blandAltman([[3, 1]])).toEqual({ n: 1, bias: 2, limits: null });
    expect(blandAltman([])).toEqual({ n: 0, bias: null, limits: null });
  });

  it('change sign with the order of the readers', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer(), fc.integer()), { minLength: 2, maxLength: 30 }), (pairs) => {
        const [there, back] = [blandAltman(pairs), blandAltman(pairs.map(([a, b]) => [b, a] as const))];
        expect(back.bias).toBeCloseTo(-there.bias!, 3);
        expect(back.limits![0]).toBeCloseTo(-there.limits![1], 3);
      }),
    );
  });
});

// Dice by its formula; surfaces as MedPy takes them (binary_erosion, then the distance transform), the percentile by NumPy.
const REFERENCE = `
import base64, json, sys
import numpy as np
from scipy.ndimage import binary_erosion, distance_transform_edt, generate_binary_structure

given = json.load(sys.stdin)

def distances(a, b, spacing):
    cross = generate_binary_structure(2, 1)
    edge_a, edge_b = a & ~binary_erosion(a, cross, border_value=0), b & ~binary_erosion(b, cross, border_value=0)
    return distance_transform_edt(~edge_b, sampling=spacing)[edge_a]

def compare(c):
    a, b = (np.frombuffer(base64.b64decode(c[k]), np.uint8).reshape(c["h"], c["w"]).astype(bool) for k in "ab")
    size = int(a.sum()) + int(b.sum())
    dice = 2 * int((a & b).sum()) / size if size else 1.0
    if not a.any() or not b.any():
        return {"dice": dice, "hd95": None, "assd": None}
    spacing = c["spacing"][::-1]
    there, back = distances(a, b, spacing), distances(b, a, spacing)
    return {"dice": dice, "hd95": float(np.percentile(np.concatenate([there, back]), 95)),
            "assd": float((there.mean() + back.mean()) / 2)}

def bland_altman(pairs):
    x, y = np.array(pairs, float).T
    d = x - y
    half = 1.96 * d.std(ddof=1)
    return {"bias": float(d.mean()), "low": float(d.mean() - half), "high": float(d.mean() + half)}

def spread(values):
    v = np.array(values, float)
    return [float(v.mean()), float(v.std(ddof=1)), float(np.median(v)), float(v.min()), float(v.max())]

print(json.dumps({
    "masks": [compare(c) for c in given["masks"]],
    "limits": [bland_altman(p) for p in given["pairs"]],
    "spreads": [spread(v) for v in given["values"]],
}))
`;

type Case = readonly [a: Mask, b: Mask, spacing: Spacing];

const pixel = (w: number, h: number, x: number, y: number): Mask => maskWhere(w, h, (u, v) => u === x && v === y);
const disc = (cx: number, cy: number, r: number): Mask =>
  maskWhere(400, 300, (x, y) => Math.hypot(x - cx, (y - cy) * 1.4) < r);

/** What breaks metrics: single pixels, nothing, everything, the borders, pixels that are not square. */
const EDGES: readonly (readonly [Mask, Mask])[] = [
  [pixel(9, 7, 0, 0), pixel(9, 7, 8, 6)],
  [pixel(9, 7, 4, 3), pixel(9, 7, 4, 3)],
  [pixel(1, 1, 0, 0), pixel(1, 1, 0, 0)],
  [emptyMask(9, 7), emptyMask(9, 7)],
  [emptyMask(9, 7), pixel(9, 7, 2, 2)],
  [maskWhere(30, 20, () => true), pixel(30, 20, 29, 19)],
  [maskWhere(30, 20, (x) => x < 15), maskWhere(30, 20, (x) => x >= 15)],
  [maskWhere(30, 20, (x, y) => x === 0 || y === 0), maskWhere(30, 20, (x, y) => x === 29 || y === 19)],
  [disc(0, 0, 80), disc(399, 299, 60)],
  [disc(200, 150, 90), disc(204, 147, 95)],
];
const SPACINGS: readonly Spacing[] = [
  [1, 1],
  [0.15, 0.4],
  [3, 0.2],
];

describeWithPython('against NumPy and SciPy', () => {
  it('gives the same Dice, HD95, ASSD, limits of agreement and spreads', () => {
    const pairs = [...samplePairs(150), ...EDGES];
    const cases = pairs.flatMap(([a, b]) => SPACINGS.map((spacing): Case => [a, b, spacing]));
    const number = fc.double({ min: -1e4, max: 1e4, noNaN: true });
    const lists = fc.sample(fc.array(number, { minLength: 2, maxLength: 40 }), { numRuns: 60, seed: 4 });
    const measured = fc.sample(fc.array(fc.tuple(number, number), { minLength: 2, maxLength: 40 }), {
      numRuns: 60,
      seed: 5,
    });
    const asked = cases.map(([a, b, spacing]) => ({
      w: a.widthPx,
      h: a.heightPx,
      a: Buffer.from(a.data).toString('base64'),
      b: Buffer.from(b.data).toString('base64'),
      spacing,
    }));
    const { masks, limits, spreads } = runPython(REFERENCE, { masks: asked, pairs: measured, values: lists }) as {
      masks: { dice: number; hd95: number | null; assd: number | null }[];
      limits: { bias: number; low: number; high: number }[];
      spreads: number[][];
    };
    cases.forEach(([a, b, spacing], i) => {
      const theirs = masks[i]!;
      expect(dice(a, b)).toBeCloseTo(theirs.dice, 12);
      const ours = surfaceDistance(a, b, spacing);
      if (theirs.hd95 === null || theirs.assd === null) return expect(ours).toBeNull();
      expect(ours!.hd95).toBeCloseTo(theirs.hd95, 9);
      expect(ours!.assd).toBeCloseTo(theirs.assd, 9);
    });
    expect(masks.filter(({ hd95 }) => hd95 !== null).length).toBeGreaterThan(250);
    measured.forEach((list, i) => {
      const { bias, limits: around } = blandAltman(list);
      expect([bias, ...around!].map((value) => value!.toFixed(6))).toEqual(
        [limits[i]!.bias, limits[i]!.low, limits[i]!.high].map((value) => value.toFixed(6)),
      );
    });
    lists.forEach((values, i) => {
      const { mean, sd, median, low, high } = spread(values);
      [mean, sd, median, low, high].forEach((value, k) => expect(value).toBeCloseTo(spreads[i]![k]!, 6));
    });
  });
});
