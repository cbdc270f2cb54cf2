/**
 * Inference for the project that is open: which of its frames are encoded, where embeddings are kept, what is proposed.
 * Lives as long as the project is open. The workers and the model are its host's (inference-host.ts).
 */
import { join } from 'node:path';
import { float16ToFloat32 } from '../../models/checkpoint';
import { stateOf, type FrameDetail, type FrameId, type FrameState } from '../../shared/domain';
import { AppError, isAppError } from '../../shared/errors';
import { toWireError, type Problem } from '../../shared/ipc';
import { unpackMask, type Mask } from '../../shared/mask';
import { maskFor, type MaskReply } from '../../shared/prompt-worker';
import { sketch } from '../finetune/ranking';
import { appearance } from '../finetune/split';
import type { ProjectStore, ProposalScore, StoredHead } from '../project';
import { summaryOf, type FrameSource } from '../study';
import { EmbeddingCache } from './embedding-cache';
import { mirroredHash, type EncodeRequest } from './encode-api';
import type { StoredEmbedding } from './embedding-file';
import { EncodeQueue, type QueueState } from './encode-queue';
import type { Encoder } from './encoder';
import type { Tell } from './inference-host';
import type { LabelHeads } from './label-heads';
import { MirrorChecks } from './mirror-checks';
import { nameOfVersion, PromptHeads, type ModelParts } from './prompt-heads';
import { Proposer } from './proposer';
import type { PromptWorkerApi } from './prompt-service';
import type { WorkerHost } from './worker-host';
import { logError } from '../log';

export interface SharedInference {
  readonly encoder: Encoder;
  readonly promptWorker: WorkerHost<PromptWorkerApi>;
  /** Of the model in use; undefined while there is none. */
  model(): (ModelParts & { readonly id: string }) | undefined;
  readonly tell: Tell;
  onQueueChange(): void;
}

export class ProjectInference {
  readonly proposer: Proposer;
  readonly #heads: PromptHeads;
  readonly #cache: EmbeddingCache;
  readonly #queue: EncodeQueue;
  readonly #mirrorChecks: MirrorChecks;
  readonly #closing = new AbortController();
  /** Ends a `proposeAll` that still lists frames. */
  #batch = new AbortController();
  /** The frame on screen first. */
  #focus: readonly FrameId[] = [];
  /** Of `whenNobodyWaits`. */
  #waiters: (() => void)[] = [];
  /** Hashes of frames in focus: the prompt worker must not forget them. */
  #kept = new Map<FrameId, string>();

  constructor(
    private readonly store: ProjectStore,
    private readonly source: FrameSource,
    private readonly labels: LabelHeads,
    private readonly shared: SharedInference,
  ) {
    this.#cache = new EmbeddingCache(join(store.cacheFolder, 'embeddings'));
    this.#queue = new EncodeQueue(
      (frameId, signal) => this.#encode(frameId, signal),
      () => {
        shared.onQueueChange();
        this.#mirrorChecks.stir();
        for (const wake of this.#waiters.splice(0)) wake();
      },
    );
    this.#mirrorChecks = this.#checksOf(store, labels);
    this.proposer = new Proposer(store, labels, shared.promptWorker);
    this.#heads = new PromptHeads(store, shared.promptWorker, () => shared.model());
    this.modelKnown();
  }

  get queue(): QueueState {
    return this.#queue.state;
  }

  /** Whether a frame is on screen or beside what is. */
  isInFocus(frameId: FrameId): boolean {
    return this.#focus.includes(frameId);
  }

