/** Channels about an image as a whole: its frames as a loop. Pixels do not cross here (frame-url.ts). */
import { z } from 'zod';
import { loop, rowId } from '../domain';
import { channel } from './channel';

export const imageChannels = {
  /** The image's frames in their order, with what a timeline shows of each. */
  'images.loop': channel(z.object({ imageId: rowId }), loop),
};
