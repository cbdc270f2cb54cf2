/**
 * Outlines: what readers stand for, to be compared. A mask counts as its reader left it: what adjudication made of it
 * later, in the main reading, is nobody's own. Only read here.
 */
import { sql } from 'kysely';
import { MAIN_READING } from '../../shared/domain';
import type { FrameId, LabelId, MaskRle, ReadingId, ReviewState } from '../../shared/domain';
import { reviewIn } from './readings';
import type { ProjectDb } from './schema';

export interface Outline {
  readonly frameId: FrameId;
  readonly labelId: LabelId;
  readonly rle: MaskRle;
}

/** States of a mask that its reader has made or agreed to. */
const STANDS = ['accepted', 'corrected', 'drawn'] as const;
export const READ: readonly ReviewState[] = ['corrected', 'accepted', 'rejected'];

/** What one reader has read and outlined. */
export interface ReaderOutlines {
  /** In the order of the study list. */
  readonly read: readonly FrameId[];
  readonly isRead: ReadonlySet<FrameId>;
  readonly byFrame: ReadonlyMap<FrameId, readonly Outline[]>;
}

export class Outlines {
  constructor(private readonly db: ProjectDb) {}

  /** All of a reading, or those on one frame, oldest first. */
  async of(reading: ReadingId, frameId?: FrameId): Promise<Outline[]> {
    const own = sql<number>`(select max(id) from revisions where mask_id = masks.id and id < coalesce(
      (select min(id) from revisions where mask_id = masks.id and tool = 'adjudication'), id + 1))`;
    const rows = await this.db
      .selectFrom('masks')
      .innerJoin('revisions', (join) => join.on('revisions.id', '=', own))
      .select(['masks.frame_id as frameId', 'masks.label_id as labelId'])
      .select(['revisions.width_px as widthPx', 'revisions.height_px as heightPx', 'revisions.rle_counts as counts'])
      .where('masks.reading_id', '=', reading)
      .where('revisions.state', 'in', STANDS)
      .where('revisions.area_px', '>', 0)
      .$if(frameId !== undefined, (query) => query.where('masks.frame_id', '=', frameId ?? 0))
      .orderBy('masks.id')
      .execute();
    return rows.map(({ frameId, labelId, ...rle }) => ({ frameId, labelId, rle }));
  }

  /** Everything of a reading. */
  async ofReader(reading: ReadingId): Promise<ReaderOutlines> {
    const read = await this.read(reading);
    const byFrame = new Map<FrameId, Outline[]>();
    for (const outline of await this.of(reading)) {
      const known = byFrame.get(outline.frameId);
      if (known) known.push(outline);
      else byFrame.set(outline.frameId, [outline]);
    }
    return { read, isRead: new Set(read), byFrame };
  }

  /**
   * Frames that its reader has corrected, accepted or rejected, in the order of the study list. What was not read before
   * adjudication is no reading of its own any more.
   */
  async read(reading: ReadingId): Promise<FrameId[]> {
    const rows = await this.db
      .selectFrom('frames')
      .select('frames.id')
      .where(ownReview(reading), 'in', READ)
      .orderBy('frames.sort_key')
      .orderBy('frames.id')
      .execute();
    return rows.map(({ id }) => id);
  }
}

/** A frame's review as the reader left it: adjudication changes the main one's. */
function ownReview(reading: ReadingId) {
  if (reading !== MAIN_READING) return reviewIn(reading);
  const before = sql`select review_before from adjudications where frame_id = frames.id order by id limit 1`;
  return sql<ReviewState>`coalesce((${before}), ${reviewIn(reading)})`;
}
