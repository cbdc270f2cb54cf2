/**
 * Adjudication: the outlines of one of two readers, or of both together, put into the main reading, and taken back. A
 * decision is saved whole or not at all. Who may see two readings is not asked here.
 */
import { sql } from 'kysely';
import { z } from 'zod';
import { adjudicationChoice, adjudicationPlace, MAIN_READING, readerPair, rowId } from '../../shared/domain';
import type {
  Adjudication,
  AdjudicationChoice,
  AdjudicationPlace,
  MaskChange,
  MaskInstance,
  MaskRle,
  Origin,
  ReaderPair,
  ReviewState,
} from '../../shared/domain';
import { AppError } from '../../shared/errors';
import { areaPx, cocoRle, intersection, partsOf, union, wholeMask } from '../../shared/mask';
import { holdFrame } from './dialect';
import { labelsThatDiffer } from './disputes';
import { isLive, saveEdit } from './masks';
import { Outlines, READ } from './outlines';
import { parseInput } from './parse';
import { masksOnFrame } from './revisions';
import type { ProjectDb, ProjectTransaction } from './schema';

/** A frame in the main reading. */
interface Target {
  readonly frameId: number;
  readonly frameSha256: string;
  readonly review: ReviewState;
}

interface Decided {
  readonly choice: AdjudicationChoice | null;
  readonly reviewBefore: ReviewState;
  /** Ids. */
  readonly revisions: readonly number[];
}

export class Adjudications {
  constructor(private readonly db: ProjectDb) {}

  /** What holds between two readers, whichever of them was the first; `choice` is told in this order. */
  async of(readers: ReaderPair): Promise<Adjudication[]> {
    const [first, second] = parseInput(readerPair, readers, 'readers');
    const newest = sql<number>`(select max(id) from adjudications as newer
      where newer.frame_id = adjudications.frame_id and newer.label_id = adjudications.label_id
      and newer.first_reading_id in (${first}, ${second}) and newer.second_reading_id in (${first}, ${second}))`;
    const rows = await this.db
      .selectFrom('adjudications')
      .select(['frame_id as frameId', 'label_id as labelId', 'choice', 'first_reading_id as firstId'])
      .where('adjudications.id', '=', newest)
      .orderBy('adjudications.id')
      .execute();
    return rows.flatMap(({ choice, firstId, ...place }) =>
      choice === null ? [] : [{ ...place, choice: firstId === first ? choice : swapped(choice) }],
    );
  }

  /**
   * Puts what was chosen into the main reading, in place of what it has of the label on the frame, and accepts the frame
   * once nothing is left to decide between the two on it. What was decided before is taken back first, unless somebody has worked on it since.
   *
   * @returns all masks of the label on the frame in the main reading, as they now are
   * @throws AppError `usage` for malformed input, or a label that neither reader has outlined there; what `Masks.save` throws
   */
  async decide(input: AdjudicationPlace, choice: AdjudicationChoice, user: string): Promise<MaskInstance[]> {
    const place = parseInput(adjudicationPlace, input, 'place');
    const chosen = parseInput(adjudicationChoice, choice, 'choice');
    return this.db.transaction().execute(async (trx) => {
      await holdFrame(trx, place.frameId);
      const before = await newestOf(trx, place);
      if (before?.choice && (await isUntouched(trx, before))) await undo(trx, place, before, user);
      const wanted = await outlinesFor(trx, place, chosen);
      const live = (await masksOnFrame(trx, place.frameId, MAIN_READING)).filter(({ current }) =>
        isLive(current.state),
      );
      const now = live.filter(({ labelId }) => labelId === place.labelId);
      const target = await targetOf(trx, place.frameId);
      const { frameId, frameSha256, review: reviewBefore } = target;
      const changes = changesTo(now, wanted, place.labelId, originOf(place.readers, chosen));
      // Who has rejected the frame, or read it and found nothing, has said what nothing on it means.
      const saidSo = wanted.length + live.length === now.length && READ.includes(reviewBefore);
      const review = saidSo || (await isLeftToDecide(trx, place)) ? reviewBefore : 'accepted';
      const { masks } = await saveEdit(trx, MAIN_READING, { frameId, frameSha256, user, changes, review });
      const revisions = masks.map(({ current }) => current.id);
      await note(trx, place, { choice: chosen, reviewBefore, revisions }, user);
      return labelMasks(trx, place);
    });
  }

