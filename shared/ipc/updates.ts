/** Channels about newer versions of the program. Nothing is looked for, fetched or installed unless it is asked for. */
import { z } from 'zod';
import { ERROR_CODES } from '../errors';
import { channel } from './channel';

const bytes = z.number().min(0);

export const updatesStateSchema = z.object({
  /** The program knows whose signature to trust; one without a key offers no updates. */
  hasKey: z.boolean(),
  /** How a package becomes the program: by itself, or by a person. */
  handover: z.enum(['install', 'show']),
  phase: z.enum(['idle', 'looking', 'current', 'found', 'fetching', 'ready', 'installing']),
  /** From `found` on. Signed for; notes are plain text. */
  update: z.object({ version: z.string(), notes: z.string(), sizeBytes: bytes }).nullable(),
  doneBytes: bytes,
  /** Path of the package once it is there. */
  package: z.string().nullable(),
  /** What came of the last act, where nothing came of it. */
  failure: z.object({ code: z.enum(ERROR_CODES), subject: z.string() }).nullable(),
});
export type UpdatesState = z.infer<typeof updatesStateSchema>;

/** Acts answer when they have ended, well or not: the state says which. */
export const updatesChannels = {
  'updates.state': channel(z.undefined(), updatesStateSchema),
  /** In the place that the settings name. */
  'updates.look': channel(z.undefined(), updatesStateSchema),
  'updates.fetch': channel(z.undefined(), updatesStateSchema),
  /** Ends looking or fetching; what was half fetched goes. */
  'updates.cancel': channel(z.undefined(), z.void()),
  /** Ends the program if it succeeds. Refused (`update-busy`) while a round or a batch runs. */
  'updates.install': channel(z.undefined(), updatesStateSchema),
};

export const updatesEvents = {
  'updates.changed': updatesStateSchema,
};
