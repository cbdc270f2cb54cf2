import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areaPx, emptyMask, runLengths } from '../../../../shared/mask';
import type { Mask, Spacing } from '../../../../shared/mask';
import { assd, dice, diceOfRuns, hd95, iou } from '../../../../shared/metrics';
import { describeWithPython, runPython } from '../../../support/python-venv';
import { anyMask, anyPair, drawn, maskWhere, samplePairs } from '../mask/arbitraries';

type Point = readonly [number, number];

/** Pixels with a background pixel, or the image's edge, at one of their four sides. */
function surface({ widthPx, heightPx, data }: Mask): Point[] {
  const isSet = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < widthPx && y < heightPx && data[y * widthPx + x] === 1;
  return [...data.keys()]
    .map((i): Point => [i % widthPx, Math.floor(i / widthPx)])
    .filter(([x, y]) => isSet(x, y))
    .filter(([x, y]) => !(isSet(x - 1, y) && isSet(x + 1, y) && isSet(x, y - 1) && isSet(x, y + 1)));
}

function directed(from: Point[], to: Point[], [spaceX, spaceY]: Spacing): number[] {
  return from.map(([x, y]) => Math.min(...to.map(([u, v]) => Math.hypot((x - u) * spaceX, (y - v) * spaceY))));
}

const average = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const anySpacing: fc.Arbitrary<Spacing> = fc.constantFrom([1, 1], [0.2, 0.2], [0.1, 0.37], [3, 1]);

