/**
 * Sizes of what the user measured by hand: the length of a caliper, the axes, circumference and area of an ellipse.
 */
import { mmPerPx, type Calibration, type EllipseMeasurement, type Measurement } from '../domain';
import { ellipsePerimeter } from './ellipse';

/** Lengths in `unit`, areas in its square. */
export interface MeasuredSize {
  readonly unit: 'mm' | 'px';
  /** A caliper's length; the longer axis of an ellipse. */
  readonly length: number;
  /** Null for a caliper. */
  readonly ellipse: { readonly shorterAxis: number; readonly circumference: number; readonly area: number } | null;
}

/** Millimetres where the calibration holds for the whole of it, else pixels: never both in one size. */
export function sizeOf(measured: Measurement, calibration: Calibration | null | undefined): MeasuredSize {
  const scale = mmPerPx(calibration, extremesOf(measured));
  const unit = scale ? 'mm' : 'px';
  const { x: stepX, y: stepY } = scale ?? { x: 1, y: 1 };
  if (measured.kind === 'caliper') {
    const { x0, y0, x1, y1 } = measured;
    return { unit, length: Math.hypot((x1 - x0) * stepX, (y1 - y0) * stepY), ellipse: null };
  }
  const { u, v } = ellipseAxes(measured);
  const [ux, uy, vx, vy] = [u.x * stepX, u.y * stepY, v.x * stepX, v.y * stepY];
  // Pixels that are not square turn the axes: (u, v) are conjugate radii, and the semi-axes the singular values of the
  // matrix they form, by the sum of their squares and their product.
  const [squares, product] = [ux * ux + uy * uy + vx * vx + vy * vy, Math.abs(ux * vy - uy * vx)];
  const [sum, spread] = [Math.sqrt(squares + 2 * product), Math.sqrt(Math.max(0, squares - 2 * product))];
  const [semiMajor, semiMinor] = [(sum + spread) / 2, (sum - spread) / 2];
  const circumference = ellipsePerimeter({ semiMajor, semiMinor });
  return {
    unit,
    length: 2 * semiMajor,
    ellipse: { shorterAxis: 2 * semiMinor, circumference, area: Math.PI * product },
  };
}

interface Vector {
  readonly x: number;
  readonly y: number;
}

/** Centre and semi-axes of a drawn ellipse, pixels: its outline is `centre + u cos t + v sin t`. */
export function ellipseAxes({ x0, y0, x1, y1, asidePx }: EllipseMeasurement): Record<'centre' | 'u' | 'v', Vector> {
  const u = { x: (x1 - x0) / 2, y: (y1 - y0) / 2 };
  const length = Math.hypot(u.x, u.y) || 1;
  return {
    centre: { x: (x0 + x1) / 2, y: (y0 + y1) / 2 },
    u,
    v: { x: (-u.y / length) * asidePx, y: (u.x / length) * asidePx },
  };
}

/** Corners of the box around it, pixels. */
function extremesOf(measured: Measurement): Vector[] {
  if (measured.kind === 'caliper') {
    return [
      { x: measured.x0, y: measured.y0 },
      { x: measured.x1, y: measured.y1 },
    ];
  }
  const { centre, u, v } = ellipseAxes(measured);
  const [dx, dy] = [Math.hypot(u.x, v.x), Math.hypot(u.y, v.y)];
  return [
    { x: centre.x - dx, y: centre.y - dy },
    { x: centre.x + dx, y: centre.y + dy },
  ];
}
