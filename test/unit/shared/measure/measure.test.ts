/** Sizes of masks against known shapes, against OpenCV, and against published head circumferences. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readImage } from '../../../../main/study';
import {
  diameters,
  ellipseAxes,
  ellipsePerimeter,
  fittedEllipse,
  measure,
  perimeter,
  sizeOf,
  sizeOfMask,
} from '../../../../shared/measure';
import type { Calibration, Scale } from '../../../../shared/domain';
import { emptyMask, maskAbove, type Mask } from '../../../../shared/mask';
import { describeWithPython, runPython } from '../../../support/python-venv';

const DATA = join(import.meta.dirname, '../../../../../shared/data');
const hasHc18 = existsSync(join(DATA, 'hc18', 'label'));

/** Pixels whose centre is inside an ellipse. */
function ellipseMask(
  widthPx: number,
  heightPx: number,
  e: { x: number; y: number; a: number; b: number; turn: number },
): Mask {
  const data = Uint8Array.from({ length: widthPx * heightPx }, (_, i) => {
    const [dx, dy] = [(i % widthPx) + 0.5 - e.x, Math.floor(i / widthPx) + 0.5 - e.y];
    const along = dx * Math.cos(e.turn) + dy * Math.sin(e.turn);
    const across = dy * Math.cos(e.turn) - dx * Math.sin(e.turn);
    return (along / e.a) ** 2 + (across / e.b) ** 2 <= 1 ? 1 : 0;
  });
  return { widthPx, heightPx, data };
}

const TILTED = { x: 102.5, y: 80, a: 70, b: 41, turn: 0.6 };
const mask = ellipseMask(200, 160, TILTED);

describe('an ellipse of pixels', () => {
  test('is found by its moments', () => {
    const found = fittedEllipse(mask)!;
    expect(found.x).toBeCloseTo(TILTED.x, 1);
    expect(found.y).toBeCloseTo(TILTED.y, 1);
    expect(found.semiMajor).toBeCloseTo(TILTED.a - 0.5, 1);
    expect(found.semiMinor).toBeCloseTo(TILTED.b - 0.5, 1);
    expect(found.angleRad).toBeCloseTo(TILTED.turn, 2);
  });

  test('has the perimeter, diameters and area of the ellipse', () => {
    const exact = ellipsePerimeter({ semiMajor: TILTED.a, semiMinor: TILTED.b });
    const found = measure(mask)!;
    expect(Math.abs(found.perimeter / exact - 1)).toBeLessThan(0.01);
    expect(Math.abs((found.ellipsePerimeter + Math.PI) / exact - 1)).toBeLessThan(0.002);
    expect(Math.abs(found.maxDiameter - 2 * TILTED.a)).toBeLessThan(1.5);
    expect(Math.abs(found.minDiameter - 2 * TILTED.b)).toBeLessThan(1.5);
    expect(Math.abs(found.area / (Math.PI * TILTED.a * TILTED.b) - 1)).toBeLessThan(0.002);
  });

  test('of pixels that are not square is measured in millimetres', () => {
    // A circle of 30 mm, 0.5 mm a pixel across and 0.25 mm down.
    const circle = ellipseMask(160, 280, { x: 80, y: 140, a: 60, b: 120, turn: 0 });
    const found = measure(circle, [0.5, 0.25])!;
    expect(found.perimeter / (2 * Math.PI * 30)).toBeCloseTo(1, 2);
    expect([found.ellipse.semiMajor, found.ellipse.semiMinor].sort()).toEqual([
      expect.closeTo(30 - 0.25, 1),
      expect.closeTo(30 - 0.125, 1),
    ]);
    expect(Math.abs(found.maxDiameter - 60)).toBeLessThan(0.7);
    expect(Math.abs(found.minDiameter - 60)).toBeLessThan(0.7);
    expect(found.area / (Math.PI * 900)).toBeCloseTo(1, 2);
  });
});

