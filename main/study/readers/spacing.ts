/** Millimetres of formats that state one spacing for the whole image. */
import type { Calibration, CalibrationOrigin } from '../../../shared/domain';

/**
 * Undefined for what is no spacing, and for 1 by 1: what programs write that know none. No ultrasound machine makes pixels
 * of exactly a millimetre, and a wrong millimetre is worse than none.
 */
export function uniformCalibration(origin: CalibrationOrigin, x: number, y: number): Calibration | undefined {
  const isSpacing = x > 0 && x < 1_000 && y > 0 && y < 1_000;
  return isSpacing && !(x === 1 && y === 1) ? { kind: 'uniform', origin, mmPerPx: { x, y } } : undefined;
}
