/** What users of the phantoms rely on: reproducible pictures, masks that fit, contrast, a heart that beats, a study. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { connectedComponents } from '../../../../shared/mask';
import {
  phantomFrame,
  phantomLoop,
  renderCase,
  sampleStudy,
  type PhantomFrame,
  type PhantomLabel,
} from '../../../../shared/phantom';

const sizes = { 'breast-lesion': [280, 235], 'fetal-head': [400, 270], 'lv-cavity': [320, 240] } as const;
const labels: readonly PhantomLabel[] = ['breast-lesion', 'fetal-head', 'lv-cavity'];
const seeds = [1, 2, 3, 4, 5, 6, 7, 8];

function drawFrame(label: PhantomLabel, seed: number): PhantomFrame {
  const [widthPx, heightPx] = sizes[label];
  return phantomFrame({ label, seed, widthPx, heightPx });
}

const drawn = new Map<string, PhantomFrame>();

/** The frame of a seed, drawn once for all tests that look at it. */
function frameOf(label: PhantomLabel, seed: number): PhantomFrame {
  const key = `${label} ${seed}`;
  const frame = drawn.get(key) ?? drawFrame(label, seed);
  drawn.set(key, frame);
  return frame;
}

function hashOf({ image, mask }: PhantomFrame): string {
  return createHash('sha256').update(image.data).update(mask.data).digest('hex').slice(0, 16);
}

const area = ({ mask }: PhantomFrame) => mask.data.reduce((sum, value) => sum + value, 0);

/** Mean grey of pixels chosen by their mask and their distance from it (in mask widths, Chebyshev, from its box). */
function greyInAndAround({ image, mask }: PhantomFrame): { inside: number; around: number } {
  const xs: number[] = [];
  const ys: number[] = [];
  mask.data.forEach((value, p) => {
    if (value === 1) {
      xs.push(p % mask.widthPx);
      ys.push(Math.floor(p / mask.widthPx));
    }
  });
  const x0 = xs.reduce((a, b) => Math.min(a, b));
  const x1 = xs.reduce((a, b) => Math.max(a, b));
  const y0 = ys.reduce((a, b) => Math.min(a, b));
  const y1 = ys.reduce((a, b) => Math.max(a, b));
  const reach = 0.15 * (x1 - x0);
  const sums = { inside: 0, around: 0 };
  const counts = { inside: 0, around: 0 };
  image.data.forEach((grey, p) => {
    const x = p % mask.widthPx;
    const y = Math.floor(p / mask.widthPx);
    if (x < x0 - reach || x > x1 + reach || y < y0 - reach || y > y1 + reach) return;
    const where = mask.data[p] === 1 ? 'inside' : 'around';
    sums[where] += grey;
    counts[where] += 1;
  });
  return { inside: sums.inside / counts.inside, around: sums.around / counts.around };
}

/** Pixels by which the mask differs from the ellipse that has its moments, as a share of its area. */
function differenceFromEllipse({ mask }: PhantomFrame): number {
  const points = [...mask.data.keys()]
    .filter((p) => mask.data[p] === 1)
    .map((p) => [(p % mask.widthPx) + 0.5, Math.floor(p / mask.widthPx) + 0.5] as const);
  const n = points.length;
  const cx = points.reduce((sum, [x]) => sum + x, 0) / n;
  const cy = points.reduce((sum, [, y]) => sum + y, 0) / n;
  const xx = points.reduce((sum, [x]) => sum + (x - cx) ** 2, 0) / n;
  const yy = points.reduce((sum, [, y]) => sum + (y - cy) ** 2, 0) / n;
  const xy = points.reduce((sum, [x, y]) => sum + (x - cx) * (y - cy), 0) / n;
  // A filled ellipse has covariance S and is the set of points with d' S^-1 d <= 4.
  const determinant = xx * yy - xy * xy;
  let different = 0;
  mask.data.forEach((value, p) => {
    const dx = (p % mask.widthPx) + 0.5 - cx;
    const dy = Math.floor(p / mask.widthPx) + 0.5 - cy;
    const squared = (yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy) / determinant;
    if (squared <= 4 !== (value === 1)) different += 1;
  });
  return different / n;
}

