/** Channels about importing masks that other programs made. What is read is main/import's affair. */
import { z } from 'zod';
import { shortText } from '../domain';
import { absolutePath, channel } from './channel';

export const importRequestSchema = z.object({
  /** Files and folders. */
  paths: z.array(absolutePath).min(1).max(100_000),
  /** Of masks whose file names none. */
  label: shortText,
});
export type ImportRequest = z.infer<typeof importRequestSchema>;

/**
 * What was not imported, and why. `unreadable`: the file is broken or no masks. `no-frame`, `ambiguous`: no frame of the
 * project, or several, are called so. `size`: the frame has another size in pixels. `unsupported`: a shape that is no area.
 * `empty`: no pixel. `already`: the frame has this very mask. `occupied`: the frame has its one mask of the label.
 * `taken`: somebody else works on the frame.
 */
export const importProblemSchema = z.object({
  file: z.string(),
  kind: z.enum(['unreadable', 'no-frame', 'ambiguous', 'size', 'unsupported', 'empty', 'already', 'occupied', 'taken']),
  /** For those who look closer: the image's name, the sizes, the reason. */
  detail: z.string(),
});
export type ImportProblem = z.infer<typeof importProblemSchema>;

export const importReportSchema = z.object({
  files: z.int().min(0),
  masks: z.int().min(0),
  frames: z.int().min(0),
  /** Labels that were made. */
  newLabels: z.array(z.string()),
  /** At most 1,000; `problemCount` tells all. */
  problems: z.array(importProblemSchema),
  problemCount: z.int().min(0),
});
export type ImportReport = z.infer<typeof importReportSchema>;

export const importChannels = {
  /** Masks are new ones in state `imported`; throws `cancelled`, and then what was saved stays. */
  'import.run': channel(importRequestSchema, importReportSchema),
  'import.cancel': channel(z.undefined(), z.void()),
};

export const importEvents = {
  /** Files read, then frames saved. */
  'import.progress': z.object({ done: z.int().min(0), total: z.int().min(0) }),
};
