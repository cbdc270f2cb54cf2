/**
 * Works off frames of a batch: each lane takes one after the other, the next while the one before is under way; what comes
 * of it is written at once. Given the same frame twice, by a program that was killed or by two machines, it is written
 * once. Where frames come from, and whose the lanes are, is the caller's affair.
 */
import { opendir } from 'node:fs/promises';
import { sha256 } from '../../shared/domain';
import type {
  Batch,
  BatchLabel,
  BatchPlan,
  BatchProblem,
  FrameDetail,
  FrameId,
  MaskInstance,
} from '../../shared/domain';
import { AppError, isAppError, type ErrorCode } from '../../shared/errors';
import { toWireError } from '../../shared/ipc';
import { nameOfVersion, type EmbeddingCache, type Encoder, type FrameHead, type ProposedFrame } from '../inference';
import type { ProjectStore, WaitingFrame } from '../project';
import { decideBy, scoresOf, wantedLabels } from './frame-work';
import { logError } from '../log';

/** What of a project a batch needs. */
export interface BatchStore {
  readonly frames: Pick<ProjectStore['frames'], 'get'>;
  readonly masks: Pick<ProjectStore['masks'], 'ofFrame'>;
  readonly heads: Pick<ProjectStore['heads'], 'ofLabel'>;
  readonly batches: Pick<ProjectStore['batches'], 'complete' | 'leave' | 'fail' | 'noteDeath'>;
  headFile(sha256: string): string;
}

export interface FrameEnd {
  readonly frameId: FrameId;
  /** Of the pixels that were drawn on; null where none were. */
  readonly frameSha256: string | null;
  /** `left`: it had what was asked for, or somebody was faster. */
  readonly outcome: 'done' | 'left' | 'failed' | 'set-aside';
  /** Those that are other than before. */
  readonly masks: readonly MaskInstance[];
  readonly problem: BatchProblem | null;
}

export interface BatchWork {
  readonly store: BatchStore;
  readonly batch: Pick<Batch, 'id' | 'plan'>;
  readonly encoderId: string;
  readonly lanes: readonly Encoder[];
  /** Embeddings of the project that are there, and place for more. */
  readonly cache?: Pick<EmbeddingCache, 'get' | 'putIfRoom'>;
  /** Resolved when the next frame may be begun; default: at once. */
  mayStart?(): Promise<void>;
  onFrame?(end: FrameEnd): void;
  /** Aborted: what is in hand is given up as well. */
  readonly abandon?: AbortSignal;
}

/** Frames a lane has in hand: one computed, one read from its file meanwhile. */
const IN_HAND = 2;
/** A frame that has brought down so many workers is set aside. */
const DEATHS = 2;

/** What is wrong with the machine or the project, not with a frame: going on would fail frame after frame. */
export const STOPPING: readonly ErrorCode[] = [
  ...(['provider-failed', 'model-invalid', 'graph-invalid', 'label-unknown', 'cancelled'] as const),
  ...(['server-unreachable', 'login-refused', 'certificate-refused', 'not-permitted'] as const),
  ...([
    'source-missing',
    'disk-full',
    'write-failed',
    'project-corrupt',
    'project-locked',
    'checkpoint-corrupt',
  ] as const),
];

/**
 * Returns when no frame is left, or the signal has aborted and what was in hand is written.
 *
 * @param frames asked for one at a time
 * @throws AppError what made going on useless, after what was in hand is written
 */
export async function runFrames(
  work: BatchWork,
  frames: AsyncIterator<WaitingFrame, undefined>,
  signal: AbortSignal,
): Promise<void> {
  const heads = await headsOf(work.store, work.batch.plan);
  /** One of these may have brought a worker down: only alone can be told which. */
  const suspects: FrameId[] = [];
  let problem: unknown;
  const isOver = (): boolean => signal.aborted || problem !== undefined;

  const follow = async (lane: Encoder): Promise<void> => {
    const inHand = new Set<Promise<void>>();
    const begin = (frameId: FrameId): void => {
      const doing = workOff(work, lane, heads, frameId)
        .then((end) => (end === 'died' ? void suspects.push(frameId) : work.onFrame?.(end)))
        .catch((error: unknown) => void (problem ??= error))
        .finally(() => inHand.delete(doing));
      inHand.add(doing);
    };
    while (!isOver()) {
      if (suspects.length > 0) {
        await Promise.all(inHand);
        const suspect = suspects.shift();
        if (suspect !== undefined) begin(suspect);
        await Promise.all(inHand);
        continue;
      }
      if (inHand.size >= IN_HAND) {
        await Promise.race(inHand);
        continue;
      }
      await work.mayStart?.();
      if (isOver()) break;
      const { value: next } = await frames.next();
      if (next && next.deaths > 0) suspects.push(next.frameId);
      else if (next) begin(next.frameId);
      else if (inHand.size > 0) await Promise.all(inHand);
      else break;
    }
    await Promise.all(inHand);
  };
  const guarded = (lane: Encoder): Promise<void> => follow(lane).catch((error: unknown) => void (problem ??= error));
  await Promise.all(work.lanes.map(guarded));
  if (problem !== undefined) throw problem;
}

