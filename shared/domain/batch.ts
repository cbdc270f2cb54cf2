/**
 * A batch: proposals for many frames, asked for once and worked off, however often the program ends on the way. Not how
 * it is worked off (`main/batch`) nor how it is kept (`main/project/batches.ts`).
 */
import { z } from 'zod';
import { ERROR_CODES } from '../errors';
import { imageProblem } from './frame';
import { isoTime, rowId, shortText } from './ids';

/** `running` also where the program that ran it was killed: whoever opens the project asks whether to go on. */
export const batchState = z.enum(['running', 'paused', 'finished', 'cancelled']);
export type BatchState = z.infer<typeof batchState>;

/** `set-aside`: it has brought down two workers. */
export const batchItemState = z.enum(['waiting', 'done', 'failed', 'set-aside']);
export type BatchItemState = z.infer<typeof batchItemState>;

/**
 * Frames that have masks already: left out, or, where they are proposals that nobody has touched, drawn anew. What a human
 * has worked on is left alone either way.
 */
export const existingMasks = z.enum(['skip', 'replace']);
export type ExistingMasks = z.infer<typeof existingMasks>;

/** Name of a head as requests give it: a model's label, or the hash of a version's file. */
const headName = z.string().min(1).max(64);

/** What the user asks for. */
export const batchRequest = z
  .strictObject({
    /** Left out: all. */
    studyIds: z.exactOptional(z.array(rowId).min(1).max(100_000).readonly()),
    /** Left out: every label that has a head; `head` left out: the one that proposes for it now. */
    labels: z.exactOptional(
      z
        .array(z.strictObject({ labelId: rowId, head: z.exactOptional(headName) }).readonly())
        .min(1)
        .max(1_000)
        .readonly(),
    ),
    existing: existingMasks,
  })
  .readonly();
export type BatchRequest = z.infer<typeof batchRequest>;

/** A label of a batch with the head that proposes for it there, whatever is chosen for it later. */
export const batchLabel = z
  .strictObject({
    labelId: rowId,
    head: headName,
    version: shortText,
    /** The version that was in use for the label when another was chosen for the batch; null: none was. */
    insteadOf: z.exactOptional(shortText.nullable()),
    /** Names of the only series it is proposed on. */
    series: z.exactOptional(z.array(z.string()).readonly()),
  })
  .readonly();
export type BatchLabel = z.infer<typeof batchLabel>;

/** A request with everything decided that it left open. */
export const batchPlan = z
  .strictObject({
    studyIds: z.exactOptional(z.array(rowId).readonly()),
    labels: z.array(batchLabel).min(1).readonly(),
    existing: existingMasks,
    /** Of the model it is proposed with. */
    modelId: shortText,
  })
  .readonly();
export type BatchPlan = z.infer<typeof batchPlan>;

export const batchCounts = z.record(batchItemState, z.int().min(0)).readonly();
export type BatchCounts = z.infer<typeof batchCounts>;

/** Why a batch stopped by itself: a disk that is full, a model that is gone. */
export const batchProblem = z.strictObject({ code: z.enum(ERROR_CODES), message: z.string() }).readonly();
export type BatchProblem = z.infer<typeof batchProblem>;

export const batch = z
  .strictObject({
    id: rowId,
    state: batchState,
    plan: batchPlan,
    counts: batchCounts,
    /** Masks that its frames got. */
    masks: z.int().min(0),
    problem: batchProblem.nullable(),
    user: shortText,
    createdAt: isoTime,
    finishedAt: isoTime.nullable(),
  })
  .readonly();
export type Batch = z.infer<typeof batch>;
export type BatchId = Batch['id'];

/** A frame that got nothing, and why. */
export const batchFailure = z
  .strictObject({
    frameId: rowId,
    state: batchItemState.extract(['failed', 'set-aside']),
    /** Below the opened folder. */
    relativePath: z.string(),
    /** 0-based, within the image. */
    frameIndex: z.int().min(0),
    frameCount: z.int().min(1),
    code: z.enum(ERROR_CODES),
    message: z.string(),
  })
  .readonly();
export type BatchFailure = z.infer<typeof batchFailure>;

/** How the study list names what a batch says of a frame's file; null for what says nothing of it. */
export function problemOfFailure(code: BatchFailure['code']): z.infer<typeof imageProblem> | null {
  if (code === 'frame-changed') return 'changed';
  // A file that brings workers down costs that file, not the study.
  if (code === 'worker-died') return 'file-unreadable';
  return imageProblem.safeParse(code).data ?? null;
}
