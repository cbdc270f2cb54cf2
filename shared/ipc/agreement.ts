/** Channels about how far two readers agree. In a blind reading all of them throw `reading-blind`. */
import { z } from 'zod';
import { agreementReport, maskRle, rowId } from '../domain';
import { channel } from './channel';

/** Two different readings. */
const readers = z.tuple([rowId, rowId]);
const masks = z.array(maskRle);

export const agreementChannels = {
  /** One at a time; `agreement.progress` tells how far it is. The tables are CSV: a line a frame, a line a patient. */
  'agreement.run': channel(
    z.object({ readers }),
    z.object({ report: agreementReport, tables: z.object({ frames: z.string(), summary: z.string() }) }),
  ),
  'agreement.cancel': channel(z.undefined(), z.void()),
  /** What was compared on a frame: the masks of the first and of the second reader. */
  'agreement.masks': channel(z.object({ readers, frameId: rowId, labelId: rowId }), z.tuple([masks, masks])),
};

export const agreementEvents = {
  'agreement.progress': z.object({ done: z.int().min(0), total: z.int().min(0) }),
};
