/** Channels about the windows of the program. */
import { z } from 'zod';
import { channel } from './channel';

export const windowChannels = {
  'window.toggleFullScreen': channel(z.undefined(), z.void()),
};
