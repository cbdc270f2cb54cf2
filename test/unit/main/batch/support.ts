/** A project with images, a tiny model with two heads, and a desk for its batches over real worker processes. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BatchDesk, type BatchParts, type FrameEnd } from '../../../../main/batch';
import { forkProcess, LabelHeads } from '../../../../main/inference';
import { ProjectStore } from '../../../../main/project';
import { addStudy, type StudyApi } from '../../../../main/study';
import { WorkerHost } from '../../../../main/inference';
import { readManifest } from '../../../../models/folder';
import type { BatchStatus } from '../../../../shared/ipc';
import { writeTinyModel } from '../../../support/tiny-model';
import { WORKERS, writeImage } from '../inference/support';

export interface BatchPlace {
  readonly project: string;
  readonly modelFolder: string;
}

/** @param names of PNG files, each `PATIENT/NAME` */
export async function writeBatchPlace(folder: string, names: readonly string[]): Promise<BatchPlace> {
  const modelFolder = join(folder, 'tiny');
  await writeTinyModel(modelFolder, ['breast lesion', 'fetal head']);
  mkdirSync(join(folder, 'images'), { recursive: true });
  for (const [i, name] of names.entries()) await writeImage(join(folder, 'images', name), i + 1);
  const project = join(folder, 'images.sonomask');
  const store = await ProjectStore.create(project);
  const studyWorker = new WorkerHost<StudyApi>('study', forkProcess(WORKERS.study));
  try {
    const signal = new AbortController().signal;
    await addStudy(store, studyWorker, [join(folder, 'images')], { signal, onProgress: () => undefined });
    for (const name of ['breast lesion', 'fetal head']) await store.labels.create({ name });
  } finally {
    studyWorker.dispose();
    await store.close();
  }
  return { project, modelFolder };
}

export interface OpenDesk {
  readonly store: ProjectStore;
  readonly desk: BatchDesk;
  readonly ends: FrameEnd[];
  readonly statuses: BatchStatus[];
  close(): Promise<void>;
}

export async function openDesk(
  { project, modelFolder }: BatchPlace,
  parts: Partial<BatchParts> = {},
): Promise<OpenDesk> {
  const store = await ProjectStore.open(project);
  const manifest = await readManifest(modelFolder);
  const heads = manifest.heads.map(({ label: name, version }) => ({ name, version }));
  const ends: FrameEnd[] = [];
  const statuses: BatchStatus[] = [];
  const desk = new BatchDesk({
    ...{ store, modelFolder, provider: () => 'cpu', lanes: 2 },
    startWorker: (_name, env) => forkProcess(WORKERS.encode, env),
    model: () => manifest,
    labels: new LabelHeads(
      store,
      () => heads,
      () => manifest,
    ),
    user: () => 'Dr. Li',
    onStatus: (status) => void statuses.push(status),
    onFrame: (end) => void ends.push(end),
    ...parts,
  });
  return {
    ...{ store, desk, ends, statuses },
    close: async () => {
      desk.close();
      await desk.settled();
      await store.close();
    },
  };
}

/** What is on every frame: of each mask its label, pixels and every revision's state. The same after the same work. */
export async function everythingOn(store: ProjectStore): Promise<string[]> {
  const { frames } = await store.frames.list({ filter: {}, limit: 1_000, offset: 0 });
  const lines: string[] = [];
  for (const { id, relativePath, review } of frames) {
    for (const { labelId, current } of await store.masks.historyOfFrame(id)) {
      const { state, rle, quality, origin } = current;
      lines.push(JSON.stringify([relativePath, review, labelId, state, rle, quality, origin]));
    }
  }
  return lines.sort();
}
