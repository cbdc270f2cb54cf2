/**
 * Transducer geometry: where a beam's sample lies in the body (x to the right, z down, millimetres, the origin in the
 * middle of the transducer's face) and which beam sample a point belongs to. Says nothing about tissue or brightness.
 */
import { angleOf, cosine, PI, sine } from './arithmetic';

export interface Transducer {
  /** Linear: parallel beams. Sector: beams fan out from an apex `faceRadiusMm` above the face (curved or phased). */
  readonly geometry:
    | { readonly kind: 'linear'; readonly widthMm: number }
    | { readonly kind: 'sector'; readonly faceRadiusMm: number; readonly halfAngle: number };
  readonly depthMm: number;
  readonly lines: number;
  readonly wavelengthMm: number;
  /** Depth at which the beam is narrowest, and its width there (full width at half maximum). */
  readonly focusMm: number;
  readonly focalWidthMm: number;
  /** Distance from the focus at which the beam is sqrt(2) wider. */
  readonly focalLengthMm: number;
}

/** Where a picture lies in the body. */
export interface View {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Square pixels. */
  readonly spacingMm: number;
  /** z of the picture's upper edge; its middle column lies at x = 0. */
  readonly topMm: number;
}

export interface Beam {
  readonly startX: number;
  readonly startZ: number;
  readonly directionX: number;
  readonly directionZ: number;
}

/** Start on the transducer's face and unit direction of every beam, left to right. */
export function beamsOf(transducer: Transducer): Beam[] {
  const { geometry, lines } = transducer;
  return Array.from({ length: lines }, (_, line) => {
    const share = line / (lines - 1) - 0.5;
    if (geometry.kind === 'linear') {
      return { startX: share * geometry.widthMm, startZ: 0, directionX: 0, directionZ: 1 };
    }
    const angle = 2 * share * geometry.halfAngle;
    const radius = geometry.faceRadiusMm;
    const directionX = sine(angle);
    const directionZ = cosine(angle);
    return { startX: radius * directionX, startZ: radius * (directionZ - 1), directionX, directionZ };
  });
}

/** Distance between neighbouring beams at a depth, millimetres. */
export function lineSpacingMm(transducer: Transducer, depthMm: number): number {
  const { geometry, lines } = transducer;
  if (geometry.kind === 'linear') return geometry.widthMm / (lines - 1);
  return ((geometry.faceRadiusMm + depthMm) * 2 * geometry.halfAngle) / (lines - 1);
}

/** Full width at half maximum of the beam at a depth: the Gaussian beam's w0 sqrt(1 + ((z - f) / zr)^2). */
export function beamWidthMm(transducer: Transducer, depthMm: number): number {
  const t = (depthMm - transducer.focusMm) / transducer.focalLengthMm;
  return transducer.focalWidthMm * Math.sqrt(1 + t * t);
}

/**
 * Scan conversion: for every pixel of the view, its fractional line and its depth in millimetres, NaN where no beam
 * passes (outside the sector).
 */
export function scanCoordinates(transducer: Transducer, view: View): { line: Float32Array; depthMm: Float32Array } {
  const { geometry, lines } = transducer;
  const line = new Float32Array(view.widthPx * view.heightPx).fill(NaN);
  const depthMm = new Float32Array(line.length);
  for (let py = 0; py < view.heightPx; py++) {
    const z = view.topMm + (py + 0.5) * view.spacingMm;
    for (let px = 0; px < view.widthPx; px++) {
      const x = (px + 0.5 - view.widthPx / 2) * view.spacingMm;
      let share: number;
      let depth: number;
      if (geometry.kind === 'linear') {
        share = x / geometry.widthMm;
        depth = z;
      } else {
        const fromApex = z + geometry.faceRadiusMm;
        if (fromApex <= 0) continue;
        share = (PI / 2 - angleOf(x, fromApex)) / (2 * geometry.halfAngle);
        depth = Math.sqrt(x * x + fromApex * fromApex) - geometry.faceRadiusMm;
      }
      if (share < -0.5 || share > 0.5 || depth < 0 || depth > transducer.depthMm) continue;
      line[py * view.widthPx + px] = (share + 0.5) * (lines - 1);
      depthMm[py * view.widthPx + px] = depth;
    }
  }
  return { line, depthMm };
}
