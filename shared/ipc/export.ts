/** Channels about export. What is written is main/export's affair. */
import { z } from 'zod';
import { rowId } from '../domain';
import { channel } from './channel';
import { problemSchema } from './study';

export const exportRequestSchema = z.object({
  /** A new folder is made in it; `app.showInFolder` opens the one that `export.run` answers. */
  folder: z.string().min(1).max(4_096),
  formats: z.array(z.enum(['png', 'coco'])).min(1),
  /** `accepted`: masks of frames the user accepted; `all`: every mask neither rejected nor deleted, proposals too. */
  include: z.enum(['accepted', 'all']),
  /** Left out: all labels. */
  labelIds: z.exactOptional(z.array(rowId).min(1)),
});
export type ExportRequest = z.infer<typeof exportRequestSchema>;

export const exportResultSchema = z.object({
  /** Absolute path of the folder that was made. */
  folder: z.string(),
  frames: z.int().min(0),
  masks: z.int().min(0),
  /** Frames whose source is missing or changed; their masks are exported all the same. */
  warnings: z.array(problemSchema),
});
export type ExportResult = z.infer<typeof exportResultSchema>;

export const exportChannels = {
  /** Complete or absent: throws `cancelled`, `disk-full`, `write-failed`, and then leaves nothing behind. */
  'export.run': channel(exportRequestSchema, exportResultSchema),
  'export.cancel': channel(z.undefined(), z.void()),
};

export const exportEvents = {
  /** Of one format after the other. */
  'export.progress': z.object({ done: z.int().min(0), total: z.int().min(0) }),
};