  /**
   * The masks and the review are again as they were before the decision.
   *
   * @returns as `decide`
   * @throws AppError `usage` where nothing is decided, `revision-conflict` where somebody has changed the masks since
   */
  async takeBack(input: AdjudicationPlace, user: string): Promise<MaskInstance[]> {
    const place = parseInput(adjudicationPlace, input, 'place');
    return this.db.transaction().execute(async (trx) => {
      await holdFrame(trx, place.frameId);
      const before = await newestOf(trx, place);
      const subject = `frame ${place.frameId}`;
      if (!before?.choice) throw new AppError('usage', subject, 'nothing has been decided there');
      if (!(await isUntouched(trx, before))) {
        throw new AppError('revision-conflict', subject, 'masks were changed after the decision');
      }
      await undo(trx, place, before, user);
      await note(trx, place, { ...before, choice: null, revisions: [] }, user);
      return labelMasks(trx, place);
    });
  }
}

/** Besides this label, there is one about which the two differ and nothing has been decided. */
async function isLeftToDecide(trx: ProjectTransaction, place: AdjudicationPlace): Promise<boolean> {
  const outlines = new Outlines(trx);
  const [first, second] = place.readers;
  const [ofFirst, ofSecond] = [await outlines.of(first, place.frameId), await outlines.of(second, place.frameId)];
  for (const labelId of labelsThatDiffer(ofFirst, ofSecond, 1)) {
    if (labelId !== place.labelId && !(await newestOf(trx, { ...place, labelId }))?.choice) return true;
  }
  return false;
}

function swapped(choice: AdjudicationChoice): AdjudicationChoice {
  if (choice === 'first') return 'second';
  return choice === 'second' ? 'first' : choice;
}

async function newestOf(trx: ProjectTransaction, place: AdjudicationPlace): Promise<Decided | undefined> {
  const row = await trx
    .selectFrom('adjudications')
    .select(['choice', 'review_before as reviewBefore', 'revisions'])
    .where('frame_id', '=', place.frameId)
    .where('label_id', '=', place.labelId)
    .where('first_reading_id', 'in', place.readers)
    .where('second_reading_id', 'in', place.readers)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && { ...row, revisions: z.array(rowId).parse(JSON.parse(row.revisions)) };
}

/** Every revision it made is still its mask's newest. */
async function isUntouched(trx: ProjectTransaction, { revisions }: Decided): Promise<boolean> {
  if (revisions.length === 0) return true;
  const newer = await trx
    .selectFrom('revisions')
    .innerJoin('revisions as newer', 'newer.mask_id', 'revisions.mask_id')
    .select('newer.id')
    .where('revisions.id', 'in', revisions)
    .whereRef('newer.id', '>', 'revisions.id')
    .limit(1)
    .executeTakeFirst();
  return newer === undefined;
}

async function undo(
  trx: ProjectTransaction,
  place: AdjudicationPlace,
  { revisions, reviewBefore: review }: Decided,
  user: string,
): Promise<void> {
  const made = (await labelMasks(trx, place)).filter(({ current }) => revisions.includes(current.id));
  const changes = made.map(({ id: maskId, current: { id: previousId, previousId: before } }): MaskChange => {
    if (before !== null) return { kind: 'restore', maskId, previousId, revisionId: before, tool: 'undo' };
    return { kind: 'state', maskId, previousId, state: 'deleted', origin: { tool: 'undo' } };
  });
  const { frameId, frameSha256 } = await targetOf(trx, place.frameId);
  await saveEdit(trx, MAIN_READING, { frameId, frameSha256, user, changes, review });
}

