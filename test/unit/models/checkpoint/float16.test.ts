/** Half-precision conversion: every half there is, and rounding against the definition. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { float16ToFloat32, float32ToFloat16 } from '../../../../models/checkpoint';

const allHalves = Uint16Array.from({ length: 65536 }, (_, i) => i);
const allFloats = float16ToFloat32(allHalves);
const isNaNHalf = (half: number): boolean => (half & 0x7c00) === 0x7c00 && (half & 0x3ff) !== 0;

describe('float16ToFloat32', () => {
  it('gives known values', () => {
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x8001, 0x7c00, 0xfc00, 0x3555);
    const values = [1, -2, 65504, 2 ** -14, 2 ** -24, -(2 ** -24), Infinity, -Infinity, 0.333251953125];
    expect([...float16ToFloat32(halves)]).toEqual(values);
    expect(Object.is(allFloats[0x8000], -0)).toBe(true);
    expect(allFloats[0x7e00]).toBeNaN();
  });

  it('follows the definition for every half', () => {
    for (const half of allHalves) {
      const sign = half >> 15 ? -1 : 1;
      const exponent = (half >> 10) & 31;
      const fraction = half & 1023;
      const finite = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
      const magnitude = exponent < 31 ? finite : fraction === 0 ? Infinity : NaN;
      expect(Object.is(allFloats[half], sign * magnitude), `0x${half.toString(16)}`).toBe(true);
    }
  });
});

describe('float32ToFloat16', () => {
  it('gives every half back', () => {
    const back = float32ToFloat16(allFloats);
    for (const half of allHalves) {
      if (isNaNHalf(half)) expect(isNaNHalf(back[half]!)).toBe(true);
      else expect(back[half]).toBe(half);
    }
  });

  it('rounds to the nearest half, ties to even, and to infinity beyond 65,519', () => {
    const values = [1 + 2 ** -11, 1 + 3 * 2 ** -11, 65519, 65520, -65520, 2 ** -25, 1.5 * 2 ** -25, -1e-10, 1e30];
    const halves = [0x3c00, 0x3c02, 0x7bff, 0x7c00, 0xfc00, 0x0000, 0x0001, 0x8000, 0x7c00];
    expect([...float32ToFloat16(Float32Array.from(values))]).toEqual(halves);
  });

  it('is never farther from a float than a neighbouring half is', () => {
    const inRange = fc.float({ min: -65504, max: 65504, noNaN: true });
    const tiny = fc.float({ min: -(2 ** -13), max: 2 ** -13, noNaN: true });
    fc.assert(
      fc.property(fc.oneof(inRange, tiny), (value) => {
        const half = float32ToFloat16(Float32Array.of(value))[0]!;
        const distance = Math.abs(allFloats[half]! - value);
        for (const neighbour of [half - 1, half + 1]) {
          const other = allFloats[neighbour & 0xffff]!;
          if (!Number.isFinite(other)) continue;
          const otherDistance = Math.abs(other - value);
          expect(distance).toBeLessThanOrEqual(otherDistance);
          if (distance === otherDistance && distance > 0) expect(half & 1).toBe(0);
        }
      }),
      { numRuns: 5000, seed: 1 },
    );
  });

  it('converts a view into a larger buffer', () => {
    const view = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    expect([...float32ToFloat16(view)]).toEqual([0x3c00, 0x4000]);
  });
});
