import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundStep, rulersAt, ticksOf } from '../../../../renderer/canvas/ruler';
import { fillSmall, sampleSmall } from '../../../../renderer/canvas/small-picture';
import { fit, panBy, visiblePart, zoomAt } from '../../../../renderer/canvas/viewport';
import type { Calibration } from '../../../../shared/domain';
import { cropped, emptyMask } from '../../../../shared/mask';
import { anyMask } from '../../shared/mask/arbitraries';

const size = { width: 800, height: 600 };
const regions: Calibration = {
  kind: 'regions',
  origin: 'ultrasound-regions',
  fits: true,
  regions: [
    { x0: 100, y0: 50, x1: 700, y1: 300, mmPerPx: { x: 0.2, y: 0.1 } },
    { x0: 100, y0: 320, x1: 700, y1: 580, mmPerPx: null },
  ],
};

describe('the rulers', () => {
  it('are in millimetres where the image has them, and begin where the region does', () => {
    const { unit, across, down } = rulersAt(regions, { x: 400, y: 200 }, size);
    expect(unit).toBe('mm');
    expect(across).toEqual({ from: 100, to: 700, perPx: 0.2 });
    expect(down).toEqual({ from: 50, to: 300, perPx: 0.1 });
  });

  it('are in pixels in a Doppler strip, between regions, where regions do not fit, and without any calibration', () => {
    const whole = { unit: 'px', across: { from: 0, to: 800, perPx: 1 }, down: { from: 0, to: 600, perPx: 1 } };
    expect(rulersAt(regions, { x: 400, y: 400 }, size)).toEqual(whole);
    expect(rulersAt(regions, { x: 20, y: 20 }, size)).toEqual(whole);
    expect(rulersAt({ ...regions, fits: false }, { x: 400, y: 200 }, size)).toEqual(whole);
    expect(rulersAt(null, { x: 400, y: 200 }, size)).toEqual(whole);
  });

  it('have their ticks where the millimetres are, none outside the image, and numbers that do not touch', () => {
    const at = fc.double({ min: -900, max: 900, noNaN: true });
    const zoom = fc.double({ min: 0.05, max: 40, noNaN: true });
    fc.assert(
      fc.property(at, zoom, fc.double({ min: 0.01, max: 3, noNaN: true }), (offset, scale, perPx) => {
        const axis = { from: 100, to: 700, perPx };
        const ticks = ticksOf(axis, scale, offset, 1_000);
        for (const { at: screen, value } of ticks) {
          expect(screen).toBeGreaterThan(-1e-6);
          expect(screen).toBeLessThan(1_000.001);
          expect(value).toBeLessThan(600 * perPx + 1e-6);
          expect(((screen - offset) / scale - 100) * perPx).toBeCloseTo(value, 5);
        }
        const majors = ticks.filter(({ major }) => major);
        majors.slice(1).forEach(({ at: screen }, k) => expect(screen - majors[k]!.at).toBeGreaterThan(55));
        expect(ticks.length).toBeLessThan(150);
      }),
    );
  });

  it('count in ones, twos and fives', () => {
    expect([0.9, 1, 1.1, 2.5, 7, 34, 0.03].map(roundStep)).toEqual([1, 1, 2, 5, 10, 50, 0.05]);
  });
});

describe('the overview', () => {
  it('knows which part of the image is on screen', () => {
    const screen = { width: 400, height: 300 };
    expect(visiblePart(fit(size, screen), size, screen)).toEqual({ x: 0, y: 0, ...size });
    const close = zoomAt(fit(size, screen), { x: 0, y: 0 }, 4);
    const part = visiblePart(panBy(close, -10_000, 0, size, screen), size, screen);
    expect(part.x + part.width).toBe(800);
    expect(part.height).toBeCloseTo((300 - close.offsetY) / close.scale, 6);
  });

  it('takes the sample in the middle of what each of its pixels stands for', () => {
    const data = Uint8Array.from({ length: 24 }, (_, i) => i);
    const target = new Uint32Array(6);
    sampleSmall(target, { width: 3, height: 2 }, { widthPx: 6, heightPx: 4, data });
    expect([...new Uint8Array(target.buffer)].filter((_, i) => i % 4 === 0)).toEqual([7, 9, 11, 19, 21, 23]);
    const mask = emptyMask(6, 4);
    mask.data[9] = 1;
    const small = new Uint32Array(6);
    fillSmall(small, { width: 3, height: 2 }, { width: 6, height: 4 }, cropped(mask)!, 77);
    expect([...small]).toEqual([0, 77, 0, 0, 0, 0]);
  });

  it('looks only at the box of a mask, and finds the same', () => {
    const side = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(anyMask, side, side, (mask, width, height) => {
        const crop = cropped(mask);
        if (!crop) return;
        const of = { width: mask.widthPx, height: mask.heightPx };
        const small = new Uint32Array(width * height);
        fillSmall(small, { width, height }, of, crop, 7);
        small.forEach((pixel, at) => {
          const x = Math.floor((((at % width) + 0.5) * of.width) / width);
          const y = Math.floor(((Math.floor(at / width) + 0.5) * of.height) / height);
          expect(pixel).toBe(7 * mask.data[y * of.width + x]!);
        });
      }),
    );
  });
});