/** The heads of a plan's labels as workers need them. @throws AppError `label-unknown` for a version that is gone */
export async function headsOf(
  store: Pick<BatchStore, 'heads' | 'headFile'>,
  plan: BatchPlan,
): Promise<Map<BatchLabel, FrameHead>> {
  const heads = new Map<BatchLabel, FrameHead>();
  for (const label of plan.labels) {
    const { labelId, head: name, version } = label;
    const stored = (await store.heads.ofLabel(labelId)).find((each) => nameOfVersion(each) === name);
    // A version's name is its hash, no head of a model is called so.
    if (!stored && sha256.safeParse(name).success) throw new AppError('label-unknown', version, `${version} is gone`);
    const ofProject = stored && { version, sha256: name, file: store.headFile(name), config: stored.config };
    heads.set(label, { name, ...ofProject });
  }
  return heads;
}

/** @returns `died`: a worker did, and the frame is to be tried once more. @throws AppError what stops a batch */
async function workOff(
  work: BatchWork,
  lane: Encoder,
  heads: ReadonlyMap<BatchLabel, FrameHead>,
  frameId: FrameId,
): Promise<FrameEnd | 'died'> {
  const { store, batch } = work;
  const frame = await store.frames.get(frameId);
  const labels = wantedLabels(batch.plan, frame, await store.masks.ofFrame(frameId));
  if (labels.length === 0) {
    await store.batches.leave(batch.id, frameId);
    return { frameId, frameSha256: null, outcome: 'left', masks: [], problem: null };
  }
  try {
    const found = await drawn(
      work,
      lane,
      frame,
      labels.flatMap((label) => heads.get(label) ?? []),
    );
    return await write(work, frame, labels, found);
  } catch (error) {
    const { code, message } = toWireError(error, frame.absolutePath);
    if (STOPPING.includes(code)) throw error;
    if (code === 'file-not-found') await refuseWithoutFolder(frame);
    // Somebody works on it now: it goes on waiting.
    if (code === 'frame-leased') return { frameId, frameSha256: null, outcome: 'left', masks: [], problem: null };
    if (code === 'worker-died' && (await store.batches.noteDeath(batch.id, frameId)) < DEATHS) return 'died';
    if (!isAppError(error)) logError('batch', error);
    const problem = { code, message };
    const waited = await store.batches.fail(batch.id, frameId, problem);
    const outcome = !waited ? 'left' : code === 'worker-died' ? 'set-aside' : 'failed';
    return { frameId, frameSha256: null, outcome, masks: [], problem: waited ? problem : null };
  }
}

/** @throws AppError `source-missing` where not the file alone is gone, but the whole folder that was opened */
async function refuseWithoutFolder({ absolutePath, relativePath }: FrameDetail): Promise<void> {
  const folder = absolutePath.slice(0, absolutePath.length - relativePath.length);
  if (await hasEntries(folder)) return;
  throw new AppError('source-missing', folder, `${folder} is not there: is its disk connected?`);
}

/** What a disk that was taken away was mounted on is often still there, with nothing in it. */
async function hasEntries(folder: string): Promise<boolean> {
  try {
    for await (const _ of await opendir(folder)) return true;
  } catch {
    // Not there, or not to be read.
  }
  return false;
}

async function drawn(
  { encoderId, cache, abandon = new AbortController().signal }: BatchWork,
  lane: Encoder,
  { absolutePath: path, frameIndex, sha256 }: FrameDetail,
  heads: readonly FrameHead[],
): Promise<ProposedFrame> {
  const embedding = sha256 === null ? undefined : await cache?.get(sha256, encoderId);
  const found = await lane.propose({ path, frameIndex, heads, ...(embedding && { embedding }) }, abandon);
  if (found.embedding) await cache?.putIfRoom(found.embedding);
  return found;
}

async function write(
  { store, batch, encoderId }: BatchWork,
  { id: frameId, seriesName }: FrameDetail,
  labels: readonly BatchLabel[],
  found: ProposedFrame,
): Promise<FrameEnd> {
  const masks = await store.batches.complete({
    ...{ batchId: batch.id, frameId, pixels: found.pixels },
    decide: decideBy(batch.plan, seriesName, labels, found),
    scores: scoresOf(labels, found),
    look: { encoderId, sketch: found.sketch },
  });
  const { sha256: frameSha256 } = found.pixels;
  return { frameId, frameSha256, outcome: masks ? 'done' : 'left', masks: masks ?? [], problem: null };
}
