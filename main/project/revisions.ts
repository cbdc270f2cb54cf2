/**
 * Revisions as rows and as domain objects: reading them, and writing one. What may be written is `masks.ts`'s business.
 */
import type { Insertable, Selectable } from 'kysely';
import { origin } from '../../shared/domain';
import type { MaskInstance, MaskRevision, MaskRle, Prompt, ReadingId, RevisionId } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import { decompressCounts } from '../../shared/mask';
import { chunks } from './parse';
import type { ProjectDb, ProjectTables, ProjectTransaction } from './schema';
import { ROWS_PER_STATEMENT } from './sqlite';

export type NewRevision = Omit<MaskRevision, 'id' | 'areaPx' | 'time'>;

export type RevisionRow = Selectable<ProjectTables['revisions']>;
type PromptRow = Insertable<ProjectTables['prompts']>;

/**
 * Pixels set in a mask.
 *
 * @throws AppError `format-corrupt` when the runs do not fill the frame: such a mask must never be stored.
 */
export function areaOf({ widthPx, heightPx, counts }: MaskRle): number {
  let area = 0;
  let total = 0;
  decompressCounts(counts).forEach((length, run) => {
    total += length;
    if (run % 2 === 1) area += length;
  });
  if (total !== widthPx * heightPx) {
    throw new AppError('format-corrupt', 'mask', `the runs hold ${total} pixels, ${widthPx}x${heightPx} has others`);
  }
  return area;
}

function promptRows(revisionId: RevisionId, { points, box }: Prompt): PromptRow[] {
  const rows: PromptRow[] = points.map(({ x, y, positive }, ordinal) => ({
    revision_id: revisionId,
    ordinal,
    kind: 'point',
    positive: positive ? 1 : 0,
    x0: x,
    y0: y,
  }));
  if (box !== undefined) {
    rows.push({ revision_id: revisionId, ordinal: points.length, kind: 'box', positive: 1, ...box });
  }
  return rows;
}

async function promptsOf(db: ProjectDb, ids: readonly RevisionId[]): Promise<Map<RevisionId, Prompt>> {
  const prompts = new Map<RevisionId, Prompt>();
  for (const piece of chunks(ids, ROWS_PER_STATEMENT)) {
    const rows = await db
      .selectFrom('prompts')
      .selectAll()
      .where('revision_id', 'in', piece)
      .orderBy('revision_id')
      .orderBy('ordinal')
      .execute();
    for (const { revision_id, kind, positive, x0, y0, x1, y1 } of rows) {
      const before = prompts.get(revision_id) ?? { points: [] };
      if (kind === 'point') {
        prompts.set(revision_id, { ...before, points: [...before.points, { x: x0, y: y0, positive: positive === 1 }] });
      } else if (x1 !== null && y1 !== null) {
        prompts.set(revision_id, { ...before, box: { x0, y0, x1, y1 } });
      }
    }
  }
  return prompts;
}

/** Rows as domain objects, in the same order, with their prompts. */
export async function toRevisions(db: ProjectDb, rows: readonly RevisionRow[]): Promise<MaskRevision[]> {
  const prompts = await promptsOf(
    db,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => ({
    id: row.id,
    maskId: row.mask_id,
    previousId: row.previous_id,
    restoredFromId: row.restored_from_id,
    state: row.state,
    rle: { widthPx: row.width_px, heightPx: row.height_px, counts: row.rle_counts },
    areaPx: Number(row.area_px),
    quality: row.quality,
    prompt: prompts.get(row.id) ?? { points: [] },
    origin: origin.parse(JSON.parse(row.origin)),
    user: row.user_name,
    time: row.created_at,
  }));
}

/** Stores one revision with its prompts. */
export async function insertRevision(trx: ProjectTransaction, revision: NewRevision): Promise<MaskRevision> {
  const { rle, prompt } = revision;
  const areaPx = areaOf(rle);
  const time = new Date().toISOString();
  const { id } = await trx
    .insertInto('revisions')
    .values({
      mask_id: revision.maskId,
      previous_id: revision.previousId,
      restored_from_id: revision.restoredFromId,
      state: revision.state,
      width_px: rle.widthPx,
      height_px: rle.heightPx,
      rle_counts: rle.counts,
      area_px: areaPx,
      quality: revision.quality,
      origin: JSON.stringify(revision.origin),
      tool: revision.origin.tool,
      user_name: revision.user,
      created_at: time,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  for (const rows of chunks(promptRows(id, prompt), ROWS_PER_STATEMENT)) {
    await trx.insertInto('prompts').values(rows).execute();
  }
  return { ...revision, id, areaPx, time };
}

/** A reading's masks on a frame, oldest first, each with its newest revision. */
export async function masksOnFrame(db: ProjectDb, frameId: number, reading: ReadingId): Promise<MaskInstance[]> {
  const rows = await db
    .selectFrom('masks')
    .innerJoin('revisions', (join) =>
      join.on('revisions.id', '=', (eb) =>
        eb
          .selectFrom('revisions as newer')
          .select((max) => max.fn.max('newer.id').as('id'))
          .whereRef('newer.mask_id', '=', 'masks.id'),
      ),
    )
    .selectAll('revisions')
    .select('masks.label_id')
    .where('masks.frame_id', '=', frameId)
    .where('masks.reading_id', '=', reading)
    .orderBy('masks.id')
    .execute();
  const revisions = await toRevisions(db, rows);
  return rows.flatMap(({ label_id: labelId }, i) => {
    const current = revisions[i];
    return current === undefined ? [] : [{ id: current.maskId, frameId, labelId, current }];
  });
}
