/** Channels about batches: what can be asked for, how long it would take, how far one is. */
import { z } from 'zod';
import { batch, batchFailure, batchRequest, rowId } from '../domain';
import { channel } from './channel';

/** A head that a batch can take for a label. */
const batchHead = z.object({
  /** As a request names it. */
  name: z.string(),
  version: z.string(),
  /** The model's own, not a version of the project. */
  own: z.boolean(),
  /** It proposes for the label now. */
  inUse: z.boolean(),
});

export const batchOptionsSchema = z.object({
  studies: z.array(
    z.object({
      id: rowId,
      name: z.string(),
      patient: z.string(),
      frames: z.int(),
      /** Frames that nobody has worked on and that have no mask. */
      unopened: z.int(),
    }),
  ),
  /** Those with a head, oldest first. */
  labels: z.array(z.object({ labelId: rowId, name: z.string(), colour: z.string(), heads: z.array(batchHead).min(1) })),
});
export type BatchOptions = z.infer<typeof batchOptionsSchema>;

/** What a request would take. */
export const batchEstimateSchema = z.object({
  frames: z.int().min(0),
  /** Frames a second as this machine does them with this model; null: never measured here. */
  rate: z.number().positive().nullable(),
});
export type BatchEstimate = z.infer<typeof batchEstimateSchema>;

export const batchStatusSchema = z.object({
  batch: batch.unwrap(),
  /** This program works on it now; `running` without it was interrupted. */
  working: z.boolean(),
  /** Frames a second, of late; null until some are done. */
  rate: z.number().positive().nullable(),
  secondsLeft: z.number().min(0).nullable(),
});
export type BatchStatus = z.infer<typeof batchStatusSchema>;

export const batchChannels = {
  'batch.options': channel(z.undefined(), batchOptionsSchema),
  'batch.estimate': channel(batchRequest, batchEstimateSchema),
  /** As `batch.estimate`, after some frames were drawn to see how long they take; nothing of it is kept. */
  'batch.measure': channel(batchRequest, batchEstimateSchema),
  /** The latest; null where there never was one. */
  'batch.status': channel(z.undefined(), batchStatusSchema.nullable()),
  'batch.start': channel(batchRequest, batchStatusSchema),
  /** Answers when what was in hand is written. */
  'batch.pause': channel(z.undefined(), z.void()),
  'batch.resume': channel(z.undefined(), batchStatusSchema),
  'batch.cancel': channel(z.undefined(), z.void()),
  /** Frames that failed are tried again. */
  'batch.retry': channel(z.undefined(), batchStatusSchema),
  /** Frames of the latest batch that got nothing, at most a thousand. */
  'batch.failures': channel(z.undefined(), z.array(batchFailure)),
};

export const batchEvents = {
  'batch.progress': batchStatusSchema,
};
