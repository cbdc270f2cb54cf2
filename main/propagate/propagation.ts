/**
 * Carries a label's masks from one frame of a loop to the next, as far as the frames say where they are (`shared/track`),
 * and saves them in state `propagated`. It stops where a human has worked, where the image changes too much, and at the
 * end; a run can be taken back as one act.
 */
import type { FrameEdit, FrameId, LabelId, Loop, MaskChange, MaskInstance, SavedEdit } from '../../shared/domain';
import type { PropagationEnd, PropagationRequest, PropagationResult } from '../../shared/ipc';
import { AppError } from '../../shared/errors';
import { cocoRle, maskFromCocoRle, packMask, unpackMask, type Mask } from '../../shared/mask';

import type { WorkerHost } from '../inference';
import type { ProjectStore } from '../project';
import type { FrameSource, StudyApi } from '../study';

/**
 * A step less sure than this is not taken. Neighbouring frames of simulated hearts reach 0.45 to 0.69, of pydicom's loop
 * of a real one 0.65 to 0.91; frames four apart 0.12 to 0.22, those of other hearts 0.11 to 0.34, noise 0.02. In pictures
 * of 240 pixels and less unrelated frames may pass for neighbours (0.45 to 0.64 against 0.81 to 0.87).
 */
const LEAST_CONFIDENCE = 0.4;

const MACHINE_STATES: ReadonlySet<string> = new Set(['proposed', 'propagated']);

export interface PropagationParts {
  readonly store: ProjectStore;
  readonly source: Pick<FrameSource, 'open'>;
  readonly worker: Pick<WorkerHost<StudyApi>, 'request'>;
  /** In turn with the user's and the heads' edits. */
  save(edit: FrameEdit): Promise<SavedEdit>;
  /** A frame has other masks now. */
  onSaved(frameId: FrameId, masks: readonly MaskInstance[]): Promise<void>;
}

export interface PropagationRun {
  readonly user: string;
  readonly signal: AbortSignal;
  onProgress(progress: { readonly done: number; readonly total: number }): void;
}

interface Held {
  readonly mask: Mask;
  readonly confidence: number;
}

/** A frame whose pixels are known. */
interface Place {
  readonly id: FrameId;
  readonly path: string;
  readonly frameIndex: number;
  readonly sha256: string;
}

export class Propagation {
  /** What the last run saved, frame by frame. */
  #saved: { readonly frameId: FrameId; readonly frameSha256: string; readonly masks: readonly MaskInstance[] }[] = [];

  constructor(private readonly parts: PropagationParts) {}

  /** Whether there is a run to take back. */
  get canUndo(): boolean {
    return this.#saved.length > 0;
  }

