/** `sonomask batch ...`: proposals for many frames of a project, worked off however often the program ends on the way. */
import type { BatchFailure, BatchRequest } from '../../../shared/domain';
import type { BatchEstimate, BatchStatus } from '../../../shared/ipc';
import type { BatchDesk } from '../../batch';
import { ProjectStore } from '../../project';
import { type Arguments, usage } from '../arguments';
import { type Command, type Context, EXIT, type Outcome } from '../command';
import { MODEL_OPTION } from '../open-model';
import { cliUser, projectLabel, withBatches, withJobs, withProject } from '../open-project';

const LANES = { value: 'N', help: 'worker processes; default: one a core, as memory allows' } as const;
const GOING_ON = `
Ctrl-C pauses; a process that was killed has lost nothing: "batch resume" goes on with what is left. A frame that cannot be
read is named and left; one that brings two workers down is set aside; "batch retry" tries both again.`;

/** What a batch is asked to do. */
export const BATCH_REQUEST_OPTIONS: Command['options'] = {
  study: { value: 'NAME,...', help: 'only these studies; default: all' },
  label: { value: 'LABEL[=V],...', help: 'only these labels, perhaps by version V; default: all that have a head' },
  existing: { value: 'skip|replace', help: 'frames with proposals: leave out (default), or draw anew if untouched' },
};

export const batchRun: Command = {
  name: 'batch run',
  summary: 'Propose masks on all frames of a project that nobody has worked on.',
  operands: '<project folder>',
  options: {
    ...BATCH_REQUEST_OPTIONS,
    estimate: { help: 'only say how many frames that is and how long they would take' },
    lanes: LANES,
    model: MODEL_OPTION,
  },
  details: `What a human has worked on is never touched. The project must not be open in the window.${GOING_ON}`,
  run: (args, context) =>
    withDesk(args, context, async (desk, store) => {
      const request = await requestOf(args, store);
      const estimate = await desk.measure(request);
      if (args.flag('estimate')) return estimated(estimate);
      context.progress.note(estimateText(estimate));
      return worked(desk, context, () => desk.start(request));
    }),
};

export const batchResume: Command = {
  name: 'batch resume',
  summary: 'Go on with a batch that was paused or interrupted.',
  operands: '<project folder>',
  options: { lanes: LANES, model: MODEL_OPTION },
  details: GOING_ON,
  run: (args, context) => withDesk(args, context, (desk) => worked(desk, context, () => desk.resume())),
};

export const batchRetry: Command = {
  name: 'batch retry',
  summary: 'Try frames again that failed or were set aside.',
  operands: '<project folder>',
  options: { lanes: LANES, model: MODEL_OPTION },
  run: (args, context) => withDesk(args, context, (desk) => worked(desk, context, () => desk.retry())),
};

export const batchStatus: Command = {
  name: 'batch status',
  summary: 'How far the latest batch is, also while another process works on it.',
  operands: '<project folder>',
  options: {},
  run: (args) => beside(args, async (store) => withQueue(args, store, await stateOf(store))),
};

export const batchPause: Command = {
  name: 'batch pause',
  summary: 'Pause a batch, whichever process works on it.',
  operands: '<project folder>',
  options: {},
  run: (args) =>
    beside(args, async (store) => {
      await store.batches.pause((await latestOf(store)).id);
      return stateOf(store);
    }),
};

export const batchCancel: Command = {
  name: 'batch cancel',
  summary: 'Give up what is left of a batch; what it has proposed stays.',
  operands: '<project folder>',
  options: {},
  run: (args) =>
    beside(args, async (store) => {
      await store.batches.cancel((await latestOf(store)).id, cliUser(store));
      if (store.user !== null) await withJobs(args, (jobs) => jobs.clear());
      return stateOf(store);
    }),
};

/** Of a project on a server also what its workers have in hand, and what was given up. */
async function withQueue(args: Arguments, store: ProjectStore, outcome: Outcome): Promise<Outcome> {
  if (store.user === null) return outcome;
  return withJobs(args, async (jobs) => {
    const [queue, dead] = [await jobs.counts(), await jobs.dead(100)];
    const lines = [
      outcome.text,
      `queue: ${queue.waiting} stretches wait, ${queue.active} are being worked on, ${queue.dead} were given up`,
      ...dead.map(({ first, last, reason }) => `  given up: items ${first} to ${last}: ${reason}`),
    ];
    return { ...outcome, json: { ...(outcome.json as object), queue, dead }, text: lines.join('\n') };
  });
}

