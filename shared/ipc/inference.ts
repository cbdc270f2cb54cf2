/**
 * Channels about the model: where it runs and why, what it is doing, which frame it should do first. Clicks do not go
 * this way: they go over the `prompt` port (shared/prompt-worker.ts).
 */
import { z } from 'zod';
import { rowId, sha256 } from '../domain';
import { ERROR_CODES } from '../errors';
import { channel } from './channel';
import { modelHeadSchema } from './labels';
import { problemSchema } from './study';

/** What can run the encoder. Clicks and proposals are small and always run on the CPU. */
export const PROVIDERS = ['cpu', 'webgpu', 'dml', 'coreml', 'cuda'] as const;
export const providerSchema = z.enum(PROVIDERS);
export type Provider = z.infer<typeof providerSchema>;

export const providerChoiceSchema = z.enum(['auto', ...PROVIDERS]);
export type ProviderChoice = z.infer<typeof providerChoiceSchema>;

/** Why a provider is not the one in use. */
export const providerRefusalSchema = z.object({
  provider: providerSchema,
  /**
   * `no-device`: no adapter or driver for it; `not-installed`: its library is missing; `wrong-result`: its self-test
   * differed from the CPU; `crashed`: its process died; `failed`: anything else.
   */
  reason: z.enum(['no-device', 'not-installed', 'wrong-result', 'crashed', 'failed']),
  /** The runtime's own words, English. */
  detail: z.string(),
});
export type ProviderRefusal = z.infer<typeof providerRefusalSchema>;

export const inferenceStatusSchema = z.object({
  /** `failed`: there is no usable model; `problem` says why. Everything but proposals and clicks works. */
  state: z.enum(['starting', 'ready', 'failed']),
  problem: z.object({ code: z.enum(ERROR_CODES), subject: z.string(), message: z.string() }).nullable(),
  model: z
    .object({
      /** Hash of all weights: what masks and answers carry. */
      id: z.string(),
      encoderId: z.string(),
      name: z.string(),
      heads: z.array(modelHeadSchema),
    })
    .nullable(),
  provider: z.object({
    /** Those this platform's runtime has, in the order Auto tries them. */
    offered: z.array(providerSchema),
    chosen: providerChoiceSchema,
    /** Null until the first frame was to be encoded and the self-test ran. */
    used: providerSchema.nullable(),
    /** Those that come before `used` and could not be taken: "CPU: no WebGPU adapter found". */
    refused: z.array(providerRefusalSchema),
  }),
  queue: z.object({
    /** Frames to be encoded after the running one. */
    waiting: z.int().min(0),
    running: z.object({ frameId: rowId, sinceMs: z.number() }).nullable(),
    /** Frames that are proposed on afresh since a head has changed, and those still to come. */
    batch: z.object({ frames: z.int().min(1), left: z.int().min(1) }).nullable(),
    /** Since the program started. */
    done: z.int().min(0),
    failed: z.int().min(0),
    /** Milliseconds the last encoding took; null before the first. */
    lastMs: z.number().nullable(),
  }),
});
export type InferenceStatus = z.infer<typeof inferenceStatusSchema>;

/** How it stands with a frame's embedding; clicks can be answered once it is `ready`. */
export const embeddingStateSchema = z.enum(['ready', 'waiting', 'failed']);

export const inferenceChannels = {
  'inference.status': channel(z.undefined(), inferenceStatusSchema),
  /**
   * The frame on screen and those the user is likely to see next, nearest first: they are encoded in this order, before
   * anything else; what was asked for before and is not named here any more is given up. Answers at once;
   * `embedding.ready` comes for each, at once too where it is cached. Call it again when a new `prompt` port came.
   */
  'inference.focus': channel(
    z.object({ frameId: rowId, neighbours: z.array(rowId).max(16) }),
    z.object({ state: embeddingStateSchema }),
  ),
  /** Nothing is on screen any more. */
  'inference.blur': channel(z.undefined(), z.void()),
  /** Ends proposing afresh after a head has changed; what was proposed stays. */
  'inference.stopAll': channel(z.undefined(), z.void()),
  /** Remembered. A provider that cannot be used is replaced by the next, and the status says why. */
  'inference.setProvider': channel(z.object({ provider: providerChoiceSchema }), inferenceStatusSchema),
};

export const inferenceEvents = {
  'inference.status': inferenceStatusSchema,
  /** The prompt worker can answer for this frame now. */
  'embedding.ready': z.object({ frameId: rowId, frameSha256: sha256, encoderId: z.string() }),
  'embedding.failed': z.object({ frameId: rowId, problem: problemSchema }),
};
