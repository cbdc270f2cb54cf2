/**
 * Proposals: what each label's head draws on a frame that nobody has worked on, saved as masks in state `proposed`. A
 * frame with any work of a human on it is left alone, also when that work begins while the head is drawing.
 */
import { PROPOSING_USER } from '../../shared/domain';
import type { FrameDetail, FrameEdit, LabelId, MaskInstance, ReviewState, SavedEdit } from '../../shared/domain';
import { isAppError } from '../../shared/errors';
import type { EventOf, ModelHead } from '../../shared/ipc';
import { areaPx, cocoRle, unpackMask } from '../../shared/mask';
import { maskFor, type MaskReply, type PromptReply, type ProposeRequest } from '../../shared/prompt-worker';
import { stability } from '../finetune/ranking';
import type { ProjectStore, ProposalScore } from '../project';
import type { LabelHeads } from './label-heads';
import { changesOf, heldOf, isStale, isUntouched } from './proposal-changes';
import type { PromptWorkerApi } from './prompt-service';
import type { WorkerHost } from './worker-host';

export interface Proposals {
  readonly proposed: EventOf<'masks.proposed'>;
  /** How sure the heads were, also where they found nothing. */
  readonly scores: readonly ProposalScore[];
}

export class Proposer {
  /** Edits of humans and of heads go one after the other: what a head saw is still true when it saves. */
  #turn: Promise<unknown> = Promise.resolve();
  #nextRequest = 1;
  /** Frames and labels where the head found nothing: not asked again. By frame hash, label and head. */
  readonly #nothing = new Set<string>();

  constructor(
    private readonly store: ProjectStore,
    private readonly labels: LabelHeads,
    private readonly worker: WorkerHost<PromptWorkerApi>,
  ) {}

  /** Saves a human's edit, in turn with proposals. @throws AppError as `Masks.save` does. */
  save(edit: FrameEdit): Promise<SavedEdit> {
    return this.inTurn(() => this.store.masks.save(edit));
  }

  /**
   * Proposes what is missing on the frame, and takes back what heads proposed that have no successor; undefined where
   * there is nothing to do.
   *
   * @param frame its embedding must be held by the prompt worker
   * @throws AppError `provider-failed`, `worker-died`, `cancelled`
   */
  async propose(frame: FrameDetail, modelId: string, signal: AbortSignal): Promise<Proposals | undefined> {
    const { sha256 } = frame;
    if (sha256 === null || frame.problem !== null) return undefined;
    const wanted = await this.#missing(frame);
    if (wanted.length === 0) return undefined;
    const drawn: Drawn[] = [];
    const scores: ProposalScore[] = [];
    for (const { id, head } of wanted) {
      if (head === null) {
        drawn.push({ labelId: id, head, reply: null });
        continue;
      }
      const asked = { frameSha256: sha256, modelId, requestId: this.#nextRequest++ };
      const reply = maskFor(await this.#ask({ ...asked, head: head.name }, signal), asked);
      if (!reply) return undefined;
      const isEmpty = areaPx(unpackMask(reply.bits, reply.widthPx, reply.heightPx)) === 0;
      if (isEmpty) this.#nothing.add(nothingKey(frame, id, head));
      drawn.push({ labelId: id, head, reply: isEmpty ? null : reply });
      scores.push({
        ...{ labelId: id, head: head.name, predictedIou: reply.iou, flipDice: null },
        stability: stability(reply.lowRes),
      });
    }
    const masks = await this.inTurn(() => this.#saveUnlessTouched(frame, sha256, modelId, drawn));
    const empty = drawn.filter(({ head, reply }) => head && reply === null).map(({ labelId }) => labelId);
    return { proposed: { frameId: frame.id, frameSha256: sha256, modelId, masks, empty }, scores };
  }

  async #ask(request: ProposeRequest, signal: AbortSignal): Promise<PromptReply> {
    try {
      return await this.worker.request('propose', request, { signal });
    } catch (error) {
      // Another version has become active meanwhile: the frame comes by once more for that.
      if (isAppError(error) && error.code === 'label-unknown') return { kind: 'superseded', ...request };
      throw error;
    }
  }

  /** Labels without a mask, and those whose only masks are proposals of a head that is not in use any more. */
  async #missing(frame: FrameDetail) {
    const labels = [...(await this.labels.toPropose(frame)), ...(await this.labels.retired())];
    if (labels.length === 0) return [];
    const masks = await this.store.masks.ofFrame(frame.id);
    if (!isUntouched(await this.#reviewOf(frame), masks)) return [];
    return labels.filter(({ id, head }) => {
      const own = heldOf(masks, id);
      if (own.length > 0) return own.every((mask) => isStale(mask, head?.version ?? null));
      return head !== null && !this.#nothing.has(nothingKey(frame, id, head));
    });
  }

  async #saveUnlessTouched(
    frame: FrameDetail,
    frameSha256: string,
    modelId: string,
    drawn: readonly Drawn[],
  ): Promise<MaskInstance[]> {
    const masks = await this.store.masks.ofFrame(frame.id);
    if (!isUntouched(await this.#reviewOf(frame), masks)) return [];
    const changes = drawn.flatMap(({ labelId, head, reply }) =>
      changesOf({ labelId, content: reply && contentOf(reply, modelId) }, heldOf(masks, labelId), (mask) =>
        isStale(mask, head?.version ?? null),
      ),
    );
    if (changes.length === 0) return [];
    try {
      const edit = { frameId: frame.id, frameSha256, user: PROPOSING_USER, changes };
      return [...(await this.store.masks.save(edit)).masks];
    } catch (error) {
      // While the head was drawing, the frame's file was replaced, the label removed, or of a team somebody took the frame.
      if (
        isAppError(error) &&
        ['frame-changed', 'label-unknown', 'frame-leased', 'revision-conflict'].includes(error.code)
      )
        return [];
      throw error;
    }
  }

  async #reviewOf(frame: FrameDetail): Promise<ReviewState> {
    return (await this.store.frames.get(frame.id)).review;
  }

  /** For whoever else writes masks. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

interface Drawn {
  readonly labelId: LabelId;
  /** Null: none is in use any more. */
  readonly head: ModelHead | null;
  /** Null: nothing. */
  readonly reply: MaskReply | null;
}

function contentOf({ widthPx, heightPx, bits, iou, headVersion }: MaskReply, modelId: string) {
  const { counts } = cocoRle(unpackMask(bits, widthPx, heightPx));
  const origin = { tool: 'proposal' as const, modelId, ...(headVersion !== null && { headVersion }) };
  return { rle: { widthPx, heightPx, counts }, quality: iou, origin };
}

function nothingKey(frame: FrameDetail, labelId: LabelId, head: ModelHead): string {
  return `${frame.sha256}/${labelId}/${head.name}/${head.version}`;
}