function withDesk(
  args: Arguments,
  context: Context,
  use: (desk: BatchDesk, store: ProjectStore) => Promise<Outcome>,
): Promise<Outcome> {
  const onStatus = ({ batch: { counts }, working }: BatchStatus): void => {
    if (!working) return;
    const { waiting, done, failed, 'set-aside': aside } = counts;
    const ended = done + failed + aside;
    context.progress.update(ended, ended + waiting, 'frames', failed + aside > 0 ? { failed: failed + aside } : {});
  };
  return withProject(args, (store) => withBatches(args, context, store, onStatus, (desk) => use(desk, store)));
}

async function beside(args: Arguments, use: (store: ProjectStore) => Promise<Outcome>): Promise<Outcome> {
  const store = await ProjectStore.openForBatch(args.operand('project folder'));
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** Until the batch is over or Ctrl-C has paused it. */
async function worked(
  desk: BatchDesk,
  { progress, signal }: Context,
  begin: () => Promise<BatchStatus>,
): Promise<Outcome> {
  const { batch } = await begin();
  const { waiting, ...ended } = batch.counts;
  progress.start(Object.values(ended).reduce((sum, n) => sum + n, 0));
  const pause = (): void => void desk.pause();
  signal.addEventListener('abort', pause, { once: true });
  if (signal.aborted) pause();
  await desk.settled();
  signal.removeEventListener('abort', pause);
  const status = await desk.status();
  if (!status) throw usage('batch', `batch ${batch.id} is gone, with ${waiting} frames left`);
  return outcomeOf(status, await desk.failures());
}

async function latestOf(store: ProjectStore) {
  const latest = await store.batches.latest();
  if (!latest) throw usage('project folder', `${store.folder} has no batch`);
  return latest;
}

async function stateOf(store: ProjectStore): Promise<Outcome> {
  const batch = await latestOf(store);
  const failures = await store.batches.failures(batch.id, 1_000);
  const outcome = outcomeOf({ batch, working: false, rate: null, secondsLeft: null }, failures);
  return { ...outcome, exitCode: EXIT.done };
}

export async function requestOf(args: Arguments, store: ProjectStore): Promise<BatchRequest> {
  const existing = args.text('existing') ?? 'skip';
  if (existing !== 'skip' && existing !== 'replace') throw usage('--existing', '--existing takes skip or replace');
  const studies = await store.batches.studies();
  const studyIds = listed(args, 'study').flatMap((name) => {
    const found = studies.filter((study) => study.name === name || study.patient === name);
    if (found.length === 0) throw usage('--study', `${store.folder} has no study "${name}"`);
    return found.map(({ id }) => id);
  });
  const labels = [];
  for (const text of listed(args, 'label')) {
    const [name = '', head] = text.split('=');
    labels.push({ labelId: (await projectLabel(store, name)).id, ...(head !== undefined && { head }) });
  }
  return { existing, ...(studyIds.length > 0 && { studyIds }), ...(labels.length > 0 && { labels }) };
}

function listed(args: Arguments, option: string): string[] {
  const names = (args.text(option) ?? '').split(',').map((name) => name.trim());
  return names.filter((name) => name !== '');
}

function estimated(estimate: BatchEstimate): Outcome {
  const { frames, rate } = estimate;
  const json = { frames, framesPerSecond: rate, seconds: rate === null ? null : frames / rate };
  return { exitCode: EXIT.done, json, text: estimateText(estimate) };
}

function estimateText({ frames, rate }: BatchEstimate): string {
  if (rate === null) return `${frames} frames`;
  return `${frames} frames, about ${duration(frames / rate)} at ${rate.toFixed(2)} frames/s`;
}

function duration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes < 1) return `${Math.ceil(seconds)} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function outcomeOf({ batch }: BatchStatus, failures: readonly BatchFailure[]): Outcome {
  const { id, state, counts, masks, problem, createdAt, finishedAt } = batch;
  const { waiting, done, failed, 'set-aside': setAside } = counts;
  const isOpen = state === 'paused' || state === 'running';
  const lines = [
    `Batch ${id} ${state}: ${done} frames done, ${masks} masks proposed, ${failed} failed, ${setAside} set aside, ${waiting} left`,
    ...(problem ? [`It stopped by itself: ${problem.message}`] : []),
    ...failures.map(({ relativePath, frameIndex, frameCount, code, message }) => {
      const place = frameCount > 1 ? `${relativePath} frame ${frameIndex + 1}` : relativePath;
      return `  ${place}: ${code}: ${message}`;
    }),
    ...(isOpen ? ['"batch resume" goes on with it.'] : []),
  ];
  return {
    exitCode: isOpen && !problem ? EXIT.cancelled : problem || failures.length > 0 ? EXIT.failed : EXIT.done,
    json: {
      batch: id,
      state,
      frames: { waiting, done, failed, setAside },
      masks,
      problem,
      createdAt,
      finishedAt,
      failures,
    },
    text: lines.join('\n'),
  };
}
