/** Masks followed from frame to frame, against the exact masks of simulated beating hearts. */
import { describe, expect, test } from 'vitest';
import { phantomLoop } from '../../../../shared/phantom';
import { dice } from '../../../../shared/metrics';
import { emptyMask } from '../../../../shared/mask';
import { trackMask } from '../../../../shared/track';

const loopOf = (seed: number, widthPx = 240, heightPx = 180) =>
  phantomLoop({ label: 'lv-cavity', seed, widthPx, heightPx }, 12);

describe('a mask followed through a loop', () => {
  test.each([1, 2])('stays with a beating heart, far better than a copy, and is sure of it: heart %i', (seed) => {
    const frames = loopOf(seed);
    let mask = frames[0]!.mask;
    const scores = frames.slice(1).map((frame, i) => {
      const tracked = trackMask(mask, frames[i]!.image, frame.image);
      mask = tracked.mask;
      const copied = dice(frames[0]!.mask, frame.mask);
      return { tracked: dice(mask, frame.mask), copied, confidence: tracked.confidence };
    });
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(scores.map(({ tracked }) => tracked))).toBeGreaterThan(0.93);
    expect(Math.min(...scores.map(({ tracked }) => tracked))).toBeGreaterThan(0.85);
    expect(mean(scores.map(({ tracked, copied }) => tracked - copied))).toBeGreaterThan(0.05);
    expect(Math.min(...scores.map(({ confidence }) => confidence))).toBeGreaterThan(0.6);
  });

  test('is not sure where the next frame is of another patient, or noise', () => {
    const [here, there] = [loopOf(1, 480, 360)[0]!, loopOf(5, 480, 360)[3]!];
    expect(trackMask(here.mask, here.image, there.image).confidence).toBeLessThan(0.35);
    const noise = { ...here.image, data: here.image.data.map((_, i) => (i * 7_919) % 251) };
    expect(trackMask(here.mask, here.image, noise).confidence).toBeLessThan(0.1);
  });

  test('stays where nothing moves', () => {
    const { image, mask } = loopOf(3)[0]!;
    expect(trackMask(mask, image, image)).toEqual({ mask, confidence: expect.closeTo(1, 5) });
  });

  test('is nothing where there is nothing to follow, or frames differ in size', () => {
    const { image, mask } = loopOf(3)[0]!;
    const empty = emptyMask(240, 180);
    expect(trackMask(empty, image, image)).toEqual({ mask: empty, confidence: 0 });
    const small = { widthPx: 10, heightPx: 10, data: new Uint8Array(100) };
    expect(trackMask(mask, image, small)).toEqual({ mask: empty, confidence: 0 });
  });
});
