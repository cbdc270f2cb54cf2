/**
 * Masks: saving what the user or a model did on a frame, and reading it back. Every change is a new revision; an edit is
 * saved whole or not at all, and is on the disk when `save` returns.
 */
import { sql } from 'kysely';
import { frameEdit, reviewOf, rowId } from '../../shared/domain';
import type {
  FrameEdit,
  FrameId,
  ImageId,
  LabelId,
  LabelOnFrame,
  LabelProgress,
  MaskId,
  MaskInstance,
  MaskRevision,
  MaskState,
  Prompt,
  ReadingId,
  ReviewState,
  SavedEdit,
} from '../../shared/domain';
import type { z } from 'zod';
import { AppError } from '../../shared/errors';
import { recordAudit } from './books';
import { holdFrame } from './dialect';
import { labelThroughLoop } from './label-loop';
import { unknownLabel } from './labels';
import { setMeasurements } from './measurements';
import { parseInput } from './parse';
import { reviewIn, storeReview } from './readings';
import { insertRevision, masksOnFrame, toRevisions } from './revisions';
import type { NewRevision } from './revisions';
import type { ProjectDb, ProjectTransaction } from './schema';

type CheckedEdit = z.output<typeof frameEdit>;
type CheckedChange = CheckedEdit['changes'][number];

interface TargetFrame {
  readonly id: FrameId;
  readonly reading: ReadingId;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly review: ReviewState;
}

const NO_MASKS: Readonly<Record<MaskState, number>> = {
  proposed: 0,
  accepted: 0,
  corrected: 0,
  rejected: 0,
  drawn: 0,
  imported: 0,
  propagated: 0,
  deleted: 0,
};

/** States in which a mask is on the frame, not set aside. */
export const isLive = (state: MaskState): boolean => state !== 'rejected' && state !== 'deleted';

function conflict(subject: string, message: string): AppError {
  return new AppError('revision-conflict', subject, message);
}

/** The frame, if it still has the pixels that the edit was made on. */
async function targetFrame(trx: ProjectTransaction, edit: CheckedEdit, reading: ReadingId): Promise<TargetFrame> {
  const id = edit.frameId;
  const row = await trx
    .selectFrom('frames')
    .select(['sha256', 'width_px', 'height_px', reviewIn(reading).as('review')])
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) throw new AppError('usage', `frame ${id}`, `the project has no frame ${id}`);
  if (row.sha256 !== edit.frameSha256 || row.width_px === null || row.height_px === null) {
    const has = row.sha256 === null ? 'was never decoded' : `has pixels ${row.sha256}`;
    throw new AppError('frame-changed', `frame ${id}`, `frame ${id} ${has}, the edit is of ${edit.frameSha256}`);
  }
  return { id, reading, widthPx: row.width_px, heightPx: row.height_px, review: row.review };
}

function assertFits(frame: TargetFrame, { rle, prompt }: Pick<NewRevision, 'rle' | 'prompt'>): void {
  const { widthPx, heightPx } = frame;
  if (rle.widthPx !== widthPx || rle.heightPx !== heightPx) {
    const sizes = `${rle.widthPx}x${rle.heightPx}, the frame ${widthPx}x${heightPx}`;
    throw new AppError('usage', `frame ${frame.id}`, `the mask is ${sizes}`);
  }
  if (!promptWithin(prompt, widthPx, heightPx)) {
    throw new AppError('prompt-invalid', `frame ${frame.id}`, `a prompt lies outside ${widthPx}x${heightPx} pixels`);
  }
}

function promptWithin({ points, box }: Prompt, widthPx: number, heightPx: number): boolean {
  const corners = box === undefined ? [] : [{ x: box.x1, y: box.y1 }];
  return [...points, ...corners].every(({ x, y }) => x <= widthPx && y <= heightPx);
}