describe('phantomFrame', () => {
  // The hashes pin the bytes: a machine, engine or edit that changes one pixel shows here. Renew them with the picture.
  it.each([
    ['breast-lesion', '435c199ec8f0fce1'],
    ['fetal-head', '329b024f970756f4'],
    ['lv-cavity', '02743c7621611f05'],
  ] as const)('%s: one seed, one picture, on every machine', (label, expected) => {
    expect(hashOf(drawFrame(label, 42))).toBe(expected);
    expect(hashOf(drawFrame(label, 42))).toBe(expected);
  });

  it.each(labels)('%s: other seeds give other pictures and other masks', (label) => {
    const frames = [...seeds, -1, 2 ** 40].map((seed) => frameOf(label, seed));
    expect(new Set(frames.map(hashOf)).size).toBe(frames.length);
    expect(new Set(frames.map(area)).size).toBeGreaterThan(frames.length - 2);
  });

  it.each(labels)(
    '%s: the mask is one piece without holes, not touching the border, of a size the models know',
    (label) => {
      const [smallest, largest] = {
        'breast-lesion': [0.015, 0.2],
        'fetal-head': [0.2, 0.4],
        'lv-cavity': [0.07, 0.16],
      }[label]!;
      for (const seed of seeds) {
        const frame = frameOf(label, seed);
        const { mask } = frame;
        expect(mask.data.every((value) => value === 0 || value === 1)).toBe(true);
        const background = Uint8Array.from(mask.data, (value) => 1 - value);
        expect(connectedComponents(mask, 8).areasPx).toHaveLength(1);
        expect(connectedComponents({ ...mask, data: background }, 4).areasPx).toHaveLength(1);
        const onBorder = mask.data.filter((value, p) => {
          const x = p % mask.widthPx;
          const y = Math.floor(p / mask.widthPx);
          return value === 1 && (x === 0 || y === 0 || x === mask.widthPx - 1 || y === mask.heightPx - 1);
        });
        expect(onBorder).toHaveLength(0);
        expect(area(frame) / mask.data.length).toBeGreaterThan(smallest!);
        expect(area(frame) / mask.data.length).toBeLessThan(largest!);
      }
    },
  );

  it('a lesion and a ventricle are clearly darker than what surrounds them', () => {
    for (const label of ['breast-lesion', 'lv-cavity'] as const) {
      for (const seed of seeds) {
        const { inside, around } = greyInAndAround(frameOf(label, seed));
        expect(inside).toBeLessThan(0.7 * around);
        expect(inside).toBeGreaterThan(5);
        expect(around).toBeGreaterThan(50);
      }
    }
  });

  it('a head is an ellipse whose outer border is the bright skull', () => {
    for (const seed of seeds) {
      const frame = frameOf('fetal-head', seed);
      expect(differenceFromEllipse(frame)).toBeLessThan(0.004);
      // Down the middle column: the brightest pixel near each border lies inside, within the bone.
      const { image, mask } = frame;
      const x = Math.round(mean(columnsOf(mask.data, mask.widthPx)));
      const column = Array.from({ length: mask.heightPx }, (_, y) => mask.data[y * mask.widthPx + x]!);
      const grey = (y: number) => image.data[y * mask.widthPx + x]!;
      for (const [border, inward] of [
        [column.indexOf(1), 1],
        [column.lastIndexOf(1), -1],
      ] as const) {
        const bone = Math.max(...[1, 2, 3, 4, 5, 6].map((k) => grey(border + k * inward)));
        expect(bone).toBeGreaterThan(140);
        expect(grey(border - 8 * inward)).toBeLessThan(0.6 * bone);
        expect(grey(border + 25 * inward)).toBeLessThan(0.6 * bone);
      }
    }
  });

  it('sector pictures are black in the upper corners, linear ones nowhere', () => {
    for (const seed of seeds) {
      for (const label of ['fetal-head', 'lv-cavity'] as const) {
        const { image } = frameOf(label, seed);
        expect(image.data[0]).toBe(0);
        expect(image.data[image.widthPx - 1]).toBe(0);
        expect(image.data.filter((value) => value === 0).length / image.data.length).toBeGreaterThan(0.1);
      }
      const { image } = frameOf('breast-lesion', seed);
      expect(image.data.filter((value) => value === 0).length / image.data.length).toBeLessThan(0.05);
    }
  });

  it('the same seed shows the same anatomy at twice the size', () => {
    const small = phantomFrame({ label: 'fetal-head', seed: 5, widthPx: 400, heightPx: 270 });
    const large = phantomFrame({ label: 'fetal-head', seed: 5, widthPx: 800, heightPx: 540 });
    expect(large.spacingMm[0]).toBeCloseTo(small.spacingMm[0] / 2, 12);
    expect(area(large) / area(small)).toBeCloseTo(4, 1);
  });

  it.each([
    { label: 'fetal-head', seed: 1, widthPx: 63, heightPx: 480 },
    { label: 'fetal-head', seed: 1, widthPx: 640, heightPx: 480.5 },
    { label: 'fetal-head', seed: 0.5, widthPx: 640, heightPx: 480 },
    { label: 'fetal-head', seed: NaN, widthPx: 640, heightPx: 480 },
  ] as const)('refuses %j', (spec) => {
    expect(() => phantomFrame(spec)).toThrowError(expect.objectContaining({ code: 'usage', subject: 'fetal-head' }));
  });
});

