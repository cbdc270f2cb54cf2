/**
 * What users measured by hand on frames, and the calibrations they made. What a file states is read with it (`images.ts`).
 */
import { z } from 'zod';
import { measurement, rowId, scale } from '../../shared/domain';
import type { Calibration, FrameId, Measurement, ReadingId, Scale } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import { recordAudit } from './books';
import { parseInput } from './parse';
import type { ProjectDb, ProjectTransaction } from './schema';

/** Of one image, or of all images of its series for which their files state no millimetres. */
export const calibrationScope = z.enum(['image', 'series']);
export type CalibrationScope = z.infer<typeof calibrationScope>;

const measured = z.array(measurement);

/** Everything measured on the frame from now on; what was there before stays in the table. */
export async function setMeasurements(
  trx: ProjectTransaction,
  frame: { readonly id: FrameId; readonly reading: ReadingId },
  list: readonly Measurement[],
  user: string,
): Promise<void> {
  const row = { frame_id: frame.id, reading_id: frame.reading, measured: JSON.stringify(list), user_name: user };
  await trx
    .insertInto('measurements')
    .values({ ...row, created_at: new Date().toISOString() })
    .execute();
}

/** What is measured on the frame now, oldest first. */
export async function measurementsOf(db: ProjectDb, frameId: FrameId, reading: ReadingId): Promise<Measurement[]> {
  const row = await db
    .selectFrom('measurements')
    .select('measured')
    .where('frame_id', '=', frameId)
    .where('reading_id', '=', reading)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? [] : measured.parse(JSON.parse(row.measured));
}

export class Measurements {
  /** @param reading whose measurements are told; calibrations are the project's */
  constructor(
    private readonly db: ProjectDb,
    private readonly reading: ReadingId,
  ) {}

  /** Oldest first; none for an unknown frame. */
  async ofFrame(frameId: FrameId): Promise<Measurement[]> {
    return measurementsOf(this.db, parseInput(rowId, frameId, 'frame id'), this.reading);
  }

  /** Frames on which something is measured now. */
  async frames(): Promise<ReadonlySet<FrameId>> {
    const newest = this.db
      .selectFrom('measurements')
      .select((eb) => eb.fn.max('id').as('id'))
      .where('reading_id', '=', this.reading)
      .groupBy('frame_id');
    const rows = await this.db
      .selectFrom('measurements')
      .select('frame_id')
      .where('id', 'in', newest)
      .where('measured', '!=', '[]')
      .execute();
    return new Set(rows.map(({ frame_id }) => frame_id));
  }

  /**
   * Gives the image of a frame a pixel of this size (mm), before what its file states; with null the file's holds again.
   * Kept in the audit.
   *
   * @throws AppError `usage` for an unknown frame.
   */
  async calibrate(frameId: FrameId, mmPerPx: Scale | null, reach: CalibrationScope, user: string): Promise<void> {
    const id = parseInput(rowId, frameId, 'frame id');
    const size = parseInput(scale.nullable(), mmPerPx, 'size of a pixel');
    const wide = parseInput(calibrationScope, reach, 'scope') === 'series';
    await this.db.transaction().execute(async (trx) => {
      const image = await trx
        .selectFrom('frames')
        .innerJoin('images', 'images.id', 'frames.image_id')
        .select(['images.id', 'images.series_id'])
        .where('frames.id', '=', id)
        .executeTakeFirst();
      if (image === undefined) throw new AppError('usage', `frame ${id}`, `the project has no frame ${id}`);
      await trx
        .updateTable('images')
        .set({ manual_calibration: size && JSON.stringify(manualCalibration(size)) })
        .where((eb) => {
          const others = eb.and([eb('series_id', '=', image.series_id), eb('calibration', 'is', null)]);
          return wide ? eb.or([eb('id', '=', image.id), others]) : eb('id', '=', image.id);
        })
        .execute();
      const detail = { scope: reach, mmPerPx: size && { ...size } };
      await recordAudit(trx, { user, action: 'calibrate', subject: `image ${image.id}`, detail });
    });
  }
}

function manualCalibration(mmPerPx: Scale): Calibration {
  return { kind: 'uniform', origin: 'manual', mmPerPx };
}
