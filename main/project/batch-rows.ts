/** Rows of batches: found, read as domain objects. What may be done with them is `batches.ts`. */
import { sql } from 'kysely';
import type { Selectable, SqlBool } from 'kysely';
import { batch, batchFailure, PROPOSING_USER } from '../../shared/domain';
import type { Batch, BatchFailure, BatchId, BatchPlan, FrameId, ReadingId } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import { liveMask } from './frame-filter';
import { reviewIn } from './readings';
import type { ProjectDb, ProjectTables } from './schema';

/** A study that a batch can take. */
export interface BatchStudy {
  readonly id: number;
  readonly name: string;
  readonly patient: string;
  readonly frames: number;
  readonly unopened: number;
}

type BatchRow = Selectable<ProjectTables['batches']>;

/** Somebody else than a head has made the newest revision. */
const touchedMask = sql<SqlBool>`(select user_name from revisions where mask_id = masks.id order by id desc limit 1)
  <> ${sql.lit(PROPOSING_USER)}`;

/** @throws AppError `usage` for an unknown batch. */
export async function rowOf(db: ProjectDb, batchId: BatchId): Promise<BatchRow> {
  const row = await db.selectFrom('batches').selectAll().where('id', '=', batchId).executeTakeFirst();
  if (row === undefined) throw new AppError('usage', `batch ${batchId}`, `the project has no batch ${batchId}`);
  return row;
}

/** A frame of a batch, to be changed. */
export function itemOf(db: ProjectDb, batchId: BatchId, frameId: FrameId) {
  return db.updateTable('batch_items').where('batch_id', '=', batchId).where('frame_id', '=', frameId);
}

export async function toBatch(db: ProjectDb, row: BatchRow): Promise<Batch> {
  const rows = await db
    .selectFrom('batch_items')
    .select((eb) => ['state', eb.fn.countAll<number>().as('n'), eb.fn.sum<number | null>('masks').as('masks')])
    .where('batch_id', '=', row.id)
    .groupBy('state')
    .execute();
  const counts = { waiting: 0, done: 0, failed: 0, 'set-aside': 0 };
  for (const { state, n } of rows) counts[state] = Number(n);
  return batch.parse({
    ...{ id: row.id, state: row.state, plan: JSON.parse(row.plan), counts },
    masks: rows.reduce((sum, { masks }) => sum + Number(masks ?? 0), 0),
    problem: row.problem === null ? null : JSON.parse(row.problem),
    ...{ user: row.user_name, createdAt: row.created_at, finishedAt: row.finished_at },
  });
}

export async function failuresOf(db: ProjectDb, batchId: BatchId, limit: number): Promise<BatchFailure[]> {
  const rows = await db
    .selectFrom('batch_items')
    .innerJoin('frames', 'frames.id', 'batch_items.frame_id')
    .innerJoin('images', 'images.id', 'frames.image_id')
    .select(['frames.id as frameId', 'batch_items.state', 'images.relative_path as relativePath'])
    .select(['frames.frame_index as frameIndex', 'images.frame_count as frameCount'])
    .select(['batch_items.problem as code', 'batch_items.problem_detail as message'])
    .where('batch_id', '=', batchId)
    .where('batch_items.state', 'in', ['failed', 'set-aside'])
    .orderBy('batch_items.id')
    .limit(limit)
    .execute();
  return rows.map((row) => batchFailure.parse(row));
}

/** Frames that nobody has worked on, as the plan wants them; those of a broken file too, whose failure will be told. */
export function framesOfPlan(db: ProjectDb, reading: ReadingId, { studyIds, labels, existing }: BatchPlan) {
  const names = labels.flatMap(({ series }) => series ?? []);
  const isLimited = labels.every(({ series }) => series !== undefined);
  // Whole numbers, checked: as parameters they could be more than a statement takes.
  const ids = sql.raw(studyIds?.join(', ') ?? '');
  return db
    .selectFrom('frames')
    .innerJoin('images', 'images.id', 'frames.image_id')
    .innerJoin('series', 'series.id', 'images.series_id')
    .where(reviewIn(reading), 'in', ['unopened', 'proposed'])
    .where((eb) => eb.or([eb('frames.problem', 'is', null), eb('frames.problem', '!=', 'changed')]))
    .$if(studyIds !== undefined, (query) => query.where(sql<SqlBool>`series.study_id in (${ids})`))
    .$if(isLimited, (query) => query.where('series.name', 'in', names.length > 0 ? names : ['']))
    .where((eb) => {
      const masks = eb.selectFrom('masks').select('masks.id').whereRef('masks.frame_id', '=', 'frames.id');
      const inTheWay = existing === 'skip' ? liveMask : touchedMask;
      return eb.not(eb.exists(masks.where('masks.reading_id', '=', reading).where(inTheWay)));
    });
}

/** Studies in the order of the study list, with how many frames they have and how many of those nobody has opened. */
export async function studiesOf(db: ProjectDb, reading: ReadingId): Promise<BatchStudy[]> {
  const rows = await db
    .selectFrom('studies')
    .innerJoin('series', 'series.study_id', 'studies.id')
    .innerJoin('images', 'images.series_id', 'series.id')
    .innerJoin('frames', 'frames.image_id', 'images.id')
    .select((eb) => ['studies.id', 'studies.name', 'studies.patient', eb.fn.countAll<number>().as('frames')])
    .select((eb) =>
      eb.fn.sum<number>(sql`case when ${reviewIn(reading)} = 'unopened' then 1 else 0 end`).as('unopened'),
    )
    .groupBy(['studies.id', 'studies.name', 'studies.patient'])
    .orderBy((eb) => eb.fn.min('frames.sort_key'))
    .execute();
  return rows.map(({ frames, unopened, ...study }) => ({
    ...study,
    frames: Number(frames),
    unopened: Number(unopened),
  }));
}
