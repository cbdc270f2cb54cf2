/** A mask's sizes where its calibration holds for all of it, else in pixels. */
import { mmPerPx, type Calibration } from '../domain';
import { boundingBox, cropMask, type Mask, type Spacing } from '../mask';
import { fittedEllipse, type Ellipse } from './ellipse';
import { measure, type Measures } from './measure';

/** Null where the mask leaves its calibrated region: no millimetres are better than wrong ones. */
export function spacingFor(mask: Mask, calibration: Calibration | null | undefined): Spacing | null {
  const [x, y, width, height] = boundingBox(mask) ?? [0, 0, 0, 0];
  const scale = mmPerPx(calibration, [
    { x, y },
    { x: x + width, y: y + height },
  ]);
  return scale && [scale.x, scale.y];
}

export interface MaskSize {
  readonly unit: 'mm' | 'px';
  readonly measures: Measures;
  /** In pixels of the image, to be drawn on it. */
  readonly ellipsePx: Ellipse;
}

/** @returns null for an empty mask */
export function sizeOfMask(mask: Mask, calibration: Calibration | null | undefined): MaskSize | null {
  const box = boundingBox(mask);
  if (!box) return null;
  const spacing = spacingFor(mask, calibration);
  // The structure alone: most of a large image is not it.
  const cut = cropMask(mask, box);
  const [measures, ellipse] = [measure(cut, spacing ?? [1, 1]), fittedEllipse(cut)];
  if (!measures || !ellipse) return null;
  const ellipsePx = { ...ellipse, x: ellipse.x + box[0], y: ellipse.y + box[1] };
  return { unit: spacing ? 'mm' : 'px', measures, ellipsePx };
}
