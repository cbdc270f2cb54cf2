/** Channels about DICOMweb servers: which there are, what they have, what is fetched from them and sent. Secrets go one way. */
import { z } from 'zod';
import { problemSchema } from './study';

const count = z.int().min(0);
const uid = z
  .string()
  .regex(/^\d+(\.\d+)*$/)
  .max(64);

/** What is left out, or empty, does not matter. */
export const pacsQuerySchema = z.object({
  /** Begins so; `*` and `?` may stand for anything. */
  patientName: z.string().max(200).optional(),
  patientId: z.string().max(200).optional(),
  accession: z.string().max(200).optional(),
  /** `YYYY-MM-DD`, the day included. */
  from: z.string().max(10).optional(),
  to: z.string().max(10).optional(),
  /** Such as `US`: studies that have a series of it. */
  modality: z.string().max(16).optional(),
});
export type PacsQuery = z.infer<typeof pacsQuerySchema>;

export const pacsStudySchema = z.object({
  uid,
  patientName: z.string(),
  patientId: z.string(),
  /** `YYYY-MM-DD`, or empty. */
  date: z.string(),
  description: z.string(),
  accession: z.string(),
  modalities: z.array(z.string()),
  /** Null where the server does not tell. */
  imageCount: count.nullable(),
});
export type PacsStudy = z.infer<typeof pacsStudySchema>;

export const pacsFoundSchema = z.object({
  studies: z.array(pacsStudySchema),
  /** There are others. */
  more: z.boolean(),
});
export type PacsFound = z.infer<typeof pacsFoundSchema>;

export const pacsFetchedSchema = z.object({
  /** Of each study, in the order asked for; those without a picture are left out. */
  folders: z.array(z.string()),
  fetched: count,
  /** Were there already. */
  kept: count,
  bytes: count,
  /** What could not be fetched; at most 1,000. */
  failed: z.array(problemSchema),
  failedCount: count,
});
export type PacsFetched = z.infer<typeof pacsFetchedSchema>;

/**
 * An image whose masks were not sent. `no-dicom`: it is no DICOM image. `no-pixels`: it cannot be read, or has changed.
 * `not-on-server`: the server does not have it. `refused`: the server did not take them.
 */
export const pacsUnsentSchema = z.object({
  path: z.string(),
  kind: z.enum(['no-dicom', 'no-pixels', 'not-on-server', 'refused']),
  /** For those who look closer: the server's reason. */
  detail: z.string(),
});
export type PacsUnsent = z.infer<typeof pacsUnsentSchema>;

export const pacsSentSchema = z.object({
  /** Segmentations: one an image. */
  sent: count,
  /** The server had them. */
  already: count,
  /** In those that were sent. */
  masks: count,
  /** At most 1,000. */
  unsent: z.array(pacsUnsentSchema),
  unsentCount: count,
  /** Of the server; at most 1,000. */
  warnings: z.array(z.string()),
});
export type PacsSent = z.infer<typeof pacsSentSchema>;
