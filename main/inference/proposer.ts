/**
 * Proposals: what each label's head draws on a frame that nobody has worked on, saved as masks in state `proposed`. A
 * frame with any work of a human on it is left alone, also when that work begins while the head is drawing.
 */
import type { FrameDetail, FrameEdit, LabelId, MaskInstance, SavedEdit } from '../../shared/domain';
import { isAppError } from '../../shared/errors';
import type { EventOf } from '../../shared/ipc';
import { areaPx, cocoRle, unpackMask } from '../../shared/mask';
import { maskFor, type MaskReply } from '../../shared/prompt-worker';
import type { ProjectStore } from '../project';
import type { LabelHeads } from './label-heads';
import type { PromptWorkerApi } from './prompt-service';
import type { WorkerHost } from './worker-host';

/** Who made a revision that no human made. */
export const PROPOSING_USER = 'AutoSAMUS';

export type Proposed = EventOf<'masks.proposed'>;

export class Proposer {
  /** Edits of humans and of heads go one after the other: what a head saw is still true when it saves. */
  #turn: Promise<unknown> = Promise.resolve();
  #nextRequest = 1;
  /** Frames and labels where the head found nothing: not asked again. By frame hash, label and head version. */
  readonly #nothing = new Set<string>();

  constructor(
    private readonly store: ProjectStore,
    private readonly labels: LabelHeads,
    private readonly worker: WorkerHost<PromptWorkerApi>,
  ) {}

  /** Saves a human's edit, in turn with proposals. @throws AppError as `Masks.save` does. */
  save(edit: FrameEdit): Promise<SavedEdit> {
    return this.#inTurn(() => this.store.masks.save(edit));
  }

  /**
   * Proposes what is missing on the frame; undefined where nothing is to be proposed.
   *
   * @param frame its embedding must be held by the prompt worker
   * @throws AppError `provider-failed`, `worker-died`, `cancelled`
   */
  async propose(frame: FrameDetail, modelId: string, signal: AbortSignal): Promise<Proposed | undefined> {
    const { sha256 } = frame;
    if (sha256 === null || frame.problem !== null) return undefined;
    const wanted = await this.#missing(frame);
    if (wanted.length === 0) return undefined;
    const drawn: { labelId: LabelId; reply: MaskReply }[] = [];
    const empty: LabelId[] = [];
    for (const { id, head } of wanted) {
      const asked = { frameSha256: sha256, modelId, requestId: this.#nextRequest++ };
      const reply = maskFor(await this.worker.request('propose', { ...asked, head: head.name }, { signal }), asked);
      if (!reply) return undefined;
      if (areaPx(unpackMask(reply.bits, reply.widthPx, reply.heightPx)) > 0) drawn.push({ labelId: id, reply });
      else {
        empty.push(id);
        this.#nothing.add(nothingKey(frame, id, head.version));
      }
    }
    const masks = await this.#inTurn(() => this.#saveUnlessTouched(frame, sha256, modelId, drawn));
    return { frameId: frame.id, frameSha256: sha256, modelId, masks, empty };
  }

  async #missing(frame: FrameDetail) {
    const labels = await this.labels.toPropose(frame);
    if (labels.length === 0) return [];
    const masks = await this.store.masks.ofFrame(frame.id);
    if (!(await this.#isUntouched(frame, masks))) return [];
    return labels.filter(
      ({ id, head }) => !holds(masks, id) && !this.#nothing.has(nothingKey(frame, id, head.version)),
    );
  }

  /** No review but the proposals' own, and no mask that is not a proposal as it was made, or withdrawn since. */
  async #isUntouched(frame: FrameDetail, masks: readonly MaskInstance[]): Promise<boolean> {
    const { review } = await this.store.frames.get(frame.id);
    return (
      (review === 'unopened' || review === 'proposed') && masks.every(({ current }) => current.user === PROPOSING_USER)
    );
  }

  async #saveUnlessTouched(
    frame: FrameDetail,
    frameSha256: string,
    modelId: string,
    drawn: readonly { labelId: LabelId; reply: MaskReply }[],
  ): Promise<MaskInstance[]> {
    const masks = await this.store.masks.ofFrame(frame.id);
    if (!(await this.#isUntouched(frame, masks))) return [];
    const changes = drawn
      .filter(({ labelId }) => !holds(masks, labelId))
      .map(({ labelId, reply }) => ({ kind: 'add' as const, labelId, ...contentOf(reply, modelId) }));
    if (changes.length === 0) return [];
    try {
      const edit = { frameId: frame.id, frameSha256, user: PROPOSING_USER, changes };
      return [...(await this.store.masks.save(edit)).masks];
    } catch (error) {
      // The frame's file was replaced, or the label removed, while the head was drawing.
      if (isAppError(error) && ['frame-changed', 'label-unknown'].includes(error.code)) return [];
      throw error;
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

function holds(masks: readonly MaskInstance[], labelId: LabelId): boolean {
  return masks.some((mask) => mask.labelId === labelId && mask.current.state !== 'deleted');
}

function contentOf({ widthPx, heightPx, bits, iou, headVersion }: MaskReply, modelId: string) {
  const { counts } = cocoRle(unpackMask(bits, widthPx, heightPx));
  const origin = { tool: 'proposal' as const, modelId, ...(headVersion !== null && { headVersion }) };
  return { state: 'proposed' as const, rle: { widthPx, heightPx, counts }, quality: iou, origin };
}

function nothingKey(frame: FrameDetail, labelId: LabelId, headVersion: string): string {
  return `${frame.sha256}/${labelId}/${headVersion}`;
}
