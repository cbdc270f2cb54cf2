/**
 * Masks as the project keeps them: one instance of a label on a frame, whose every change is a revision. Not the pixels'
 * geometry or codecs (`shared/mask`) and not how revisions are stored (`main/project`).
 */
import { z } from 'zod';
import { isoTime, rowId, sha256, shortText, sizePx } from './ids';
import { measurement } from './measurement';
import { prompt } from './prompt';
import { reviewState } from './review';

/**
 * How a mask came to be as it is: `proposed` by a head with no prompt, then `accepted`, `corrected` or `rejected` by the
 * user; `drawn` by the user from nothing; `imported` from a file; `propagated` from a neighbouring frame; `deleted`.
 */
export const maskState = z.enum([
  'proposed',
  'accepted',
  'corrected',
  'rejected',
  'drawn',
  'imported',
  'propagated',
  'deleted',
]);
export type MaskState = z.infer<typeof maskState>;

/** Who made a revision that no human made: a head that was not asked by a user. */
export const PROPOSING_USER = 'AutoSAMUS';

/** What a machine made and no human has judged: other machines' work may take its place. */
export const MACHINE_STATES: ReadonlySet<MaskState> = new Set(['proposed', 'propagated']);

/** A mask's pixels at the frame's own size: COCO's compressed run lengths, column by column, background first. */
export const maskRle = z
  .strictObject({ widthPx: sizePx, heightPx: sizePx, counts: z.string().regex(/^[0-o]+$/) })
  .readonly();
export type MaskRle = z.infer<typeof maskRle>;

/** Which act made a revision, and with what. */
export const origin = z
  .strictObject({
    tool: z.enum([
      'proposal',
      'prompt',
      'brush',
      'eraser',
      'polygon',
      'operation',
      'review',
      'delete',
      'undo',
      'redo',
      'import',
      'propagation',
      'adjudication',
      'interpolation',
      'restore',
    ]),
    /** Id of the model (hash of its weights) that computed the mask. */
    modelId: z.exactOptional(shortText),
    /** Version of the label's head that proposed it. */
    headVersion: z.exactOptional(shortText),
    /** The version that was in use for the label when a batch was asked to take this one; null: none was. */
    insteadOf: z.exactOptional(shortText.nullable()),
    /** The file an import came from. */
    source: z.exactOptional(z.string().min(1).max(4_096)),
    /** The frame a propagated or interpolated mask came from. */
    fromFrameId: z.exactOptional(rowId),
    /** The readings whose outlines an adjudicated mask was made of. */
    fromReadingIds: z.exactOptional(z.array(rowId).min(1).max(2).readonly()),
  })
  .readonly();
export type Origin = z.infer<typeof origin>;

/** One state of a mask. Written once, never changed. */
export const maskRevision = z
  .strictObject({
    id: rowId,
    maskId: rowId,
    /** The revision this one replaced; null for a mask's first. */
    previousId: rowId.nullable(),
    /** The older revision this one equals, when an undo or redo brought it back. */
    restoredFromId: rowId.nullable(),
    state: maskState,
    rle: maskRle,
    areaPx: z.int().min(0),
    /** The model's own estimate of the mask's IoU, 0 to 1; null for what no model drew. */
    quality: z.number().min(0).max(1).nullable(),
    prompt,
    origin,
    user: shortText,
    time: isoTime,
  })
  .readonly();
export type MaskRevision = z.infer<typeof maskRevision>;
export type RevisionId = MaskRevision['id'];

/** One instance of a label on a frame, with the revision that holds now. */
export const maskInstance = z
  .strictObject({ id: rowId, frameId: rowId, labelId: rowId, current: maskRevision })
  .readonly();
export type MaskInstance = z.infer<typeof maskInstance>;
export type MaskId = MaskInstance['id'];

const content = {
  state: maskState.exclude(['deleted']),
  rle: maskRle,
  quality: z.number().min(0).max(1).nullable().default(null),
  prompt: prompt.default({ points: [] }),
  origin,
};

/** `previousId` is the revision the user saw: if another has been saved since, the change is refused. */
const onExisting = { maskId: rowId, previousId: rowId };

/** One change of one mask. */
export const maskChange = z.discriminatedUnion('kind', [
  /** A new instance. */
  z.strictObject({ kind: z.literal('add'), labelId: rowId, ...content }),
  /** New pixels or prompts. */
  z.strictObject({ kind: z.literal('edit'), ...onExisting, ...content }),
  /** Same pixels and prompts, another state: accept, reject, delete. */
  z.strictObject({ kind: z.literal('state'), ...onExisting, state: maskState, origin }),
  /** Back to an older (undo) or undone (redo) revision of the same mask: its pixels, prompts, state and quality. */
  z.strictObject({ kind: z.literal('restore'), ...onExisting, revisionId: rowId, tool: z.enum(['undo', 'redo']) }),
]);
export type MaskChange = z.input<typeof maskChange>;

/**
 * One act of the user (or of a model) on one frame, saved whole or not at all. `frameSha256` are the pixels the masks
 * were made on: a frame with other pixels refuses them.
 */
export const frameEdit = z
  .strictObject({
    frameId: rowId,
    frameSha256: sha256,
    user: shortText,
    changes: z.array(maskChange).max(1_000).readonly(),
    /** What the frame's review becomes; without it, it follows from the masks (`reviewOf`). */
    review: z.exactOptional(reviewState),
    /** All that is measured by hand on the frame from now on; without it, what there is stays. */
    measurements: z.exactOptional(z.array(measurement).max(1_000).readonly()),
  })
  .readonly();
export type FrameEdit = z.input<typeof frameEdit>;

/** What an edit left: the changed masks as they now are, in the order of the changes, and the frame's review. */
export const savedEdit = z.strictObject({ masks: z.array(maskInstance).readonly(), review: reviewState }).readonly();
export type SavedEdit = z.infer<typeof savedEdit>;

/** How many masks of a label are in each state now. */
export const labelProgress = z
  .strictObject({ labelId: rowId, masks: z.record(maskState, z.int().min(0)).readonly() })
  .readonly();
export type LabelProgress = z.infer<typeof labelProgress>;
