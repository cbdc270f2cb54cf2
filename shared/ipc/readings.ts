/** Channels about who reads: the project's readings, and reading as another. Not what readings have in common. */
import { z } from 'zod';
import { newReading, reading, rowId } from '../domain';
import { channel } from './channel';
import { projectSchema } from './project';

export const readingsChannels = {
  /** The main one first, then the oldest. */
  'readings.list': channel(z.undefined(), z.array(reading)),
  /** Throws `usage` for a name that another reading has. */
  'readings.create': channel(newReading, reading),
  /**
   * Opens the project anew in another of its readings (`project.changed`). From then on the masks, comments and reviews
   * that main tells are that reading's alone. Flush the editor first.
   */
  'readings.open': channel(z.object({ readingId: rowId }), projectSchema),
};
