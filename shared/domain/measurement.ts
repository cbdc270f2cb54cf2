/**
 * What the user measured by hand on a frame: lengths and ellipses, in pixels of the image with pixel centres at +0.5.
 * Their sizes follow from these and the calibration (`shared/measure`) and are stored nowhere.
 */
import { z } from 'zod';

const coordinatePx = z.number().min(0).max(65_535);

const ends = { x0: coordinatePx, y0: coordinatePx, x1: coordinatePx, y1: coordinatePx };

const caliper = z.strictObject({ kind: z.literal('caliper'), ...ends }).readonly();
export type CaliperMeasurement = z.infer<typeof caliper>;

const ellipse = z
  .strictObject({
    kind: z.literal('ellipse'),
    /** The ends of one axis. */
    ...ends,
    /** Half of the other axis, which stands on the middle of the first at a right angle (in pixels). */
    asidePx: z.number().min(0).max(65_535),
  })
  .readonly();
export type EllipseMeasurement = z.infer<typeof ellipse>;

export const measurement = z.discriminatedUnion('kind', [caliper, ellipse]);
export type Measurement = z.infer<typeof measurement>;
