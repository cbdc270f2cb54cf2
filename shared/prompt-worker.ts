/**
 * What the prompt worker answers over the `prompt` port: masks for clicks, previews while hovering, proposals. The
 * renderer asks with `new WorkerClient<PromptApi>('prompt', port)`. Every answer repeats frame hash, model id and
 * request id: one that does not match what is shown is to be dropped (`maskFor`). The checks of what arrives are beside the work, in
 * main/inference.
 */
import type { Prompt } from './domain';
import type { WorkerContext } from './worker-protocol';

/** Length of the logits that one click hands to the next: [128, 128]. */
export const LOW_RES_LENGTH = 128 * 128;

interface Bound {
  /** Of the frame on screen; its embedding must be there (`embedding.ready`). */
  readonly frameSha256: string;
  /** Of the model in use (`inference.status`). */
  readonly modelId: string;
  /** The asker's own, repeated in the answer. */
  readonly requestId: number;
}

export interface DecodeRequest extends Bound {
  readonly prompt: Prompt;
  /** What to refine: the logits of the last answer, or a mask whose pixels are not theirs (drawn, imported, stored). */
  readonly previous?: PreviousMask;
  /** So many of the last points are new to it (a stroke's); left out: one. */
  readonly fresh?: number;
  /** Under the hovering pointer: waits behind clicks, and is `superseded` by the next preview. */
  readonly preview: boolean;
}

export type PreviousMask =
  | { readonly kind: 'logits'; readonly lowRes: Float32Array }
  /**
   * `packMask` of the frame's own size. A click keeps its pixels where it changes nothing; `lowRes` are the logits of the
   * last answer to one.
   */
  | {
      readonly kind: 'mask';
      readonly widthPx: number;
      readonly heightPx: number;
      readonly bits: Uint8Array;
      readonly lowRes?: Float32Array;
    };

export interface ProposeRequest extends Bound {
  /** Name of the head (`ProjectLabel.head.name`), not of the label. */
  readonly head: string;
}

export interface MaskReply extends Bound {
  readonly kind: 'mask';
  /** The frame's own size. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** `unpackMask(bits, widthPx, heightPx)` */
  readonly bits: Uint8Array;
  /** Logits [128, 128], to be given back with the next click. */
  readonly lowRes: Float32Array;
  /** The model's own estimate of IoU, 0 to 1. */
  readonly iou: number;
  /** Version of the head that proposed; null for a click. */
  readonly headVersion: string | null;
}

/**
 * `not-ready`: the worker does not hold this frame's embedding: call `inference.focus` and wait for `embedding.ready`;
 * `other-model`: another model is in use now; `superseded`: a newer preview took its place.
 */
export interface NoMaskReply extends Bound {
  readonly kind: 'not-ready' | 'other-model' | 'superseded';
}

export type PromptReply = MaskReply | NoMaskReply;

/** Throws `prompt-invalid`, `label-unknown` (no such head), `usage`, `provider-failed`. */
export type PromptApi = {
  decode(request: DecodeRequest, context: WorkerContext): Promise<PromptReply>;
  propose(request: ProposeRequest, context: WorkerContext): Promise<PromptReply>;
};

/**
 * The answer, if it is a mask and belongs to what is on screen now; undefined for every other.
 *
 * @param shown the frame and model on screen, and the newest request made for them
 */
export function maskFor(reply: PromptReply, shown: Bound): MaskReply | undefined {
  const matches =
    reply.frameSha256 === shown.frameSha256 && reply.modelId === shown.modelId && reply.requestId === shown.requestId;
  return matches && reply.kind === 'mask' ? reply : undefined;
}
