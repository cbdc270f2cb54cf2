/**
 * The study list: frames paged in natural order, their review, and their identity by pixels. Not the masks on them.
 */
import { sql } from 'kysely';
import type { Expression, SqlBool } from 'kysely';
import {
  calibrationOfFrame,
  imageCalibration,
  decodedFrame,
  imageProblem,
  frameFilter,
  framePageRequest,
  frameState,
  reviewState,
  rowId,
} from '../../shared/domain';
import type {
  DecodedFrame,
  FrameCounts,
  FrameDetail,
  FrameFilter,
  FrameId,
  FramePage,
  FramePageRequest,
  FrameSummary,
  ImageCalibration,
  ImageId,
  ImageProblem,
  Loop,
  ReadingId,
  ReviewState,
} from '../../shared/domain';
import { AppError } from '../../shared/errors';
import { recordAudit } from './books';
import { holdFrame } from './dialect';
import { takeNewPixels } from './new-pixels';
import { Disputes } from './disputes';
import { masksIn, matches, stateIn, type FrameExpressions } from './frame-filter';
import { parseInput } from './parse';
import { Readings, reviewIn, storeReview } from './readings';
import type { ProjectDb, ProjectTransaction } from './schema';

/** What `setHash` found; `changed`: other pixels than those its masks were made on, which stay as they are. */
export type HashVerdict = 'new' | 'same' | 'replaced' | 'changed';

/** Frames with all that a summary says, in no order. */
function details(db: ProjectDb, reading: ReadingId) {
  return db
    .selectFrom('frames')
    .innerJoin('images', 'images.id', 'frames.image_id')
    .innerJoin('series', 'series.id', 'images.series_id')
    .innerJoin('studies', 'studies.id', 'series.study_id')
    .select((eb) => [
      'frames.id',
      'frames.image_id as imageId',
      'series.id as seriesId',
      'studies.id as studyId',
      'studies.patient',
      'studies.name as studyName',
      'series.name as seriesName',
      'images.relative_path as relativePath',
      'frames.frame_index as frameIndex',
      'images.frame_count as frameCount',
      'frames.width_px as widthPx',
      'frames.height_px as heightPx',
      'frames.sha256',
      reviewIn(reading).as('review'),
      'frames.problem',
      maskCount(eb, reading),
    ]);
}

function maskCount(eb: FrameExpressions, reading: ReadingId) {
  return masksIn(eb, reading)
    .select((count) => count.fn.countAll<number>().as('n'))
    .whereRef('masks.frame_id', '=', 'frames.id')
    .as('maskCount');
}

function toSummary<T extends { maskCount: number | null }>(row: T): Omit<T, 'maskCount'> & { maskCount: number } {
  return { ...row, maskCount: Number(row.maskCount) };
}

export class Frames {
  readonly #disputes: Disputes;

  /** @param reading whose reviews and masks are told */
  constructor(
    private readonly db: ProjectDb,
    private readonly reading: ReadingId,
  ) {
    this.#disputes = new Disputes(db);
  }

  /** A page of the study list, and how many frames are in which state. @throws AppError `reading-blind` */
  async list(request: FramePageRequest): Promise<FramePage> {
    const { filter, limit, offset } = parseInput(framePageRequest, request, 'frame page');
    // Ids first: the joins are then made for one page, not for all that it skips.
    const page = this.db
      .selectFrom('frames')
      .select('frames.id')
      .where(await this.matching(filter))
      .orderBy('frames.sort_key')
      .orderBy('frames.id')
      .limit(limit)
      .offset(offset);
    const rows = await details(this.db, this.reading)
      .where('frames.id', 'in', page)
      .orderBy('frames.sort_key')
      .orderBy('frames.id')
      .execute();
    const counts = await this.count(filter);
    const states = filter.states ?? frameState.options;
    const total = [...new Set(states)].reduce((sum, state) => sum + counts[state], 0);
    return { frames: rows.map(toSummary), total, counts };
  }

  /** How many frames are in each state, whatever `filter.states` says. */
  async count(filter: FrameFilter): Promise<FrameCounts> {
    const { states: _, ...rest } = parseInput(frameFilter, filter, 'frame filter');
    const rows = await this.db
      .selectFrom('frames')
      .select((eb) => [stateIn(this.reading).as('state'), eb.fn.countAll<number>().as('n')])
      .where(await this.matching(rest))
      .groupBy('state')
      .execute();
    const counts = { unopened: 0, proposed: 0, corrected: 0, accepted: 0, rejected: 0, failed: 0 };
    for (const { state, n } of rows) counts[state] = Number(n);
    return counts;
  }

