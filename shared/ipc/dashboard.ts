/** Channels about the figures of the work: noting visits of frames, counting, and writing charts and tables into files. */
import { z } from 'zod';
import { frameVisit, projectStatistics } from '../domain';
import { channel } from './channel';

/** A chart at twice the resolution of a large display is below 20 MB. */
const MOST_BYTES = 32 * 1024 * 1024;

const chartFile = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('png'), bytes: z.instanceof(Uint8Array).refine(isPng, 'no PNG') }),
  z.object({ kind: z.literal('csv'), text: z.string().max(MOST_BYTES) }),
]);

export const dashboardChannels = {
  /** A frame is left; whose visit it was is main's to add. Throws `frame-changed` for one of another project. */
  'visits.record': channel(frameVisit, z.void()),
  'dashboard.statistics': channel(z.undefined(), projectStatistics),
  /** Asks where to, and writes; the file is complete or absent. Answers its path; null where the user cancelled. */
  'dashboard.saveFile': channel(
    z.object({
      /** Proposed, without a folder or an ending. */
      name: z
        .string()
        .min(1)
        .max(120)
        // eslint-disable-next-line no-control-regex
        .regex(/^[^\\/:*?"<>|\u0000-\u001f]+$/),
      file: chartFile,
    }),
    z.string().nullable(),
  ),
};

function isPng(bytes: Uint8Array): boolean {
  const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  return bytes.length <= MOST_BYTES && signature.every((byte, i) => bytes[i] === byte);
}
