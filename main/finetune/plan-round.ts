/** Puts a round's plan together from what the project holds: its lessons, sides, versions. Not the training. */
import { join } from 'node:path';
import { headFilePath, type Manifest } from '../../models/folder';
import type { Label, MaskRle, RoundSettings } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import { cocoRle, maskFromCocoRle, type Mask } from '../../shared/mask';
import { fitsModel } from '../inference';
import type { Lesson, ProjectStore, StoredHead } from '../project';
import type { HeadFile, LearningFrame, RoundPlan } from './round-plan';

export interface PlanSources {
  readonly store: ProjectStore;
  readonly modelFolder: string;
  readonly manifest: Manifest;
  /** Name of the model's head for the label; null: none. */
  readonly ownHead: string | null;
}

/** Everything of a plan but where its round keeps its state, which its id tells (`placed`). */
export type UnplacedPlan = Omit<RoundPlan, 'stateFolder'>;

/** @throws AppError `usage` where there is nothing to learn from, or for an unknown version to go on from. */
export async function planRound(
  { store, modelFolder, manifest, ownHead }: PlanSources,
  label: Label,
  { minutes, seed, fromHeadId }: RoundSettings,
): Promise<{ plan: UnplacedPlan; lastRevisionId: number }> {
  const lessons = await store.lessons.ofLabel(label.id);
  if (lessons.length < 2) {
    const message = `"${label.name}" has ${lessons.length} frames with accepted, corrected or drawn masks: at least 2 are needed`;
    throw new AppError('usage', label.name, message);
  }
  const versions = (await store.heads.ofLabel(label.id)).filter((head) => fitsModel(head, manifest));
  const active = versions.find((version) => version.active);
  const from = versions.find(({ id }) => id === fromHeadId);
  if (fromHeadId !== null && !from) {
    throw new AppError(
      'usage',
      label.name,
      `"${label.name}" has no version ${fromHeadId} of the model in use to go on from`,
    );
  }
  const own = manifest.heads.find((head) => head.label === ownHead);
  const versionFile = (head: StoredHead): HeadFile => {
    const { version: name, config } = head;
    return { name, file: store.headFile(head.sha256), config };
  };
  const ownFile = own && { name: own.label, file: headFilePath({ folder: modelFolder }, own), config: own.config };
  const { sides, groupOf } = await store.rounds.sides();
  const learned = await learnedFrames(store, label, sides, groupOf);
  return {
    lastRevisionId: Math.max(...lessons.map(({ newestRevisionId }) => newestRevisionId)),
    plan: {
      modelFolder,
      label: label.name,
      frames: lessons.map((lesson) => ({
        ...learningFrame(lesson),
        patient: lesson.patient,
        seriesKey: `${lesson.studyKey}/${lesson.seriesKey}`,
        seriesInStudy: lesson.seriesInStudy,
        group: groupOf.get(lesson.frameId) ?? null,
      })),
      sides,
      replay: lessons.filter(({ frameId }) => learned.has(frameId)).map(learningFrame),
      ownHead,
      active: active ? versionFile(active) : (ownFile ?? null),
      start: from ? versionFile(from) : null,
      minutes,
      seed,
      embeddingsFolder: join(store.cacheFolder, 'embeddings'),
    },
  };
}

/** The plan of a round, with folders as they are now: project and program may have been moved since it was made. */
export function placed(plan: UnplacedPlan, roundId: number, store: ProjectStore, modelFolder: string): RoundPlan {
  const heads = join(plan.embeddingsFolder, '..', '..', 'heads');
  const moved = (head: HeadFile | null): HeadFile | null => {
    if (!head) return null;
    const inProject = below(head.file, heads);
    const inModel = below(head.file, plan.modelFolder);
    if (inProject !== undefined) return { ...head, file: join(store.headsFolder, inProject) };
    return inModel === undefined ? head : { ...head, file: join(modelFolder, inModel) };
  };
  return {
    ...plan,
    modelFolder,
    active: moved(plan.active),
    start: moved(plan.start),
    embeddingsFolder: join(store.cacheFolder, 'embeddings'),
    stateFolder: stateFolder(store, roundId),
  };
}

/** Where rounds that are not at their end keep their states. */
export function stateFolders(store: ProjectStore): string {
  return join(store.headsFolder, '.rounds');
}

export function stateFolder(store: ProjectStore, roundId: number): string {
  return join(stateFolders(store), String(roundId));
}

function below(path: string, folder: string): string | undefined {
  return path.startsWith(folder) ? path.slice(folder.length) : undefined;
}

/** Frames that earlier rounds of the label have trained on. */
async function learnedFrames(
  store: ProjectStore,
  label: Label,
  sides: RoundPlan['sides'],
  groupOf: ReadonlyMap<number, string>,
): Promise<Set<number>> {
  const isFirst = (await store.rounds.ofLabel(label.id)).every(({ state }) => state !== 'finished');
  if (isFirst) return new Set();
  return new Set([...groupOf].filter(([, group]) => sides[group] === 'train').map(([frameId]) => frameId));
}

function learningFrame({ frameId, absolutePath, frameIndex, frameSha256, masks }: Lesson): LearningFrame {
  return { frameId, path: absolutePath, frameIndex, frameSha256, rle: union(masks) };
}

/** What any of the masks covers; all have the frame's size. */
function union(masks: readonly MaskRle[]): MaskRle {
  const [first, ...others] = masks;
  if (!first) throw new AppError('internal', 'masks', 'a lesson has no mask');
  if (others.length === 0) return first;
  const { widthPx, heightPx } = first;
  const all: Mask = { widthPx, heightPx, data: new Uint8Array(widthPx * heightPx) };
  for (const { counts } of masks) {
    maskFromCocoRle({ size: [heightPx, widthPx], counts }).data.forEach((inside, i) => {
      if (inside) all.data[i] = 1;
    });
  }
  return { widthPx, heightPx, counts: cocoRle(all).counts };
}
