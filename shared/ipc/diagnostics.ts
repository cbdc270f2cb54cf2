/** Channels about the log and what a user may pass on to those who help. */
import { z } from 'zod';
import { PAGE_ERROR_KINDS } from '../error-trace';
import { ERROR_CODES } from '../errors';
import { channel } from './channel';

const place = z.object({
  file: z.string().max(100),
  line: z.int().min(0).max(10_000_000),
  column: z.int().min(0).max(10_000_000),
});
const pageError = z.object({
  kind: z.enum(PAGE_ERROR_KINDS),
  code: z.enum(ERROR_CODES).nullable(),
  places: z.array(place).max(12),
});

export const diagnosticsChannels = {
  /** What `diagnostics` shows, several lines; nothing in it names a patient, a file or a user. */
  'diagnostics.text': channel(z.undefined(), z.string()),
  /** Opens the system's file manager on the log. */
  'diagnostics.showLog': channel(z.undefined(), z.void()),
  /** The page caught an error that nobody else did: it and its causes, as `pageErrors` tells them. */
  'diagnostics.pageFailed': channel(z.object({ errors: z.array(pageError).max(4) }), z.void()),
};
