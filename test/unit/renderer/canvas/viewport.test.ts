import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  actualPixels,
  fit,
  isMagnified,
  MAX_SCALE,
  MIN_SCALE,
  panBy,
  toImage,
  toScreen,
  zoomAt,
  type Viewport,
} from '../../../../renderer/canvas/viewport';

const size = fc.record({ width: fc.integer({ min: 1, max: 4_000 }), height: fc.integer({ min: 1, max: 4_000 }) });
const screenSize = fc.record({
  width: fc.integer({ min: 200, max: 3_000 }),
  height: fc.integer({ min: 200, max: 2_000 }),
});
const viewport = fc.record({
  scale: fc.double({ min: MIN_SCALE, max: MAX_SCALE, noNaN: true }),
  offsetX: fc.double({ min: -5_000, max: 5_000, noNaN: true }),
  offsetY: fc.double({ min: -5_000, max: 5_000, noNaN: true }),
  fitted: fc.boolean(),
});
const point = fc.record({
  x: fc.double({ min: -100, max: 4_000, noNaN: true }),
  y: fc.double({ min: -100, max: 4_000, noNaN: true }),
});

describe('coordinates', () => {
  it('go to the screen and back at any zoom', () => {
    fc.assert(
      fc.property(viewport, point, (view, image) => {
        const back = toImage(view, toScreen(view, image));
        expect(back.x).toBeCloseTo(image.x, 6);
        expect(back.y).toBeCloseTo(image.y, 6);
      }),
    );
  });

  it('have pixel centres at +0.5: anywhere inside a magnified pixel is that pixel', () => {
    const view: Viewport = { scale: 10, offsetX: 30, offsetY: 50, fitted: false };
    expect(toScreen(view, { x: 7.5, y: 3.5 })).toEqual({ x: 105, y: 85 });
    for (const inside of [0.01, 5, 9.99]) {
      const { x, y } = toImage(view, { x: 30 + 70 + inside, y: 50 + 30 + inside });
      expect([Math.floor(x), Math.floor(y)]).toEqual([7, 3]);
    }
  });
});

describe('zoom', () => {
  it('keeps in place what is under the pointer', () => {
    fc.assert(
      fc.property(viewport, point, fc.double({ min: 0.1, max: 10, noNaN: true }), (view, anchor, factor) => {
        const before = toImage(view, anchor);
        const zoomed = zoomAt(view, anchor, factor);
        const after = toScreen(zoomed, before);
        expect(after.x).toBeCloseTo(anchor.x, 4);
        expect(after.y).toBeCloseTo(anchor.y, 4);
        expect(zoomed.scale).toBeGreaterThanOrEqual(MIN_SCALE);
        expect(zoomed.scale).toBeLessThanOrEqual(MAX_SCALE);
      }),
    );
  });

  it('to fit shows the whole image in the middle', () => {
    fc.assert(
      fc.property(size, screenSize, (image, screen) => {
        const view = fit(image, screen);
        fc.pre(view.scale > MIN_SCALE && view.scale < MAX_SCALE);
        const from = toScreen(view, { x: 0, y: 0 });
        const to = toScreen(view, { x: image.width, y: image.height });
        expect(Math.min(from.x, from.y)).toBeGreaterThanOrEqual(0);
        expect(to.x).toBeLessThanOrEqual(screen.width + 1e-6);
        expect(to.y).toBeLessThanOrEqual(screen.height + 1e-6);
        expect(from.x).toBeCloseTo(screen.width - to.x, 6);
        expect(from.y).toBeCloseTo(screen.height - to.y, 6);
      }),
    );
  });

  it('1:1 gives an image pixel one pixel of the display, whatever its density', () => {
    const view = fit({ width: 800, height: 600 }, { width: 1_000, height: 700 });
    for (const density of [1, 1.25, 2, 3]) {
      const exact = actualPixels(view, { width: 1_000, height: 700 }, density);
      expect(exact.scale * density).toBeCloseTo(1, 12);
      expect(isMagnified(exact, density)).toBe(true);
    }
    expect(isMagnified({ ...view, scale: 0.6 }, 1)).toBe(false);
    expect(isMagnified({ ...view, scale: 0.6 }, 2)).toBe(true);
  });
});

describe('panning', () => {
  it('never loses the image', () => {
    fc.assert(
      fc.property(size, screenSize, fc.array(point, { maxLength: 10 }), (image, screen, moves) => {
        let view = fit(image, screen);
        for (const { x, y } of moves) view = panBy(view, (x - 2_000) * 3, (y - 2_000) * 3, image, screen);
        const from = toScreen(view, { x: 0, y: 0 });
        const to = toScreen(view, { x: image.width, y: image.height });
        expect(from.x).toBeLessThan(screen.width);
        expect(from.y).toBeLessThan(screen.height);
        expect(to.x).toBeGreaterThan(0);
        expect(to.y).toBeGreaterThan(0);
      }),
    );
  });
});
