/** Where a painted picture is: its pixels are those of the display, and what it lacks after a move is exactly the rest. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  areaOf,
  areasOutside,
  commonArea,
  gridOf,
  shiftOf,
  viewOf,
  type Area,
} from '../../../../renderer/canvas/picture-area';

const area: fc.Arbitrary<Area> = fc.tuple(
  fc.integer({ min: -8, max: 8 }),
  fc.integer({ min: -8, max: 8 }),
  fc.integer({ min: 1, max: 9 }),
  fc.integer({ min: 1, max: 9 }),
);
const holds = ([x, y, width, height]: Area, column: number, row: number): boolean =>
  column >= x && row >= y && column < x + width && row < y + height;

it('an area is what it shares with another and, once each, what is outside of that', () => {
  fc.assert(
    fc.property(area, area, (one, other) => {
      const common = commonArea(one, other);
      const outside = areasOutside(one, other);
      for (let y = -10; y < 20; y++) {
        for (let x = -10; x < 20; x++) {
          const both = holds(one, x, y) && holds(other, x, y);
          expect(common !== null && holds(common, x, y)).toBe(both);
          expect(outside.filter((part) => holds(part, x, y)).length).toBe(holds(one, x, y) && !both ? 1 : 0);
        }
      }
    }),
  );
  expect(areasOutside([0, 0, 3, 2], null)).toEqual([[0, 0, 3, 2]]);
});

const viewport = fc.record({
  scale: fc.constantFrom(0.1, 0.37, 1, 2.5),
  offsetX: fc.double({ min: -500, max: 500, noNaN: true }),
  offsetY: fc.double({ min: -500, max: 500, noNaN: true }),
  fitted: fc.constant(false),
});
const ratio = fc.constantFrom(1, 1.25, 1.5, 2);

it('a grid is moved by whole pixels as long as the view is, at any resolution of the display', () => {
  fc.assert(
    fc.property(viewport, ratio, fc.integer({ min: -999, max: 999 }), (view, dpr, steps) => {
      const grid = gridOf(view, dpr);
      const moved = { ...view, offsetX: view.offsetX + steps / dpr };
      const [before, after] = [shiftOf(grid, view, dpr), shiftOf(grid, moved, dpr)];
      expect(before.exact && after.exact).toBe(true);
      expect(after.x - before.x).toBe(steps);
      expect(shiftOf(grid, { ...view, offsetY: view.offsetY + 0.4 / dpr }, dpr).exact).toBe(false);
    }),
  );
});

it('what is on the screen of a grid is as large as the screen, and holds what is seen of a box', () => {
  const screen = { width: 300, height: 200 };
  fc.assert(
    fc.property(viewport, ratio, fc.constantFrom(0.5, 1, 3), (view, dpr, zoom) => {
      const grid = gridOf(view, dpr);
      const [, , width, height] = viewOf(grid, view, dpr, screen);
      expect([width, height]).toEqual([300, 200]);
      const zoomed = { ...view, scale: view.scale * zoom };
      const corner: readonly [number, number] = [-zoomed.offsetX / zoomed.scale, -zoomed.offsetY / zoomed.scale];
      const [x, y] = areaOf(grid, [...corner, 1, 1], 0);
      const seen = viewOf(grid, zoomed, dpr, screen);
      expect(Math.abs(x - seen[0])).toBeLessThanOrEqual(1);
      expect(Math.abs(y - seen[1])).toBeLessThanOrEqual(1);
    }),
  );
});
