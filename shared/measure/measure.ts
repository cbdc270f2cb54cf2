/** All sizes of a mask at once. */
import { areaPx, type Mask, type Spacing } from '../mask';
import { diameters } from './diameters';
import { ellipsePerimeter, fittedEllipse, type Ellipse } from './ellipse';
import { perimeter } from './perimeter';

/** Lengths in units of the spacing, areas in its square; `[1, 1]`: pixels. */
export interface Measures {
  readonly area: number;
  readonly perimeter: number;
  readonly maxDiameter: number;
  readonly minDiameter: number;
  readonly ellipse: Ellipse;
  /** Of a fetal head: its circumference. */
  readonly ellipsePerimeter: number;
}

/**
 * @param spacing mm a pixel along x and y, where known
 * @returns null for an empty mask
 */
export function measure(mask: Mask, spacing: Spacing = [1, 1]): Measures | null {
  const ellipse = fittedEllipse(mask, spacing);
  const feret = diameters(mask, spacing);
  if (!ellipse || !feret) return null;
  return {
    area: areaPx(mask) * spacing[0] * spacing[1],
    perimeter: perimeter(mask, spacing),
    maxDiameter: feret.max,
    minDiameter: feret.min,
    ellipse,
    ellipsePerimeter: ellipsePerimeter(ellipse),
  };
}
