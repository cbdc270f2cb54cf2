/** Who works on a frame of a shared project: for others it is read-only until they leave it. */
import { z } from 'zod';
import { isoTime } from './ids';

export const frameLease = z
  .strictObject({
    /** Held by this opening of the project: the frame may be edited. */
    mine: z.boolean(),
    /** Login of who holds it. */
    holder: z.string(),
    since: isoTime,
  })
  .readonly();
export type FrameLease = z.infer<typeof frameLease>;
