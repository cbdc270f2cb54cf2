/**
 * What the editor asks of the world: a decoder that answers prompts and a store that saves edits. Interfaces only; the
 * real ones speak to the prompt worker and to main (`stores/editor.ts`), tests put slow and lying ones in their place.
 */
import type { FrameEdit, MaskInstance, Measurement, ReviewState, SavedEdit } from '../../shared/domain';
import type { DecodeRequest, PromptReply, ProposeRequest } from '../../shared/prompt-worker';

/** A frame as the editor must know it; its pixels are the canvas's matter. */
export interface EditedFrame {
  readonly id: number;
  /** Of the decoded pixels: what every result is bound to. */
  readonly sha256: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly review: ReviewState;
  readonly measurements: readonly Measurement[];
}

/** The user's name is main's to add. */
export type UnsignedEdit = Omit<FrameEdit, 'user'>;

export interface EditorPorts {
  /** Rejects with an AppError: `cancelled` when the signal aborts, `worker-died` while the worker is being restarted. */
  decode(request: DecodeRequest, signal: AbortSignal): Promise<PromptReply>;
  /** What a label's head draws with no prompt. Rejects like `decode`. */
  propose(request: ProposeRequest, signal: AbortSignal): Promise<PromptReply>;
  /** The worker has no embedding of this frame: have it made. `Editor.embeddingReady` is called when it is there. */
  wantEmbedding(frameId: number): void;
  /** Resolves once the edit is on the disk. Rejects with the AppErrors of `Masks.save`; nothing is stored then. */
  save(edit: UnsignedEdit): Promise<SavedEdit>;
  /** All masks of a frame as they are stored now: asked after a conflict. */
  masksOf(frameId: number): Promise<readonly MaskInstance[]>;
}
