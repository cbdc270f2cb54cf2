/**
 * One label's masks on the frames of a loop, as a run that carries masks sees and changes them: what is there, who stands
 * for it, and what the run has saved, which is taken back as one act. Not where the masks come from.
 */
import { MACHINE_STATES } from '../../shared/domain';
import type { FrameEdit, FrameId, LabelId, MaskChange, MaskInstance, Origin, SavedEdit } from '../../shared/domain';
import { isTaken } from '../../shared/errors';
import { cocoRle, maskFromCocoRle, type Mask } from '../../shared/mask';
import type { WorkerHost } from '../inference';
import type { ProjectStore } from '../project';
import type { FrameSource, StudyApi } from '../study';

export interface PropagationParts {
  readonly store: ProjectStore;
  readonly source: Pick<FrameSource, 'open'>;
  readonly worker: Pick<WorkerHost<StudyApi>, 'request'>;
  /** In turn with the user's and the heads' edits. */
  save(edit: FrameEdit): Promise<SavedEdit>;
  /** A frame has other masks now. */
  onSaved(frameId: FrameId, masks: readonly MaskInstance[]): Promise<void>;
}

export interface Held {
  readonly mask: Mask;
  /** 0 to 1; null where nothing measured it. */
  readonly confidence: number | null;
}

/** A frame whose pixels are known. */
export interface Place {
  readonly id: FrameId;
  readonly path: string;
  readonly frameIndex: number;
  readonly sha256: string;
}

export class LoopMasks {
  /** What the run saved, frame by frame. */
  readonly #saved: {
    readonly frameId: FrameId;
    readonly frameSha256: string;
    readonly masks: readonly MaskInstance[];
  }[] = [];

  constructor(
    private readonly parts: PropagationParts,
    private readonly labelId: LabelId,
    private readonly user: string,
  ) {}

  /** Frames that have other masks by this run. */
  get changed(): number {
    return this.#saved.length;
  }

  /** Undefined where it cannot be read. */
  async place(frameId: FrameId): Promise<Place | undefined> {
    const { frame, problem } = await this.parts.source.open(frameId);
    if (problem || frame.sha256 === null) return undefined;
    return { id: frameId, path: frame.absolutePath, frameIndex: frame.frameIndex, sha256: frame.sha256 };
  }

  /** The label's masks there, neither rejected nor deleted. */
  async masksOn(frameId: FrameId): Promise<Held[]> {
    return (await this.#live(frameId)).map(({ current: { rle, quality } }): Held => {
      const mask = maskFromCocoRle({ size: [rle.heightPx, rle.widthPx], counts: rle.counts });
      return { mask, confidence: quality };
    });
  }

  /** Somebody has outlined the label there, or said that the frame is right as it is. */
  async isHuman(frameId: FrameId): Promise<boolean> {
    const { review } = await this.parts.store.frames.get(frameId);
    if (review === 'accepted' || review === 'rejected') return true;
    return (await this.#live(frameId)).some(({ current }) => !MACHINE_STATES.has(current.state));
  }

  /**
   * Takes the place of what no human has touched; the caller has asked `isHuman`.
   *
   * @returns false where somebody else works on the frame: it is left as it is
   */
  async keep({ id: frameId, sha256: frameSha256 }: Place, held: readonly Held[], origin: Origin): Promise<boolean> {
    const { labelId, user } = this;
    const before = await this.#live(frameId);
    const changes = held.map(({ mask, confidence }, i): MaskChange => {
      const { widthPx, heightPx } = mask;
      const rle = { widthPx, heightPx, counts: cocoRle(mask).counts };
      const content = { state: 'propagated', rle, quality: confidence, origin } as const;
      const old = before[i];
      return old
        ? { kind: 'edit', maskId: old.id, previousId: old.current.id, ...content }
        : { kind: 'add', labelId, ...content };
    });
    const gone = before.slice(held.length).map(({ id: maskId, current }): MaskChange => {
      return { kind: 'state', maskId, previousId: current.id, state: 'deleted', origin };
    });
    const saved = await this.#save({ frameId, frameSha256, user, changes: [...changes, ...gone] });
    if (!saved) return false;
    const { masks } = saved;
    this.#saved.push({ frameId, frameSha256, masks });
    await this.parts.onSaved(frameId, masks);
    return true;
  }

  /** Brings back what was there before the run, on every frame where nothing has been done since. */
  async undo(user: string): Promise<number> {
    let frames = 0;
    for (const { frameId, frameSha256, masks } of this.#saved.splice(0).reverse()) {
      const now = new Map((await this.parts.store.masks.ofFrame(frameId)).map((mask) => [mask.id, mask]));
      const changes = masks.flatMap(({ id: maskId, current: { id: previousId, previousId: before } }): MaskChange[] => {
        if (now.get(maskId)?.current.id !== previousId) return [];
        if (before !== null) return [{ kind: 'restore', maskId, previousId, revisionId: before, tool: 'undo' }];
        return [{ kind: 'state', maskId, previousId, state: 'deleted', origin: { tool: 'undo' } }];
      });
      if (changes.length === 0) continue;
      const restored = await this.#save({ frameId, frameSha256, user, changes });
      if (!restored) continue;
      await this.parts.onSaved(frameId, restored.masks);
      frames++;
    }
    return frames;
  }

  /** Null where somebody else works on the frame. */
  async #save(edit: FrameEdit): Promise<SavedEdit | null> {
    try {
      return await this.parts.save(edit);
    } catch (error) {
      if (isTaken(error)) return null;
      throw error;
    }
  }

  async #live(frameId: FrameId): Promise<MaskInstance[]> {
    const masks = await this.parts.store.masks.ofFrame(frameId);
    const isLive = ({ current: { state } }: MaskInstance): boolean => state !== 'rejected' && state !== 'deleted';
    return masks.filter((mask) => mask.labelId === this.labelId && isLive(mask));
  }
}
