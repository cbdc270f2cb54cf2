/** The places a measurement is held by: the ends of its line, and of an ellipse's other axis. */
import type { EllipseMeasurement, Measurement } from '../../../shared/domain';
import { ellipseAxes } from '../../../shared/measure';

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Ends first; image pixels. */
export function handlesOf(measured: Measurement): Place[] {
  const ends = [
    { x: measured.x0, y: measured.y0 },
    { x: measured.x1, y: measured.y1 },
  ];
  if (measured.kind === 'caliper') return ends;
  const { centre, v } = ellipseAxes(measured);
  return [...ends, { x: centre.x + v.x, y: centre.y + v.y }, { x: centre.x - v.x, y: centre.y - v.y }];
}

/** The same measurement with one of its handles elsewhere. */
export function withHandleAt(measured: Measurement, handle: number, { x, y }: Place): Measurement {
  if (handle === 0) return { ...measured, x0: x, y0: y };
  if (handle === 1) return { ...measured, x1: x, y1: y };
  return measured.kind === 'ellipse' ? widened(measured, { x, y }) : measured;
}

/** An ellipse that reaches as far from its axis as this place does. */
export function widened(measured: EllipseMeasurement, { x, y }: Place): EllipseMeasurement {
  const { x0, y0, x1, y1 } = measured;
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (length === 0) return measured;
  return { ...measured, asidePx: rounded(Math.abs((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)) / length) };
}

/** Hundredths of a pixel are more than a pointer can tell, and short to store. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
