import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { around, contains, fillPixels, opaque } from '../../../../renderer/canvas/mask-canvas';
import { paintFootprint, paintPiece, type BrushMode } from '../../../../renderer/editor/brush';
import type { BrushLimit } from '../../../../renderer/editor/brush-limit';
import { bench, frameOf } from '../support';
import {
  boundingBox,
  brushStroke,
  emptyMask,
  type BoundingBox,
  type BrushPlace,
  type Mask,
} from '../../../../shared/mask';

const W = 40;
const H = 30;
const coordinate = fc.double({ min: -10, max: 50, noNaN: true });
const path = fc
  .array(coordinate, { minLength: 1, maxLength: 8 })
  .map((xs) => xs.flatMap((x, i) => [x, (xs[i - 1] ?? x) * 0.7]));
const radius = fc.integer({ min: 1, max: 20 }).map((half) => half / 2);

function random(seed: number): Mask {
  const mask = emptyMask(W, H);
  for (let i = 0, s = seed; i < mask.data.length; i++) {
    s = (s * 1_103_515_245 + 12_345) % 2 ** 31;
    mask.data[i] = s > 2 ** 30 ? 1 : 0;
  }
  return mask;
}

/** Changed pixels that the box leaves out. */
function outside(before: Mask, after: Mask, boxes: readonly BoundingBox[]): number {
  let missed = 0;
  for (let i = 0; i < before.data.length; i++) {
    const here: BoundingBox = [i % W, Math.floor(i / W), 1, 1];
    if (before.data[i] !== after.data[i] && !boxes.some((box) => contains(box, here))) missed++;
  }
  return missed;
}

/** Places of a brush that is pressed more and less on its way. */
const places = fc.array(fc.record({ x: coordinate, y: coordinate, radiusPx: radius }), { minLength: 1, maxLength: 6 });
const modes = fc.constantFrom('brush' as const, 'eraser' as const);

function paintAll(mask: Mask, way: readonly BrushPlace[], mode: BrushMode, limit: BrushLimit | null = null) {
  const painting = { mask, footprint: emptyMask(W, H), mode, limit };
  const boxes = way.map((to, k) => paintPiece(painting, way[k - 1] ?? to, to));
  return { footprint: painting.footprint, boxes: boxes.filter((box) => box !== null) };
}

/** By its definition: some disc on the way covers the pixel's centre. Null where it is too close to tell by steps. */
function covered(x: number, y: number, from: BrushPlace, to: BrushPlace): boolean | null {
  const STEPS = 4_000;
  let least = Infinity;
  for (let k = 0; k <= STEPS; k++) {
    const t = k / STEPS;
    const at = (a: number, b: number): number => a + t * (b - a);
    const away = Math.hypot(x + 0.5 - at(from.x, to.x), y + 0.5 - at(from.y, to.y));
    least = Math.min(least, away - at(from.radiusPx, to.radiusPx));
  }
  return Math.abs(least) < 0.03 ? null : least < 0;
}

