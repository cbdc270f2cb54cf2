/**
 * Learning from corrections: a round trains one label's head and yields a head version with a report; the gate decides
 * whether that version proposes from then on. Not how any of it is computed (`main/finetune`).
 */
import { z } from 'zod';
import { ERROR_CODES } from '../errors';
import { isoTime, rowId, sha256, shortText } from './ids';

/** Frames that belong together are on one side for ever: patients, else series, else frames that look alike. */
export const learningSide = z.enum(['train', 'validation']);
export type LearningSide = z.infer<typeof learningSide>;

/**
 * How a round was judged: on groups that were never trained on (`held-out`), or, with too few of them, by leaving out one
 * group after the other (`leave-one-out`). Never on frames drawn at random.
 */
export const judging = z.enum(['held-out', 'leave-one-out']);
export type Judging = z.infer<typeof judging>;

/** How well a head does on one frame. */
export const headScore = z
  .strictObject({
    /** Of its proposal, 0 to 1. */
    dice: z.number().min(0).max(1),
    /** Of its proposal, px of the frame; null where proposal or mask is empty. */
    hd95Px: z.number().min(0).nullable(),
    /** Simulated clicks from its proposal until Dice >= 0.90; null where 10 are not enough. */
    clicks: z.int().min(0).nullable(),
  })
  .readonly();
export type HeadScore = z.infer<typeof headScore>;

/** Means over frames; a frame that 10 clicks do not mend counts as 10. */
export const meanScore = z
  .strictObject({ dice: z.number(), hd95Px: z.number().nullable(), clicks: z.number() })
  .readonly();
export type MeanScore = z.infer<typeof meanScore>;

/** Gain in mean Dice with its 95 % interval, from resampling whole groups (paired bootstrap). */
export const gain = z.strictObject({ mean: z.number(), low: z.number(), high: z.number() }).readonly();
export type Gain = z.infer<typeof gain>;

/**
 * `better`: beyond noise. `first`: not so, but nothing proposed before. `not-better`: within noise, or worse. `forgets`:
 * worse on what the label knew before.
 */
export const verdict = z.enum(['better', 'first', 'not-better', 'forgets']);
export type Verdict = z.infer<typeof verdict>;

/** Whether a version with this verdict becomes active by itself. */
export function takesOver(found: Verdict): boolean {
  return found === 'better' || found === 'first';
}

/** Training loss and validation Dice along the way; loss is a mean since the point before. */
export const learningCurve = z
  .array(z.strictObject({ step: z.int(), loss: z.number(), dice: z.number().nullable() }))
  .readonly();
export type LearningCurve = z.infer<typeof learningCurve>;

export const roundReport = z
  .strictObject({
    judging,
    images: z.strictObject({ train: z.int(), validation: z.int() }),
    groups: z.strictObject({ train: z.int(), validation: z.int() }),
    /** What the groups are. */
    groupedBy: z.enum(['patient', 'series', 'similar-frames', 'mixed']),
    /** Head the training began from: a version, the name of another label's head, or `neutral`. */
    startedFrom: z.string(),
    steps: z.int().min(0),
    /** Wall clock, pauses not counted. */
    minutes: z.number().min(0),
    curve: learningCurve,
    before: meanScore,
    after: meanScore,
    gain,
    /** Simulated phantoms of a bundled label and what the project accepted in earlier rounds; null: nothing to forget. */
    replay: z.strictObject({ images: z.int(), before: z.number(), after: z.number(), gain }).readonly().nullable(),
    verdict,
    /** Every validation frame, the worst after the round first. */
    frames: z
      .array(z.strictObject({ frameId: rowId, group: z.string(), before: headScore, after: headScore }).readonly())
      .readonly(),
    /** Frames with masks that took no part, since they could not be read; `file` is a name without folders. */
    leftOut: z
      .array(z.strictObject({ frameId: rowId, file: z.string(), code: z.enum(ERROR_CODES) }).readonly())
      .readonly()
      .default([]),
  })
  .readonly();
export type RoundReport = z.infer<typeof roundReport>;

export const roundState = z.enum(['running', 'paused', 'finished', 'cancelled', 'failed']);
export type RoundState = z.infer<typeof roundState>;

/** What the user chose for a round. */
export const roundSettings = z
  .strictObject({
    /** At most so long, pauses not counted. */
    minutes: z
      .number()
      .min(0.1)
      .max(24 * 60),
    /** Version to go on from; null: the model's own head, another label's or none, whichever proposes best. */
    fromHeadId: rowId.nullable(),
    seed: z.int().min(0),
  })
  .readonly();
export type RoundSettings = z.infer<typeof roundSettings>;

export const round = z
  .strictObject({
    id: rowId,
    labelId: rowId,
    state: roundState,
    settings: roundSettings,
    /** Null until it is finished. */
    report: roundReport.nullable(),
    /** Why it failed. */
    problem: z.string().nullable(),
    /** The version it yielded. */
    headId: rowId.nullable(),
    /** Who has begun it. */
    user: shortText,
    startedAt: isoTime,
    finishedAt: isoTime.nullable(),
  })
  .readonly();
export type Round = z.infer<typeof round>;

/** A trained head of this project. Exactly one, or the model's own head, is active for a label. */
export const headVersion = z
  .strictObject({
    id: rowId,
    labelId: rowId,
    /** `v1`, `v2`, ... within the label. */
    version: shortText,
    active: z.boolean(),
    sha256,
    /** Null: imported. */
    roundId: rowId.nullable(),
    /** Of its round, or of the round it was exported with. */
    report: roundReport.nullable(),
    createdAt: isoTime,
  })
  .readonly();
export type HeadVersion = z.infer<typeof headVersion>;

/** Which frame `next unreviewed` goes to. */
export const frameOrder = z.enum(['file', 'random', 'uncertain', 'different', 'mix']);
export type FrameOrder = z.infer<typeof frameOrder>;

/** Why a frame was the next one: by an order, or as a control drawn at random. */
export const frameReason = z.enum([...frameOrder.options, 'control']);
export type FrameReason = z.infer<typeof frameReason>;