  /** @throws AppError `usage` where the frame has no mask of the label, `file-unreadable` for the frame itself */
  async run(request: PropagationRequest, { user, signal, onProgress }: PropagationRun): Promise<PropagationResult> {
    const { store } = this.parts;
    const { frameId, labelId, direction } = request;
    const { imageId, frameIndex } = await store.frames.get(frameId);
    const rest = ahead(await store.frames.loop(imageId), frameIndex, direction);
    let from = await this.#place(frameId);
    if (!from) throw new AppError('file-unreadable', `frame ${frameId}`, 'the frame cannot be read');
    let held = (await this.#live(frameId, labelId)).map(({ current: { rle } }): Held => {
      const mask = maskFromCocoRle({ size: [rle.heightPx, rle.widthPx], counts: rle.counts });
      return { mask, confidence: 1 };
    });
    if (held.length === 0) throw new AppError('usage', `frame ${frameId}`, 'it has no mask of this label to carry on');
    this.#saved = [];
    let stopped: PropagationEnd = 'end';
    for (const [done, id] of rest.entries()) {
      signal.throwIfAborted();
      onProgress({ done, total: rest.length });
      const to = await this.#place(id);
      if (!to) stopped = 'unreadable';
      else if (await this.#isHuman(id, labelId)) stopped = 'reviewed';
      if (!to || stopped !== 'end') break;
      held = await this.#track(from, to, held, signal);
      if (held.some(({ confidence }) => confidence < LEAST_CONFIDENCE)) {
        stopped = 'drift';
        break;
      }
      await this.#keep(to, labelId, held, { user, from: frameId });
      from = to;
    }
    return { frames: this.#saved.length, of: rest.length, stopped };
  }

  /** Brings back what was there before the last run, on every frame where nothing has been done since. */
  async undo(user: string): Promise<number> {
    const saved = this.#saved;
    this.#saved = [];
    let frames = 0;
    for (const { frameId, frameSha256, masks } of saved.reverse()) {
      const now = new Map((await this.parts.store.masks.ofFrame(frameId)).map((mask) => [mask.id, mask]));
      const changes = masks.flatMap(({ id: maskId, current: { id: previousId, previousId: before } }): MaskChange[] => {
        if (now.get(maskId)?.current.id !== previousId) return [];
        if (before !== null) return [{ kind: 'restore', maskId, previousId, revisionId: before, tool: 'undo' }];
        return [{ kind: 'state', maskId, previousId, state: 'deleted', origin: { tool: 'undo' } }];
      });
      if (changes.length === 0) continue;
      const { masks: restored } = await this.parts.save({ frameId, frameSha256, user, changes });
      await this.parts.onSaved(frameId, restored);
      frames++;
    }
    return frames;
  }

  async #place(frameId: FrameId): Promise<Place | undefined> {
    const { frame, problem } = await this.parts.source.open(frameId);
    if (problem || frame.sha256 === null) return undefined;
    return { id: frameId, path: frame.absolutePath, frameIndex: frame.frameIndex, sha256: frame.sha256 };
  }

  async #live(frameId: FrameId, labelId: LabelId): Promise<MaskInstance[]> {
    const masks = await this.parts.store.masks.ofFrame(frameId);
    const isLive = ({ current: { state } }: MaskInstance): boolean => state !== 'rejected' && state !== 'deleted';
    return masks.filter((mask) => mask.labelId === labelId && isLive(mask));
  }

  /** Somebody has outlined the label there, or said that the frame is right as it is. */
  async #isHuman(frameId: FrameId, labelId: LabelId): Promise<boolean> {
    const { review } = await this.parts.store.frames.get(frameId);
    if (review === 'accepted' || review === 'rejected') return true;
    return (await this.#live(frameId, labelId)).some(({ current }) => !MACHINE_STATES.has(current.state));
  }

  async #track(from: Place, to: Place, held: readonly Held[], signal: AbortSignal): Promise<Held[]> {
    const [first] = held;
    const { widthPx, heightPx } = first?.mask ?? { widthPx: 0, heightPx: 0 };
    const answer = await this.parts.worker.request(
      'track',
      { from, to, widthPx, heightPx, masks: held.map(({ mask }) => packMask(mask)) },
      { signal },
    );
    return answer.map(({ bits, confidence }) => ({ mask: unpackMask(bits, widthPx, heightPx), confidence }));
  }

  /** Takes the place of what no human has touched. */
  async #keep(
    { id: frameId, sha256: frameSha256 }: Place,
    labelId: LabelId,
    held: readonly Held[],
    { user, from }: { readonly user: string; readonly from: FrameId },
  ): Promise<void> {
    const before = await this.#live(frameId, labelId);
    const origin = { tool: 'propagation', fromFrameId: from } as const;
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
    const { masks } = await this.parts.save({ frameId, frameSha256, user, changes: [...changes, ...gone] });
    this.#saved.push({ frameId, frameSha256, masks });
    await this.parts.onSaved(frameId, masks);
  }
}

function ahead({ frames }: Loop, frameIndex: number, direction: PropagationRequest['direction']): FrameId[] {
  const ids = frames.map(({ id }) => id);
  return direction === 'forward' ? ids.slice(frameIndex + 1) : ids.slice(0, frameIndex).reverse();
}
