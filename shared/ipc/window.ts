/** Channels about the windows of the program. */
import { z } from 'zod';
import { channel } from './channel';

export const windowChannels = {
  'window.toggleFullScreen': channel(z.undefined(), z.void()),
  /** Opens the second window, which shows the image alone, or closes it. */
  'window.toggleSecond': channel(z.undefined(), z.void()),
};

export const windowEvents = {
  /** The second window is open now, or closed. */
  'window.second': z.object({ open: z.boolean() }),
};
