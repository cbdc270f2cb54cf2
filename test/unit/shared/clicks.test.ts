import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deepestPoint, nextClick } from '../../../shared/clicks';
import type { Click, PixelPoint } from '../../../shared/clicks';
import { emptyMask, symmetricDifference } from '../../../shared/mask';
import type { Mask } from '../../../shared/mask';
import { describeWithPython, runPython } from '../../support/python-venv';
import { anyMask, anyPair, drawn, maskWhere, samplePairs } from './mask/arbitraries';

/** The deepest pixel by measuring to every background pixel and to every pixel around the image. */
function deepestByHand({ widthPx, heightPx, data }: Mask): PixelPoint | null {
  let best: { point: PixelPoint; depth: number } | null = null;
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      if (data[y * widthPx + x] === 0) continue;
      let depth = Infinity;
      for (let v = -1; v <= heightPx; v++) {
        for (let u = -1; u <= widthPx; u++) {
          const outside = u < 0 || v < 0 || u === widthPx || v === heightPx;
          if (outside || data[v * widthPx + u] === 0) depth = Math.min(depth, (x - u) ** 2 + (y - v) ** 2);
        }
      }
      if (best === null || depth > best.depth) best = { point: { x: x + 0.5, y: y + 0.5 }, depth };
    }
  }
  return best?.point ?? null;
}

describe('the deepest point', () => {
  it('is the centre of the pixel farthest from the outside', () => {
    expect(deepestPoint(drawn('.....', '.###.', '.###.', '.###.', '.....'))).toEqual({ x: 2.5, y: 2.5 });
  });

  it('counts what lies beyond the image as outside', () => {
    expect(deepestPoint(drawn('#####', '#####', '#####'))).toEqual({ x: 1.5, y: 1.5 });
    expect(deepestPoint(drawn('#'))).toEqual({ x: 0.5, y: 0.5 });
  });

  it('is the first in reading order among equals', () => {
    expect(deepestPoint(drawn('..#', '#..'))).toEqual({ x: 2.5, y: 0.5 });
  });

  it('is nowhere in an empty mask', () => {
    expect(deepestPoint(emptyMask(4, 4))).toBeNull();
  });

  it('is the one found by measuring every pair of pixels', () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        expect(deepestPoint(mask)).toEqual(deepestByHand(mask));
      }),
    );
  });
});

describe('the next click', () => {
  const target = drawn('.......', '.###...', '.###...', '.###...', '.......');

  it('is positive where the deepest missing part lies', () => {
    expect(nextClick(emptyMask(7, 5), target)).toEqual({ x: 2.5, y: 2.5, positive: true });
  });

  it('is negative where the deepest surplus lies', () => {
    const leaked = drawn('.......', '.###...', '.#####.', '.#####.', '....##.');
    expect(nextClick(leaked, target)).toEqual({ x: 4.5, y: 2.5, positive: false });
  });

  it('goes to the thicker region, not to the larger one', () => {
    const wanted = drawn('.......', '.###...', '.###...', '.###...', '.......', '.......');
    const line = drawn('.......', '.......', '.......', '.......', '.......', '#######');
    expect(nextClick(line, wanted)).toEqual({ x: 2.5, y: 2.5, positive: true });
  });

  it('is negative when both are equally deep, as in RITM', () => {
    expect(nextClick(drawn('#..'), drawn('..#'))).toEqual({ x: 0.5, y: 0.5, positive: false });
  });

  it('does not come back to a pixel that was clicked', () => {
    const first = nextClick(emptyMask(7, 5), target);
    expect(nextClick(emptyMask(7, 5), target, [first!])).toEqual({ x: 1.5, y: 1.5, positive: true });
    expect(nextClick(drawn('#'), drawn('.'), [{ x: 0.5, y: 0.5 }])).toBeNull();
  });

  it('is none when nothing is left to correct', () => {
    expect(nextClick(target, target)).toBeNull();
  });

  it('always lies on an error, of the right sign, and corrections come to an end', () => {
    fc.assert(
      fc.property(anyPair, ([prediction, wanted]) => {
        const current = { ...prediction, data: prediction.data.slice() };
        let errors = symmetricDifference(current, wanted).data.filter((value) => value === 1).length;
        for (let click = nextClick(current, wanted); click !== null; click = nextClick(current, wanted)) {
          const i = Math.floor(click.y) * wanted.widthPx + Math.floor(click.x);
          expect([click.x % 1, click.y % 1]).toEqual([0.5, 0.5]);
          expect([wanted.data[i], current.data[i]]).toEqual(click.positive ? [1, 0] : [0, 1]);
          current.data[i] = click.positive ? 1 : 0;
          errors--;
        }
        expect(errors).toBe(0);
        expect(current.data).toEqual(wanted.data);
      }),
      { numRuns: 40 },
    );
  });

  it('refuses masks of different size', () => {
    expect(() => nextClick(emptyMask(2, 3), emptyMask(3, 2))).toThrowError(
      expect.objectContaining({ name: 'AppError', code: 'usage' }),
    );
  });
});

// RITM's rule with SciPy's distance transform for OpenCV's: pad by one, larger maximum decides the sign, first pixel.
const RITM = `
import base64, json, sys
import numpy as np
from scipy.ndimage import distance_transform_edt
out = []
for c in json.load(sys.stdin):
    prediction, target = (np.frombuffer(base64.b64decode(c[k]), np.uint8).reshape(c["h"], c["w"]) == 1 for k in ("p", "t"))
    free = np.ones(target.shape)
    for x, y in c["clicked"]:
        free[y, x] = 0
    depth = lambda region: distance_transform_edt(np.pad(region, 1))[1:-1, 1:-1] * free
    missing, surplus = depth(target & ~prediction), depth(prediction & ~target)
    positive = bool(missing.max() > surplus.max())
    chosen = missing if positive else surplus
    y, x = np.argwhere(chosen == chosen.max())[0]
    out.append({"x": x + 0.5, "y": y + 0.5, "positive": positive} if chosen.max() > 0 else None)
print(json.dumps(out))
`;

describeWithPython("against RITM's rule with SciPy", () => {
  it('gives the same clicks, first and after others', () => {
    const disc = (cx: number, cy: number, r: number): Mask =>
      maskWhere(640, 480, (x, y) => Math.hypot(x - cx, y - cy) < r);
    const pairs = [...samplePairs(300), [disc(300, 200, 90), disc(330, 220, 100)], [disc(0, 0, 300), disc(40, 0, 290)]];
    const cases = pairs.map(([p, t], k) => ({
      prediction: p!,
      target: t!,
      clicked: k % 2 === 0 ? [] : [nextClick(p!, t!)].filter((click) => click !== null),
    }));
    const answers = runPython(
      RITM,
      cases.map(({ prediction, target, clicked }) => ({
        w: target.widthPx,
        h: target.heightPx,
        p: Buffer.from(prediction.data).toString('base64'),
        t: Buffer.from(target.data).toString('base64'),
        clicked: clicked.map(({ x, y }) => [Math.floor(x), Math.floor(y)]),
      })),
    ) as (Click | null)[];
    cases.forEach(({ prediction, target, clicked }, i) => {
      expect(nextClick(prediction, target, clicked)).toEqual(answers[i]);
    });
  });
});
