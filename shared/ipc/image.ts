/** Channels about an image as a whole: its frames as a loop, what its file says. Pixels do not cross here (frame-url.ts). */
import { z } from 'zod';
import { fileDescription, loop, rowId } from '../domain';
import { channel } from './channel';

export const imageChannels = {
  /** The image's frames in their order, with what a timeline shows of each. */
  'images.loop': channel(z.object({ imageId: rowId }), loop),
  /** Reads what the frame's file says; what may tell who the patient is only with `patientData`. Throws as opening does. */
  'images.describe': channel(z.object({ frameId: rowId, patientData: z.boolean() }), fileDescription),
};
