/**
 * Batches: what was asked, and what has become of each frame. What a frame gets and that it has got it are one
 * transaction, which does nothing where it has got it already: a frame that is worked on twice, by a program that was
 * killed or by two machines, is written once. Not the work (`main/batch`).
 */
import { sql } from 'kysely';
import { batchPlan, problemOfFailure, PROPOSING_USER, rowId, shortText } from '../../shared/domain';
import type {
  Batch,
  BatchFailure,
  BatchId,
  BatchPlan,
  BatchProblem,
  BatchState,
  DecodedFrame,
  FrameId,
  MaskChange,
  MaskInstance,
  ReadingId,
  ReviewState,
} from '../../shared/domain';
import { AppError } from '../../shared/errors';
import { failuresOf, framesOfPlan, itemOf, rowOf, studiesOf, toBatch, type BatchStudy } from './batch-rows';
import { recordAudit } from './books';
import { holdFrame } from './dialect';
import { storePixels } from './frames';
import { saveEdit } from './masks';
import { parseInput } from './parse';
import { reviewIn } from './readings';
import { masksOnFrame } from './revisions';
import type { ProjectDb, ProjectTransaction } from './schema';
import { storeLook, storeScores, type FrameLook, type ProposalScore } from './scores';

/** What becomes of a frame, decided in the transaction that writes it, by what is on the frame then. */
export type Decide = (review: ReviewState, masks: readonly MaskInstance[]) => MaskChange[];

/** A frame that was worked on. */
export interface FrameDone {
  readonly batchId: BatchId;
  readonly frameId: FrameId;
  readonly pixels: DecodedFrame;
  readonly decide: Decide;
  readonly scores: readonly ProposalScore[];
  readonly look?: Pick<FrameLook, 'encoderId' | 'sketch'>;
}

export interface WaitingFrame {
  readonly itemId: number;
  readonly frameId: FrameId;
  /** Workers that died while it was theirs. */
  readonly deaths: number;
}

const UNFINISHED: BatchState[] = ['running', 'paused'];

export class Batches {
  /** @param reading whose frames they are; those of others are not seen */
  constructor(
    private readonly db: ProjectDb,
    private readonly reading: ReadingId,
  ) {}

  /** What can be chosen from, in the order of the study list. */
  studies(): Promise<BatchStudy[]> {
    return studiesOf(this.db, this.reading);
  }

  /** How many frames a plan would take. */
  async count(plan: BatchPlan): Promise<number> {
    const frames = await framesOfPlan(this.db, this.reading, parseInput(batchPlan, plan, 'batch plan'))
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow();
    return Number(frames.n);
  }

  /** Some frames of a plan, spread over all of it. */
  async sample(plan: BatchPlan, size: number): Promise<FrameId[]> {
    const checked = parseInput(batchPlan, plan, 'batch plan');
    const step = Math.max(1, Math.floor((await this.count(checked)) / size));
    const places = Array.from({ length: size }, (_, i) => i * step);
    const found: FrameId[] = [];
    for (const offset of places) {
      const frames = framesOfPlan(this.db, this.reading, checked).select('frames.id').orderBy('frames.sort_key');
      const row = await frames.orderBy('frames.id').limit(1).offset(offset).executeTakeFirst();
      if (row) found.push(row.id);
    }
    return found;
  }

