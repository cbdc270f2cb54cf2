import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../../../shared/errors';
import { maskOfLogits, resizeBilinearAntialias, resizeLogits, resizeNearest } from '../../../../shared/image';
import type { GrayImage } from '../../../../shared/image';
import { maskAbove } from '../../../../shared/mask';
import { describeWithPython, runPython } from '../../../support/python-venv';
import fixtures from './fixtures/resize.json';

function image(widthPx: number, heightPx: number, sample: (i: number) => number): GrayImage {
  return { widthPx, heightPx, data: Uint8Array.from({ length: widthPx * heightPx }, (_, i) => sample(i)) };
}

/** Pixels without pattern, the same in every run. */
function noise(widthPx: number, heightPx: number): GrayImage {
  let state = widthPx * 7919 + heightPx;
  return image(widthPx, heightPx, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

const anyImage = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }))
  .chain(([widthPx, heightPx]) =>
    fc
      .uint8Array({ minLength: widthPx * heightPx, maxLength: widthPx * heightPx })
      .map((data): GrayImage => ({ widthPx, heightPx, data })),
  );
const anySize = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }));

describe('images resized by Pillow and logits resized by torch (committed fixtures)', () => {
  it.each(fixtures.images)('$size to $to: same pixels as Pillow, bilinear and nearest', (c) => {
    const [widthPx, heightPx] = c.size as [number, number];
    const [toWidth, toHeight] = c.to as [number, number];
    const source = { widthPx, heightPx, data: Uint8Array.from(c.data) };
    expect([...resizeBilinearAntialias(source, toWidth, toHeight).data]).toEqual(c.bilinear);
    expect([...resizeNearest(source, toWidth, toHeight).data]).toEqual(c.nearest);
  });

  it.each(fixtures.logits)('$size to $to: same logits as torch within 1e-5', (c) => {
    const [widthPx, heightPx] = c.size as [number, number];
    const [toWidth, toHeight] = c.to as [number, number];
    const out = resizeLogits(Float32Array.from(c.data), widthPx, heightPx, toWidth, toHeight);
    expect(out.length).toBe(c.out.length);
    out.forEach((value, i) => expect(Math.abs(value - c.out[i]!)).toBeLessThan(1e-5));
  });
});

const PILLOW = `
import base64, json, sys
import numpy as np
from PIL import Image
out = []
for c in json.load(sys.stdin):
    a = np.frombuffer(base64.b64decode(c["data"]), np.uint8).reshape(c["h"], c["w"])
    resized = [np.asarray(Image.fromarray(a).resize(tuple(c["to"]), f)) for f in (Image.BILINEAR, Image.NEAREST)]
    out.append([base64.b64encode(r.tobytes()).decode() for r in resized])
print(json.dumps(out))
`;

describeWithPython('against Pillow itself', () => {
  const sizes: [number, number, number, number][] = [
    [2048, 1536, 256, 256],
    [1024, 768, 256, 256],
    [800, 600, 333, 517],
    [640, 480, 480, 640],
    [257, 255, 256, 256],
    [256, 256, 256, 256],
    [256, 256, 128, 128],
    [100, 100, 1000, 7],
    [3, 2, 256, 256],
    [1, 700, 256, 256],
  ];
  it.each([
    ['noise', noise],
    ['white', (w: number, h: number) => image(w, h, () => 255)],
    ['one-pixel stripes', (w: number, h: number) => image(w, h, (i) => ((i % w) % 2 === 0 ? 255 : 0))],
  ] as const)('gives every pixel of %s as Pillow does, at every size', (_, make) => {
    const sources = sizes.map(([w, h]) => make(w, h));
    const answers = runPython(
      PILLOW,
      sizes.map(([w, h, ...to], k) => ({ w, h, to, data: Buffer.from(sources[k]!.data).toString('base64') })),
    ) as [string, string][];
    sizes.forEach(([, , toWidth, toHeight], k) => {
      const [bilinear, nearest] = answers[k]!.map((text) => Buffer.from(text, 'base64'));
      expect(Buffer.from(resizeBilinearAntialias(sources[k]!, toWidth, toHeight).data).equals(bilinear!)).toBe(true);
      expect(Buffer.from(resizeNearest(sources[k]!, toWidth, toHeight).data).equals(nearest!)).toBe(true);
    });
  });
});

