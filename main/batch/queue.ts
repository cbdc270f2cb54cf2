/**
 * A batch of a project on a server, worked off by many machines: put into the queue in stretches of frames, and what a worker
 * does with one. The queue is `Jobs`, the journal `Batches`, the work on frames `run-frames.ts`.
 */
import type { Batch, BatchId, BatchPlan } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import type { EmbeddingCache } from '../inference';
import type { Jobs, ProjectStore, Stretch, WaitingFrame } from '../project';
import type { Lanes } from './lanes';
import type { BatchModel } from './plan';
import { runFrames, type FrameEnd } from './run-frames';

const PAGE = 1_000;

/**
 * Begins a batch, or goes on with the one that is unfinished, by putting all its frames that wait into the queue.
 *
 * @param plan of a new batch; asked for where none is unfinished
 * @param frames of a stretch
 * @throws AppError as `Batches.create` does
 */
export async function submitBatch(
  { batches }: Pick<ProjectStore, 'batches'>,
  jobs: Jobs,
  plan: () => Promise<BatchPlan>,
  frames: number,
  user: string,
): Promise<Batch> {
  const latest = await batches.latest();
  const isOpen = latest?.state === 'running' || latest?.state === 'paused';
  const { id } = isOpen ? latest : await batches.create(await plan(), user);
  await batches.resume(id);
  // Where stretches are in hand, or this was broken off before, some are put in twice: what was done is left.
  await jobs.clear();
  let open: WaitingFrame[] = [];
  for await (const page of waitingPages(batches, { batchId: id, first: 1, last: Number.MAX_SAFE_INTEGER })) {
    open.push(...page);
    const whole = open.length - (open.length % frames);
    await jobs.put(stretchesOf(id, open.slice(0, whole), frames));
    open = open.slice(whole);
  }
  await jobs.put(stretchesOf(id, open, frames));
  return batches.get(id);
}

export interface QueueWorker {
  readonly store: ProjectStore;
  readonly lanes: Lanes;
  readonly model: BatchModel;
  readonly cache: EmbeddingCache;
  /** Aborted: what is in hand is written, the rest of the stretch goes back. */
  readonly stop: AbortSignal;
  onFrame(end: FrameEnd): void;
}

/**
 * Works off a stretch, whatever of it was done before.
 *
 * @param taken aborted when the stretch was given to another worker
 * @throws AppError where some of its frames wait still: it is to be tried again
 */
export async function workStretch(
  worker: QueueWorker,
  { batchId, ...ends }: Stretch,
  taken: AbortSignal,
): Promise<void> {
  const { store, model, cache, lanes, stop, onFrame } = worker;
  const batch = await store.batches.get(batchId);
  if (batch.state !== 'running') return;
  if (batch.plan.modelId !== model.id) {
    throw new AppError('model-invalid', 'model', `batch ${batchId} was begun with another model than this worker has`);
  }
  const range = { batchId, ...ends };
  const { frames, masks, heads, batches } = store;
  const projectPart = { frames, masks, heads, batches, headFile: (sha256: string) => store.headFile(sha256) };
  await runFrames(
    { store: projectPart, batch, encoderId: model.encoderId, lanes: lanes.encoders, cache, onFrame },
    waitingFrames(store, range),
    AbortSignal.any([stop, taken]),
  );
  for await (const page of waitingPages(batches, range)) {
    if ((await batches.stateOf(batchId)) !== 'running') return;
    throw new AppError('cancelled', `batch ${batchId}`, `${page.length} or more frames of the stretch wait still`);
  }
  await batches.finish(batchId);
}

/** As long as the batch runs: somebody may have paused or cancelled it. */
async function* waitingFrames({ batches }: ProjectStore, range: Stretch): AsyncGenerator<WaitingFrame, undefined> {
  for await (const page of waitingPages(batches, range)) {
    for (const frame of page) {
      if ((await batches.stateOf(range.batchId)) !== 'running') return undefined;
      yield frame;
    }
  }
  return undefined;
}

async function* waitingPages(
  batches: ProjectStore['batches'],
  { batchId, first, last }: Stretch,
): AsyncGenerator<WaitingFrame[]> {
  for (let after = first - 1; ;) {
    const page = (await batches.waiting(batchId, after, PAGE)).filter(({ itemId }) => itemId <= last);
    const end = page.at(-1);
    if (!end) return;
    yield page;
    after = end.itemId;
  }
}

function stretchesOf(batchId: BatchId, frames: readonly WaitingFrame[], size: number): Stretch[] {
  const starts = Array.from({ length: Math.ceil(frames.length / size) }, (_, i) => i * size);
  return starts.flatMap((start) => {
    const part = frames.slice(start, start + size);
    const [first, last] = [part[0], part.at(-1)];
    return first && last ? [{ batchId, first: first.itemId, last: last.itemId }] : [];
  });
}
