import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  connectedComponents,
  fillHoles,
  squaredDepth,
  squaredDistanceToBackground,
  union,
} from '../../../../shared/mask';
import type { Connectivity, Mask, Spacing } from '../../../../shared/mask';
import { describeWithPython, runPython } from '../../../support/python-venv';
import { anyMask, drawn, maskWhere, sampleMasks } from './arbitraries';

/** Labels by flooding from each pixel in turn: slow and plain. */
function flooded({ widthPx, heightPx, data }: Mask, connectivity: Connectivity): number[] {
  const labels = new Array<number>(data.length).fill(0);
  let count = 0;
  for (let start = 0; start < data.length; start++) {
    if (data[start] === 0 || labels[start] !== 0) continue;
    count++;
    const open = [start];
    while (open.length > 0) {
      const i = open.pop()!;
      if (labels[i] !== 0) continue;
      labels[i] = count;
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          const [x, y] = [(i % widthPx) + dx, Math.floor(i / widthPx) + dy];
          if (connectivity === 4 && dx !== 0 && dy !== 0) continue;
          if (x < 0 || y < 0 || x >= widthPx || y >= heightPx) continue;
          if (data[y * widthPx + x] === 1) open.push(y * widthPx + x);
        }
      }
    }
  }
  return labels;
}

/** Squared distance to the nearest background pixel by looking at all of them. */
function nearestBackground({ widthPx, data }: Mask, [spaceX, spaceY]: Spacing): number[] {
  const background = [...data.keys()].filter((i) => data[i] === 0);
  return Array.from(data, (_, i) =>
    background.reduce((best, j) => {
      const dx = ((i % widthPx) - (j % widthPx)) * spaceX;
      const dy = (Math.floor(i / widthPx) - Math.floor(j / widthPx)) * spaceY;
      return Math.min(best, dx * dx + dy * dy);
    }, Infinity),
  );
}

function padded(mask: Mask): Mask {
  return maskWhere(mask.widthPx + 2, mask.heightPx + 2, (x, y) => {
    const inside = x > 0 && y > 0 && x <= mask.widthPx && y <= mask.heightPx;
    return inside && mask.data[(y - 1) * mask.widthPx + x - 1] === 1;
  });
}

describe('connected components', () => {
  it('join at corners only when asked to', () => {
    const mask = drawn('#..#', '.#.#', '....', '#...');
    const four = connectedComponents(mask, 4);
    expect([...four.labels]).toEqual([1, 0, 0, 2, 0, 3, 0, 2, 0, 0, 0, 0, 4, 0, 0, 0]);
    expect(four.areasPx).toEqual([1, 2, 1, 1]);
    expect(connectedComponents(mask, 8).areasPx).toEqual([2, 2, 1]);
  });

  it('are one where branches meet late', () => {
    const mask = drawn('#.#.#', '#.#.#', '#####');
    expect(connectedComponents(mask, 4).areasPx).toEqual([11]);
  });

  it('are those found by flooding', () => {
    fc.assert(
      fc.property(anyMask, fc.constantFrom<Connectivity>(4, 8), (mask, connectivity) => {
        const { labels, areasPx } = connectedComponents(mask, connectivity);
        const expected = flooded(mask, connectivity);
        expect([...labels]).toEqual(expected);
        expect(areasPx).toEqual(areasPx.map((_, k) => expected.filter((label) => label === k + 1).length));
        expect(areasPx.length).toBe(Math.max(0, ...expected));
      }),
      { numRuns: 300 },
    );
  });
});

describe('filling holes', () => {
  it('fills what no path of shared edges leads out of', () => {
    expect(fillHoles(drawn('.###.', '#...#', '#.#.#', '.###.'))).toEqual(drawn('.###.', '#####', '#####', '.###.'));
    expect(fillHoles(drawn('##.', '#.#', '###'))).toEqual(drawn('##.', '###', '###'));
    expect(fillHoles(drawn('###', '#.#', '#.#'))).toEqual(drawn('###', '#.#', '#.#'));
  });

  it('adds only, and leaves nothing to fill', () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        const filled = fillHoles(mask);
        expect(union(filled, mask)).toEqual(filled);
        expect(fillHoles(filled)).toEqual(filled);
      }),
    );
  });
});