describe('measures', () => {
  test('of one pixel are those of a square', () => {
    const pixel = emptyMask(5, 4);
    pixel.data[7] = 1;
    const { area, maxDiameter, minDiameter, ellipse } = measure(pixel)!;
    expect({ area, maxDiameter, minDiameter }).toEqual({ area: 1, maxDiameter: Math.SQRT2, minDiameter: 1 });
    expect([ellipse.x, ellipse.y]).toEqual([2.5, 1.5]);
  });

  test('of nothing are none', () => expect(measure(emptyMask(3, 3))).toBeNull());

  test('count what the border of the image cuts off', () => {
    const full = { widthPx: 40, heightPx: 30, data: new Uint8Array(1200).fill(1) };
    // Crofton's four directions see a rectangle's straight sides about 5 % short.
    expect(Math.abs(perimeter(full) / 140 - 1)).toBeLessThan(0.06);
    expect(diameters(full)).toMatchObject({ max: 50, min: 30 });
  });

  test("of a circumference are Ramanujan's", () => {
    expect(ellipsePerimeter({ semiMajor: 1, semiMinor: 1 })).toBeCloseTo(2 * Math.PI, 12);
    // Complete elliptic integral: 4 a E(e) of a = 2, b = 1.
    expect(ellipsePerimeter({ semiMajor: 2, semiMinor: 1 })).toBeCloseTo(9.688448220547675, 6);
  });
});

const OPENCV = `
import sys, json, cv2
import numpy as np
m = json.load(sys.stdin)
mask = np.array(m['data'], np.uint8).reshape(m['heightPx'], m['widthPx'])
outline = max(cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0], key=len)
(x, y), (minor, major), angle = cv2.fitEllipse(outline)
k = cv2.moments(mask, binaryImage=True)
print(json.dumps({'fit': [x, y, major, minor, angle], 'area': k['m00'], 'centre': [k['m10'] / k['m00'], k['m01'] / k['m00']]}))
`;

describeWithPython('OpenCV', () => {
  test('fits the same ellipse to the outline', () => {
    const { widthPx, heightPx, data } = mask;
    const read = runPython(OPENCV, { widthPx, heightPx, data: [...data] }) as Record<'fit' | 'centre', number[]>;
    const found = fittedEllipse(mask)!;
    expect(read.centre[0]! + 0.5).toBeCloseTo(found.x, 9);
    expect(read.centre[1]! + 0.5).toBeCloseTo(found.y, 9);
    expect(Math.abs(read.fit[2]! - 2 * found.semiMajor)).toBeLessThan(0.6);
    expect(Math.abs(read.fit[3]! - 2 * found.semiMinor)).toBeLessThan(0.6);
  });
});

interface Head {
  readonly name: string;
  readonly sourceWidth: number;
  readonly mmPerPx: number;
  readonly publishedMm: number;
}

function heads(): Head[] {
  const lines = readFileSync(join(DATA, 'pairs.csv'), 'utf8').trim().split('\n').slice(1);
  return lines
    .map((line) => line.split(','))
    .filter(([dataset, , split]) => dataset === 'hc18' && split === 'val')
    .map(([, name = '', , , width, , extra = '']) => {
      const facts = new Map(extra.split(';').map((fact) => fact.split('=') as [string, string]));
      return {
        ...{ name, sourceWidth: Number(width) },
        ...{ mmPerPx: Number(facts.get('mm_per_px')), publishedMm: Number(facts.get('hc_mm')) },
      };
    });
}

describe.skipIf(!hasHc18)('the head circumference of HC18 (needs ../shared/data)', () => {
  test('is within 1.5 % of the published one on every validation image', async () => {
    const errors: number[] = [];
    for (const { name, sourceWidth, mmPerPx, publishedMm } of heads()) {
      const { frame } = await readImage(join(DATA, 'hc18', 'label', `${name}.png`));
      // Images were reduced; mm_per_px is the original's.
      const spacing = (mmPerPx * sourceWidth) / frame.widthPx;
      const found = measure(maskAbove(frame.data, frame.widthPx, frame.heightPx, 0), [spacing, spacing])!;
      errors.push(Math.abs(found.ellipsePerimeter / publishedMm - 1));
    }
    const worst = Math.max(...errors);
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    console.log(
      `HC18: ${errors.length} heads, mean error ${(100 * mean).toFixed(2)} %, worst ${(100 * worst).toFixed(2)} %`,
    );
    expect(errors).toHaveLength(44);
    expect(worst).toBeLessThan(0.015);
  });
});

