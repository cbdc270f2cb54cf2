import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FILTERS, filterSamples, type GrayImage } from '../../../../shared/image';
import { clahe } from '../../../../shared/image/filters/clahe';
import { lee } from '../../../../shared/image/filters/lee';
import { median } from '../../../../shared/image/filters/median';
import { srad } from '../../../../shared/image/filters/srad';
import { phantomFrame } from '../../../../shared/phantom';
import { describeWithPython, runPython } from '../../../support/python-venv';

const speckled = (widthPx: number, heightPx: number, seed = 5): GrayImage =>
  phantomFrame({ label: 'breast-lesion', seed, widthPx, heightPx }).image;

const gray = fc
  .record({ widthPx: fc.integer({ min: 1, max: 24 }), heightPx: fc.integer({ min: 1, max: 24 }) })
  .chain(({ widthPx, heightPx }) =>
    fc
      .uint8Array({ minLength: widthPx * heightPx, maxLength: widthPx * heightPx })
      .map((data): GrayImage => ({ widthPx, heightPx, data })),
  );

function worst(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

const spread = (data: Uint8Array): number => {
  const mean = data.reduce((sum, v) => sum + v, 0) / data.length;
  return Math.sqrt(data.reduce((sum, v) => sum + (v - mean) ** 2, 0) / data.length);
};

describe('a filter for viewing', () => {
  it('gives an image of the same size and leaves the one it was given as it was', () => {
    fc.assert(
      fc.property(gray, fc.constantFrom(...FILTERS), (image, filter) => {
        const before = image.data.slice();
        const made = filterSamples(image, filter);
        expect(made).toHaveLength(before.length);
        expect(made.buffer).not.toBe(image.data.buffer);
        expect(image.data).toEqual(before);
      }),
    );
  });

  it('changes nothing where there is nothing to see, but for the curve of CLAHE', () => {
    const flat: GrayImage = { widthPx: 30, heightPx: 20, data: new Uint8Array(600).fill(90) };
    expect(lee(flat)).toEqual(flat.data);
    expect(median(flat)).toEqual(flat.data);
    expect(srad(flat)).toEqual(flat.data);
    expect(new Set(clahe(flat)).size).toBe(1);
  });

  it('keeps what lies between the darkest and the brightest within them (SRAD), however long it goes on', () => {
    fc.assert(
      fc.property(gray, fc.integer({ min: 1, max: 60 }), (image, steps) => {
        const made = srad(image, steps);
        expect(Math.min(...made)).toBeGreaterThanOrEqual(Math.min(...image.data));
        expect(Math.max(...made)).toBeLessThanOrEqual(Math.max(...image.data));
      }),
    );
  });

  it('lowers speckle and keeps the edge (Lee, SRAD), or spreads the grey levels (CLAHE)', () => {
    const image: GrayImage = { widthPx: 64, heightPx: 64, data: new Uint8Array(64 * 64) };
    for (let i = 0, s = 3; i < image.data.length; i++) {
      s = (s * 1_103_515_245 + 12_345) % 2 ** 31;
      image.data[i] = (i % 64 < 32 ? 40 : 190) + ((s >> 16) % 17) - 8;
    }
    const column = (data: Uint8Array, x: number): Uint8Array =>
      Uint8Array.from({ length: 64 }, (_, y) => data[y * 64 + x]!);
    const step = (data: Uint8Array): number => data[20 * 64 + 36]! - data[20 * 64 + 27]!;
    for (const calm of [lee(image), srad(image)]) {
      expect(spread(column(calm, 12))).toBeLessThan(0.6 * spread(column(image.data, 12)));
      expect(spread(column(calm, 50))).toBeLessThan(0.6 * spread(column(image.data, 50)));
      expect(step(calm)).toBeGreaterThan(120);
    }
    // Lee leaves what is beside an edge as it is; diffusion calms it, too, and the edge is as sharp as it was.
    expect(spread(column(srad(image), 30))).toBeLessThan(0.6 * spread(column(image.data, 30)));
    expect(srad(image)[20 * 64 + 32]! - srad(image)[20 * 64 + 31]!).toBeGreaterThan(120);
    const dull: GrayImage = { ...speckled(128, 96), data: speckled(128, 96).data.map((v) => 100 + v / 16) };
    expect(spread(clahe(dull))).toBeGreaterThan(1.5 * spread(dull.data));
  });
});

describeWithPython('filters beside an independent implementation', () => {
  const packed = ({ widthPx, heightPx, data }: GrayImage) => ({
    size: [heightPx, widthPx],
    data: Buffer.from(data).toString('base64'),
  });
  const run = (code: string, image: GrayImage): Uint8Array => {
    const program = `
import base64, json, sys, numpy as np
given = json.load(sys.stdin)
image = np.frombuffer(base64.b64decode(given['data']), np.uint8).reshape(given['size'])
${code}
print(json.dumps(base64.b64encode(np.ascontiguousarray(out, dtype=np.uint8)).decode()))`;
    return Uint8Array.from(Buffer.from(runPython(program, packed(image)) as string, 'base64'));
  };

  // Sizes that fill their tiles, and sizes that do not.
  it.each([
    [256, 192],
    [205, 131],
  ])('CLAHE of %i x %i is that of OpenCV to one grey level', (width, height) => {
    const image = speckled(width, height);
    const opencv = run('import cv2\nout = cv2.createCLAHE(2.0, (8, 8)).apply(image)', image);
    expect(worst(clahe(image), opencv)).toBeLessThanOrEqual(1);
    expect(worst(image.data, opencv)).toBeGreaterThan(10);
  });

  it('the median is that of SciPy exactly, also of random dots', () => {
    const dots: GrayImage = { widthPx: 61, heightPx: 37, data: new Uint8Array(61 * 37) };
    for (let i = 0, s = 7; i < dots.data.length; i++) {
      s = (s * 1_103_515_245 + 12_345) % 2 ** 31;
      dots.data[i] = s >> 12;
    }
    for (const image of [speckled(160, 120), dots]) {
      const scipy = run(
        "from scipy.ndimage import median_filter\nout = median_filter(image, 5, mode='nearest')",
        image,
      );
      expect(worst(median(image), scipy)).toBe(0);
    }
  });

  it('SRAD is that of its equations in NumPy, to rounding', () => {
    const equations = `
J = np.exp(image.astype(float) / 255)
shown = image != 0
def around(a):
    p = np.pad(a, 1, mode='edge')
    return p[:-2, 1:-1], p[2:, 1:-1], p[1:-1, :-2], p[1:-1, 2:]
for _ in range(12):
    N, S, W, E = (near - J for near in around(J))
    G2 = (N**2 + S**2 + W**2 + E**2) / J**2
    L = (N + S + W + E) / J
    q2 = (G2 / 2 - L**2 / 16) / (1 + L / 4)**2
    ordered = np.sort(q2[shown])
    q02 = max(ordered[len(ordered) // 2], 1e-8)
    c = np.clip(1 / (1 + (q2 - q02) / (q02 * (1 + q02))), 0, 1)
    _, cS, _, cE = around(c)
    J = J + 0.8 / 4 * (cS * S + c * N + cE * E + c * W)
out = np.rint(255 * np.log(J))`;
    for (const image of [speckled(160, 120), speckled(97, 64, 9)]) {
      const reference = run(equations, image);
      expect(worst(srad(image), reference)).toBeLessThanOrEqual(1);
      expect(worst(image.data, reference)).toBeGreaterThan(10);
    }
  });

  it("Lee's filter is that of its formula in NumPy, to rounding", () => {
    const formula = `
from scipy.ndimage import uniform_filter
x = image.astype(float)
mean = uniform_filter(x, 5, mode='nearest')
variance = np.maximum(uniform_filter(x * x, 5, mode='nearest') - mean * mean, 0)
noise = round(np.percentile(variance[mean >= 1], 50, method='inverted_cdf'))
kept = np.where(variance > noise, (variance - noise) / np.maximum(variance, 1e-9), 0)
out = np.rint(mean + kept * (x - mean))`;
    for (const image of [speckled(160, 120), speckled(97, 64, 9)]) {
      expect(worst(lee(image), run(formula, image))).toBeLessThanOrEqual(1);
    }
  });
});
