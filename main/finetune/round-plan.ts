/**
 * What a round is to do and what comes of it, as plain data: it crosses to the fine-tune worker and back. Whoever asks for
 * a round reads the project; the round itself knows frames, masks and files only.
 */
import type { HeadConfig } from '../../models/autosamus';
import type { FrameId, LearningSide, MaskRle, RoundReport } from '../../shared/domain';
import type { LearningProgress } from '../../shared/ipc';
import type { WorkerContext } from '../../shared/worker-protocol';

/** A head to begin with or to be compared to: one of the model's or a version of the project. */
export interface HeadFile {
  /** A version of the label (`v3`) or the name of the model's head. */
  readonly name: string;
  /** Absolute path of the `.safetensors`. */
  readonly file: string;
  readonly config: HeadConfig;
}

/** A frame and the mask that a human stands for. */
export interface LearningFrame {
  readonly frameId: FrameId;
  /** Absolute path of the image. */
  readonly path: string;
  /** 0-based, within the image; absent in plans made before images had several. */
  readonly frameIndex?: number;
  /** A file with other pixels is left out, unless their embedding is cached. */
  readonly frameSha256: string;
  /** Union of the label's masks on the frame, of the frame's size. */
  readonly rle: MaskRle;
}

export interface RoundFrame extends LearningFrame {
  /** Empty where nobody knows. */
  readonly patient: string;
  /** Tells the project's series apart, and never changes. */
  readonly seriesKey: string;
  /** How many series the frame's study has. One folder full of images says nothing about what belongs together. */
  readonly seriesInStudy: number;
  /** The group an earlier round put it in; null: none. */
  readonly group: string | null;
}

export interface RoundPlan {
  readonly modelFolder: string;
  /** Name of the label. */
  readonly label: string;
  /** Every frame with a mask of the label. */
  readonly frames: readonly RoundFrame[];
  /** Sides of all groups that earlier rounds of the project made, also of those with no frame in this round. */
  readonly sides: Readonly<Record<string, LearningSide>>;
  /** What the label knew before and must not forget: frames that earlier rounds trained on. May be empty. */
  readonly replay: readonly LearningFrame[];
  /** Name of the model's head for this label; null: the model has none. */
  readonly ownHead: string | null;
  /** What proposes for the label now, which the new head must outdo; null: nothing does, so it must outdo its start. */
  readonly active: HeadFile | null;
  /** Where the training begins; null: `ownHead`, else the best of the model's other heads and a neutral one. */
  readonly start: HeadFile | null;
  /** At most so long, judging included; it ends the training early, and changes nothing else. */
  readonly minutes: number;
  readonly seed: number;
  /** Of the project's `EmbeddingCache`: embeddings are taken from it and added to it. */
  readonly embeddingsFolder: string;
  /** The round's own, made when needed: checkpoint and the new head. To be removed by whoever takes the result. */
  readonly stateFolder: string;
}

/** A frame's place, for ever. */
export interface Assignment {
  readonly frameId: FrameId;
  readonly group: string;
  readonly side: LearningSide;
}

export interface RoundResult {
  readonly report: RoundReport;
  /** Of every frame that took part. */
  readonly assignments: readonly Assignment[];
  readonly config: HeadConfig;
  /** Absolute path of the new head, `.safetensors` in the state folder, whole and on the disk. */
  readonly headFile: string;
}

export type RoundProgress = Pick<LearningProgress, 'phase' | 'done' | 'secondsLeft' | 'curve'>;

/**
 * The fine-tune worker (finetune.worker.ts), over `WorkerHost`. It reports `RoundProgress`.
 *
 * A round is paused by ending the process (abort with `onAbort: 'kill'`): what it needs to go on lies in the state folder,
 * and `run` with the same plan continues to the same result, bit for bit.
 */
export type FinetuneApi = {
  /**
   * @throws AppError `usage` with fewer than two groups of frames, naming what is missing; `cancelled`; `model-invalid`;
   *   `disk-full` and `write-failed` for the state folder
   */
  run(plan: RoundPlan, context: WorkerContext): Promise<RoundResult>;
  /** Ends the training of the round that runs; its best so far is judged and `run` answers. */
  finish(payload: undefined): void;
};
