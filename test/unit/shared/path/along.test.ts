import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathLength, placesAlong } from '../../../../shared/path';

const coordinate = fc.double({ min: -50, max: 400, noNaN: true });
const path = fc.array(fc.tuple(coordinate, coordinate), { minLength: 1, maxLength: 12 });

/** How far along the path a place lies that is on it; NaN for one that is not. */
function alongOf(points: readonly (readonly [number, number])[], at: { x: number; y: number }, from: number): number {
  let passed = 0;
  for (let k = 1; k < points.length; k++) {
    const [[x0, y0], [x1, y1]] = [points[k - 1]!, points[k]!];
    const [first, second] = [Math.hypot(at.x - x0, at.y - y0), Math.hypot(x1 - at.x, y1 - at.y)];
    const piece = Math.hypot(x1 - x0, y1 - y0);
    if (Math.abs(first + second - piece) < 1e-6 && passed + first > from - 1e-6) return passed + first;
    passed += piece;
  }
  return NaN;
}

describe('places along a path', () => {
  it('are the middles of equal pieces', () => {
    expect(pathLength([0, 0, 30, 0, 30, 10])).toBe(40);
    expect(placesAlong([0, 0, 30, 0, 30, 10], 4)).toEqual([
      { x: 5, y: 0 },
      { x: 15, y: 0 },
      { x: 25, y: 0 },
      { x: 30, y: 5 },
    ]);
  });

  it('of a path that goes nowhere are its place', () => {
    expect(placesAlong([7, 9], 3)).toEqual([{ x: 7, y: 9 }]);
    expect(placesAlong([7, 9, 7, 9], 3)).toEqual([{ x: 7, y: 9 }]);
  });

  it('lie on it, as many as asked, evenly spaced', () => {
    fc.assert(
      fc.property(path, fc.integer({ min: 1, max: 8 }), (points, count) => {
        const flat = points.flat();
        const length = pathLength(flat);
        fc.pre(length > 1e-3);
        const places = placesAlong(flat, count);
        expect(places).toHaveLength(count);
        let passed = 0;
        places.forEach((place, k) => {
          passed = alongOf(points, place, ((k + 0.5) * length) / count - 1e-6);
          expect(passed).toBeCloseTo(((k + 0.5) * length) / count, 4);
        });
      }),
      { numRuns: 300 },
    );
  });
});