describe('any image', () => {
  it('keeps its size and pixels when the size is the same', () => {
    fc.assert(
      fc.property(anyImage, (source) => {
        expect(resizeBilinearAntialias(source, source.widthPx, source.heightPx)).toEqual(source);
        expect(resizeNearest(source, source.widthPx, source.heightPx)).toEqual(source);
      }),
    );
  });

  it('comes out at the size asked for, never brighter or darker than it was; nearest never blends', () => {
    fc.assert(
      fc.property(anyImage, anySize, (source, [toWidth, toHeight]) => {
        const smooth = resizeBilinearAntialias(source, toWidth, toHeight);
        expect([smooth.widthPx, smooth.heightPx, smooth.data.length]).toEqual([toWidth, toHeight, toWidth * toHeight]);
        // Rounding twice, once per pass, may add one grey level.
        expect(Math.max(...smooth.data)).toBeLessThanOrEqual(Math.max(...source.data) + 1);
        expect(Math.min(...smooth.data)).toBeGreaterThanOrEqual(Math.min(...source.data) - 1);
        const values = new Set(source.data);
        expect(resizeNearest(source, toWidth, toHeight).data.every((value) => values.has(value))).toBe(true);
      }),
    );
  });

  it('is refused without pixels, as is a size without pixels', () => {
    for (const resize of [resizeBilinearAntialias, resizeNearest]) {
      for (const act of [
        () =>
          resize(
            image(0, 3, () => 0),
            4,
            4,
          ),
        () =>
          resize(
            image(2, 2, () => 0),
            4,
            0,
          ),
      ]) {
        expect(act).toThrowError(expect.objectContaining({ name: 'AppError', code: 'usage' }));
      }
    }
  });
});

describe('logits', () => {
  it('halve on the way between two neighbours when the size doubles, with edges repeated', () => {
    expect([...resizeLogits(Float32Array.of(0, 4), 2, 1, 4, 1)]).toEqual([0, 1, 3, 4]);
  });

  it('stay between their smallest and largest value at any size', () => {
    fc.assert(
      fc.property(anyImage, anySize, (source, [toWidth, toHeight]) => {
        const logits = Float32Array.from(source.data, (value) => value - 128);
        const out = resizeLogits(logits, source.widthPx, source.heightPx, toWidth, toHeight);
        expect(out.length).toBe(toWidth * toHeight);
        expect(Math.max(...out)).toBeLessThanOrEqual(Math.max(...logits) + 1e-4);
        expect(Math.min(...out)).toBeGreaterThanOrEqual(Math.min(...logits) - 1e-4);
      }),
    );
  });

  it('make the same mask, bit for bit, whether resized first or looked at only where they are positive', () => {
    const anyLogit = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(-8, -0.25) },
      { weight: 2, arbitrary: fc.double({ min: -9, max: 9, noNaN: true }) },
      { weight: 1, arbitrary: fc.constantFrom(0, 4, 1e-45, NaN) },
    );
    const anyLogits = anySize.chain(([w, h]) =>
      fc.array(anyLogit, { minLength: w * h, maxLength: w * h }).map((values) => ({ w, h, values })),
    );
    fc.assert(
      fc.property(anyLogits, anySize, ({ w, h, values }, [toWidth, toHeight]) => {
        const logits = Float32Array.from(values);
        const whole = maskAbove(resizeLogits(logits, w, h, toWidth, toHeight), toWidth, toHeight, 0);
        expect(maskOfLogits(logits, w, h, toWidth, toHeight)).toEqual(whole);
      }),
      { numRuns: 1000 },
    );
    expect(() => maskOfLogits(new Float32Array(5), 2, 2, 4, 4)).toThrowError(
      expect.objectContaining({ code: 'usage' }),
    );
  });

  it('are refused when the array and the size disagree', () => {
    try {
      resizeLogits(new Float32Array(5), 2, 2, 4, 4);
      expect.unreachable();
    } catch (error) {
      expect(isAppError(error) && error.code).toBe('usage');
    }
  });
});
