/**
 * The life of batches in an open project: planned, begun, paused, gone on with, given up. What the window and the command
 * line share; the work on frames is `run-frames.ts`, the journal `main/project/batches.ts`.
 */
import { join } from 'node:path';
import type { Batch, BatchFailure, BatchId, BatchPlan, BatchRequest } from '../../shared/domain';
import { AppError, isAppError } from '../../shared/errors';
import { toWireError, type BatchEstimate, type BatchOptions, type BatchStatus } from '../../shared/ipc';
import { EmbeddingCache, type LabelHeads } from '../inference';
import type { ProjectStore, WaitingFrame } from '../project';
import { openLanes, type LaneParts, type Lanes } from './lanes';
import { measurePace } from './measure';
import { Pace, rememberedPace, rememberPace } from './pace';
import { optionsOf, planOf, type BatchModel, type PlanParts } from './plan';
import { runFrames, type BatchStore, type FrameEnd } from './run-frames';
import { logError } from '../log';

export interface BatchParts extends LaneParts {
  readonly store: ProjectStore;
  readonly labels: LabelHeads;
  /** In use; undefined while there is none. */
  model(): BatchModel | undefined;
  user(): string;
  /** Told after each frame and whenever the batch's state is another. */
  onStatus(status: BatchStatus): void;
  onFrame?(end: FrameEnd, modelId: string): void;
  /** Resolved when nobody at the window waits for the encoder. */
  mayStart?(): Promise<void>;
  /** Writes one after the other with others who write on frames; default: the database's own order. */
  inTurn?<T>(write: () => Promise<T>): Promise<T>;
}

interface Running {
  readonly id: BatchId;
  readonly stop: AbortController;
  readonly lanes: Lanes;
  /** As the journal has it; kept up with without asking. */
  batch: Batch;
  readonly pace: Pace;
  ended: Promise<void>;
}

const PAGE = 200;
const MOST_FAILURES = 1_000;

export class BatchDesk {
  #running: Running | undefined;
  readonly #cache: EmbeddingCache;
  readonly #closing = new AbortController();