  /** Resolved when nothing on screen or beside it waits for the encoder: work that nobody watches goes on only then. */
  async whenNobodyWaits(): Promise<void> {
    while (this.#queue.focusWaits && !this.#closing.signal.aborted) {
      await new Promise<void>((wake) => this.#waiters.push(wake));
    }
  }

  /** See `inference.focus`. */
  async focus(frameId: FrameId, neighbours: readonly FrameId[]): Promise<'ready' | 'waiting' | 'failed'> {
    const model = this.shared.model();
    if (!model) return 'failed';
    const focus = [frameId, ...neighbours.filter((id) => id !== frameId)];
    this.#focus = focus;
    this.#kept = new Map([...this.#kept].filter(([id]) => focus.includes(id)));
    // Cached or not readable: told at once, however long the encoder is busy with another frame.
    const { frame, problem } = await this.source.open(frameId);
    if (this.#focus !== focus) return 'waiting';
    if (problem || frame.sha256 === null) {
      this.#queue.focus(focus.slice(1));
      this.#tellFailure(frameId, problem ?? unknownPixels(frame));
      return 'failed';
    }
    const cached = await this.#cache.get(frame.sha256, model.encoderId);
    if (this.#focus !== focus) return 'waiting';
    this.#queue.focus(cached ? focus.slice(1) : focus);
    if (!cached) return 'waiting';
    void this.#deliver(frame, cached, this.#closing.signal).catch((error: unknown) => this.#failed(frame, error));
    return 'ready';
  }

  blur(): void {
    this.#focus = [];
    this.#kept.clear();
    this.#queue.focus([]);
  }

  /** Another model is in use, or one at last: the worker holds the versions that fit it, ahead of every proposal. */
  modelKnown(): void {
    this.#heads.holdActive().catch((error: unknown) => this.#quietly(error));
  }

  /** The prompt worker runs in a new process: it is given what it needs to go on. */
  async restarted(): Promise<void> {
    this.#heads.again();
    await this.refocus();
  }

  /** Other versions are active now: what nobody has worked on is proposed afresh or taken back, what is on screen first. */
  async headsChanged(): Promise<void> {
    await this.#heads.holdActive();
    await this.refocus();
    await this.proposeAll(['unopened', 'proposed']);
  }

  /** Somebody asks how sure the heads are: mirror images are looked at too from now on, whenever there is time. */
  checkMirrored(): void {
    this.#mirrorChecks.want();
  }

  /**
   * What heads draw on a frame with no prompt, to look at; nothing is stored.
   *
   * @param heads versions of the project, or names of the model's heads
   * @throws AppError `file-unreadable` where the frame cannot be encoded, `model-invalid` for a damaged head
   */
  async draw(frameId: FrameId, heads: readonly (StoredHead | string)[]): Promise<Mask[]> {
    const model = this.shared.model();
    const { frame, problem } = await this.source.open(frameId);
    if (!model) throw new AppError('model-invalid', 'model', 'no model is in use');
    if (problem || frame.sha256 === null) throw unreadable(frame, problem);
    const { sha256: frameSha256 } = frame;
    const { signal } = this.#closing;
    const embedding = await this.#embeddingOf(frame, frameSha256, signal);
    const versions = heads.filter((head) => typeof head !== 'string');
    return this.#heads.holdAlso(versions, async () => {
      const masks: Mask[] = [];
      for (const head of heads) {
        const name = typeof head === 'string' ? head : nameOfVersion(head);
        const reply = await this.#drawn(embedding, name, signal);
        masks.push(unpackMask(reply.bits, reply.widthPx, reply.heightPx));
      }
      return masks;
    });
  }

  /** @param head its name, as requests give it */
  async #drawn(embedding: StoredEmbedding, head: string, signal: AbortSignal): Promise<MaskReply> {
    const { frameSha256 } = embedding;
    const asked = { frameSha256, modelId: this.shared.model()?.id ?? '', requestId: 0 };
    await this.shared.promptWorker.request('hold', { embedding, keep: [...this.#kept.values(), frameSha256] });
    const answer = await this.shared.promptWorker.request('propose', { ...asked, head }, { signal });
    const reply = maskFor(answer, asked);
    if (!reply) throw new AppError('internal', frameSha256, `no proposal came back: ${answer.kind}`);
    return reply;
  }

  /** Everything in focus once more: the prompt worker is a new one, or there are other labels or heads. */
  async refocus(): Promise<void> {
    const [frameId, ...neighbours] = this.#focus;
    if (frameId === undefined || this.#closing.signal.aborted) return;
    await this.focus(frameId, neighbours);
  }

  /**
   * Proposes afresh after a head has changed, on every frame that a head is for and that nobody has worked on, behind what
   * is on screen. What the user asks for is a batch (`main/batch`); this is forgotten with the program, and then done when
   * a frame is opened.
   *
   * @param states of frames to look at; one that was worked on is left alone whatever its state
   * @returns how many frames were queued
   */
  async proposeAll(states: readonly FrameState[] = ['unopened']): Promise<number> {
    const limit = 1_000;
    const { signal } = this.#batch;
    /** Whether any label's head proposes on a series of this name. */
    const inSeries = new Map<string, boolean>();
    let queued = 0;
    for (let offset = 0; ; offset += limit) {
      const { frames } = await this.store.frames.list({ filter: {}, limit, offset });
      const waiting: FrameId[] = [];
      for (const frame of frames) {
        const state = stateOf(frame);
        if (!states.includes(state) || (state === 'unopened' && frame.maskCount > 0)) continue;
        const proposed = inSeries.get(frame.seriesName) ?? (await this.labels.toPropose(frame)).length > 0;
        inSeries.set(frame.seriesName, proposed);
        // What is there may be of a head that is not in use any more.
        if (proposed || state === 'proposed') waiting.push(frame.id);
      }
      if (signal.aborted) break;
      this.#queue.add(waiting);
      queued += waiting.length;
      if (frames.length < limit) break;
    }
    return queued;
  }

  stopAll(): void {
    this.#batch.abort();
    this.#batch = new AbortController();
    this.#queue.clear();
  }

  /** Ends what is under way for this project; its store may be closed then. */
  close(): void {
    this.#closing.abort();
    this.#batch.abort();
    this.#queue.close();
    for (const wake of this.#waiters.splice(0)) wake();
    this.#mirrorChecks.close();
    this.#heads.close();
  }

  /** One frame of the queue. Throws after the interface was told, so that the queue counts it as failed. */
  async #encode(frameId: FrameId, signal: AbortSignal): Promise<void> {
    const model = this.shared.model();
    if (!model) throw new AppError('model-invalid', 'model', 'no model is in use');
    const { frame, problem } = await this.source.open(frameId);
    if (problem || frame.sha256 === null) {
      this.#tellFailure(frameId, problem ?? unknownPixels(frame));
      throw unreadable(frame, problem);
    }
    try {
      await this.#deliver(frame, await this.#embeddingOf(frame, frame.sha256, signal), signal);
    } catch (error) {
      if (!signal.aborted) this.#failed(frame, error);
      throw error;
    }
  }

  async #embeddingOf(frame: FrameDetail, frameSha256: string, signal: AbortSignal): Promise<StoredEmbedding> {
    const encoderId = this.shared.model()?.encoderId ?? '';
    const cached = await this.#cache.get(frameSha256, encoderId);
    if (cached) return cached;
    const embedding = await this.#encoded(
      { path: frame.absolutePath, frameIndex: frame.frameIndex, frameSha256 },
      frameSha256,
      signal,
    );
    // On the disk or not, the prompt worker gets it: nobody waits for the file.
    void this.#cache.put(embedding);
    return embedding;
  }

  async #encoded(request: EncodeRequest, expected: string, signal: AbortSignal): Promise<StoredEmbedding> {
    const embedding = await this.shared.encoder.encode(request, signal);
    if (embedding.frameSha256 !== expected) {
      throw new AppError('internal', request.path, 'the embedding that came back is of another frame');
    }
    return embedding;
  }

  #checksOf(store: ProjectStore, labels: LabelHeads): MirrorChecks {
    return new MirrorChecks({
      ...{ store, labels },
      modelId: () => this.shared.model()?.id,
      isIdle: () => this.queue.running === null && this.queue.waiting === 0,
      open: async (frameId) => {
        const { frame, problem } = await this.source.open(frameId);
        const { sha256 } = frame;
        return problem || sha256 === null ? undefined : { ...frame, sha256 };
      },
      embeddingOf: (frame, frameSha256, signal) => this.#embeddingOf(frame, frameSha256, signal),
      encode: (request, signal) => this.#encoded(request, mirroredHash(request.frameSha256), signal),
      lowResOf: async (embedding, head, signal) => (await this.#drawn(embedding, head, signal)).lowRes,
    });
  }

  /** Hands the embedding to the prompt worker, says so, and lets the heads propose. */
  async #deliver(frame: FrameDetail, embedding: StoredEmbedding, signal: AbortSignal): Promise<void> {
    const { promptWorker, tell } = this.shared;
    const model = this.shared.model();
    const { frameSha256, encoderId } = embedding;
    if (!model || model.encoderId !== encoderId) return;
    if (this.#focus.includes(frame.id)) this.#kept.set(frame.id, frameSha256);
    await promptWorker.request('hold', { embedding, keep: [...this.#kept.values()] });
    if (this.#closing.signal.aborted) return;
    tell('embedding.ready', { frameId: frame.id, frameSha256, encoderId });
    const answer = await this.proposer.propose(frame, model.id, signal);
    if (this.#closing.signal.aborted) return;
    if (answer) tell('masks.proposed', answer.proposed);
    if (answer && answer.proposed.masks.length > 0)
      tell('frames.changed', { frames: [summaryOf(await this.store.frames.get(frame.id))] });
    await this.#note(frame.id, embedding, model.id, answer?.scores ?? []);
  }

  /** What the orders of frames go by. */
  async #note(
    frameId: FrameId,
    { frameSha256, encoderId, ...embedding }: StoredEmbedding,
    modelId: string,
    proposals: readonly ProposalScore[],
  ): Promise<void> {
    const { scores } = this.store;
    const pixels = { frameId, frameSha256 };
    if (proposals.length > 0) await scores.put({ ...pixels, modelId }, proposals);
    if (this.#closing.signal.aborted || (await scores.hasLook({ ...pixels, encoderId }))) return;
    const look = sketch(appearance(float16ToFloat32(embedding.halves)));
    await scores.putLook({ ...pixels, encoderId, sketch: look });
  }

  #failed(frame: FrameDetail, error: unknown): void {
    // Whatever ends with the project: its store is closed, its workers' answers come to nobody.
    if (this.#closing.signal.aborted) return;
    const { code, message } = toWireError(error, frame.absolutePath);
    if (!isAppError(error)) logError('inference', error);
    this.#tellFailure(frame.id, { path: frame.absolutePath, code, message });
  }

  #quietly(error: unknown): void {
    if (!this.#closing.signal.aborted) logError('inference', error);
  }

  #tellFailure(frameId: FrameId, problem: Problem): void {
    if (!this.#closing.signal.aborted) this.shared.tell('embedding.failed', { frameId, problem });
  }
}

function unreadable(frame: FrameDetail, problem: Problem | null): AppError {
  return new AppError('file-unreadable', frame.absolutePath, problem?.message ?? 'it was never decoded');
}

function unknownPixels(frame: FrameDetail): Problem {
  return { path: frame.absolutePath, code: 'file-unreadable', message: 'the frame was never decoded' };
}
