/**
 * Millimetres in an image: what its file states, where it is valid, and where it was stated. Nothing is guessed: where
 * the file gives no millimetres there are none.
 */
import { z } from 'zod';

const fraction = z.number().positive().max(1e6);

/** Size of a pixel, millimetres. */
export const scale = z.strictObject({ x: fraction, y: fraction }).readonly();
export type Scale = z.infer<typeof scale>;

/** A rectangle of pixels with units of its own, as ultrasound machines draw several on one image. */
export const calibratedRegion = z
  .strictObject({
    /** In pixels of the image; the right and lower edges lie outside. */
    x0: z.int(),
    y0: z.int(),
    x1: z.int(),
    y1: z.int(),
    /** Size of a pixel, millimetres; null where the axes are not both lengths: time, velocity, or nothing usable. */
    mmPerPx: scale.nullable(),
  })
  .readonly();
export type CalibratedRegion = z.infer<typeof calibratedRegion>;

/** Where millimetres were stated; `manual`: the user measured something of known length. */
export const calibrationOrigin = z.enum(['ultrasound-regions', 'pixel-spacing', 'nifti', 'metaimage', 'manual']);
export type CalibrationOrigin = z.infer<typeof calibrationOrigin>;

export const calibration = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('regions'),
      origin: calibrationOrigin,
      regions: z.array(calibratedRegion).max(1_000).readonly(),
      /**
       * False where a region reaches out of the image and nothing shows that the image was only cropped: one that was
       * scaled after the machine had stated its regions has other millimetres, so none of them counts.
       */
      fits: z.boolean(),
    }),
    z.strictObject({ kind: z.literal('uniform'), origin: calibrationOrigin, mmPerPx: scale }),
  ])
  .readonly();
export type Calibration = z.infer<typeof calibration>;

/** What a file states: of all its frames, or of each, where they differ. */
export const imageCalibration = z.union([
  calibration,
  z
    .strictObject({
      kind: z.literal('per-frame'),
      different: z.array(calibration).min(1).max(100_000).readonly(),
      /** Of each frame its place in `different`; null: nothing is known of it. */
      frames: z.array(z.int().min(0).nullable()).max(100_000).readonly(),
    })
    .readonly(),
]);
export type ImageCalibration = z.infer<typeof imageCalibration>;

/** @param frame 0-based */
export function calibrationOfFrame(known: ImageCalibration | null | undefined, frame: number): Calibration | null {
  if (!known) return null;
  return known.kind === 'per-frame' ? (known.different[known.frames[frame] ?? -1] ?? null) : known;
}

/**
 * Size of a pixel for a measurement through these points (pixels of the image, centres at +0.5). Null, so no millimetres,
 * where nothing is known, where the points are not all in one region, and where a region of another scale lies between.
 */
export function mmPerPx(
  known: Calibration | null | undefined,
  points: readonly { readonly x: number; readonly y: number }[],
): Scale | null {
  if (!known || points.length === 0) return null;
  if (known.kind === 'uniform') return known.mmPerPx;
  if (!known.fits) return null;
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const around = known.regions.find(({ x0, y0, x1, y1 }) => x0 <= left && right <= x1 && y0 <= top && bottom <= y1);
  if (!around?.mmPerPx) return null;
  const { x, y } = around.mmPerPx;
  const touched = known.regions.filter(({ x0, y0, x1, y1 }) => x0 < right && left < x1 && y0 < bottom && top < y1);
  return touched.every(({ mmPerPx: own }) => own?.x === x && own.y === y) ? around.mmPerPx : null;
}