function columnsOf(data: Uint8Array, widthPx: number): number[] {
  return [...data.keys()].filter((p) => data[p] === 1).map((p) => p % widthPx);
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe('phantomLoop', () => {
  const spec = { label: 'lv-cavity', seed: 9, widthPx: 320, heightPx: 240 } as const;
  const loop = phantomLoop(spec, 24, 2);

  it('shows the same outline one beat later, and its own noise in every frame', () => {
    for (let k = 0; k < 12; k++) expect(loop[k + 12]!.mask.data).toEqual(loop[k]!.mask.data);
    expect(new Set(loop.map((frame) => hashOf(frame))).size).toBe(24);
  });

  it('empties once and fills once a beat, by as much as a heart does', () => {
    const areas = loop.slice(0, 12).map(area);
    const least = areas.indexOf(Math.min(...areas));
    expect(least).toBeGreaterThan(2);
    expect(least).toBeLessThan(8);
    for (let k = 1; k <= least; k++) expect(areas[k]!).toBeLessThan(areas[k - 1]!);
    for (let k = least + 1; k < 12; k++) expect(areas[k]!).toBeGreaterThan(areas[k - 1]!);
    expect(areas[least]! / areas[0]!).toBeGreaterThan(0.45);
    expect(areas[least]! / areas[0]!).toBeLessThan(0.75);
  });

  it('starts with the still picture of the same specification', () => {
    expect(hashOf(loop[0]!)).toBe(hashOf(phantomFrame(spec)));
  });

  it('keeps the cavity dark in every frame', () => {
    for (const frame of loop) {
      const { inside, around } = greyInAndAround(frame);
      expect(inside).toBeLessThan(0.6 * around);
    }
  });

  it.each([
    [0, 1],
    [2.5, 1],
    [10, 0],
  ])('refuses %d frames over %d beats', (frames, beats) => {
    expect(() => phantomLoop(spec, frames, beats)).toThrowError(expect.objectContaining({ code: 'usage' }));
  });
});

describe('sampleStudy', () => {
  const study = sampleStudy(1, 12);

  it('names every case once and gives every patient one kind of examination', () => {
    expect(study).toHaveLength(12);
    expect(new Set(study.map((phantom) => phantom.name)).size).toBe(12);
    expect(new Set(study.map((phantom) => phantom.label))).toEqual(new Set(labels));
    for (const patient of new Set(study.map((phantom) => phantom.patient))) {
      const images = study.filter((phantom) => phantom.patient === patient);
      expect(new Set(images.map((phantom) => phantom.label)).size).toBe(1);
      expect(new Set(images.map((phantom) => phantom.series)).size).toBe(1);
    }
    expect(new Set(study.map((phantom) => phantom.spec.seed)).size).toBe(12);
  });

  it('begins with the shorter study of the same seed, and differs for another', () => {
    expect(sampleStudy(1, 5)).toEqual(study.slice(0, 5));
    expect(sampleStudy(2, 1)[0]!.spec.seed).not.toBe(study[0]!.spec.seed);
    expect(sampleStudy(1, 0)).toEqual([]);
  });

  it('draws a case with as many frames as it says, in the size it says', () => {
    for (const phantom of study.slice(0, 5)) {
      const frames = renderCase(phantom);
      expect(frames).toHaveLength(phantom.frames);
      for (const frame of frames) {
        expect(frame.image.widthPx).toBe(phantom.spec.widthPx);
        expect(frame.mask.heightPx).toBe(phantom.spec.heightPx);
        expect(frame.image.data).toHaveLength(phantom.spec.widthPx * phantom.spec.heightPx);
      }
    }
  });

  it.each([-1, 1.5, NaN])('refuses %d cases', (count) => {
    expect(() => sampleStudy(1, count)).toThrowError(expect.objectContaining({ code: 'usage' }));
  });
});
