/** A project and a prompt worker that live in the test: strict like the real ones, slow and lying on demand. */
import type { MaskInstance, MaskRevision, ReviewState, SavedEdit } from '../../../shared/domain';
import { reviewOf } from '../../../shared/domain';
import { AppError } from '../../../shared/errors';
import {
  areaPx,
  brushStroke,
  cocoRle,
  decompressCounts,
  difference,
  emptyMask,
  maskFromRunLengths,
  packMask,
  union,
  unpackMask,
  type Mask,
} from '../../../shared/mask';
import {
  LOW_RES_LENGTH,
  type DecodeRequest,
  type MaskReply,
  type PromptReply,
  type ProposeRequest,
} from '../../../shared/prompt-worker';
import {
  Editor,
  type EditedFrame,
  type EditedLabel,
  type EditorPorts,
  type UnsignedEdit,
} from '../../../renderer/editor';

export const MODEL = 'model-1';
export const SHA_A = 'a'.repeat(64);
export const SHA_B = 'b'.repeat(64);
export const LESION: EditedLabel = { id: 1, instances: 'single', head: 'lesion' };
export const NODULE: EditedLabel = { id: 2, instances: 'multiple', head: null };

export function frameOf(id = 1, sha256 = SHA_A, widthPx = 48, heightPx = 40): EditedFrame {
  return { id, sha256, widthPx, heightPx, review: 'unopened', measurements: [] };
}

/** Lets every promise that can settle do so. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 60; turn++) await Promise.resolve();
}

/** Keeps masks by the rules of `main/project/masks.ts`: append-only, no edit on a revision that is not the current one. */
export class FakeProject {
  readonly frames = new Map<number, { frame: EditedFrame; masks: MaskInstance[]; review: ReviewState }>();
  readonly revisions: MaskRevision[] = [];
  readonly edits: UnsignedEdit[] = [];
  /** Saves wait here while it is set. */
  gate: Promise<void> | null = null;
  /** Thrown by the next saves, in this order. */
  readonly failures: AppError[] = [];
  /** Frames whose edit is being saved. */
  readonly #saving = new Set<number>();
  #nextMaskId = 100;
  #nextRevisionId = 1000;

  constructor(
    frames: readonly EditedFrame[],
    private readonly labels: readonly EditedLabel[] = [LESION, NODULE],
  ) {
    for (const frame of frames) this.frames.set(frame.id, { frame, masks: [], review: frame.review });
  }

