/** Who stands for a label's masks on a frame of a loop: what carrying masks on goes by, and the timeline shows. */
import { z } from 'zod';
import { rowId } from './ids';

export const labelOnFrame = z
  .strictObject({
    frameId: rowId,
    /**
     * `human`: somebody has outlined the label there, accepted its mask, or judged the frame as it is. `propagation`: no
     * more than carried on. `head`: proposed. `nobody`: no mask, and nobody has said that there is none.
     */
    by: z.enum(['nobody', 'head', 'propagation', 'human']),
    /** Masks neither rejected nor deleted. */
    masks: z.int().min(0),
    /** How sure the least sure carried mask is, 0 to 1; null where nothing measured it, or nothing was carried. */
    confidence: z.number().min(0).max(1).nullable(),
    /** The frame that the carried masks came from; null where nothing was carried. */
    fromFrameId: rowId.nullable(),
    /** The newest revision that gave its masks their pixels; null without masks, or where they were only accepted. */
    revisionId: rowId.nullable(),
  })
  .readonly();
export type LabelOnFrame = z.infer<typeof labelOnFrame>;
