/**
 * What the orders of frames go by: how sure heads were of their proposals, and what frames look like. Only what belongs to
 * a frame's own pixels, and to the model or encoder that is asked for, is handed out. Not the orders (`main/finetune`).
 */
import { float16ToFloat32, float32ToFloat16 } from '../../models/checkpoint';
import type { FrameId, LabelId, ReadingId, ReviewState } from '../../shared/domain';
import { afterWriters } from './dialect';
import { reviewIn } from './readings';
import type { ProjectDb, ProjectTransaction } from './schema';

/** A head that proposes for a label, by the name that requests give it. */
export interface HeadInUse {
  readonly labelId: LabelId;
  readonly head: string;
}

export interface FrameLook {
  readonly frameId: FrameId;
  readonly frameSha256: string;
  readonly encoderId: string;
  /** Kept at half precision. */
  readonly sketch: Float32Array;
}

/** Each from 0 to 1. */
export interface ProposalScore extends HeadInUse {
  readonly predictedIou: number;
  readonly stability: number;
  /** Null until the mirror image has been proposed on. */
  readonly flipDice: number | null;
}

export interface FrameScore extends ProposalScore {
  readonly frameId: FrameId;
}

/** What a proposal was drawn on, and by which model. */
export interface ProposalOf {
  readonly frameId: FrameId;
  readonly frameSha256: string;
  readonly modelId: string;
}

/** What came of a look at rows that are newer than those known: none with a lower id comes later. */
export interface Newer<Row> {
  readonly rows: readonly Row[];
  /** Of the last one; as it was where there is none. */
  readonly lastId: number;
}

const PAGE_ROWS = 1_000;
const UNTOUCHED: ReviewState[] = ['unopened', 'proposed'];

export class Scores {
  /** @param reading in which frames count as worked on */
  constructor(
    private readonly db: ProjectDb,
    private readonly reading: ReadingId,
  ) {}