/** The revision that a change of a mask asks for. */
async function revisionFor(
  trx: ProjectTransaction,
  frame: TargetFrame,
  change: CheckedChange,
  masks: ReadonlyMap<MaskId, MaskInstance>,
  user: string,
): Promise<NewRevision & { labelId: number }> {
  if (change.kind === 'add') {
    const { kind: _, labelId, ...content } = change;
    const label = await trx.selectFrom('labels').select('id').where('id', '=', labelId).executeTakeFirst();
    if (label === undefined) throw unknownLabel(labelId);
    const row = { frame_id: frame.id, label_id: labelId, reading_id: frame.reading };
    const mask = await trx.insertInto('masks').values(row).returning('id').executeTakeFirstOrThrow();
    return { ...content, labelId, maskId: mask.id, previousId: null, restoredFromId: null, user };
  }
  const { maskId, previousId } = change;
  const before = masks.get(maskId);
  if (before === undefined) throw new AppError('usage', `mask ${maskId}`, `frame ${frame.id} has no mask ${maskId}`);
  const { labelId, current } = before;
  if (current.id !== previousId) {
    throw conflict(`mask ${maskId}`, `revision ${current.id} of mask ${maskId} came after ${previousId}`);
  }
  const base = { labelId, maskId, previousId, restoredFromId: null, user };
  if (change.kind === 'edit') {
    const { state, rle, quality, prompt, origin } = change;
    return { ...base, state, rle, quality, prompt, origin };
  }
  if (change.kind === 'state') {
    const { rle, quality, prompt } = current;
    return { ...base, state: change.state, rle, quality, prompt, origin: change.origin };
  }
  const older = await olderRevision(trx, maskId, change.revisionId);
  const { state, rle, quality, prompt, origin } = older;
  return {
    ...base,
    restoredFromId: older.id,
    state,
    rle,
    quality,
    prompt,
    origin: { ...origin, tool: change.tool },
  };
}

async function olderRevision(trx: ProjectTransaction, maskId: MaskId, revisionId: number): Promise<MaskRevision> {
  const rows = await trx
    .selectFrom('revisions')
    .selectAll()
    .where('id', '=', revisionId)
    .where('mask_id', '=', maskId)
    .execute();
  const [revision] = await toRevisions(trx, rows);
  if (revision === undefined) {
    throw new AppError('usage', `mask ${maskId}`, `mask ${maskId} has no revision ${revisionId}`);
  }
  return revision;
}

/** A label of which a frame holds one mask must not have two after the edit. */
async function assertInstances(
  trx: ProjectTransaction,
  masks: ReadonlyMap<MaskId, MaskInstance>,
  touched: readonly MaskInstance[],
): Promise<void> {
  const labelIds = [...new Set(touched.map(({ labelId }) => labelId))];
  const single = await trx
    .selectFrom('labels')
    .select(['id', 'name'])
    .where('id', 'in', labelIds)
    .where('instances', '=', 'single')
    .execute();
  for (const { id, name } of single) {
    const live = [...masks.values()].filter((mask) => mask.labelId === id && isLive(mask.current.state));
    if (live.length > 1)
      throw conflict(`label ${name}`, `a frame holds one mask of ${name}; this makes ${live.length}`);
  }
}

/** One act on one frame, in the caller's transaction. Throws what `Masks.save` throws. */
export async function saveEdit(trx: ProjectTransaction, reading: ReadingId, input: FrameEdit): Promise<SavedEdit> {
  const edit = parseInput(frameEdit, input, 'edit');
  await holdFrame(trx, edit.frameId);
  const frame = await targetFrame(trx, edit, reading);
  const masks = new Map((await masksOnFrame(trx, frame.id, reading)).map((mask) => [mask.id, mask]));
  const touched: MaskInstance[] = [];
  for (const change of edit.changes) {
    const { labelId, ...revision } = await revisionFor(trx, frame, change, masks, edit.user);
    assertFits(frame, revision);
    const current = await insertRevision(trx, revision);
    const mask = { id: current.maskId, frameId: frame.id, labelId, current };
    masks.set(mask.id, mask);
    touched.push(mask);
  }
  if (touched.length > 0) await assertInstances(trx, masks, touched);
  const review = edit.review ?? reviewOf([...masks.values()].map((mask) => mask.current.state));
  if (review !== frame.review) await storeReview(trx, reading, frame.id, review);
  if (edit.measurements) await setMeasurements(trx, frame, edit.measurements, edit.user);
  if (edit.review !== undefined) {
    const detail = { from: frame.review, to: review };
    await recordAudit(trx, { user: edit.user, action: 'review', subject: `frame ${frame.id}`, detail });
  }
  return { masks: touched, review };
}

