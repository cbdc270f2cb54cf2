/** `sonomask batch submit` and `sonomask worker`: a batch of a project on a server, worked off by any number of machines. */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { openLanes, planOf, submitBatch, workStretch, type FrameEnd } from '../../batch';
import { EmbeddingCache } from '../../inference';
import type { Jobs, ProjectStore } from '../../project';
import type { Arguments } from '../arguments';
import { type Command, type Context, EXIT, type Outcome } from '../command';
import { MODEL_OPTION } from '../open-model';
import { cliUser, modelParts, withJobs, withProject } from '../open-project';
import { BATCH_REQUEST_OPTIONS, requestOf } from './batch';

const PLACE = '<postgres://USER@HOST/DATABASE?project=NAME>';
/** About ten seconds of a core: little is lost with a worker, and the queue is asked seldom. */
const FRAMES_A_STRETCH = 32;
const LOOK_MS = 2_000;

export const batchSubmit: Command = {
  name: 'batch submit',
  summary: 'Put a batch of a project on a server into its queue, for workers on any machines.',
  operands: PLACE,
  options: {
    ...BATCH_REQUEST_OPTIONS,
    chunk: { value: 'N', help: `frames a worker takes at a time; default ${FRAMES_A_STRETCH}` },
    model: MODEL_OPTION,
  },
  details: `
Where a batch is unfinished its frames that wait are put into the queue anew, and nothing else is begun. Workers read images at
the paths that the project has: those must be the same on all machines. "batch status" tells how far it is, "batch cancel"
gives up what is left. For an administrator or a worker of the project.`,
  run: (args) =>
    withProject(args, (store) =>
      withJobs(args, async (jobs) => {
        const frames = args.count('chunk', 1) ?? FRAMES_A_STRETCH;
        const { modelFolder: _, ...parts } = await modelParts(args, store);
        const plan = async () => planOf({ store, ...parts }, await requestOf(args, store));
        const { id, counts } = await submitBatch(store, jobs, plan, frames, cliUser(store));
        const queue = await jobs.counts();
        const text = `batch ${id}: ${counts.waiting} frames in ${queue.waiting + queue.active} stretches wait for workers`;
        return { exitCode: EXIT.done, json: { batch: id, frames: counts.waiting, queue }, text };
      }),
    ),
};

export const workerCommand: Command = {
  name: 'worker',
  summary: 'Work off the queue of a project on a server, beside any number of others.',
  operands: PLACE,
  options: {
    lanes: { value: 'N', help: 'processes that compute; default: one a core, as memory allows' },
    'until-done': { help: 'end when the batch is over; default: wait for the next' },
    model: MODEL_OPTION,
  },
  details: `
Killed, it loses nothing: what it had in hand is taken by another within half a minute. Ctrl-C writes what is in hand and gives
the rest back.`,
  run: (args, context) => withProject(args, (store) => withJobs(args, (jobs) => work(args, context, store, jobs))),
};

async function work(args: Arguments, context: Context, store: ProjectStore, jobs: Jobs): Promise<Outcome> {
  const { progress, signal, startWorker } = context;
  const { modelFolder, model } = await modelParts(args, store);
  const lanes = args.count('lanes', 1);
  const computing = openLanes({
    ...{ modelFolder, provider: () => 'auto' as const, ...(lanes !== undefined && { lanes }) },
    startWorker,
  });
  const counts = { done: 0, left: 0, failed: 0, 'set-aside': 0 };
  const onFrame = ({ outcome }: FrameEnd): void => {
    counts[outcome]++;
    progress.update(counts.done, undefined, 'frames');
  };
  const cache = new EmbeddingCache(join(store.cacheFolder, 'embeddings'));
  const stop = new AbortController();
  try {
    progress.start();
    await jobs.work((stretch, taken) =>
      workStretch({ store, lanes: computing, model, cache, stop: stop.signal, onFrame }, stretch, taken),
    );
    await untilOver(store, jobs, args.flag('until-done'), signal);
    stop.abort();
    await jobs.stop();
  } finally {
    computing.dispose();
  }
  const { done, left, failed, 'set-aside': setAside } = counts;
  const text = `${done} frames done, ${left} had it already, ${failed} failed, ${setAside} set aside`;
  return { exitCode: signal.aborted ? EXIT.cancelled : EXIT.done, json: { done, left, failed, setAside }, text };
}

/** Until Ctrl-C, or there is nothing more to come. A server that is away for a while is waited for. */
async function untilOver(store: ProjectStore, jobs: Jobs, untilDone: boolean, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await setTimeout(LOOK_MS, undefined, { signal }).catch(() => undefined);
    if (!untilDone) continue;
    const latest = await store.batches.latest().catch(() => undefined);
    if (!latest || latest.state === 'running' || latest.state === 'paused') continue;
    const left = await jobs.counts().catch(() => undefined);
    if (left && left.waiting + left.active === 0) return;
  }
}
