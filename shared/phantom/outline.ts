/**
 * Closed outlines in millimetres from which both the simulated tissue and its exact mask are made: an ellipse, and a
 * lobulated blob around one. Distances are first-order (exact on the outline, right in sign everywhere).
 */
import { cosine, sine } from './arithmetic';

export interface Ellipse {
  readonly centerMm: readonly [number, number];
  readonly semiAxesMm: readonly [number, number];
  /** Rotation of the first axis from +x towards +z (down), radians. */
  readonly tilt: number;
}

/** One lobe term of a blob: radius grows by amplitude * cos(order * angle) and sin(order * angle) shares. */
export interface Lobe {
  readonly order: number;
  readonly cosine: number;
  readonly sine: number;
}

/** What is at a point relative to an outline. */
export interface OutlineProbe {
  /** Millimetres, negative inside. */
  distanceMm: number;
  /** Outward normal (unit) of the level line through the point. */
  normalX: number;
  normalZ: number;
  /** The point in the outline's own axes, millimetres. */
  alongMm: number;
  acrossMm: number;
}

export type Outline = (xMm: number, zMm: number, out: OutlineProbe) => void;

export function emptyProbe(): OutlineProbe {
  return { distanceMm: 0, normalX: 0, normalZ: -1, alongMm: 0, acrossMm: 0 };
}

/** Distance k0 (k0 - 1) / k1 with k0 = |p / axes|, k1 = |p / axes^2|: the gradient-normalised implicit ellipse. */
export function ellipseOutline(ellipse: Ellipse): Outline {
  return blobOutline(ellipse, []);
}

/** The ellipse scaled, direction by direction, by 1 + sum of lobes. Lobe shares must sum to well below 1. */
export function blobOutline(ellipse: Ellipse, lobes: readonly Lobe[]): Outline {
  const [cx, cz] = ellipse.centerMm;
  const [a, b] = ellipse.semiAxesMm;
  const c = cosine(ellipse.tilt);
  const s = sine(ellipse.tilt);
  return (x, z, out) => {
    const along = (x - cx) * c + (z - cz) * s;
    const across = (z - cz) * c - (x - cx) * s;
    const u = along / a;
    const v = across / b;
    const k0 = Math.sqrt(u * u + v * v);
    const gu = u / a;
    const gv = v / b;
    const k1 = Math.sqrt(gu * gu + gv * gv);
    out.alongMm = along;
    out.acrossMm = across;
    if (k1 < 1e-9) {
      out.distanceMm = -Math.min(a, b);
      return;
    }
    out.normalX = (gu * c - gv * s) / k1;
    out.normalZ = (gu * s + gv * c) / k1;
    out.distanceMm = (k0 * (k0 - lobedRadius(u / k0, v / k0, lobes))) / k1;
  };
}

/** 1 + sum of lobes in direction (cos, sin); multiples of the angle by the recurrence of complex powers. */
function lobedRadius(cos: number, sin: number, lobes: readonly Lobe[]): number {
  let radius = 1;
  let order = 0;
  let re = 1;
  let im = 0;
  for (const lobe of lobes) {
    for (; order < lobe.order; order++) {
      const next = re * cos - im * sin;
      im = re * sin + im * cos;
      re = next;
    }
    radius += lobe.cosine * re + lobe.sine * im;
  }
  return radius;
}
