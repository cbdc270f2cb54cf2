/** Backups of a project as they are listed. */
import { z } from 'zod';

/** A file of the folder `backups`, never a way out of it. */
export const backupName = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ(\.aside)?\.db$/);

export const backup = z.object({
  name: backupName,
  /** When it was made, ms since 1970. */
  timeMs: z.number(),
  /** The state that a restore replaced: never removed by itself. */
  aside: z.boolean(),
  sizeBytes: z.int().min(0),
  /** In all readings; null where the file is damaged. */
  masks: z.int().min(0).nullable(),
});

export type Backup = z.infer<typeof backup>;