  /**
   * Notes what is asked and which frames that takes, running.
   *
   * @throws AppError `usage` while another batch is unfinished, or where there is nothing to do.
   */
  async create(plan: BatchPlan, user: string): Promise<Batch> {
    const checked = parseInput(batchPlan, plan, 'batch plan');
    const name = parseInput(shortText, user, 'user');
    return this.db.transaction().execute(async (trx) => {
      const open = trx.selectFrom('batches').select('id').where('state', 'in', UNFINISHED);
      const other = await open.where('reading_id', '=', this.reading).executeTakeFirst();
      if (other) {
        throw new AppError(
          'usage',
          `batch ${other.id}`,
          `batch ${other.id} is not finished: resume or cancel it first`,
        );
      }
      const { id } = await trx
        .insertInto('batches')
        .values({
          ...{ reading_id: this.reading, state: 'running', plan: JSON.stringify(checked), problem: null },
          ...{ user_name: name, created_at: new Date().toISOString(), finished_at: null },
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      const frames = framesOfPlan(trx, this.reading, checked)
        .select([sql.lit(id).as('batch_id'), 'frames.id as frame_id', sql.lit('waiting').as('state')])
        .select(sql.lit(0).as('deaths'))
        .orderBy('frames.sort_key')
        .orderBy('frames.id');
      const { numInsertedOrUpdatedRows: taken } = await trx
        .insertInto('batch_items')
        .columns(['batch_id', 'frame_id', 'state', 'deaths'])
        .expression(frames)
        .executeTakeFirstOrThrow();
      if (!taken) throw new AppError('usage', 'batch', 'no frame is left to propose on');
      const detail = { frames: Number(taken), labels: checked.labels.map(({ labelId }) => labelId) };
      await recordAudit(trx, { user: name, action: 'start-batch', subject: `batch ${id}`, detail });
      return toBatch(trx, await rowOf(trx, id));
    });
  }

  /** The latest, finished or not; undefined where there never was one. */
  async latest(): Promise<Batch | undefined> {
    const rows = this.db.selectFrom('batches').selectAll().where('reading_id', '=', this.reading);
    const row = await rows.orderBy('id', 'desc').limit(1).executeTakeFirst();
    return row && toBatch(this.db, row);
  }

  /** @throws AppError `usage` for an unknown batch. */
  async get(batchId: BatchId): Promise<Batch> {
    return toBatch(this.db, await rowOf(this.db, parseInput(rowId, batchId, 'batch id')));
  }

  /** @throws AppError `usage` for an unknown batch. */
  async stateOf(batchId: BatchId): Promise<BatchState> {
    return (await rowOf(this.db, batchId)).state;
  }

  /** The next frames that wait, in the order of the study list. @param after an item's id; 0: from the first on */
  async waiting(batchId: BatchId, after: number, limit: number): Promise<WaitingFrame[]> {
    return this.db
      .selectFrom('batch_items')
      .select(['id as itemId', 'frame_id as frameId', 'deaths'])
      .where('batch_id', '=', batchId)
      .where('state', '=', 'waiting')
      .where('id', '>', after)
      .orderBy('id')
      .limit(limit)
      .execute();
  }

  /** Frames that got nothing, in the order of the study list. */
  failures(batchId: BatchId, limit: number): Promise<BatchFailure[]> {
    return failuresOf(this.db, batchId, limit);
  }

  /**
   * Writes what a frame gets, and that it has got it; on the disk, or nothing of it, when the promise is settled.
   *
   * @returns the masks that are other than before; undefined where the frame does not wait any more, or the batch was
   *   cancelled: nothing is written then
   * @throws AppError `frame-changed` where its file has other pixels than work on it was done on, and what `Masks.save`
   *   throws
   */
  async complete({
    batchId,
    frameId,
    pixels,
    decide,
    scores,
    look,
  }: FrameDone): Promise<readonly MaskInstance[] | undefined> {
    return this.db.transaction().execute(async (trx) => {
      const batch = await this.#claim(trx, batchId, frameId, 'done');
      if (!batch) return undefined;
      await holdFrame(trx, frameId);
      const { sha256: frameSha256 } = pixels;
      if ((await storePixels(trx, frameId, pixels)) === 'changed') {
        throw new AppError('frame-changed', `frame ${frameId}`, `its pixels are now ${frameSha256}`);
      }
      const masks = await masksOnFrame(trx, frameId, batch.reading_id);
      const frame = trx.selectFrom('frames').select(reviewIn(batch.reading_id).as('review')).where('id', '=', frameId);
      const changes = decide((await frame.executeTakeFirstOrThrow()).review, masks);
      const edit = { frameId, frameSha256, user: PROPOSING_USER, changes };
      const written = changes.length > 0 ? (await saveEdit(trx, batch.reading_id, edit)).masks : [];
      const { modelId } = batchPlan.parse(JSON.parse(batch.plan));
      await storeScores(trx, { frameId, frameSha256, modelId }, scores);
      if (look) await storeLook(trx, { frameId, frameSha256, ...look });
      const made = written.filter(({ current }) => current.state === 'proposed').length;
      await itemOf(trx, batchId, frameId).set({ masks: made }).execute();
      return written;
    });
  }

  /** Notes that a frame needs nothing any more. */
  async leave(batchId: BatchId, frameId: FrameId): Promise<void> {
    await this.db.transaction().execute(async (trx) => {
      if (await this.#claim(trx, batchId, frameId, 'done'))
        await itemOf(trx, batchId, frameId).set({ masks: 0 }).execute();
    });
  }

  /** Notes that a frame got nothing, and what that says of its file. @returns whether it was still waiting */
  async fail(batchId: BatchId, frameId: FrameId, why: BatchProblem): Promise<boolean> {
    return this.db.transaction().execute(async (trx) => {
      const state = why.code === 'worker-died' ? 'set-aside' : 'failed';
      if (!(await this.#claim(trx, batchId, frameId, state))) return false;
      const detail = why.message.slice(0, 1_000);
      await itemOf(trx, batchId, frameId).set({ problem: why.code, problem_detail: detail }).execute();
      const problem = problemOfFailure(why.code);
      if (problem !== null) {
        const noted = { problem, problem_detail: detail };
        await trx.updateTable('frames').set(noted).where('id', '=', frameId).execute();
      }
      return true;
    });
  }

  /** A worker died while this frame was its. @returns how many have now */
  async noteDeath(batchId: BatchId, frameId: FrameId): Promise<number> {
    const row = await itemOf(this.db, batchId, frameId)
      .set((eb) => ({ deaths: eb('deaths', '+', 1) }))
      .returning('deaths')
      .executeTakeFirst();
    return row?.deaths ?? 0;
  }

  /** Pauses a running batch, with the reason where it was none of the user's. @returns whether it was running */
  async pause(batchId: BatchId, problem: BatchProblem | null = null): Promise<boolean> {
    return this.#change(batchId, ['running'], { state: 'paused', problem: problem && JSON.stringify(problem) });
  }

  /** @throws AppError `usage` for one that has ended. */
  async resume(batchId: BatchId): Promise<void> {
    if (!(await this.#change(batchId, UNFINISHED, { state: 'running', problem: null }))) throw ended(batchId);
  }

  /** What waits is given up; what was done stays. @throws AppError `usage` for one that has ended. */
  async cancel(batchId: BatchId, user: string): Promise<void> {
    const end = { state: 'cancelled', finished_at: new Date().toISOString() } as const;
    if (!(await this.#change(batchId, UNFINISHED, end))) throw ended(batchId);
    await recordAudit(this.db, { user, action: 'cancel-batch', subject: `batch ${batchId}`, detail: {} });
  }

  /** Ends a running batch of which no frame waits. @returns whether it is over */
  async finish(batchId: BatchId): Promise<boolean> {
    if ((await this.waiting(batchId, 0, 1)).length > 0) return false;
    await this.#change(batchId, ['running'], { state: 'finished', finished_at: new Date().toISOString() });
    return true;
  }

  /**
   * Frames that failed or were set aside wait again, and the batch runs, also one that was finished.
   *
   * @throws AppError `usage` for one that was cancelled or has no such frame, or while another is unfinished.
   */
  async retry(batchId: BatchId): Promise<void> {
    await this.db.transaction().execute(async (trx) => {
      const other = await trx
        .selectFrom('batches')
        .select('id')
        .where('state', 'in', UNFINISHED)
        .where('id', '!=', batchId)
        .where('reading_id', '=', this.reading)
        .executeTakeFirst();
      if (other) throw new AppError('usage', `batch ${other.id}`, `batch ${other.id} is not finished`);
      const row = await rowOf(trx, batchId);
      if (row.state === 'cancelled') throw ended(batchId);
      const { numUpdatedRows: again } = await trx
        .updateTable('batch_items')
        .set({ state: 'waiting', deaths: 0, problem: null, problem_detail: null, ended_at: null })
        .where('batch_id', '=', batchId)
        .where('state', 'in', ['failed', 'set-aside'])
        .executeTakeFirst();
      if (!again) throw new AppError('usage', `batch ${batchId}`, `no frame of batch ${batchId} has failed`);
      const running = { state: 'running', problem: null, finished_at: null } as const;
      await trx.updateTable('batches').set(running).where('id', '=', batchId).execute();
    });
  }

  /** An update first: of two writers the database lets the second see what the first has done, whichever database it is. */
  async #claim(trx: ProjectTransaction, batchId: BatchId, frameId: FrameId, state: 'done' | 'failed' | 'set-aside') {
    const { numUpdatedRows: claimed } = await itemOf(trx, batchId, frameId)
      .set({ state, ended_at: new Date().toISOString() })
      .where('state', '=', 'waiting')
      .executeTakeFirst();
    if (!claimed) return undefined;
    const batch = await rowOf(trx, batchId);
    if (batch.state !== 'cancelled') return batch;
    await itemOf(trx, batchId, frameId).set({ state: 'waiting', ended_at: null }).execute();
    return undefined;
  }

  async #change(
    batchId: BatchId,
    from: BatchState[],
    to: { state: BatchState; problem?: string | null; finished_at?: string },
  ): Promise<boolean> {
    const id = parseInput(rowId, batchId, 'batch id');
    const update = this.db.updateTable('batches').set(to).where('id', '=', id).where('state', 'in', from);
    return Number((await update.executeTakeFirst()).numUpdatedRows) > 0;
  }
}

function ended(batchId: BatchId): AppError {
  return new AppError('usage', `batch ${batchId}`, `batch ${batchId} has ended`);
}
