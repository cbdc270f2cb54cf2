/**
 * A frame whose file has other pixels now, and the user's word that these are the right ones: the work is kept, what a
 * head proposed on the old ones is withdrawn. That the pixels differ is found out by `Frames.setHash`.
 */
import { reviewOf, type DecodedFrame, type FrameId, type MaskState, type ReadingId } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import { recordAudit } from './books';
import { holdFrame } from './dialect';
import { reviewIn, storeReview } from './readings';
import { insertRevision, masksOnFrame } from './revisions';
import type { ProjectTransaction } from './schema';

/** @returns false where the project has no such frame. @throws AppError `size-changed`: its masks would not fit. */
export async function takeNewPixels(
  trx: ProjectTransaction,
  frameId: FrameId,
  { sha256, widthPx, heightPx }: DecodedFrame,
  user: string,
): Promise<boolean> {
  await holdFrame(trx, frameId);
  const frame = await trx
    .selectFrom('frames')
    .innerJoin('images', 'images.id', 'frames.image_id')
    .select(['sha256', 'width_px', 'height_px', 'absolute_path'])
    .where('frames.id', '=', frameId)
    .executeTakeFirst();
  if (frame === undefined) return false;
  if (frame.width_px !== widthPx || frame.height_px !== heightPx) {
    const sizes = `${widthPx}x${heightPx} pixels now, its masks ${frame.width_px}x${frame.height_px}`;
    throw new AppError('size-changed', frame.absolute_path, `${frame.absolute_path} has ${sizes}`);
  }
  const readings = await trx.selectFrom('readings').select('id').execute();
  for (const { id } of readings) await withdrawIn(trx, frameId, id);
  await trx
    .updateTable('frames')
    .set({ sha256, problem: null, problem_detail: null })
    .where('id', '=', frameId)
    .execute();
  const detail = { from: frame.sha256, to: sha256 };
  await recordAudit(trx, { user, action: 'accept-pixels', subject: `frame ${frameId}`, detail });
  return true;
}

async function withdrawIn(trx: ProjectTransaction, frameId: FrameId, reading: ReadingId): Promise<void> {
  const states = await withdrawProposals(trx, frameId, reading);
  const frame = trx.selectFrom('frames').select(reviewIn(reading).as('review')).where('id', '=', frameId);
  const { review } = await frame.executeTakeFirstOrThrow();
  if (review === 'proposed') await storeReview(trx, reading, frameId, reviewOf(states));
}

/**
 * What nobody has touched was computed from the old pixels. It is withdrawn in its proposer's name, so that the frame
 * still counts as one that no human has worked on, and gets proposals anew.
 *
 * @returns states of all masks of the reading
 */
async function withdrawProposals(trx: ProjectTransaction, frameId: FrameId, reading: ReadingId): Promise<MaskState[]> {
  const states: MaskState[] = [];
  for (const { current } of await masksOnFrame(trx, frameId, reading)) {
    const withdrawn = current.state === 'proposed';
    states.push(withdrawn ? 'deleted' : current.state);
    if (!withdrawn) continue;
    const { id: previousId, maskId, rle, quality, prompt, user } = current;
    const content = { state: 'deleted', rle, quality, prompt, origin: { tool: 'delete' } } as const;
    await insertRevision(trx, { maskId, previousId, restoredFromId: null, user, ...content });
  }
  return states;
}