  /** @throws AppError `usage` for an unknown frame. */
  async get(frameId: FrameId): Promise<FrameDetail> {
    const id = parseInput(rowId, frameId, 'frame id');
    const row = await details(this.db, this.reading)
      .select([
        'images.absolute_path as absolutePath',
        'images.size_bytes as sizeBytes',
        'images.mtime_ms as mtimeMs',
        'frames.problem_detail as problemDetail',
        'images.frame_time_ms as frameTimeMs',
        'images.calibration',
        'images.manual_calibration as manual',
      ])
      .where('frames.id', '=', id)
      .executeTakeFirst();
    if (row === undefined) throw unknownFrame(id);
    const { manual: _, ...frame } = row;
    const calibration = calibrationOfFrame(knownCalibration(row), row.frameIndex);
    return { ...toSummary(frame), sizeBytes: Number(row.sizeBytes), calibration };
  }

  /** An image's frames in their order. @throws AppError `usage` for an unknown image. */
  async loop(imageId: ImageId): Promise<Loop> {
    const id = parseInput(rowId, imageId, 'image id');
    const image = await this.db
      .selectFrom('images')
      .select(['frame_time_ms as frameTimeMs', 'calibration', 'manual_calibration as manual'])
      .where('id', '=', id)
      .executeTakeFirst();
    if (image === undefined) throw new AppError('usage', `image ${id}`, `the project has no image ${id}`);
    const rows = await this.db
      .selectFrom('frames')
      .select((eb) => ['frames.id', stateIn(this.reading).as('state'), 'frames.sha256', maskCount(eb, this.reading)])
      .where('frames.image_id', '=', id)
      .orderBy('frames.frame_index')
      .execute();
    return { frameTimeMs: image.frameTimeMs, calibration: knownCalibration(image), frames: rows.map(toSummary) };
  }

  /**
   * The nearest frame after or before this one that matches, or null at the end of the list.
   *
   * @param elsewhere only frames of other images: past the rest of a loop
   */
  async neighbour(
    frameId: FrameId,
    direction: 'next' | 'previous',
    filter: FrameFilter,
    elsewhere = false,
  ): Promise<FrameSummary | null> {
    const checked = parseInput(frameFilter, filter, 'frame filter');
    const at = await this.placeOf(frameId);
    const order = direction === 'next' ? 'asc' : 'desc';
    const beyond = direction === 'next' ? sql`>` : sql`<`;
    const row = await this.db
      .selectFrom('frames')
      .select('frames.id')
      .where(await this.matching(checked))
      .where(sql<SqlBool>`(frames.sort_key, frames.id) ${beyond} (${at.sort_key}, ${at.id})`)
      .$if(elsewhere, (query) => query.where('frames.image_id', '!=', at.image_id))
      .orderBy('frames.sort_key', order)
      .orderBy('frames.id', order)
      .limit(1)
      .executeTakeFirst();
    if (row === undefined) return null;
    const found = await details(this.db, this.reading).where('frames.id', '=', row.id).executeTakeFirst();
    return found === undefined ? null : toSummary(found);
  }

  /** How many matching frames come before this one: its offset in `list`, if it matches itself. */
  async offsetOf(frameId: FrameId, filter: FrameFilter): Promise<number> {
    const checked = parseInput(frameFilter, filter, 'frame filter');
    const at = await this.placeOf(frameId);
    const row = await this.db
      .selectFrom('frames')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where(await this.matching(checked))
      .where(sql<SqlBool>`(frames.sort_key, frames.id) < (${at.sort_key}, ${at.id})`)
      .executeTakeFirstOrThrow();
    return Number(row.n);
  }

  /**
   * Notes what a decoding showed. A frame's pixels are its identity: other ones replace it only while nobody has drawn,
   * measured or commented on it; else the frame is marked `changed` and keeps the hash its masks were made on.
   *
   * @throws AppError `usage` for an unknown frame.
   */
  async setHash(frameId: FrameId, decoded: DecodedFrame): Promise<HashVerdict> {
    const id = parseInput(rowId, frameId, 'frame id');
    return this.db.transaction().execute((trx) => storePixels(trx, id, decoded));
  }

