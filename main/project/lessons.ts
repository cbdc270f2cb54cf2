/**
 * Lessons: frames with masks that a human stands for, label by label, which a round learns from: those of the main
 * reading, whoever reads. Only read here.
 */
import { sql } from 'kysely';
import type { FrameId, LabelId, MaskRle } from '../../shared/domain';
import { MAIN_READING, rowId } from '../../shared/domain';
import { parseInput } from './parse';
import type { ProjectDb } from './schema';

/** How many frames a label can learn from, and how many of them are new to it. */
export interface LessonCount {
  readonly labelId: LabelId;
  readonly usable: number;
  /** Came or changed since the label's last round began. */
  readonly fresh: number;
}

export interface Lesson {
  readonly frameId: FrameId;
  readonly absolutePath: string;
  readonly frameIndex: number;
  readonly frameSha256: string;
  /** Empty where nobody knows. */
  readonly patient: string;
  /** Of studies and series: what tells them apart in the project. */
  readonly studyKey: string;
  readonly seriesKey: string;
  readonly seriesInStudy: number;
  /** Every instance of the label that counts; at least one pixel altogether. */
  readonly masks: readonly MaskRle[];
  readonly newestRevisionId: number;
}

/** Made or approved by a human. */
const APPROVED = sql`('accepted', 'corrected', 'drawn')`;
/** Nobody has looked yet: a frame with such a mask of the label is not done. */
const WAITING = sql`('proposed', 'propagated', 'imported')`;

/** One row for a label and a frame that it can learn from: also one whose file is gone, if it was encoded; the round sees. */
function usable(db: ProjectDb) {
  return db
    .selectFrom('masks')
    .innerJoin('revisions', (join) =>
      join.on('revisions.id', '=', sql<number>`(select max(id) from revisions where mask_id = masks.id)`),
    )
    .innerJoin('frames', 'frames.id', 'masks.frame_id')
    .where('masks.reading_id', '=', MAIN_READING)
    .where('frames.review', '!=', 'rejected')
    .groupBy(['masks.label_id', 'masks.frame_id'])
    .having(sql<boolean>`count(case when revisions.state in ${APPROVED} and revisions.area_px > 0 then 1 end) > 0`)
    .having(sql<boolean>`count(case when revisions.state in ${WAITING} then 1 end) = 0`)
    .select(['masks.label_id', 'masks.frame_id'])
    .select(sql<number>`max(revisions.id)`.as('newest'));
}

export class Lessons {
  constructor(private readonly db: ProjectDb) {}

  /** For every label, oldest first. */
  async counts(): Promise<LessonCount[]> {
    const rows = await usable(this.db).execute();
    const labels = await this.db
      .selectFrom('labels')
      .leftJoin('rounds', 'rounds.label_id', 'labels.id')
      .select((eb) => ['labels.id', eb.fn.max('rounds.last_revision_id').as('seen')])
      .groupBy('labels.id')
      .orderBy('labels.id')
      .execute();
    return labels.map(({ id, seen }) => {
      const own = rows.filter(({ label_id }) => label_id === id);
      return {
        labelId: id,
        usable: own.length,
        fresh: own.filter(({ newest }) => Number(newest) > Number(seen ?? 0)).length,
      };
    });
  }

  /** Everything that the label can learn from, in the order of the frames' ids. */
  async ofLabel(labelId: LabelId): Promise<Lesson[]> {
    const id = parseInput(rowId, labelId, 'label id');
    const found = usable(this.db).where('masks.label_id', '=', id);
    const rows = await this.db
      .selectFrom(found.as('found'))
      .innerJoin('frames', 'frames.id', 'found.frame_id')
      .innerJoin('images', 'images.id', 'frames.image_id')
      .innerJoin('series', 'series.id', 'images.series_id')
      .innerJoin('studies', 'studies.id', 'series.study_id')
      .select([
        'found.frame_id as frameId',
        'found.newest',
        'images.absolute_path as absolutePath',
        'frames.frame_index as frameIndex',
        'frames.sha256',
        'studies.patient',
        'studies.key as studyKey',
        'series.key as seriesKey',
      ])
      .select((eb) =>
        eb
          .selectFrom('series as others')
          .select((count) => count.fn.countAll<number>().as('n'))
          .whereRef('others.study_id', '=', 'studies.id')
          .as('seriesInStudy'),
      )
      .orderBy('frameId')
      .execute();
    const masks = await this.#masksOf(id);
    return rows.flatMap(({ newest, sha256, seriesInStudy, ...row }) => {
      const own = masks.get(row.frameId);
      if (sha256 === null || !own) return [];
      const counts = { seriesInStudy: Number(seriesInStudy), newestRevisionId: Number(newest) };
      return [{ ...row, ...counts, frameSha256: sha256, masks: own }];
    });
  }

  async #masksOf(labelId: LabelId): Promise<Map<FrameId, MaskRle[]>> {
    const rows = await this.db
      .selectFrom('masks')
      .innerJoin('revisions', (join) =>
        join.on('revisions.id', '=', sql<number>`(select max(id) from revisions where mask_id = masks.id)`),
      )
      .select(['masks.frame_id', 'revisions.width_px', 'revisions.height_px', 'revisions.rle_counts'])
      .where('masks.label_id', '=', labelId)
      .where('masks.reading_id', '=', MAIN_READING)
      .where(sql<boolean>`revisions.state in ${APPROVED}`)
      .orderBy('masks.id')
      .execute();
    const masks = new Map<FrameId, MaskRle[]>();
    for (const { frame_id, width_px: widthPx, height_px: heightPx, rle_counts: counts } of rows) {
      masks.set(frame_id, [...(masks.get(frame_id) ?? []), { widthPx, heightPx, counts }]);
    }
    return masks;
  }
}
