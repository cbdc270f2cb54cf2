import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  areaPx,
  brushStroke,
  complement,
  connectedComponents,
  emptyMask,
  fillOutline,
  intersection,
  rasterizePolygon,
  traceOutlines,
  traceRings,
  union,
} from '../../../../shared/mask';
import type { Ring } from '../../../../shared/mask';
import { anyMask, drawn, maskWhere } from './arbitraries';

/** Twice the signed area: positive when clockwise on the screen. */
function shoelace(ring: Ring): number {
  let sum = 0;
  for (let k = 0; k < ring.length; k += 2) {
    const next = (k + 2) % ring.length;
    sum += ring[k]! * ring[next + 1]! - ring[next]! * ring[k + 1]!;
  }
  return sum;
}

const anySize = fc.tuple(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 24 }));
const anyCoordinate = fc.oneof(fc.integer({ min: -10, max: 35 }), fc.double({ min: -10, max: 35, noNaN: true }));

describe('outlines', () => {
  it('of one pixel are its four corners', () => {
    expect(traceOutlines(drawn('..', '.#'))).toEqual([{ outer: [1, 1, 2, 1, 2, 2, 1, 2], holes: [] }]);
  });

  it('have a corner only where they turn, and keep holes with their component', () => {
    const mask = drawn('####.#', '#..#.#', '####..');
    expect(traceOutlines(mask)).toEqual([
      { outer: [0, 0, 4, 0, 4, 3, 0, 3], holes: [[1, 2, 3, 2, 3, 1, 1, 1]] },
      { outer: [5, 0, 6, 0, 6, 2, 5, 2], holes: [] },
    ]);
  });

  it('of pixels that share a corner are two, touching there', () => {
    expect(traceOutlines(drawn('#.', '.#')).map(({ outer }) => outer)).toEqual([
      [0, 0, 1, 0, 1, 1, 0, 1],
      [1, 1, 2, 1, 2, 2, 1, 2],
    ]);
  });

  it('have the same rings when nobody asks which component they belong to', () => {
    const sorted = (rings: readonly Ring[]): string[] => rings.map(String).sort();
    fc.assert(
      fc.property(anyMask, (mask) => {
        const grouped = traceOutlines(mask).flatMap(({ outer, holes }) => [outer, ...holes]);
        expect(sorted(traceRings(mask))).toEqual(sorted(grouped));
      }),
    );
  });

  it('of an empty mask are none', () => {
    expect(traceOutlines(emptyMask(3, 2))).toEqual([]);
  });

  it('rasterised give the mask back', () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        const rings = traceOutlines(mask).flatMap(({ outer, holes }) => [outer, ...holes]);
        expect(rasterizePolygon(rings, mask.widthPx, mask.heightPx)).toEqual(mask);
      }),
      { numRuns: 1000 },
    );
  });

  it('are one a component: outer rings clockwise, holes the other way, together its area', () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        const outlines = traceOutlines(mask);
        const { areasPx } = connectedComponents(mask, 4);
        const areas = outlines.map(({ outer, holes }) => {
          expect(shoelace(outer)).toBeGreaterThan(0);
          for (const hole of holes) expect(shoelace(hole)).toBeLessThan(0);
          return [outer, ...holes].reduce((sum, ring) => sum + shoelace(ring) / 2, 0);
        });
        expect(areas).toEqual(areasPx);
      }),
      { numRuns: 300 },
    );
  });
});