describe('distance transform', () => {
  it('is the distance to the nearest background pixel', () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        expect([...squaredDistanceToBackground(mask)]).toEqual(nearestBackground(mask, [1, 1]));
      }),
      { numRuns: 300 },
    );
  });

  it('takes pixels that are not square at their true size', () => {
    const anySpacing = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }));
    fc.assert(
      fc.property(anyMask, anySpacing, (mask, [x, y]) => {
        const spacing = [x / 20, y / 20] as const;
        const expected = nearestBackground(mask, spacing);
        squaredDistanceToBackground(mask, spacing).forEach((value, i) => {
          if (value !== expected[i]) expect(value).toBeCloseTo(expected[i]!, 9);
        });
      }),
    );
  });

  it('knows no distance where there is no background', () => {
    expect([...squaredDistanceToBackground(drawn('##', '##'))]).toEqual([Infinity, Infinity, Infinity, Infinity]);
  });
});

describe('depth', () => {
  it('is the distance transform of the mask with one row of background around the image', () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        const around = nearestBackground(padded(mask), [1, 1]);
        const expected = around.filter((_, i) => {
          const [x, y] = [i % (mask.widthPx + 2), Math.floor(i / (mask.widthPx + 2))];
          return x > 0 && y > 0 && x <= mask.widthPx && y <= mask.heightPx;
        });
        expect([...squaredDepth(mask)]).toEqual(expected);
      }),
    );
  });
});

const SCIPY = `
import base64, json, sys
import numpy as np
from scipy import ndimage
out = []
for m in json.load(sys.stdin):
    a = np.frombuffer(base64.b64decode(m["data"]), np.uint8).reshape(m["h"], m["w"])
    encode = lambda x, t: base64.b64encode(x.astype(t).tobytes()).decode()
    out.append({
        "four": encode(ndimage.label(a)[0], "<i4"),
        "eight": encode(ndimage.label(a, np.ones((3, 3)))[0], "<i4"),
        "filled": encode(ndimage.binary_fill_holes(a), "u1"),
        "distance": None if a.all() else encode(ndimage.distance_transform_edt(a, sampling=(0.3, 0.2)), "<f8"),
    })
print(json.dumps(out))
`;

describeWithPython('against SciPy', () => {
  it('labels, fills and measures as scipy.ndimage does', () => {
    const large = maskWhere(1024, 768, (x, y) => Math.hypot(x - 500, y - 300) < 280 && Math.hypot(x % 41, y % 37) > 6);
    const masks = [...sampleMasks(200), large];
    const answers = runPython(
      SCIPY,
      masks.map((m) => ({ w: m.widthPx, h: m.heightPx, data: Buffer.from(m.data).toString('base64') })),
    ) as { four: string; eight: string; filled: string; distance: string | null }[];
    const bytes = (text: string): ArrayBuffer => Uint8Array.from(Buffer.from(text, 'base64')).buffer;
    const base64 = (values: Int32Array | Uint8Array): string =>
      Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
    masks.forEach((mask, i) => {
      const { four, eight, filled, distance } = answers[i]!;
      expect(base64(connectedComponents(mask, 4).labels) === four).toBe(true);
      expect(base64(connectedComponents(mask, 8).labels) === eight).toBe(true);
      expect(base64(fillHoles(mask).data) === filled).toBe(true);
      if (distance === null) return;
      const squared = squaredDistanceToBackground(mask, [0.2, 0.3]);
      const worst = new Float64Array(bytes(distance)).reduce(
        (sofar, value, k) => Math.max(sofar, Math.abs(value - Math.sqrt(squared[k]!))),
        0,
      );
      expect(worst).toBeLessThan(1e-9);
    });
  });
});