  constructor(private readonly parts: BatchParts) {
    this.#cache = new EmbeddingCache(join(parts.store.cacheFolder, 'embeddings'));
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** @throws AppError `model-invalid` where there is no model. */
  options(): Promise<BatchOptions> {
    return optionsOf(this.#planParts());
  }

  /** @throws AppError as `planOf` does. */
  async estimate(request: BatchRequest): Promise<BatchEstimate> {
    const { store } = this.parts;
    const plan = await planOf(this.#planParts(), request);
    return { frames: await store.batches.count(plan), rate: (await rememberedPace(store, plan.modelId)) ?? null };
  }

  /** As `estimate`, after some of the frames were drawn on; nothing of it is kept but how long they took. */
  async measure(request: BatchRequest): Promise<BatchEstimate> {
    const { store } = this.parts;
    const plan = await planOf(this.#planParts(), request);
    const rate = this.#running ? null : await this.#measured(plan);
    if (rate !== null) await rememberPace(store, plan.modelId, rate);
    return this.estimate(request);
  }

  /** Of the latest; null where there never was one. */
  async status(): Promise<BatchStatus | null> {
    if (this.#running) return this.#statusOf(this.#running.batch);
    const latest = await this.parts.store.batches.latest();
    return latest ? this.#statusOf(latest) : null;
  }

  async failures(): Promise<BatchFailure[]> {
    const latest = await this.parts.store.batches.latest();
    return latest ? this.parts.store.batches.failures(latest.id, MOST_FAILURES) : [];
  }

  /** Begins a batch; answers when it is on the disk. @throws AppError as `planOf` and `Batches.create` do. */
  async start(request: BatchRequest): Promise<BatchStatus> {
    const plan = await planOf(this.#planParts(), request);
    const batch = await this.parts.store.batches.create(plan, this.parts.user());
    return this.#work(batch.id);
  }

  /** Stops after what is in hand, which is written when this answers. */
  async pause(): Promise<void> {
    const { batches } = this.parts.store;
    const latest = await batches.latest();
    if (latest) await batches.pause(latest.id);
    await this.#stop();
  }

  /** @throws AppError `usage` where none is unfinished, `model-invalid` where it was begun with another model. */
  async resume(): Promise<BatchStatus> {
    const latest = await this.#latest();
    if (this.#running) return this.#statusOf(this.#running.batch);
    this.#planParts(latest.plan.modelId);
    await this.parts.store.batches.resume(latest.id);
    return this.#work(latest.id);
  }

  /** @throws AppError `usage` where none is unfinished. */
  async cancel(): Promise<void> {
    const latest = await this.#latest();
    await this.parts.store.batches.cancel(latest.id, this.parts.user());
    await this.#stop();
    await this.#tell();
  }

  /** Frames that failed or were set aside are tried again. @throws AppError `usage` where there are none. */
  async retry(): Promise<BatchStatus> {
    const latest = await this.#latest();
    this.#planParts(latest.plan.modelId);
    await this.#stop();
    await this.parts.store.batches.retry(latest.id);
    return this.#work(latest.id);
  }

  /** Resolved when no batch is at work. */
  async settled(): Promise<void> {
    await this.#running?.ended;
  }

  /** Process ids of the workers that run. */
  get pids(): readonly number[] {
    return this.#running?.lanes.pids ?? [];
  }

  /** The project is about to be closed: what is in hand is given up, the journal knows the rest. */
  close(): void {
    this.#closing.abort();
    this.#running?.lanes.dispose();
  }

  async #latest(): Promise<Batch> {
    const latest = await this.parts.store.batches.latest();
    if (!latest) throw new AppError('usage', 'batch', 'the project has no batch');
    return latest;
  }

  /** @param modelId that the model must have */
  #planParts(modelId?: string): PlanParts {
    const { store, labels } = this.parts;
    const model = this.parts.model();
    if (!model) throw new AppError('model-invalid', 'model', 'no model is in use');
    if (modelId !== undefined && model.id !== modelId) {
      throw new AppError(
        'model-invalid',
        'model',
        'the batch was begun with another model: cancel it, or take that one',
      );
    }
    return { store, labels, model };
  }

  async #work(batchId: BatchId): Promise<BatchStatus> {
    const batch = await this.parts.store.batches.get(batchId);
    const { encoderId } = this.#planParts(batch.plan.modelId).model;
    const running: Running = {
      ...{ id: batchId, stop: new AbortController(), lanes: openLanes(this.parts), pace: new Pace(), batch },
      ended: Promise.resolve(),
    };
    this.#running = running;
    running.ended = this.#run(running, encoderId);
    const status = this.#statusOf(running.batch);
    this.parts.onStatus(status);
    return status;
  }

  /** Never rejects: what stops a batch by itself is noted with it. */
  async #run(running: Running, encoderId: string): Promise<void> {
    const { store, mayStart } = this.parts;
    const { id, lanes, pace, stop } = running;
    try {
      await runFrames(
        {
          ...{ store: this.#storeInTurn(), batch: running.batch, encoderId, lanes: lanes.encoders, cache: this.#cache },
          ...(mayStart && { mayStart }),
          abandon: this.#closing.signal,
          onFrame: (end) => this.#noteFrame(running, end),
        },
        this.#waitingFrames(id),
        stop.signal,
      );
      if (!stop.signal.aborted) await store.batches.finish(id);
    } catch (error) {
      if (!this.#closing.signal.aborted)
        await this.#stopBy(id, error).catch((cause: unknown) => logError('batch', cause));
    } finally {
      lanes.dispose();
      if (this.#running === running) this.#running = undefined;
    }
    if (this.#closing.signal.aborted) return;
    if (pace.isSteady && pace.rate !== null) await rememberPace(store, running.batch.plan.modelId, pace.rate);
    await this.#tell();
  }

  async #stopBy(id: BatchId, error: unknown): Promise<void> {
    if (!isAppError(error)) logError('batch', error);
    const { code, message } = toWireError(error, 'batch');
    await this.parts.store.batches.pause(id, { code, message });
  }

  /** In the journal's order, as long as the batch runs: another process may have paused or cancelled it. */
  async *#waitingFrames(id: BatchId): AsyncGenerator<WaitingFrame, undefined> {
    const { batches } = this.parts.store;
    for (let after = 0; ;) {
      const page = await batches.waiting(id, after, PAGE);
      if (page.length === 0) return undefined;
      for (const frame of page) {
        if ((await batches.stateOf(id)) !== 'running') return undefined;
        after = frame.itemId;
        yield frame;
      }
    }
  }

  #storeInTurn(): BatchStore {
    const { store, inTurn = (write) => write() } = this.parts;
    const { frames, masks, heads, batches } = store;
    return {
      ...{ frames, masks, heads, headFile: (sha256) => store.headFile(sha256) },
      batches: {
        complete: (done) => inTurn(() => batches.complete(done)),
        leave: (batchId, frameId) => batches.leave(batchId, frameId),
        fail: (batchId, frameId, why) => batches.fail(batchId, frameId, why),
        noteDeath: (batchId, frameId) => batches.noteDeath(batchId, frameId),
      },
    };
  }

  #noteFrame(running: Running, end: FrameEnd): void {
    if (this.#closing.signal.aborted) return;
    const { batch, pace } = running;
    const state = end.outcome === 'left' ? 'done' : end.outcome;
    const counts = {
      ...batch.counts,
      waiting: Math.max(0, batch.counts.waiting - 1),
      [state]: batch.counts[state] + 1,
    };
    const made = end.masks.filter(({ current }) => current.state === 'proposed').length;
    running.batch = { ...batch, counts, masks: batch.masks + made };
    if (end.outcome !== 'left') pace.note();
    this.parts.onFrame?.(end, batch.plan.modelId);
    this.parts.onStatus(this.#statusOf(running.batch));
  }

  #statusOf(batch: Batch): BatchStatus {
    const working = this.#running?.id === batch.id;
    const rate = working ? (this.#running?.pace.rate ?? null) : null;
    return { batch, working, rate, secondsLeft: rate === null ? null : batch.counts.waiting / rate };
  }

  async #tell(): Promise<void> {
    const status = await this.status();
    if (status) this.parts.onStatus(status);
  }

  async #stop(): Promise<void> {
    this.#running?.stop.abort();
    await this.settled();
  }

  async #measured(plan: BatchPlan): Promise<number | null> {
    const lanes = openLanes(this.parts);
    const abandon = (): void => lanes.dispose();
    this.#closing.signal.addEventListener('abort', abandon, { once: true });
    try {
      return await measurePace(this.parts.store, plan, lanes);
    } finally {
      this.#closing.signal.removeEventListener('abort', abandon);
      lanes.dispose();
    }
  }
}