describe('a brush stroke', () => {
  it('between two positions, however far apart, is all discs on the way from one to the other, whatever the pressure', () => {
    const far = fc.record({ x: fc.double({ min: -60, max: 100, noNaN: true }), y: coordinate, radiusPx: radius });
    fc.assert(
      fc.property(far, far, fc.array(fc.tuple(fc.nat(W - 1), fc.nat(H - 1)), { maxLength: 25 }), (from, to, pixels) => {
        const mask = emptyMask(W, H);
        paintAll(mask, [from, to], 'brush');
        for (const [x, y] of pixels) {
          const expected = covered(x, y, from, to);
          if (expected !== null) expect(mask.data[y * W + x] === 1).toBe(expected);
        }
      }),
      { numRuns: 150, seed: 6 },
    );
  });

  it('of a mouse is the capsules of its path', () => {
    fc.assert(
      fc.property(path, radius, (points, radiusPx) => {
        const way = Array.from({ length: points.length / 2 }, (_, k) => ({
          ...{ x: points[2 * k]!, y: points[2 * k + 1]! },
          radiusPx,
        }));
        const mask = emptyMask(W, H);
        paintAll(mask, way, 'brush');
        expect(mask).toEqual(brushStroke(points, radiusPx, W, H));
      }),
    );
  });

  it('tells a window that holds every pixel it changed, and nothing when none changed', () => {
    fc.assert(
      fc.property(places, fc.nat(), modes, (way, seed, mode) => {
        const mask = random(seed);
        const before = { ...mask, data: mask.data.slice() };
        const { boxes } = paintAll(mask, way, mode);
        expect(outside(before, mask, boxes)).toBe(0);
        for (const box of boxes) expect(contains([0, 0, W, H], box)).toBe(true);
        const value = mode === 'brush' ? 1 : 0;
        expect(before.data.every((was, i) => was === mask.data[i] || mask.data[i] === value)).toBe(true);
      }),
    );
  });

  it('painted again from its footprint gives the same pixels as painted live, limited or not', () => {
    fc.assert(
      fc.property(places, fc.nat(), modes, fc.boolean(), (way, seed, mode, limited) => {
        const [live, again] = [random(seed), random(seed)];
        const limit: BrushLimit | null = limited ? { within: () => (at) => at % 3 !== 0 } : null;
        const { footprint } = paintAll(live, way, mode, limit);
        paintFootprint(again, footprint, mode);
        expect(again.data).toEqual(live.data);
        if (limited) expect(footprint.data.every((bit, at) => bit === 0 || at % 3 !== 0)).toBe(true);
      }),
    );
  });

  it('tells the canvas only the window of each new piece, and the canvas is then up to date', () => {
    const { editor, open } = bench([frameOf(1, 'a'.repeat(64), W, H)]);
    open(frameOf(1, 'a'.repeat(64), W, H));
    const shown = new Uint32Array(W * H);
    let painted = 0;
    editor.documents.pixelsChanged.on(({ instance, box }) => {
      const [x, y, width, height] = box ?? [0, 0, W, H];
      const part = new Uint32Array(width * height);
      fillPixels(part, instance.pixels, [x, y, width, height], 7);
      painted += part.length;
      for (let i = 0; i < part.length; i++) shown[(y + Math.floor(i / width)) * W + x + (i % width)] = part[i]!;
    });
    editor.beginStroke('brush', 2, 5, 5);
    for (let x = 6; x < 30; x++) editor.stroke!.extend(x, 5 + (x % 3));
    expect(painted).toBeLessThan(25 * 64);
    expect([...shown].map((pixel) => pixel / 7)).toEqual([...editor.stroke!.instance.pixels.data]);
    editor.endStroke();
    editor.undo();
    expect(shown.every((pixel) => pixel === 0)).toBe(true);
  });
});

describe('the pixels of a mask canvas', () => {
  it('are exactly those of the mask inside the box', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(W - 1), fc.nat(H - 1), fc.nat(), fc.nat(), (seed, x, y, w, h) => {
        const box: BoundingBox = [x, y, 1 + (w % (W - x)), 1 + (h % (H - y))];
        const mask = random(seed);
        const target = new Uint32Array(box[2] * box[3]).fill(99);
        fillPixels(target, mask, box, 5);
        target.forEach((pixel, i) => {
          const bit = mask.data[(y + Math.floor(i / box[2])) * W + x + (i % box[2])];
          expect(pixel).toBe(bit === 1 ? 5 : 0);
        });
      }),
    );
  });

  it('have the colour of the label, opaque', () => {
    expect([...new Uint8Array(Uint32Array.of(opaque('#E69F00')).buffer)]).toEqual([0xe6, 0x9f, 0x00, 255]);
  });

  it('stay in a box that grows to hold what changed', () => {
    expect(around([10, 10, 5, 5], [12, 3, 1, 1])).toEqual([10, 3, 5, 12]);
    expect(contains([10, 10, 5, 5], [14, 14, 1, 1])).toBe(true);
    expect(contains([10, 10, 5, 5], [14, 14, 2, 1])).toBe(false);
    expect(boundingBox(emptyMask(3, 3))).toBeNull();
  });
});
