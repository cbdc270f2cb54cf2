/**
 * The transcendental functions the phantoms need, built from IEEE-754 basic operations only: engines may round
 * Math.sin or Math.log differently, and a phantom must be the same bytes everywhere. Accurate to about 1e-9; not a
 * replacement for Math where reproducibility does not matter.
 */

export const PI = 3.141592653589793;
const LN2 = 0.6931471805599453;
const bits = new DataView(new ArrayBuffer(8));

/** Sine of an angle in radians (|angle| < 1e6). Taylor series after reduction to [-pi/2, pi/2]. */
export function sine(angle: number): number {
  const half = Math.floor(angle / PI + 0.5);
  const r = angle - half * PI;
  const q = r * r;
  const tail = 1 - (q / 110) * (1 - (q / 156) * (1 - q / 210));
  const series = r * (1 - (q / 6) * (1 - (q / 20) * (1 - (q / 42) * (1 - (q / 72) * tail))));
  return half % 2 === 0 ? series : -series;
}

export function cosine(angle: number): number {
  return sine(angle + PI / 2);
}

/** Angle of a vector in radians for y >= 0, in [0, pi]; the half plane below a transducer needs no more. */
export function angleOf(x: number, y: number): number {
  if (x < 0) return PI - angleOf(-x, y);
  if (y > x) return PI / 2 - angleOf(y, x);
  if (x === 0) return 0;
  // Halving the angle twice (tan(a/2) = t / (1 + sqrt(1 + t^2))) leaves |t| < 0.2, where the series converges fast.
  let t = y / x;
  t = t / (1 + Math.sqrt(1 + t * t));
  t = t / (1 + Math.sqrt(1 + t * t));
  const q = t * t;
  return 4 * t * (1 - q * (1 / 3 - q * (1 / 5 - q * (1 / 7 - q * (1 / 9 - q / 11)))));
}

/** Natural logarithm of a positive, normal number: ln(m * 2^e) with the area-tangent series for m in [0.7, 1.42). */
export function naturalLog(value: number): number {
  bits.setFloat64(0, value);
  const high = bits.getUint32(0);
  let exponent = (high >>> 20) - 1023;
  bits.setUint32(0, (high & 0xfffff) | (1023 << 20));
  let mantissa = bits.getFloat64(0);
  if (mantissa > 1.4142135623730951) {
    mantissa /= 2;
    exponent += 1;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const q = s * s;
  return exponent * LN2 + 2 * s * (1 + q * (1 / 3 + q * (1 / 5 + q * (1 / 7 + q * (1 / 9 + q / 11)))));
}

/** e^x for |x| < 700: Taylor series of x/1024, squared ten times. */
export function exponential(x: number): number {
  const r = x / 1024;
  let value = 1 + r * (1 + (r / 2) * (1 + (r / 3) * (1 + (r / 4) * (1 + r / 5))));
  for (let i = 0; i < 10; i++) value *= value;
  return value;
}

/** Amplitude ratio of a level in decibel: 10^(dB / 20). */
export function amplitudeOfDb(decibel: number): number {
  return exponential((decibel * (LN2 + 1.6094379124341003)) / 20);
}

/** Level in decibel of an amplitude ratio > 0: 20 log10(a). */
export function dbOfAmplitude(amplitude: number): number {
  return (20 / (LN2 + 1.6094379124341003)) * naturalLog(amplitude);
}

/** 0 below `from`, 1 above `to`, smooth (C1) between; `from` may exceed `to` for a falling step. */
export function smoothStep(from: number, to: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

export function mix(a: number, b: number, share: number): number {
  return a + (b - a) * share;
}
