/**
 * Seeded randomness for the phantoms: a hash of lattice cells (stateless, so that tissue that moves keeps its speckle),
 * a sequence of draws for the anatomy, and smooth noise. Integer arithmetic only; not for cryptography.
 */

/** 32-bit hash of a lattice cell, unsigned. The finalizer is MurmurHash3's. */
export function hashCell(seed: number, i: number, j: number): number {
  let h = seed ^ Math.imul(i, 0x9e3779b1) ^ Math.imul(j, 0x85ebca77);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A new 32-bit seed from a seed and a number, for independent streams. */
export function deriveSeed(seed: number, stream: number): number {
  return hashCell(seed | 0, stream + 0x51ed, stream ^ 0x3c6e);
}

/**
 * Scattering strength of one cell: approximately normal (sum of three bytes), mean 0 and variance 1 over all cells,
 * zero in the `1 - density` share of cells that hold no scatterer.
 */
export function scattererAt(seed: number, i: number, j: number, density: number): number {
  const h = hashCell(seed, i, j);
  if ((h >>> 24) + 0.5 > density * 256) return 0;
  const sum = (h & 255) + ((h >>> 8) & 255) + ((h >>> 16) & 255) - 382.5;
  return sum / (127.9990234 * Math.sqrt(density));
}

/** A sequence of draws that depends on nothing but its seed. */
export class RandomSequence {
  private count = 0;
  constructor(private readonly seed: number) {}

  /** Uniform in [from, to). */
  between(from: number, to: number): number {
    this.count += 1;
    return from + ((to - from) * hashCell(this.seed, this.count, 0x2545f491)) / 4294967296;
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.between(0, 1) < probability;
  }

  /** A fresh seed for noise or scatterers. */
  seedOf(): number {
    return Math.floor(this.between(0, 4294967296)) | 0;
  }
}

/** Smooth value noise in [-1, 1] with one lattice cell a unit. */
export function smoothNoise(seed: number, x: number, y: number): number {
  const i = Math.floor(x);
  const j = Math.floor(y);
  const fx = x - i;
  const fy = y - j;
  const u = fx * fx * fx * (fx * (fx * 6 - 15) + 10);
  const v = fy * fy * fy * (fy * (fy * 6 - 15) + 10);
  const a = hashCell(seed, i, j);
  const b = hashCell(seed, i + 1, j);
  const c = hashCell(seed, i, j + 1);
  const d = hashCell(seed, i + 1, j + 1);
  const top = a + (b - a) * u;
  const bottom = c + (d - c) * u;
  return (top + (bottom - top) * v) / 2147483648 - 1;
}

/** Two octaves of smooth noise, in [-1, 1]. */
export function fractalNoise(seed: number, x: number, y: number): number {
  return (2 * smoothNoise(seed, x, y) + smoothNoise(seed ^ 0x5bd1e995, x * 2.13 + 7.3, y * 2.13 + 1.9)) / 3;
}

/** Thin curved lines where smooth noise crosses zero: 1 on the line, 0 from `width` (noise units) on. */
export function ridge(noise: number, width: number): number {
  const t = Math.max(0, 1 - Math.abs(noise) / width);
  return t * t;
}