describe('rasterising polygons', () => {
  it('sets the pixels whose centre lies inside', () => {
    expect(rasterizePolygon([[0.6, 0, 3.4, 0, 3.4, 2, 0.6, 2]], 4, 2)).toEqual(drawn('.##.', '.##.'));
    expect(rasterizePolygon([[0, 0, 4, 0, 0, 4]], 4, 4)).toEqual(drawn('###.', '##..', '#...', '....'));
  });

  it('leaves out what lies in an even number of rings', () => {
    const rings = [
      [0, 0, 5, 0, 5, 5, 0, 5],
      [1, 1, 4, 1, 4, 4, 1, 4],
      [2, 2, 3, 2, 3, 3, 2, 3],
    ];
    expect(rasterizePolygon(rings, 5, 5)).toEqual(drawn('#####', '#...#', '#.#.#', '#...#', '#####'));
  });

  it('cuts off what lies outside the image', () => {
    expect(rasterizePolygon([[-1e6, -1e6, 1e6, -1e6, 1e6, 1e6, -1e6, 1e6]], 3, 2)).toEqual(drawn('###', '###'));
    expect(rasterizePolygon([[10, 0, 20, 0, 20, 9]], 3, 2)).toEqual(emptyMask(3, 2));
  });

  it('finds nothing in fewer than three points', () => {
    expect(rasterizePolygon([[], [1, 1], [0, 0, 3, 3]], 4, 4)).toEqual(emptyMask(4, 4));
  });

  it('asks each pixel centre, as a ray to the left would', () => {
    const anyRing = fc.array(fc.tuple(anyCoordinate, anyCoordinate), { minLength: 3, maxLength: 9 });
    fc.assert(
      fc.property(fc.array(anyRing, { minLength: 1, maxLength: 3 }), anySize, (rings, [widthPx, heightPx]) => {
        const mask = rasterizePolygon(
          rings.map((ring) => ring.flat()),
          widthPx,
          heightPx,
        );
        for (let i = 0; i < mask.data.length; i++) {
          const [cx, cy] = [(i % widthPx) + 0.5, Math.floor(i / widthPx) + 0.5];
          let crossings = 0;
          let nearest = Infinity;
          for (const ring of rings) {
            ring.forEach(([x0, y0], k) => {
              const [x1, y1] = ring[(k + 1) % ring.length]!;
              if (y0 <= cy === y1 <= cy) return;
              const x = x0 + ((cy - y0) / (y1 - y0)) * (x1 - x0);
              nearest = Math.min(nearest, Math.abs(x - cx));
              if (x <= cx) crossings++;
            });
          }
          // Right on an edge, rounding decides; which side then is the next test's matter.
          if (nearest > 1e-9) expect(mask.data[i]).toBe(crossings % 2);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('shares no pixel between polygons that share an edge, and leaves none out', () => {
    const point = fc.tuple(anyCoordinate, anyCoordinate);
    fc.assert(
      fc.property(point, point, ([x0, y0], [x1, y1]) => {
        fc.pre(y0 !== y1);
        // The edge cuts a plane far larger than the image into left and right.
        const [top, bottom] =
          y0 < y1
            ? [
                [x0, y0],
                [x1, y1],
              ]
            : [
                [x1, y1],
                [x0, y0],
              ];
        const left = rasterizePolygon([[-100, -100, top![0]!, top![1]!, bottom![0]!, bottom![1]!, -100, 200]], 24, 24);
        const right = rasterizePolygon(
          [[-100, 200, bottom![0]!, bottom![1]!, top![0]!, top![1]!, -100, -100, 200, -100, 200, 200]],
          24,
          24,
        );
        expect(complement(left)).toEqual(right);
      }),
      { numRuns: 300 },
    );
  });

  it('fills what a line goes around twice, or in a figure of eight', () => {
    const twice = [0, 0, 5, 0, 5, 5, 0, 5, 0, 0, 3, 0, 3, 3, 0, 3];
    expect(areaPx(fillOutline(twice, 6, 6))).toBe(25);
    expect(areaPx(rasterizePolygon([twice], 6, 6))).toBe(16);
    expect(fillOutline([0, 0, 4, 4, 4, 0, 0, 4], 4, 4)).toEqual(rasterizePolygon([[0, 0, 4, 4, 4, 0, 0, 4]], 4, 4));
  });

  it('fills a ring of a mask alike by either rule', () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        for (const ring of traceRings(mask)) {
          const filled = fillOutline(ring, mask.widthPx, mask.heightPx);
          expect(filled).toEqual(rasterizePolygon([ring], mask.widthPx, mask.heightPx));
        }
      }),
    );
  });

  it('refuses coordinates without partner or without value', () => {
    for (const ring of [
      [1, 2, 3],
      [0, 0, NaN, 1, 2, 2],
      [0, 0, Infinity, 1, 2, 2],
    ]) {
      expect(() => rasterizePolygon([ring], 4, 4)).toThrowError(
        expect.objectContaining({ name: 'AppError', code: 'format-corrupt' }),
      );
    }
  });
});

describe('a brush stroke', () => {
  it('of one point is a disc, of radius 0.5 around a centre one pixel', () => {
    expect(brushStroke([2.5, 2.5], 0.5, 5, 5)).toEqual(drawn('.....', '.....', '..#..', '.....', '.....'));
    expect(brushStroke([2.5, 2.5], 2, 5, 5)).toEqual(drawn('..#..', '.###.', '#####', '.###.', '..#..'));
  });

  it('is empty without points or off the image', () => {
    expect(brushStroke([], 5, 4, 3)).toEqual(emptyMask(4, 3));
    expect(brushStroke([-50, -50, -40, 90], 5, 4, 3)).toEqual(emptyMask(4, 3));
  });

  it('covers exactly the centres within radius of the path', () => {
    const path = fc.array(fc.tuple(anyCoordinate, anyCoordinate), { minLength: 1, maxLength: 6 });
    const anyRadius = fc.double({ min: 0, max: 12, noNaN: true });
    fc.assert(
      fc.property(path, anyRadius, anySize, (points, radius, [widthPx, heightPx]) => {
        const stroke = brushStroke(points.flat(), radius, widthPx, heightPx);
        const starts = points.length === 1 ? points : points.slice(0, -1);
        for (let i = 0; i < stroke.data.length; i++) {
          const [cx, cy] = [(i % widthPx) + 0.5, Math.floor(i / widthPx) + 0.5];
          const distances = starts.map(([x0, y0], k) => {
            const [x1, y1] = points[k + 1] ?? [x0, y0];
            const length2 = (x1 - x0) ** 2 + (y1 - y0) ** 2;
            const t = length2 === 0 ? 0 : ((cx - x0) * (x1 - x0) + (cy - y0) * (y1 - y0)) / length2;
            const clamped = Math.min(Math.max(t, 0), 1);
            return Math.hypot(cx - x0 - clamped * (x1 - x0), cy - y0 - clamped * (y1 - y0));
          });
          const distance = Math.min(...distances);
          if (Math.abs(distance - radius) > 1e-9) expect(stroke.data[i]).toBe(distance < radius ? 1 : 0);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('has no gaps however fast the pointer went', () => {
    const inside = fc.tuple(fc.double({ min: 2, max: 298, noNaN: true }), fc.double({ min: 2, max: 198, noNaN: true }));
    fc.assert(
      fc.property(fc.array(inside, { minLength: 2, maxLength: 5 }), (points) => {
        const stroke = brushStroke(points.flat(), 1, 300, 200);
        expect(connectedComponents(stroke, 8).areasPx.length).toBe(1);
      }),
    );
  });

  it('is the union of its segments', () => {
    const points = [3, 3, 40, 9, 20, 35];
    const parts = union(brushStroke(points.slice(0, 4), 4, 50, 50), brushStroke(points.slice(2), 4, 50, 50));
    expect(brushStroke(points, 4, 50, 50)).toEqual(parts);
    expect(
      areaPx(
        intersection(
          parts,
          maskWhere(50, 50, (x, y) => x > 45 || y > 40),
        ),
      ),
    ).toBe(0);
  });

  it('refuses a path or a radius that is none', () => {
    for (const [points, radius] of [
      [[1], 2],
      [[1, NaN], 2],
      [[1, 1], -1],
      [[1, 1], NaN],
    ] as [number[], number][]) {
      expect(() => brushStroke(points, radius, 4, 4)).toThrowError(
        expect.objectContaining({ name: 'AppError', code: 'prompt-invalid' }),
      );
    }
  });
});
