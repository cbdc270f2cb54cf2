/** The project that a command works with, and its learning. */
import { readManifest } from '../../models/folder';
import { bundledModelFolder } from '../../models/weights';
import type { Label } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import type { BatchStatus } from '../../shared/ipc';
import { BatchDesk } from '../batch';
import { Learning, type FinetuneApi } from '../finetune';
import { LabelHeads, WorkerHost, type Tell } from '../inference';
import { Jobs, ProjectStore } from '../project';
import type { Arguments } from './arguments';
import type { Context } from './command';

/** The name under which the command line's work is written down; a team's server takes only the one it knows us by. */
export function cliUser({ user }: ProjectStore): string {
  return user ?? 'command line';
}

/** Opens the project that is the only operand, for `use` alone. @throws AppError as `ProjectStore.open` does. */
export async function withProject<T>(args: Arguments, use: (store: ProjectStore) => Promise<T>): Promise<T> {
  const store = await ProjectStore.open(args.operand('project folder'));
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/**
 * Learning in a project outside the window; what is active in the end proposes when the project is opened there.
 *
 * @param tell hears of rounds and versions
 */
export async function withLearning<T>(
  args: Arguments,
  { startWorker }: Context,
  store: ProjectStore,
  tell: Tell,
  use: (learning: Learning) => Promise<T>,
): Promise<T> {
  const { modelFolder, model: manifest, labels } = await modelParts(args, store);
  const worker = new WorkerHost<FinetuneApi>('finetune', startWorker('finetune'));
  const model = () => manifest;
  const learning = new Learning({
    ...{ store, worker, modelFolder, model, tell },
    labels,
    user: () => cliUser(store),
    onHeadsChanged: () => Promise.resolve(),
  });
  try {
    return await use(learning);
  } finally {
    await learning.close();
    worker.dispose();
  }
}

/** Batches in a project outside the window. @param onStatus hears after each frame */
export async function withBatches<T>(
  args: Arguments,
  { startWorker }: Context,
  store: ProjectStore,
  onStatus: (status: BatchStatus) => void,
  use: (batches: BatchDesk) => Promise<T>,
): Promise<T> {
  const { modelFolder, model: manifest, labels } = await modelParts(args, store);
  const model = () => manifest;
  const lanes = args.count('lanes', 1);
  const batches = new BatchDesk({
    ...{ store, model, modelFolder, onStatus, provider: () => 'auto' as const, ...(lanes !== undefined && { lanes }) },
    ...{ startWorker, labels },
    user: () => cliUser(store),
  });
  try {
    return await use(batches);
  } finally {
    batches.close();
    await batches.settled();
  }
}

/** The model that a command uses, and the project's labels with it. */
export async function modelParts(args: Arguments, store: ProjectStore) {
  const modelFolder = args.text('model') ?? bundledModelFolder();
  const model = await readManifest(modelFolder);
  const heads = model.heads.map(({ label: name, version }) => ({ name, version }));
  const labels = new LabelHeads(
    store,
    () => heads,
    () => model,
  );
  return { modelFolder, model, labels };
}

/** The queue of a project on a server, for `use` alone. @throws AppError as `ProjectStore.open` does */
export async function withJobs<T>(args: Arguments, use: (jobs: Jobs) => Promise<T>): Promise<T> {
  const jobs = await Jobs.open(args.operand('project'));
  try {
    return await use(jobs);
  } finally {
    await jobs.stop();
  }
}

/** @throws AppError `label-unknown` naming the labels there are. */
export async function projectLabel(store: ProjectStore, name: string): Promise<Label> {
  const labels = await store.labels.list();
  const label = labels.find((each) => each.name === name);
  if (label) return label;
  const known = labels.map((each) => each.name).join(', ') || 'none';
  throw new AppError('label-unknown', name, `${store.folder} has no label "${name}"; it has: ${known}`);
}
