/** Channels about the log and what a user may pass on to those who help. */
import { z } from 'zod';
import { ERROR_TRACE } from '../error-trace';
import { channel } from './channel';

export const diagnosticsChannels = {
  /** What `diagnostics` shows, several lines; nothing in it names a patient, a file or a user. */
  'diagnostics.text': channel(z.undefined(), z.string()),
  /** Opens the system's file manager on the log. */
  'diagnostics.showLog': channel(z.undefined(), z.void()),
  /** The page caught an error that nobody else did: as `describeError` tells it. */
  'diagnostics.pageFailed': channel(z.object({ trace: z.string().regex(ERROR_TRACE) }), z.void()),
};