describe('what is measured by hand', () => {
  const known = { kind: 'uniform', origin: 'manual', mmPerPx: { x: 0.5, y: 0.25 } } as const;
  const regions = (mmPerPx: Scale | null): Calibration => ({
    kind: 'regions',
    origin: 'ultrasound-regions',
    fits: true,
    regions: [
      { x0: 0, y0: 0, x1: 100, y1: 100, mmPerPx: { x: 1, y: 1 } },
      { x0: 100, y0: 0, x1: 200, y1: 100, mmPerPx },
    ],
  });

  test('a caliper is as long as its ends are apart, in millimetres by the size of a pixel on either axis', () => {
    const caliper = { kind: 'caliper', x0: 10, y0: 10, x1: 16, y1: 26 } as const;
    expect(sizeOf(caliper, null)).toEqual({ unit: 'px', length: Math.hypot(6, 16), ellipse: null });
    expect(sizeOf(caliper, known)).toEqual({ unit: 'mm', length: 5, ellipse: null });
  });

  test('one that leaves its region, or spans regions of other units, has no millimetres', () => {
    const caliper = { kind: 'caliper', x0: 90, y0: 50, x1: 110, y1: 50 } as const;
    expect(sizeOf(caliper, regions({ x: 1, y: 1 })).unit).toBe('px');
    expect(sizeOf(caliper, regions(null)).unit).toBe('px');
    expect(sizeOf({ ...caliper, x1: 99 }, regions(null)).unit).toBe('mm');
    // Its ends are within; the ellipse around them is not.
    const ellipse = { kind: 'ellipse', x0: 95, y0: 20, x1: 95, y1: 80, asidePx: 10 } as const;
    expect(sizeOf(ellipse, regions(null)).unit).toBe('px');
    expect(sizeOf({ ...ellipse, asidePx: 4 }, regions(null)).unit).toBe('mm');
  });

  const place = fc.double({ min: 300, max: 700, noNaN: true });
  test('an ellipse has the sizes of its outline as it is in the body, however it lies and pixels are shaped', () => {
    fc.assert(
      fc.property(
        fc.record({ x0: place, y0: place, x1: place, y1: place }),
        fc.double({ min: 5, max: 200, noNaN: true }),
        ({ x0, y0, x1, y1 }, asidePx) => {
          fc.pre(Math.hypot(x1 - x0, y1 - y0) > 20);
          const ellipse = { kind: 'ellipse', x0, y0, x1, y1, asidePx } as const;
          const { centre, u, v } = ellipseAxes(ellipse);
          const outline = Array.from({ length: 4_000 }, (_, i) => {
            const [cos, sin] = [Math.cos((i * Math.PI) / 2_000), Math.sin((i * Math.PI) / 2_000)];
            return [(centre.x + u.x * cos + v.x * sin) * 0.5, (centre.y + u.y * cos + v.y * sin) * 0.25] as const;
          });
          const next = (i: number) => outline[(i + 1) % outline.length]!;
          const around = outline.reduce((sum, [x, y], i) => sum + Math.hypot(next(i)[0] - x, next(i)[1] - y), 0);
          const area = Math.abs(outline.reduce((sum, [x, y], i) => sum + x * next(i)[1] - y * next(i)[0], 0)) / 2;
          const radii = outline.map(([x, y]) => Math.hypot(x - centre.x * 0.5, y - centre.y * 0.25));
          const size = sizeOf(ellipse, known);
          expect(size.ellipse!.circumference / around).toBeCloseTo(1, 2);
          expect(size.ellipse!.area / area).toBeCloseTo(1, 4);
          expect(size.length / (2 * Math.max(...radii))).toBeCloseTo(1, 4);
          expect(size.ellipse!.shorterAxis / (2 * Math.min(...radii))).toBeCloseTo(1, 2);
        },
      ),
      { numRuns: 50, seed: 1 },
    );
  });
});

describe('sizes of a mask on its frame', () => {
  test('are those of the mask as a whole, and the ellipse lies on it', () => {
    const mask = emptyMask(60, 50);
    for (let y = 0; y < 50; y++) {
      for (let x = 0; x < 60; x++) if (((x - 40) / 12) ** 2 + ((y - 20) / 6) ** 2 < 1) mask.data[y * 60 + x] = 1;
    }
    const spacing = [0.5, 0.25] as const;
    const found = sizeOfMask(mask, { kind: 'uniform', origin: 'manual', mmPerPx: { x: 0.5, y: 0.25 } });
    const whole = measure(mask, spacing)!;
    expect(found?.unit).toBe('mm');
    expect(found?.measures.area).toBe(whole.area);
    expect(found?.measures.perimeter).toBeCloseTo(whole.perimeter, 6);
    expect(found?.measures.maxDiameter).toBeCloseTo(whole.maxDiameter, 6);
    expect(found?.ellipsePx).toMatchObject({ x: expect.closeTo(40.5, 1), y: expect.closeTo(20.5, 1) });
    expect(sizeOfMask(mask, null)).toMatchObject({ unit: 'px', measures: { area: whole.area * 8 } });
    expect(sizeOfMask(emptyMask(3, 3), null)).toBeNull();
  });
});