  /**
   * Notes why a frame cannot be read. Masks on it are kept.
   *
   * @throws AppError `usage` for an unknown frame.
   */
  async markProblem(frameId: FrameId, problem: ImageProblem, detail: string): Promise<void> {
    const { id } = await this.placeOf(frameId);
    const code = parseInput(imageProblem, problem, 'image problem');
    const noted = { problem: code, problem_detail: detail };
    await this.db.updateTable('frames').set(noted).where('id', '=', id).execute();
  }

  /**
   * The user's word that the pixels the file has now are the right ones: they become the frame's own. Its masks are kept
   * but for untouched proposals, which were computed from the old ones. Kept in the audit.
   *
   * @throws AppError `size-changed` where the masks would not fit, `usage` for an unknown frame.
   */
  async acceptPixels(frameId: FrameId, decoded: DecodedFrame, user: string): Promise<void> {
    const id = parseInput(rowId, frameId, 'frame id');
    const pixels = parseInput(decodedFrame, decoded, 'decoded frame');
    const found = await this.db.transaction().execute((trx) => takeNewPixels(trx, id, pixels, user));
    if (!found) throw unknownFrame(id);
  }

  /**
   * The user's word on a frame as a whole; kept in the audit.
   *
   * @throws AppError `usage` for an unknown frame.
   */
  async setReview(frameId: FrameId, review: ReviewState, user: string): Promise<void> {
    const id = parseInput(rowId, frameId, 'frame id');
    const to = parseInput(reviewState, review, 'review state');
    await this.db.transaction().execute(async (trx) => {
      await holdFrame(trx, id);
      const review = reviewIn(this.reading).as('review');
      const frame = await trx.selectFrom('frames').select(review).where('id', '=', id).executeTakeFirst();
      if (frame === undefined) throw unknownFrame(id);
      await storeReview(trx, this.reading, id, to);
      await recordAudit(trx, { user, action: 'review', subject: `frame ${id}`, detail: { from: frame.review, to } });
    });
  }

  private async matching(filter: FrameFilter): Promise<(eb: FrameExpressions) => Expression<SqlBool>> {
    const disputed = filter.disputed ? await this.disputed() : null;
    return (eb) => matches(this.db, eb, filter, { reading: this.reading, disputed });
  }

  private async disputed(): Promise<ReadonlySet<FrameId>> {
    const { name, blind } = await new Readings(this.db).get(this.reading);
    if (blind) throw new AppError('reading-blind', name, `${name} reads blind`);
    return this.#disputes.frames();
  }

  private async placeOf(frameId: FrameId): Promise<{ id: number; image_id: number; sort_key: string }> {
    const id = parseInput(rowId, frameId, 'frame id');
    const place = this.db.selectFrom('frames').select(['id', 'image_id', 'sort_key']).where('id', '=', id);
    const row = await place.executeTakeFirst();
    if (row === undefined) throw unknownFrame(id);
    return row;
  }
}

/** What the user has measured, else what the file states. */
function knownCalibration(image: { manual: string | null; calibration: string | null }): ImageCalibration | null {
  const stated = image.manual ?? image.calibration;
  return stated === null ? null : imageCalibration.parse(JSON.parse(stated));
}

/** `Frames.setHash` in the caller's transaction. */
export async function storePixels(trx: ProjectTransaction, id: FrameId, decoded: DecodedFrame): Promise<HashVerdict> {
  const { sha256, widthPx, heightPx } = parseInput(decodedFrame, decoded, 'decoded frame');
  await holdFrame(trx, id);
  const frame = await trx.selectFrom('frames').select('sha256').where('id', '=', id).executeTakeFirst();
  if (frame === undefined) throw unknownFrame(id);
  const work = async (table: 'masks' | 'measurements' | 'comments') =>
    trx.selectFrom(table).select('id').where('frame_id', '=', id).limit(1).executeTakeFirst();
  const update = trx.updateTable('frames').where('id', '=', id);
  const isOther = frame.sha256 !== null && frame.sha256 !== sha256;
  if (isOther && ((await work('masks')) ?? (await work('measurements')) ?? (await work('comments')))) {
    await update.set({ problem: 'changed', problem_detail: `its pixels are now ${sha256}` }).execute();
    return 'changed';
  }
  const seen = { sha256, width_px: widthPx, height_px: heightPx, problem: null, problem_detail: null };
  await update.set(seen).execute();
  if (frame.sha256 === null) return 'new';
  return frame.sha256 === sha256 ? 'same' : 'replaced';
}

function unknownFrame(id: FrameId): AppError {
  return new AppError('usage', `frame ${id}`, `the project has no frame ${id}`);
}
