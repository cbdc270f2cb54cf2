/** Channels about carrying masks on through a loop; what it does is in main/propagate. */
import { z } from 'zod';
import { labelOnFrame, maskInstance, rowId, sha256 } from '../domain';
import { channel } from './channel';

export const propagationRequestSchema = z.object({
  /** Whose masks are carried on. */
  frameId: rowId,
  labelId: rowId,
  /**
   * From the frame to the end or the start of its loop; through the frames around a corrected one that masks were carried
   * to before; or between the nearest frames, before and after it, where a human stands for a mask.
   */
  direction: z.enum(['forward', 'backward', 'correction', 'between']),
});
export type PropagationRequest = z.infer<typeof propagationRequestSchema>;

/**
 * Why it went no further: the loop's end; a frame that somebody has worked on or judged; an image too unlike the one
 * before to say where the mask is; a frame that cannot be read. All that a correction touched was carried anew; all
 * between two frames was interpolated, or all but what only one of them has and frames that cannot be read or that others work on; there are no
 * two frames to do that between.
 */
export const propagationEndSchema = z.enum([
  'end',
  'reviewed',
  'drift',
  'unreadable',
  'corrected',
  'interpolated',
  'interpolated-part',
  'no-keys',
]);
export type PropagationEnd = z.infer<typeof propagationEndSchema>;

export const propagationResultSchema = z.object({
  /** That have the masks now. */
  frames: z.int().min(0),
  /** Frames that lie on the way. */
  of: z.int().min(0),
  stopped: propagationEndSchema,
});
export type PropagationResult = z.infer<typeof propagationResultSchema>;

export const propagationChannels = {
  /** One at a time. Throws `usage` where the frame has no mask of the label, `cancelled`; what was saved stays. */
  'propagation.run': channel(propagationRequestSchema, propagationResultSchema),
  /** Who stands for a label's masks on each frame of an image, in the frames' order. */
  'propagation.loop': channel(z.object({ imageId: rowId, labelId: rowId }), z.array(labelOnFrame)),
  'propagation.cancel': channel(z.undefined(), z.void()),
  /** Takes the last run back, but where somebody has worked since. Answers on how many frames. */
  'propagation.undo': channel(z.undefined(), z.object({ frames: z.int().min(0) })),
};

export const propagationEvents = {
  'propagation.progress': z.object({ done: z.int().min(0), total: z.int().min(0) }),
  /** These masks of a frame are other than they were, and not by the user's hand. */
  'masks.changed': z.object({ frameId: rowId, frameSha256: sha256, masks: z.array(maskInstance) }),
};
