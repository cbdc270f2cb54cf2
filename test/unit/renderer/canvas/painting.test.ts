import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { around, contains, fillPixels, opaque } from '../../../../renderer/canvas/mask-canvas';
import { paintSegment, paintStroke, type Stroke } from '../../../../renderer/editor/brush';
import { bench, frameOf } from '../support';
import {
  areaPx,
  boundingBox,
  brushStroke,
  emptyMask,
  union,
  type BoundingBox,
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

describe('a brush stroke', () => {
  it('has no gaps, however far apart the positions of the pointer are', () => {
    fc.assert(
      fc.property(path, radius, (points, radiusPx) => {
        const mask = emptyMask(W, H);
        paintStroke(mask, { mode: 'brush', radiusPx, path: points });
        expect(areaPx(mask)).toBe(areaPx(union(mask, brushStroke(points, radiusPx, W, H))));
      }),
    );
  });

  it('tells a window that holds every pixel it changed, and nothing when none changed', () => {
    fc.assert(
      fc.property(
        path,
        radius,
        fc.nat(),
        fc.constantFrom('brush' as const, 'eraser' as const),
        (points, radiusPx, seed, mode) => {
          const mask = random(seed);
          const before = { ...mask, data: mask.data.slice() };
          const boxes: BoundingBox[] = [];
          for (let k = 0; k + 3 < points.length; k += 2) {
            const box = paintSegment(mask, points.slice(k, k + 4) as [number, number, number, number], {
              mode,
              radiusPx,
            });
            if (box) boxes.push(box);
          }
          expect(outside(before, mask, boxes)).toBe(0);
          for (const box of boxes) expect(contains([0, 0, W, H], box)).toBe(true);
          const value = mode === 'brush' ? 1 : 0;
          expect(before.data.every((was, i) => was === mask.data[i] || mask.data[i] === value)).toBe(true);
        },
      ),
    );
  });

  it('painted again gives the same pixels as painted live', () => {
    fc.assert(
      fc.property(path, radius, fc.nat(), (points, radiusPx, seed) => {
        const live = random(seed);
        const again = random(seed);
        const stroke: Stroke = { mode: 'eraser', radiusPx, path: points };
        for (let k = 0; k < points.length; k += 2) {
          const from = k === 0 ? points.slice(0, 2) : points.slice(k - 2, k);
          paintSegment(live, [...from, ...points.slice(k, k + 2)] as [number, number, number, number], stroke);
        }
        paintStroke(again, stroke);
        expect(again.data).toEqual(live.data);
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
