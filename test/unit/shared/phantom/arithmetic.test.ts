/** The phantoms' own sine, logarithm and so on agree with the engine's, and noise has the statistics it claims. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  amplitudeOfDb,
  angleOf,
  cosine,
  dbOfAmplitude,
  exponential,
  naturalLog,
  sine,
} from '../../../../shared/phantom/arithmetic';
import { scattererAt, smoothNoise } from '../../../../shared/phantom/random';
import { mean } from './support';

const real = (min: number, max: number) => fc.double({ min, max, noNaN: true });

describe('reproducible arithmetic', () => {
  it('agrees with Math to nine digits', () => {
    fc.assert(
      fc.property(real(-40, 40), real(1e-12, 1e6), real(-5, 5), real(0, 5), (x, positive, across, down) => {
        expect(Math.abs(sine(x) - Math.sin(x))).toBeLessThan(1e-9);
        expect(Math.abs(cosine(x) - Math.cos(x))).toBeLessThan(1e-9);
        expect(Math.abs(naturalLog(positive) - Math.log(positive))).toBeLessThan(1e-8);
        expect(Math.abs(exponential(x) / Math.exp(x) - 1)).toBeLessThan(1e-8);
        expect(Math.abs(angleOf(across, down) - Math.atan2(down, across))).toBeLessThan(1e-8);
      }),
    );
  });

  it('knows decibels', () => {
    expect(amplitudeOfDb(-20)).toBeCloseTo(0.1, 9);
    expect(amplitudeOfDb(6)).toBeCloseTo(1.995262315, 8);
    expect(dbOfAmplitude(0.001)).toBeCloseTo(-60, 7);
  });
});

describe('reproducible randomness', () => {
  it('gives scatterers of zero mean and unit power at any density', () => {
    for (const density of [1, 0.25, 0.05]) {
      const values = Float64Array.from({ length: 200_000 }, (_, k) =>
        scattererAt(7, k % 500, Math.floor(k / 500), density),
      );
      expect(Math.abs(mean(values))).toBeLessThan(0.02);
      expect(mean(values.map((value) => value * value))).toBeCloseTo(1, 1);
      const filled = values.filter((value) => value !== 0).length / values.length;
      expect(filled).toBeCloseTo(density, 2);
    }
  });

  it('gives noise that stays in [-1, 1] and does not jump', () => {
    fc.assert(
      fc.property(fc.integer(), real(-500, 500), real(-500, 500), (seed, x, y) => {
        const here = smoothNoise(seed, x, y);
        expect(Math.abs(here)).toBeLessThanOrEqual(1);
        expect(Math.abs(smoothNoise(seed, x + 1e-3, y - 1e-3) - here)).toBeLessThan(0.02);
      }),
    );
  });
});
