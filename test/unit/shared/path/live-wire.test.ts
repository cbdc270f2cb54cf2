/** The magnetic contour: a path on the grid from anchor to pointer, and how near it comes to the true outline. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GrayImage } from '../../../../shared/image';
import { smoothed, traceRings } from '../../../../shared/mask';
import { LiveWire, pathLength, placesAlong, type Place } from '../../../../shared/path';
import { phantomFrame, type PhantomSpec } from '../../../../shared/phantom';

const coordinate = (size: number) => fc.double({ min: 0, max: size - 1e-6, noNaN: true });
const anyImage: fc.Arbitrary<GrayImage> = fc
  .record({ widthPx: fc.integer({ min: 1, max: 40 }), heightPx: fc.integer({ min: 1, max: 40 }), seed: fc.nat() })
  .map(({ widthPx, heightPx, seed }) => {
    let state = seed;
    const noise = () => (state = (state * 1103515245 + 12345) % 2147483648) >> 16;
    return { widthPx, heightPx, data: Uint8Array.from({ length: widthPx * heightPx }, () => noise() & 255) };
  });
const anyWire = anyImage.chain((image) => {
  const place = fc.record({ x: coordinate(image.widthPx), y: coordinate(image.heightPx) });
  return fc.tuple(fc.constant(image), place, fc.array(place, { minLength: 1, maxLength: 4 }));
});

describe('a magnetic contour', () => {
  it('begins at the anchor, ends at the pointer, and goes from pixel to neighbouring pixel between', () => {
    fc.assert(
      fc.property(anyWire, ([image, anchor, ends]) => {
        const wire = new LiveWire(image, anchor);
        for (const end of ends) {
          const path = wire.to(end);
          expect(path.slice(0, 2)).toEqual([anchor.x, anchor.y]);
          expect(path.slice(-2)).toEqual([end.x, end.y]);
          for (let k = 2; k < path.length; k += 2) {
            const [dx, dy] = [0, 1].map((d) => Math.floor(path[k + d]!) - Math.floor(path[k + d - 2]!));
            expect(Math.max(Math.abs(dx!), Math.abs(dy!))).toBeLessThanOrEqual(1);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is the same however the pointer came there', () => {
    fc.assert(
      fc.property(anyWire, ([image, anchor, ends]) => {
        const wire = new LiveWire(image, anchor);
        const last = ends.map((end) => wire.to(end)).at(-1);
        expect(new LiveWire(image, anchor).to(ends.at(-1)!)).toEqual(last);
      }),
      { numRuns: 100 },
    );
  });

  it('goes around a disc by its rim, not across', () => {
    const [widthPx, heightPx] = [120, 120];
    const data = Uint8Array.from({ length: widthPx * heightPx }, (_, i) =>
      Math.hypot((i % widthPx) + 0.5 - 60, Math.floor(i / widthPx) + 0.5 - 60) < 40 ? 180 : 40,
    );
    const path = new LiveWire({ widthPx, heightPx, data }, { x: 100, y: 60 }).to({ x: 60, y: 100 });
    for (let k = 0; k < path.length; k += 2) {
      expect(Math.abs(Math.hypot(path[k]! - 60, path[k + 1]! - 60) - 40)).toBeLessThan(2.5);
    }
  });

  it('on a large image looks no further than around the anchor, in larger steps; beyond it goes straight', () => {
    const [widthPx, heightPx] = [4096, 3072];
    const image = { widthPx, heightPx, data: new Uint8Array(widthPx * heightPx).fill(9) };
    const wire = new LiveWire(image, { x: 2000, y: 1500 });
    const near = wire.to({ x: 2100, y: 1500 });
    expect(near.length / 2).toBeLessThanOrEqual(28);
    const far = wire.to({ x: 4000, y: 1500 });
    expect(far.slice(-2)).toEqual([4000, 1500]);
    expect(far.length / 2).toBeLessThanOrEqual(163);
  });
});

describe('on simulated ultrasound', () => {
  const breasts = [11, 12].map((seed): PhantomSpec => ({ label: 'breast-lesion', seed, widthPx: 560, heightPx: 470 }));
  const cases = breasts.map(phantomFrame);

  /** Distances from the truth, sorted, of contours through anchors on it, with anchors so far apart. */
  function traced(gapPx: number) {
    const errors = { wire: [] as number[], straight: [] as number[] };
    for (const { image, mask } of cases) {
      // The truth is smooth: without the staircase of its pixels.
      const ring = traceRings(smoothed(mask, 1.5)).sort((a, b) => b.length - a.length)[0]!;
      const truth = [...ring, ...ring.slice(0, 2)];
      const anchors = placesAlong(truth, Math.round(pathLength(truth) / gapPx));
      anchors.forEach((from, k) => {
        const to = anchors[(k + 1) % anchors.length]!;
        errors.wire.push(...distances(new LiveWire(image, from).to(to), truth));
        const straight = placesAlong([from.x, from.y, to.x, to.y], Math.round(gapPx));
        errors.straight.push(
          ...distances(
            straight.flatMap(({ x, y }) => [x, y]),
            truth,
          ),
        );
      });
    }
    for (const each of Object.values(errors)) each.sort((a, b) => a - b);
    return errors;
  }

  it('stays within a few pixels of the truth with anchors 30 px apart; with fewer beats straight lines', () => {
    const [near, far] = [traced(30), traced(60)];
    for (const [gap, { wire, straight }] of [
      ['30', near],
      ['60', far],
    ] as const) {
      console.log(`anchors ${gap} px apart: wire ${shown(wire)}; straight ${shown(straight)}`);
    }
    expect(mean(near.wire)).toBeLessThan(1.5);
    expect(quantile(near.wire, 0.95)).toBeLessThan(4);
    expect(mean(far.wire)).toBeLessThan(0.85 * mean(far.straight));
  });
});

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const quantile = (sorted: readonly number[], part: number): number => sorted[Math.floor(part * (sorted.length - 1))]!;
const shown = (sorted: readonly number[]): string =>
  `mean ${mean(sorted).toFixed(2)}, 95 % ${quantile(sorted, 0.95).toFixed(2)}, most ${sorted.at(-1)!.toFixed(1)} px`;

function distances(path: readonly number[], truth: readonly number[]): number[] {
  const places = Array.from({ length: path.length / 2 }, (_, k): Place => ({ x: path[2 * k]!, y: path[2 * k + 1]! }));
  return places.map(({ x, y }) => {
    let least = Infinity;
    for (let k = 2; k < truth.length; k += 2) {
      const [x0, y0, x1, y1] = truth.slice(k - 2, k + 2) as [number, number, number, number];
      const squared = (x1 - x0) ** 2 + (y1 - y0) ** 2;
      const along = squared === 0 ? 0 : ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / squared;
      const t = Math.min(Math.max(along, 0), 1);
      least = Math.min(least, Math.hypot(x - x0 - t * (x1 - x0), y - y0 - t * (y1 - y0)));
    }
    return least;
  });
}
