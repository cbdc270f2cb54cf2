/** The gate: what counts as better, and how often chance alone would pass. */
import { describe, expect, it } from 'vitest';
import { type Pair, pairedGain, verdictOf } from '../../../../main/finetune/gate';
import { type Random, seededRandom } from '../../../../models/training';

const normal = (random: Random): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Patients with so many frames each, whose gain is `mean` but for noise of the patient and of the frame. */
function pairs(patients: number, frames: number, mean: number, random: Random): Pair[] {
  return Array.from({ length: patients }, (_, p) => {
    const shift = mean + 0.1 * normal(random);
    return Array.from({ length: frames }, () => ({
      group: `P${p}`,
      before: 0.5,
      after: 0.5 + shift + 0.02 * normal(random),
    }));
  }).flat();
}

describe('pairedGain', () => {
  it('is seeded, and its interval lies around the mean', () => {
    const some = pairs(12, 3, 0.05, seededRandom('some'));
    const gain = pairedGain(some, 1);
    expect(pairedGain(some, 1)).toEqual(gain);
    expect(gain.mean).toBeCloseTo(some.reduce((sum, { before, after }) => sum + after - before, 0) / some.length, 10);
    expect(gain.low).toBeLessThan(gain.mean);
    expect(gain.high).toBeGreaterThan(gain.mean);
  });

  it('draws patients, not frames: many frames of few patients prove nothing', () => {
    const random = seededRandom('patients');
    const passed = (patients: number, frames: number): number =>
      Array.from({ length: 40 }, (_, i) => pairedGain(pairs(patients, frames, 0, random), i)).filter(
        ({ low }) => low > 0,
      ).length / 40;
    // 2.5 % is what chance is granted; 40 trials can show four times that.
    for (const patients of [2, 3, 6]) expect(passed(patients, 20)).toBeLessThanOrEqual(0.1);
  });

  it('finds a gain that is there', () => {
    expect(pairedGain(pairs(12, 2, 0.2, seededRandom('gain')), 1).low).toBeGreaterThan(0);
    expect(pairedGain(pairs(12, 2, -0.2, seededRandom('loss')), 1).high).toBeLessThan(0);
  });

  it('shrinks with more patients', () => {
    const width = (patients: number): number => {
      const { low, high } = pairedGain(pairs(patients, 1, 0, seededRandom('width')), 1);
      return high - low;
    };
    expect(width(40)).toBeLessThan(width(10));
    expect(width(10)).toBeLessThan(width(3));
  });
});

describe('verdictOf', () => {
  const gain = (low: number, mean: number, high: number) => ({ low, mean, high });
  it('takes only what is better beyond noise, and nothing that forgets', () => {
    expect(verdictOf(gain(0.01, 0.1, 0.2), null, null)).toBe('better');
    expect(verdictOf(gain(-0.01, 0.1, 0.2), null, null)).toBe('not-better');
    expect(verdictOf(gain(0, 0, 0), null, null)).toBe('not-better');
    expect(verdictOf(gain(0.01, 0.1, 0.2), gain(-0.2, -0.1, -0.05), null)).toBe('forgets');
    // A loss too small to see, or one that may be none.
    expect(verdictOf(gain(0.01, 0.1, 0.2), gain(-0.008, -0.005, -0.002), null)).toBe('better');
    expect(verdictOf(gain(0.01, 0.1, 0.2), gain(-0.2, -0.1, 0.01), null)).toBe('better');
  });

  it('where nothing proposes, takes what is better on the whole, or good enough to help', () => {
    expect(verdictOf(gain(-0.01, 0.1, 0.2), null, 0.2)).toBe('first');
    expect(verdictOf(gain(-0.2, -0.01, 0.1), null, 0.89)).toBe('first');
    expect(verdictOf(gain(-0.2, -0.01, 0.1), null, 0.29)).toBe('not-better');
    expect(verdictOf(gain(0.01, 0.1, 0.2), null, 0.2)).toBe('better');
    expect(verdictOf(gain(-0.01, 0.1, 0.2), gain(-0.2, -0.1, -0.05), 0.9)).toBe('forgets');
  });
});