  async save(edit: UnsignedEdit): Promise<SavedEdit> {
    // Frames are saved side by side, the edits of one in their order.
    if (this.#saving.has(edit.frameId)) throw new Error('two saves of one frame at once');
    this.#saving.add(edit.frameId);
    try {
      await this.gate;
      const failure = this.failures.shift();
      if (failure) throw failure;
      return this.store(edit);
    } finally {
      this.#saving.delete(edit.frameId);
    }
  }

  store(edit: UnsignedEdit): SavedEdit {
    const place = this.frames.get(edit.frameId)!;
    if (place.frame.sha256 !== edit.frameSha256) throw new AppError('frame-changed', 'frame', 'other pixels');
    const masks = new Map(place.masks.map((mask) => [mask.id, mask]));
    const added: MaskRevision[] = [];
    const touched = edit.changes.map((change): MaskInstance => {
      const { current, labelId, id } = this.target(change, masks);
      const content = this.content(change, current, added);
      const revision: MaskRevision = {
        ...content,
        id: this.#nextRevisionId++,
        maskId: id,
        previousId: current?.id ?? null,
        restoredFromId: change.kind === 'restore' ? change.revisionId : null,
        areaPx: areaPx(pixels(content.rle.counts, place.frame)),
        user: 'tester',
        time: '2026-11-23T12:00:00.000Z',
      };
      added.push(revision);
      const mask = { id, frameId: edit.frameId, labelId, current: revision };
      masks.set(id, mask);
      return mask;
    });
    for (const label of this.labels.filter(({ instances }) => instances === 'single')) {
      const live = [...masks.values()].filter((mask) => mask.labelId === label.id && isLive(mask));
      if (live.length > 1) throw new AppError('revision-conflict', 'label', 'a frame holds one mask of this label');
    }
    this.edits.push(edit);
    this.revisions.push(...added);
    place.masks = [...masks.values()];
    place.review = edit.review ?? reviewOf(place.masks.map(({ current }) => current.state));
    return { masks: touched, review: place.review };
  }

  private target(change: UnsignedEdit['changes'][number], masks: ReadonlyMap<number, MaskInstance>) {
    if (change.kind === 'add') return { id: this.#nextMaskId++, labelId: change.labelId, current: null };
    const mask = masks.get(change.maskId);
    if (!mask) throw new AppError('usage', 'mask', `no mask ${change.maskId}`);
    if (mask.current.id !== change.previousId)
      throw new AppError('revision-conflict', 'mask', 'there is a newer revision');
    return { id: mask.id, labelId: mask.labelId, current: mask.current };
  }

  private content(change: UnsignedEdit['changes'][number], current: MaskRevision | null, _added: MaskRevision[]) {
    if (change.kind === 'add' || change.kind === 'edit') {
      const { state, rle, quality = null, prompt = { points: [] }, origin } = change;
      return { state, rle, quality, prompt, origin };
    }
    const { rle, quality, prompt } = current!;
    if (change.kind === 'state') return { state: change.state, rle, quality, prompt, origin: change.origin };
    const older = this.revisions.find(({ id, maskId }) => id === change.revisionId && maskId === change.maskId);
    if (!older) throw new AppError('usage', 'mask', `no revision ${change.revisionId}`);
    return { ...older, origin: { ...older.origin, tool: change.tool } };
  }

  /** What a head, not the user, stores. */
  propose(frameId: number, labelId: number, mask: Mask): MaskInstance {
    const { frame } = this.frames.get(frameId)!;
    const rle = { widthPx: mask.widthPx, heightPx: mask.heightPx, counts: cocoRle(mask).counts };
    const { masks } = this.store({
      frameId,
      frameSha256: frame.sha256,
      changes: [
        {
          kind: 'add',
          labelId,
          state: 'proposed',
          rle,
          quality: 0.9,
          prompt: { points: [] },
          origin: { tool: 'proposal' },
        },
      ],
    });
    this.edits.pop();
    return masks[0]!;
  }

  masksOf(frameId: number): MaskInstance[] {
    return this.frames.get(frameId)!.masks;
  }

  /** What somebody who opens the frame now would see: each live mask's label, state, prompt and pixels. */
  live(frameId: number) {
    return this.masksOf(frameId)
      .filter(isLive)
      .map(({ labelId, current: { state, rle, prompt, quality } }) => ({
        labelId,
        state,
        counts: rle.counts,
        prompt,
        quality,
      }));
  }
}

const isLive = ({ current: { state } }: MaskInstance): boolean => state !== 'rejected' && state !== 'deleted';

function pixels(counts: string, { widthPx, heightPx }: EditedFrame): Mask {
  return maskFromRunLengths(decompressCounts(counts), widthPx, heightPx);
}

export interface HeldQuestion {
  readonly request: DecodeRequest;
  readonly signal: AbortSignal;
  answer(reply?: PromptReply): void;
  fail(error: AppError): void;
}

/**
 * Answers prompts as a function of prompt and previous mask alone, so that every answer can be told from every other:
 * discs of radius 5 at + points less discs at − points, on top of the previous mask.
 */
export class FakeWorker {
  readonly asked: DecodeRequest[] = [];
  readonly held: HeldQuestion[] = [];
  /** While set, questions wait in `held`. */
  holding = false;
  readonly frames: readonly EditedFrame[];
  #masksOfLogits = new Map<number, Mask>();
  #nextLogits = 1;

  constructor(frames: readonly EditedFrame[]) {
    this.frames = frames;
  }

  decode(request: DecodeRequest, signal: AbortSignal): Promise<PromptReply> {
    this.asked.push(request);
    if (!this.holding) return Promise.resolve(this.reply(request));
    return new Promise((resolve, reject) => {
      this.held.push({
        request,
        signal,
        answer: (reply = this.reply(request)) => resolve(reply),
        fail: reject,
      });
    });
  }

  propose(request: ProposeRequest): Promise<PromptReply> {
    const { widthPx, heightPx } = this.frameOf(request.frameSha256);
    const mask =
      request.head === 'nothing' ? emptyMask(widthPx, heightPx) : brushStroke([20, 20], 8, widthPx, heightPx);
    return Promise.resolve({ ...this.wrapped(request, mask), headVersion: 'v1' });
  }

  reply(request: DecodeRequest): MaskReply {
    const { widthPx, heightPx } = this.frameOf(request.frameSha256);
    let mask = this.previous(request) ?? emptyMask(widthPx, heightPx);
    if (request.prompt.box) {
      const { x0, y0, x1, y1 } = request.prompt.box;
      mask = union(mask, brushStroke([(x0 + x1) / 2, (y0 + y1) / 2], (x1 - x0) / 2, widthPx, heightPx));
    }
    for (const { x, y, positive } of request.prompt.points) {
      const disc = brushStroke([x, y], 5, widthPx, heightPx);
      mask = positive ? union(mask, disc) : difference(mask, disc);
    }
    return this.wrapped(request, mask);
  }

  private previous({ previous }: DecodeRequest): Mask | undefined {
    if (previous?.kind === 'mask') return unpackMask(previous.bits, previous.widthPx, previous.heightPx);
    return previous && this.#masksOfLogits.get(previous.lowRes[0]!);
  }

  private wrapped({ frameSha256, modelId, requestId }: ProposeRequest | DecodeRequest, mask: Mask): MaskReply {
    const lowRes = new Float32Array(LOW_RES_LENGTH);
    lowRes[0] = this.#nextLogits++;
    this.#masksOfLogits.set(lowRes[0], mask);
    const { widthPx, heightPx } = mask;
    return {
      kind: 'mask',
      frameSha256,
      modelId,
      requestId,
      widthPx,
      heightPx,
      bits: packMask(mask),
      lowRes,
      iou: 0.75,
      headVersion: null,
    };
  }

  private frameOf(sha256: string): EditedFrame {
    return this.frames.find((frame) => frame.sha256 === sha256)!;
  }
}

export interface Bench {
  readonly editor: Editor;
  readonly project: FakeProject;
  readonly worker: FakeWorker;
  readonly wanted: number[];
  readonly refusals: string[];
  /** Opens a frame as the application does: with what is stored now, and its embedding there. */
  open(frame: EditedFrame, options?: { embedded?: boolean }): void;
  /** Pixels of every live mask on screen. */
  screen(): { labelId: number; state: string; counts: string; prompt: unknown; quality: number | null }[];
}

export function bench(
  frames: readonly EditedFrame[] = [frameOf()],
  labels: readonly EditedLabel[] = [LESION, NODULE],
): Bench {
  const project = new FakeProject(frames, labels);
  const worker = new FakeWorker(frames);
  const wanted: number[] = [];
  const refusals: string[] = [];
  const ports: EditorPorts = {
    decode: (request, signal) => worker.decode(request, signal),
    propose: (request) => worker.propose(request),
    wantEmbedding: (frameId) => wanted.push(frameId),
    save: (edit) => project.save(structuredClone(edit)),
    masksOf: (frameId) => Promise.resolve(project.masksOf(frameId)),
  };
  const editor = new Editor(ports);
  editor.setModel(MODEL);
  editor.selection.setLabels(labels);
  editor.selection.refused.on((reason) => refusals.push(reason));
  return {
    editor,
    project,
    worker,
    wanted,
    refusals,
    open(frame, { embedded = true } = {}) {
      const { masks, review } = project.frames.get(frame.id)!;
      editor.open({ ...frame, review }, masks);
      if (embedded) editor.embeddingReady(frame.id, frame.sha256);
    },
    screen: () =>
      (editor.document?.live ?? []).map(({ labelId, shown, pixels: bits }) => {
        const { state, counts, prompt, quality } = shown!;
        // What is painted and what is saved must be the same pixels.
        if (cocoRle(bits).counts !== counts) throw new Error('pixels and run lengths differ');
        return { labelId, state, counts, prompt, quality };
      }),
  };
}