  async hasLook({ frameId, frameSha256, encoderId }: Omit<FrameLook, 'sketch'>): Promise<boolean> {
    const row = await this.db
      .selectFrom('looks')
      .select('id')
      .where('frame_id', '=', frameId)
      .where('frame_sha256', '=', frameSha256)
      .where('encoder_id', '=', encoderId)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Replaces what the frame looked like before. */
  async putLook(look: FrameLook): Promise<void> {
    await this.db.transaction().execute((trx) => storeLook(trx, look));
  }

  /** The next looks, at most a thousand. @param lastId of those known; 0: none */
  async looksAfter(lastId: number, encoderId: string): Promise<Newer<Pick<FrameLook, 'frameId' | 'sketch'>>> {
    const rows = await afterWriters(this.db, 'looks', (db) =>
      db
        .selectFrom('looks')
        .innerJoin('frames', (join) =>
          join.onRef('frames.id', '=', 'looks.frame_id').onRef('frames.sha256', '=', 'looks.frame_sha256'),
        )
        .select(['looks.id', 'looks.frame_id as frameId', 'looks.sketch'])
        .where('looks.id', '>', lastId)
        .where('looks.encoder_id', '=', encoderId)
        .orderBy('looks.id')
        .limit(PAGE_ROWS)
        .execute(),
    );
    return {
      rows: rows.map(({ frameId, sketch }) => ({ frameId, sketch: sketchOf(sketch) })),
      lastId: rows.at(-1)?.id ?? lastId,
    };
  }

  /** Replaces what was known of these labels' proposals on the frame. A label removed meanwhile is left out. */
  async put(proposal: ProposalOf, scores: readonly ProposalScore[]): Promise<void> {
    await this.db.transaction().execute((trx) => storeScores(trx, proposal, scores));
  }

  /** Adds to what is known of a proposal; nothing where another head has proposed meanwhile. */
  async putFlip(proposal: ProposalOf, { labelId, head }: HeadInUse, flipDice: number): Promise<void> {
    await this.db.transaction().execute(async (trx) => {
      const known = await trx
        .selectFrom('proposal_scores')
        .select(['predicted_iou as predictedIou', 'stability'])
        .where('frame_id', '=', proposal.frameId)
        .where('frame_sha256', '=', proposal.frameSha256)
        .where('model_id', '=', proposal.modelId)
        .where('label_id', '=', labelId)
        .where('head', '=', head)
        .executeTakeFirst();
      if (known) await replaceScore(trx, proposal, { ...known, labelId, head, flipDice });
    });
  }

  /** The next scores, of whatever head of the model, at most a thousand. @param lastId of those known; 0: none */
  async after(lastId: number, modelId: string): Promise<Newer<FrameScore>> {
    const rows = await afterWriters(this.db, 'proposal_scores', (db) =>
      db
        .selectFrom('proposal_scores as scores')
        .innerJoin('frames', (join) =>
          join.onRef('frames.id', '=', 'scores.frame_id').onRef('frames.sha256', '=', 'scores.frame_sha256'),
        )
        .select(['scores.id', 'scores.frame_id as frameId', 'scores.label_id as labelId', 'scores.head'])
        .select(['scores.predicted_iou as predictedIou', 'scores.stability', 'scores.flip_dice as flipDice'])
        .where('scores.id', '>', lastId)
        .where('scores.model_id', '=', modelId)
        .orderBy('scores.id')
        .limit(PAGE_ROWS)
        .execute(),
    );
    return { rows, lastId: rows.at(-1)?.id ?? lastId };
  }

  /** Ids of frames that somebody has corrected, accepted or rejected. */
  async workedOn(): Promise<FrameId[]> {
    const frames = this.db.selectFrom('frames').select('id').where(reviewIn(this.reading), 'not in', UNTOUCHED);
    return (await frames.orderBy('id').execute()).map(({ id }) => id);
  }

  /** Nobody has worked on it, and its file is as it was. */
  async isUntouched(frameId: FrameId): Promise<boolean> {
    const row = await this.db
      .selectFrom('frames')
      .select('id')
      .where('id', '=', frameId)
      .where('problem', 'is', null)
      .where(reviewIn(this.reading), 'in', UNTOUCHED)
      .executeTakeFirst();
    return row !== undefined;
  }
}

/** `Scores.putLook` in the caller's transaction. */
export async function storeLook(
  trx: ProjectTransaction,
  { frameId, frameSha256, encoderId, sketch }: FrameLook,
): Promise<void> {
  const bytes = new Uint8Array(float32ToFloat16(sketch).buffer);
  await trx.deleteFrom('looks').where('frame_id', '=', frameId).execute();
  await trx
    .insertInto('looks')
    .values({ frame_id: frameId, frame_sha256: frameSha256, encoder_id: encoderId, sketch: bytes })
    .execute();
}

/** `Scores.put` in the caller's transaction. */
export async function storeScores(
  trx: ProjectTransaction,
  proposal: ProposalOf,
  scores: readonly ProposalScore[],
): Promise<void> {
  for (const score of scores) {
    const label = await trx.selectFrom('labels').select('id').where('id', '=', score.labelId).executeTakeFirst();
    if (label) await replaceScore(trx, proposal, score);
  }
}

/** In a new row, so that whoever knows the old one hears of it. */
async function replaceScore(
  trx: ProjectTransaction,
  { frameId, frameSha256, modelId }: ProposalOf,
  { labelId, head, predictedIou, stability, flipDice }: ProposalScore,
): Promise<void> {
  await trx.deleteFrom('proposal_scores').where('frame_id', '=', frameId).where('label_id', '=', labelId).execute();
  await trx
    .insertInto('proposal_scores')
    .values({
      frame_id: frameId,
      label_id: labelId,
      frame_sha256: frameSha256,
      model_id: modelId,
      head,
      predicted_iou: predictedIou,
      stability,
      flip_dice: flipDice,
    })
    .execute();
}

/** @param bytes a view, of unknown alignment */
function sketchOf(bytes: Uint8Array): Float32Array {
  return float16ToFloat32(new Uint16Array(new Uint8Array(bytes).buffer));
}
