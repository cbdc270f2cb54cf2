/** Channels about learning: rounds, head versions, and which frames to correct next. */
import { z } from 'zod';
import { frameOrder, frameReason, headVersion, learningCurve, meanScore, round, roundState, rowId } from '../domain';
import { absolutePath, channel } from './channel';

export const learningProgressSchema = z.object({
  roundId: rowId,
  labelId: rowId,
  state: roundState,
  /** `prepare`: embeddings; `train`; `judge`: scores before and after. */
  phase: z.enum(['prepare', 'train', 'judge']),
  /** Of the whole round, 0 to 1. */
  done: z.number().min(0).max(1),
  secondsLeft: z.number().min(0).nullable(),
  /** So far, from the first step on. */
  curve: learningCurve,
});
export type LearningProgress = z.infer<typeof learningProgressSchema>;

/** How it stands with a label. */
export const labelLearningSchema = z.object({
  labelId: rowId,
  /** Frames with masks that a round could learn from. */
  usable: z.int().min(0),
  /** Those that came or changed since the last round began. */
  fresh: z.int().min(0),
  /** Enough that is new: a round is offered. */
  offered: z.boolean(),
  /** A round that is running or paused. */
  round: round.nullable(),
  /** Of that round, as last told; null where it has not run since the project was opened. */
  progress: learningProgressSchema.nullable(),
  /** The round is another user's of the shared project, or runs on another computer: it can only be ended here. */
  elsewhere: z.boolean(),
});
export type LabelLearning = z.infer<typeof labelLearningSchema>;

/** A head: a version of this project, or null for the model's own. */
const headId = rowId.nullable();

/** `packMask` at the frame's own size. */
const packedMaskSchema = z.object({ widthPx: z.int(), heightPx: z.int(), bits: z.instanceof(Uint8Array) });

export const learningChannels = {
  'learning.labels': channel(z.undefined(), z.array(labelLearningSchema)),
  /** One round at a time. Throws `usage` where there is too little to learn from, naming what is missing. */
  'learning.start': channel(
    z.object({
      labelId: rowId,
      minutes: z.exactOptional(
        z
          .number()
          .min(0.1)
          .max(24 * 60),
      ),
      fromHeadId: z.exactOptional(headId),
    }),
    round,
  ),
  /** Its state is on the disk: it goes on where it was, also after a restart of the computer. */
  'learning.pause': channel(z.object({ roundId: rowId }), z.void()),
  'learning.resume': channel(z.object({ roundId: rowId }), z.void()),
  /** Ends the training now; the best so far is judged like any other. */
  'learning.finish': channel(z.object({ roundId: rowId }), z.void()),
  /** Nothing is kept. */
  'learning.cancel': channel(z.object({ roundId: rowId }), z.void()),
  /** Newest first. */
  'learning.rounds': channel(z.object({ labelId: rowId }), z.array(round)),
  /** Newest first; the model's own head, where it has one, is `ownHead`. */
  'learning.versions': channel(
    z.object({ labelId: rowId }),
    z.object({
      versions: z.array(headVersion),
      ownHead: z.object({ name: z.string(), active: z.boolean() }).nullable(),
    }),
  ),
  /** Also against the gate's verdict. Frames without work of a human are proposed afresh. */
  'learning.activate': channel(z.object({ labelId: rowId, headId }), z.void()),
  /** Not the active one. */
  'learning.removeVersion': channel(z.object({ headId: rowId }), z.void()),
  /** Weights, report and provenance in one file; no image, no name of a patient or file. */
  'learning.exportVersion': channel(z.object({ headId: rowId, path: absolutePath }), z.void()),
  /** A new version, not active. Throws `model-invalid` for a file of another model. */
  'learning.importVersion': channel(z.object({ labelId: rowId, path: absolutePath }), headVersion),
  /** What two heads propose on a frame, to look at side by side. */
  'learning.compare': channel(
    z.object({ frameId: rowId, labelId: rowId, headIds: z.tuple([headId, headId]) }),
    z.object({ masks: z.tuple([packedMaskSchema.nullable(), packedMaskSchema.nullable()]) }),
  ),
  'learning.settings': channel(z.undefined(), z.object({ order: frameOrder, automatic: z.boolean() })),
  'learning.setSettings': channel(
    z.object({ order: z.exactOptional(frameOrder), automatic: z.exactOptional(z.boolean()) }),
    z.object({ order: frameOrder, automatic: z.boolean() }),
  ),
  /** The frame to correct next, by the order in use; `why` it is that one. Null: none is left. */
  'learning.next': channel(
    z.object({ after: rowId.nullable() }),
    z.object({ frameId: rowId, why: frameReason }).nullable(),
  ),
};

export const learningEvents = {
  'learning.progress': learningProgressSchema,
  /** Rounds, versions or what can be learned from have changed. */
  'learning.changed': z.object({ labels: z.array(labelLearningSchema) }),
  /** A round has ended: what came of it. */
  'learning.ended': z.object({
    round,
    activated: z.boolean(),
    before: meanScore.nullable(),
    after: meanScore.nullable(),
  }),
};
