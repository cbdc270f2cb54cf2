/** A project whose user has outlined bright discs on frames of several patients, and its learning with a tiny model. */
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Learning, type FinetuneApi, type LearningParts } from '../../../../main/finetune';
import { forkProcess, LabelHeads, WorkerHost } from '../../../../main/inference';
import { ProjectStore } from '../../../../main/project';
import { addStudy, readImage, frameHash, type StudyApi } from '../../../../main/study';
import { keepHeadFile } from '../../../../main/finetune/head-file';
import { writeSafetensors } from '../../../../models/checkpoint';
import { readManifest } from '../../../../models/folder';
import { cocoRle, type Mask } from '../../../../shared/mask';
import { disc, imageOf, writeAt } from '../../../support/study-folder';
import { TINY_HEAD, tinyHead, writeTinyModel } from '../../../support/tiny-model';
import { Ears, WORKERS } from '../inference/support';

export const USER = 'Dr. Li';
export const FINETUNE_WORKER = new URL('../../../../main/finetune/finetune.worker.ts', import.meta.url);
const SIZE = { widthPx: 64, heightPx: 48 };

/** A disc of its own for every frame. */
export function lesionOf(n: number): Mask {
  return disc(SIZE.widthPx, SIZE.heightPx, 16 + ((n * 11) % 34), 14 + ((n * 7) % 22), 6 + (n % 5));
}

export interface Study {
  readonly folder: string;
  readonly project: string;
  readonly modelFolder: string;
  readonly frameIds: readonly number[];
  readonly labelId: number;
}

/**
 * Makes `folder/images`, a frame a patient; a project of it, closed, where the label "nodule" is drawn on the first `drawn`
 * frames; and a tiny model with a head for "breast lesion".
 */
export async function writeStudy(folder: string, frames: number, drawn: number): Promise<Study> {
  const modelFolder = join(folder, 'tiny');
  await writeTinyModel(modelFolder, ['breast lesion']);
  for (let n = 0; n < frames; n++) writeAt(join(folder, 'images', `p${n + 10}`, 'a.png'), imageOf(lesionOf(n)));
  const project = join(folder, 'images.sonomask');
  const store = await ProjectStore.create(project);
  const studyWorker = new WorkerHost<StudyApi>('study', forkProcess(WORKERS.study));
  try {
    const signal = new AbortController().signal;
    await addStudy(store, studyWorker, [join(folder, 'images')], { signal, onProgress: () => undefined });
    const page = await store.frames.list({ filter: {}, limit: 1_000, offset: 0 });
    const frameIds = page.frames.map(({ id }) => id);
    const { id: labelId } = await store.labels.create({ name: 'nodule' });
    for (const [n, frameId] of frameIds.slice(0, drawn).entries()) await draw(store, frameId, labelId, lesionOf(n));
    return { folder, project, modelFolder, frameIds, labelId };
  } finally {
    studyWorker.dispose();
    await store.close();
  }
}

/** Stands for the user's brush. */
export async function draw(store: ProjectStore, frameId: number, labelId: number, mask: Mask): Promise<void> {
  const { absolutePath } = await store.frames.get(frameId);
  const sha256 = frameHash((await readImage(absolutePath)).frame);
  await store.frames.setHash(frameId, { sha256, ...SIZE });
  const rle = { ...SIZE, counts: cocoRle(mask).counts };
  const change = { kind: 'add', labelId, state: 'drawn', rle, origin: { tool: 'brush' } } as const;
  await store.masks.save({ frameId, frameSha256: sha256, user: USER, changes: [change] });
}

/** A copy of a closed project, so that the same round can run more than once. */
export function copyOf({ project }: Study, name: string): string {
  const copy = join(project, '..', name, 'images.sonomask');
  mkdirSync(join(copy, '..'));
  cpSync(project, copy, { recursive: true });
  return copy;
}

export interface Classroom {
  readonly store: ProjectStore;
  readonly learning: Learning;
  readonly worker: WorkerHost<FinetuneApi>;
  readonly ears: Ears;
  close(): Promise<void>;
}

/** Opens a project to learn. Takes up a round that was interrupted. */
export async function classroom(
  project: string,
  modelFolder: string,
  parts: Partial<LearningParts> = {},
): Promise<Classroom> {
  const ears = new Ears();
  const store = await ProjectStore.open(project);
  const manifest = await readManifest(modelFolder);
  const heads = manifest.heads.map(({ label: name, version }) => ({ name, version }));
  const worker = new WorkerHost<FinetuneApi>('finetune', forkProcess(FINETUNE_WORKER));
  const learning = new Learning({
    ...{ store, worker, modelFolder, tell: ears.tell },
    model: () => manifest,
    labels: new LabelHeads(
      store,
      () => heads,
      () => manifest,
    ),
    user: () => USER,
    onHeadsChanged: () => Promise.resolve(),
    ...parts,
  });
  await learning.open();
  return {
    ...{ store, learning, worker, ears },
    close: async () => {
      await learning.close();
      worker.dispose();
      await store.close();
    },
  };
}

/** Adds a version with random weights, as an import would. @returns its id */
export async function addVersion(
  store: ProjectStore,
  modelFolder: string,
  labelId: number,
  seed: number,
): Promise<number> {
  const { encoderId, decoderId } = await readManifest(modelFolder);
  const draft = join(store.headsFolder, 'draft');
  await writeSafetensors(draft, tinyHead(seed));
  const sha256 = await keepHeadFile(store, draft);
  rmSync(draft);
  const head = { labelId, config: TINY_HEAD, encoderId, decoderId, sha256, report: null, ownVersion: null };
  return (await store.heads.add(head, USER)).id;
}
