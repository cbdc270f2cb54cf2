/** Channels about whether the open project is as it was sealed. */
import { z } from 'zod';
import { chainHead, projectCheck } from '../domain';
import { channel } from './channel';

export const verifyChannels = {
  /** Takes seconds in a large project; one at a time. `expect`: a head that was written down before. */
  'verify.run': channel(z.object({ expect: z.exactOptional(chainHead) }), projectCheck),
  /** `verify.run` then answers `cancelled`. */
  'verify.cancel': channel(z.undefined(), z.void()),
};

export const verifyEvents = {
  /** Rows. */
  'verify.progress': z.object({ done: z.int().min(0), total: z.int().min(0) }),
};