describe('Dice and IoU', () => {
  it('of a known overlap', () => {
    const a = drawn('##..', '##..');
    const b = drawn('.##.', '.##.');
    expect(dice(a, b)).toBe(0.5);
    expect(iou(a, b)).toBe(1 / 3);
  });

  it('are 1 for two empty masks, 0 when only one is empty', () => {
    expect([dice(emptyMask(3, 3), emptyMask(3, 3)), iou(emptyMask(3, 3), emptyMask(3, 3))]).toEqual([1, 1]);
    expect([dice(drawn('#'), drawn('.')), iou(drawn('.'), drawn('#'))]).toEqual([0, 0]);
  });

  it('are symmetric, 1 only for equal masks, and tied to each other', () => {
    fc.assert(
      fc.property(anyPair, ([a, b]) => {
        const [d, j] = [dice(a, b), iou(a, b)];
        expect([dice(b, a), iou(b, a)]).toEqual([d, j]);
        expect(d).toBeCloseTo((2 * j) / (1 + j), 12);
        expect(d === 1).toBe(a.data.every((value, i) => value === b.data[i]));
        expect(j).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('come to the same from run lengths', () => {
    fc.assert(
      fc.property(anyPair, ([a, b]) => {
        expect(diceOfRuns(runLengths(a), runLengths(b))).toBe(dice(a, b));
      }),
    );
  });

  it('refuse masks of different size', () => {
    for (const metric of [dice, iou, hd95, assd]) {
      expect(() => metric(emptyMask(2, 3), emptyMask(3, 2))).toThrowError(
        expect.objectContaining({ name: 'AppError', code: 'usage' }),
      );
    }
  });
});

describe('HD95 and ASSD', () => {
  it('of two bars five pixels apart are 5, or that in mm', () => {
    const bar = (left: number): Mask => maskWhere(20, 10, (x) => x === left);
    expect([hd95(bar(3), bar(8)), assd(bar(3), bar(8))]).toEqual([5, 5]);
    expect(hd95(bar(3), bar(8), [0.2, 7])).toBeCloseTo(1, 12);
    expect(assd(bar(3), bar(8), [0.2, 7])).toBeCloseTo(1, 12);
  });

  it('take the percentile over both directions together, between ranks as numpy does', () => {
    // From the first to the second: 0. Back: 0, 1, 2, 3. Of 0 0 1 2 3 the 95th percentile is at rank 3.8.
    const [one, four] = [drawn('#...'), drawn('####')];
    expect(hd95(one, four)).toBeCloseTo(2.8, 12);
    expect(hd95(four, one)).toBeCloseTo(2.8, 12);
    expect(assd(one, four)).toBeCloseTo((0 + 6 / 4) / 2, 12);
  });

  it('are null when a mask is empty, 0 for a mask with itself', () => {
    const empty = emptyMask(3, 1);
    for (const metric of [hd95, assd]) {
      expect([metric(empty, empty), metric(empty, drawn('.#.')), metric(drawn('.#.'), empty)]).toEqual([
        null,
        null,
        null,
      ]);
    }
    fc.assert(
      fc.property(anyMask, (mask) => {
        expect([hd95(mask, mask), assd(mask, mask)]).toEqual(areaPx(mask) === 0 ? [null, null] : [0, 0]);
      }),
    );
  });

  it('are what measuring every pair of surface pixels gives', () => {
    fc.assert(
      fc.property(anyPair, anySpacing, ([a, b], spacing) => {
        const [surfaceA, surfaceB] = [surface(a), surface(b)];
        fc.pre(surfaceA.length > 0 && surfaceB.length > 0);
        const aToB = directed(surfaceA, surfaceB, spacing);
        const bToA = directed(surfaceB, surfaceA, spacing);
        const all = [...aToB, ...bToA].sort((p, q) => p - q);
        const rank = 0.95 * (all.length - 1);
        const lower = all[Math.floor(rank)]!;
        const upper = all[Math.ceil(rank)]!;
        expect(hd95(a, b, spacing)).toBeCloseTo(lower + (upper - lower) * (rank - Math.floor(rank)), 9);
        expect(assd(a, b, spacing)).toBeCloseTo((average(aToB) + average(bToA)) / 2, 9);
      }),
      { numRuns: 300 },
    );
  });
});

// MedPy's hd95 and assd, written out: MedPy itself does not install beside this numpy.
const MEDPY = `
import base64, json, sys
import numpy as np
from scipy.ndimage import binary_erosion, distance_transform_edt, generate_binary_structure

def surface_distances(a, b, spacing):
    structure = generate_binary_structure(2, 1)
    border_a, border_b = a ^ binary_erosion(a, structure), b ^ binary_erosion(b, structure)
    return distance_transform_edt(~border_b, sampling=spacing)[border_a]

out = []
for c in json.load(sys.stdin):
    a, b = (np.frombuffer(base64.b64decode(c[k]), np.uint8).reshape(c["h"], c["w"]).astype(bool) for k in "ab")
    if not a.any() or not b.any():
        out.append(None)
        continue
    spacing = c["spacing"][::-1]
    there, back = surface_distances(a, b, spacing), surface_distances(b, a, spacing)
    out.append([float(np.percentile(np.hstack((there, back)), 95)), float(np.mean((there.mean(), back.mean())))])
print(json.dumps(out))
`;

describeWithPython('against SciPy', () => {
  it('measures surfaces as MedPy does, in pixels and in mm', () => {
    const disc = (cx: number, cy: number, r: number): Mask =>
      maskWhere(1024, 768, (x, y) => Math.hypot(x - cx, (y - cy) * 1.3) < r);
    const pairs = [
      ...samplePairs(200),
      [disc(500, 300, 200), disc(520, 310, 230)],
      [disc(0, 0, 90), disc(900, 700, 250)],
    ];
    const cases = pairs.flatMap(([a, b]) => [
      { a: a!, b: b!, spacing: [1, 1] as const },
      { a: a!, b: b!, spacing: [0.15, 0.4] as const },
    ]);
    const answers = runPython(
      MEDPY,
      cases.map(({ a, b, spacing }) => ({
        w: a.widthPx,
        h: a.heightPx,
        a: Buffer.from(a.data).toString('base64'),
        b: Buffer.from(b.data).toString('base64'),
        spacing,
      })),
    ) as ([number, number] | null)[];
    cases.forEach(({ a, b, spacing }, i) => {
      const ours = [hd95(a, b, spacing), assd(a, b, spacing)];
      const theirs = answers[i] ?? [null, null];
      theirs.forEach((value, k) => {
        if (value === null) expect(ours[k]).toBeNull();
        else expect(ours[k]).toBeCloseTo(value, 9);
      });
    });
    expect(answers.filter((answer) => answer !== null).length).toBeGreaterThan(200);
  });
});