export class Masks {
  /** @param reading whose masks these are; those of others are not seen */
  constructor(
    private readonly db: ProjectDb,
    private readonly reading: ReadingId,
  ) {}

  /**
   * Saves one act on one frame. When the promise resolves, it is on the disk: only then may it be shown as saved.
   *
   * @throws AppError `frame-changed` when the frame has other pixels, `revision-conflict` when a mask has a newer
   *   revision or its label takes one mask a frame, `label-unknown`, `prompt-invalid`, `format-corrupt` for run lengths
   *   that are no mask, `usage` for anything else malformed, `disk-full`, `write-failed`. Nothing is stored then.
   */
  async save(input: FrameEdit): Promise<SavedEdit> {
    return this.db.transaction().execute((trx) => saveEdit(trx, this.reading, input));
  }

  /** All masks of a frame with their current revisions, oldest mask first; rejected and deleted ones too. */
  async ofFrame(frameId: FrameId): Promise<MaskInstance[]> {
    return masksOnFrame(this.db, parseInput(rowId, frameId, 'frame id'), this.reading);
  }

  /** Who stands for a label's masks on each frame of an image, in the frames' order. */
  async throughLoop(imageId: ImageId, labelId: LabelId): Promise<LabelOnFrame[]> {
    const [image, label] = [parseInput(rowId, imageId, 'image id'), parseInput(rowId, labelId, 'label id')];
    return labelThroughLoop(this.db, this.reading, image, label);
  }

  /** Every revision of a mask, oldest first; none for an unknown mask. */
  async history(maskId: MaskId): Promise<MaskRevision[]> {
    const id = parseInput(rowId, maskId, 'mask id');
    const rows = await this.db
      .selectFrom('revisions')
      .innerJoin('masks', 'masks.id', 'revisions.mask_id')
      .selectAll('revisions')
      .where('mask_id', '=', id)
      .where('masks.reading_id', '=', this.reading)
      .orderBy('revisions.id')
      .execute();
    return toRevisions(this.db, rows);
  }

  /** Every revision of every mask of a frame, each as the mask it was, in the order in which they were made. */
  async historyOfFrame(frameId: FrameId): Promise<MaskInstance[]> {
    const id = parseInput(rowId, frameId, 'frame id');
    const rows = await this.db
      .selectFrom('revisions')
      .innerJoin('masks', 'masks.id', 'revisions.mask_id')
      .selectAll('revisions')
      .select('masks.label_id')
      .where('masks.frame_id', '=', id)
      .where('masks.reading_id', '=', this.reading)
      .orderBy('revisions.id')
      .execute();
    const revisions = await toRevisions(this.db, rows);
    return rows.flatMap(({ mask_id, label_id: labelId }, i) => {
      const current = revisions[i];
      return current === undefined ? [] : [{ id: mask_id, frameId: id, labelId, current }];
    });
  }

  /** How many masks of each label are in which state now, labels without masks included. */
  async progress(): Promise<LabelProgress[]> {
    const rows = await this.db
      .selectFrom('masks')
      .innerJoin('revisions', (join) =>
        join.on('revisions.id', '=', sql<number>`(select max(id) from revisions where mask_id = masks.id)`),
      )
      .select((eb) => ['masks.label_id', 'revisions.state', eb.fn.countAll<number>().as('n')])
      .where('masks.reading_id', '=', this.reading)
      .groupBy(['masks.label_id', 'revisions.state'])
      .execute();
    const labels = await this.db.selectFrom('labels').select('id').orderBy('id').execute();
    return labels.map(({ id }) => {
      const masks: Record<MaskState, number> = { ...NO_MASKS };
      for (const { label_id, state, n } of rows) if (label_id === id) masks[state] = Number(n);
      return { labelId: id, masks };
    });
  }
}