async function targetOf(trx: ProjectTransaction, frameId: number): Promise<Target> {
  const frame = await trx
    .selectFrom('frames')
    .select(['sha256 as frameSha256', 'review'])
    .where('id', '=', frameId)
    .executeTakeFirst();
  if (!frame?.frameSha256) throw new AppError('usage', `frame ${frameId}`, `frame ${frameId} has no known pixels`);
  return { frameId, review: frame.review, frameSha256: frame.frameSha256 };
}

async function labelMasks(trx: ProjectTransaction, place: AdjudicationPlace): Promise<MaskInstance[]> {
  const masks = await masksOnFrame(trx, place.frameId, MAIN_READING);
  return masks.filter(({ labelId }) => labelId === place.labelId);
}

/** What is to hold: a mask an instance. */
async function outlinesFor(
  trx: ProjectTransaction,
  { readers: [first, second], frameId, labelId }: AdjudicationPlace,
  choice: AdjudicationChoice,
): Promise<MaskRle[]> {
  const outlines = new Outlines(trx);
  const of = async (reading: number): Promise<MaskRle[]> =>
    (await outlines.of(reading, frameId)).filter((each) => each.labelId === labelId).map(({ rle }) => rle);
  const [ofFirst, ofSecond] = [await of(first), await of(second)];
  if (ofFirst.length + ofSecond.length === 0) {
    throw new AppError('usage', `frame ${frameId}`, 'neither reader has outlined the label there');
  }
  if (choice === 'first') return ofFirst;
  if (choice === 'second') return ofSecond;
  const [a, b] = [wholeMask(ofFirst), wholeMask(ofSecond)];
  const merged = choice === 'union' ? (a && b ? union(a, b) : (a ?? b)) : a && b && intersection(a, b);
  if (!merged || areaPx(merged) === 0) return [];
  // Of several instances, each part of its own is one again.
  const parts = ofFirst.length > 1 || ofSecond.length > 1 ? partsOf(merged) : [merged];
  return parts.map((mask) => ({ widthPx: mask.widthPx, heightPx: mask.heightPx, counts: cocoRle(mask).counts }));
}

/** Masks that have the wanted pixels already stay themselves; then others take what is left; what is over is rejected. */
function changesTo(
  now: readonly MaskInstance[],
  wanted: readonly MaskRle[],
  labelId: number,
  origin: Origin,
): MaskChange[] {
  const free = [...now];
  const take = (fits: (mask: MaskInstance) => boolean): MaskInstance | undefined => {
    const at = free.findIndex(fits);
    return at < 0 ? undefined : free.splice(at, 1)[0];
  };
  const same = wanted.map(({ counts }) => take(({ current }) => current.rle.counts === counts));
  const changes = wanted.map((rle, i): MaskChange => {
    const content = { state: 'accepted', rle, origin } as const;
    const mask = same[i] ?? free.shift();
    if (!mask) return { kind: 'add', labelId, ...content };
    return { kind: 'edit', maskId: mask.id, previousId: mask.current.id, ...content };
  });
  const over = free.map(({ id: maskId, current }): MaskChange => {
    return { kind: 'state', maskId, previousId: current.id, state: 'rejected', origin };
  });
  return [...over, ...changes];
}

function originOf([first, second]: ReaderPair, choice: AdjudicationChoice): Origin {
  const one = choice === 'first' ? [first] : [second];
  const isMerged = choice === 'union' || choice === 'intersection';
  return { tool: 'adjudication', fromReadingIds: isMerged ? [first, second] : one };
}

async function note(
  trx: ProjectTransaction,
  { readers: [first, second], frameId, labelId }: AdjudicationPlace,
  { choice, reviewBefore, revisions }: Decided,
  user: string,
): Promise<void> {
  const row = {
    frame_id: frameId,
    label_id: labelId,
    first_reading_id: first,
    second_reading_id: second,
    choice,
    review_before: reviewBefore,
    revisions: JSON.stringify(revisions),
    user_name: user,
    created_at: new Date().toISOString(),
  };
  await trx.insertInto('adjudications').values(row).execute();
}
