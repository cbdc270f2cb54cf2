/** Which frames a filter of the study list leaves, as a condition of a query; and what it is made of. */
import { sql } from 'kysely';
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { FrameFilter, FrameId, FrameState, ReadingId } from '../../shared/domain';
import { commentedFrames } from './comments';
import { folded } from './dialect';
import { foldedText } from './natural-key';
import { reviewIn } from './readings';
import type { ProjectDb, ProjectTables } from './schema';

export type FrameExpressions = ExpressionBuilder<ProjectTables, 'frames'>;

/** A frame's state in the list of a reading. */
export const stateIn = (reading: ReadingId) =>
  sql<FrameState>`case when frames.problem is null then ${reviewIn(reading)} else 'failed' end`;

/** A mask's current revision is its newest. */
export const liveMask = sql<SqlBool>`(select state from revisions where mask_id = masks.id order by id desc limit 1)
  not in ('rejected', 'deleted')`;

/** @param disputed ids of the frames about which readers differ, where the filter asks for them */
export function matches(
  db: ProjectDb,
  eb: FrameExpressions,
  filter: FrameFilter,
  { reading, disputed }: { reading: ReadingId; disputed: ReadonlySet<FrameId> | null },
): Expression<SqlBool> {
  const { states, studyId, seriesId, imageId, labelId, text, commented } = filter;
  const conditions: Expression<SqlBool>[] = [];
  if (imageId !== undefined) conditions.push(eb('frames.image_id', '=', imageId));
  if (states !== undefined) conditions.push(eb(stateIn(reading), 'in', states));
  const images = eb.selectFrom('images').select('images.id');
  if (seriesId !== undefined) {
    conditions.push(eb('frames.image_id', 'in', images.where('images.series_id', '=', seriesId)));
  }
  if (studyId !== undefined) {
    const series = eb.selectFrom('series').select('series.id').where('series.study_id', '=', studyId);
    conditions.push(eb('frames.image_id', 'in', images.where('images.series_id', 'in', series)));
  }
  if (text !== undefined) {
    const pattern = `%${foldedText(text).replace(/[\\%_]/g, '\\$&')}%`;
    const found = images.where(sql<SqlBool>`${folded(db, 'images.relative_path')} like ${pattern} escape '\\'`);
    conditions.push(eb('frames.image_id', 'in', found));
  }
  if (labelId !== undefined) {
    const masks = masksIn(eb, reading).select('masks.frame_id').where('masks.label_id', '=', labelId);
    conditions.push(eb('frames.id', 'in', masks));
  }
  if (commented) conditions.push(eb('frames.id', 'in', commentedFrames(reading)));
  // Written out: there may be more of them than a statement takes parameters.
  if (disputed) conditions.push(sql`frames.id in (${sql.raw([...disputed, -1].join(','))})`);
  return eb.and(conditions);
}

/** Masks of a reading that are neither rejected nor deleted. */
export function masksIn(eb: FrameExpressions, reading: ReadingId) {
  return eb.selectFrom('masks').where('masks.reading_id', '=', reading).where(liveMask);
}
