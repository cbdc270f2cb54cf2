/**
 * Asks the prompt worker for masks and accepts only answers that belong to the question: same frame, same model, same
 * request. Knows which model is in use; not which frame is on screen.
 */
import type { Prompt } from '../../shared/domain';
import { packMask, unpackMask, type Mask } from '../../shared/mask';
import {
  LOW_RES_LENGTH,
  maskFor,
  type DecodeRequest,
  type PreviousMask,
  type PromptReply,
} from '../../shared/prompt-worker';
import type { EditorPorts } from './ports';
import { pixelsOf, type FrameSize, type Snapshot } from './snapshot';

export interface Question extends FrameSize {
  readonly frameSha256: string;
  /** All points and the box of one instance. */
  readonly prompt: Prompt;
  /** So many of its last points are new, at least 1. */
  readonly fresh: number;
  /** The state to refine; null to start from nothing. */
  readonly refines: Snapshot | null;
  /** Name of the head to ask for a proposal instead; prompts do not count then. */
  readonly head: string | null;
  /** What the decoder answered when that state came about, if it is at hand. */
  readonly logits: Logits | null;
}

export interface Logits {
  /** [128, 128] */
  readonly lowRes: Float32Array;
  /** They say all there is: no pixel was drawn by hand before. */
  readonly whole: boolean;
}

export interface DecodedMask {
  readonly mask: Mask;
  readonly logits: Logits;
  /** 0 to 1 */
  readonly quality: number;
  readonly modelId: string;
  /** Version of the head that proposed; null for a click. */
  readonly headVersion: string | null;
}

/** `foreign`: the answer was to another question, frame or model, and was dropped. */
export type NoMask = 'not-ready' | 'other-model' | 'superseded' | 'foreign';

export class Decoder {
  /** Of the model in use; null while there is none. */
  modelId: string | null = null;
  readonly #packed = new WeakMap<Snapshot, Uint8Array>();
  #nextRequestId = 1;

  constructor(private readonly ports: Pick<EditorPorts, 'decode' | 'propose'>) {}

  /** Throws what the worker threw, and `cancelled`. */
  async ask(question: Question, options: { preview: boolean; signal: AbortSignal }): Promise<DecodedMask | NoMask> {
    if (this.modelId === null) return 'other-model';
    const { frameSha256, widthPx, heightPx } = question;
    const bound = { frameSha256, modelId: this.modelId, requestId: this.#nextRequestId++ };
    const reply = await this.#send(question, bound, options);
    // The model may have changed while the worker was at it.
    const answer = maskFor(reply, { ...bound, modelId: this.modelId ?? '' });
    if (!answer) return reply.kind !== 'mask' && reply.requestId === bound.requestId ? reply.kind : 'foreign';
    const fits = answer.widthPx === widthPx && answer.heightPx === heightPx;
    if (!fits || answer.lowRes.length !== LOW_RES_LENGTH) return 'foreign';
    return {
      mask: unpackMask(answer.bits, widthPx, heightPx),
      logits: { lowRes: answer.lowRes, whole: !keepsPixels(question) },
      quality: answer.iou,
      modelId: answer.modelId,
      headVersion: answer.headVersion,
    };
  }

  #send(
    question: Question,
    bound: Pick<DecodeRequest, 'frameSha256' | 'modelId' | 'requestId'>,
    { preview, signal }: { preview: boolean; signal: AbortSignal },
  ): Promise<PromptReply> {
    const { head, prompt, fresh } = question;
    if (head !== null) return this.ports.propose({ ...bound, head }, signal);
    const previous = this.#previous(question);
    return this.ports.decode(
      { ...bound, prompt, preview, ...(previous ? { previous } : {}), ...(fresh > 1 ? { fresh } : {}) },
      signal,
    );
  }

  #previous({ refines, logits, widthPx, heightPx }: Question): PreviousMask | null {
    if (logits?.whole) return { kind: 'logits', lowRes: logits.lowRes };
    if (refines === null || refines.areaPx === 0) return null;
    const bits = this.#packed.get(refines) ?? packMask(pixelsOf(refines, { widthPx, heightPx }));
    this.#packed.set(refines, bits);
    return { kind: 'mask', widthPx, heightPx, bits, ...(logits && { lowRes: logits.lowRes }) };
  }
}

/** Whether the answer has pixels of the mask before that are not the decoder's. */
function keepsPixels({ head, prompt, refines, logits }: Question): boolean {
  return head === null && prompt.points.length > 0 && refines !== null && refines.areaPx > 0 && !logits?.whole;
}

/** True for the same question: its answer holds for the other. */
export function sameQuestion(a: Question, b: Question): boolean {
  return (
    a.frameSha256 === b.frameSha256 &&
    a.head === b.head &&
    a.refines === b.refines &&
    a.logits === b.logits &&
    JSON.stringify(a.prompt) === JSON.stringify(b.prompt)
  );
}
