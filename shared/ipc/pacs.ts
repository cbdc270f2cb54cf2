/** Channels about DICOMweb servers: which there are, what they have, what is fetched from them and sent. Secrets go one way. */
import { z } from 'zod';
import { shortText } from '../domain';
import { channel } from './channel';
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

/** A server as the user named it. */
export const pacsServerSchema = z.object({
  id: z.uuid(),
  name: shortText,
  /** Of its DICOMweb service. */
  url: z.string().min(1).max(2_000),
  login: z.enum(['none', 'basic', 'bearer']),
  /** Of a login by user and password. */
  user: z.string().max(200),
  /** PEM file with certificates to trust, too. */
  caFile: z.string().max(4_096).nullable(),
  /** Patients and passwords may go unencrypted to another computer. */
  allowPlaintext: z.boolean(),
});
export type PacsServer = z.infer<typeof pacsServerSchema>;

/** A password or token. */
const secret = z.string().min(1).max(20_000);

export const pacsServersSchema = z.object({
  /** By name. */
  servers: z.array(pacsServerSchema.extend({ hasSecret: z.boolean() })),
  /** Whether the system can keep secrets encrypted; else they are forgotten when the program ends. */
  canRemember: z.boolean(),
});
export type PacsServers = z.infer<typeof pacsServersSchema>;

const serverId = z.object({ id: z.uuid() });

export const pacsChannels = {
  'pacs.servers': channel(z.undefined(), pacsServersSchema),
  /** A new one or another state of a known one; without `secret` the one that is there stays. Throws `usage`, `pacs-plaintext`. */
  'pacs.save': channel(
    z.object({ server: pacsServerSchema, secret: z.exactOptional(secret), remember: z.boolean() }),
    pacsServersSchema,
  ),
  'pacs.remove': channel(serverId, pacsServersSchema),
  /** Asks it for one study; answers if that works. Without `secret` with the one that is there. */
  'pacs.test': channel(z.object({ server: pacsServerSchema, secret: z.exactOptional(secret) }), z.void()),
  /** Where studies go unless the user chooses another place. */
  'pacs.folder': channel(serverId, z.string()),
  'pacs.find': channel(serverId.extend({ query: pacsQuerySchema }), pacsFoundSchema),
  /** Into a folder; opening what came is `study.add`. Throws `cancelled` among others, and then what came stays. */
  'pacs.fetch': channel(
    serverId.extend({ studies: z.array(uid).min(1).max(1_000), folder: z.string().min(1).max(4_096) }),
    pacsFetchedSchema,
  ),
  /** Masks of accepted frames of the open project. Throws `cancelled` among others, and then what was sent stays. */
  'pacs.send': channel(serverId, pacsSentSchema),
  'pacs.cancel': channel(z.undefined(), z.void()),
};

export const pacsEvents = {
  /** Images that came, or frames that were gone through. */
  'pacs.progress': z.object({ done: count, total: count }),
};
