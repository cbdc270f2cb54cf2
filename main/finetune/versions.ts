/** The head versions of an open project: listing, activating, removing, giving them away and taking them in. */
import { rm } from 'node:fs/promises';
import { readHeadFile, type Manifest } from '../../models/folder';
import type { HeadVersion, Label, LabelId } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import { fitsModel, type LabelHeads } from '../inference';
import { headVersionOf, type ProjectStore, type StoredHead } from '../project';
import { exportHead, importHead } from './head-file';

/** The project that learns, and the model it learns with. */
export interface LearningProject {
  readonly store: ProjectStore;
  readonly labels: LabelHeads;
  readonly modelFolder: string;
  /** Of the model in use; undefined while there is none. */
  model(): Manifest | undefined;
  /** The name that rounds and versions carry. */
  user(): string;
  /** Other versions are active now. */
  onHeadsChanged(): Promise<void>;
}

export interface VersionList {
  /** Newest first. */
  readonly versions: HeadVersion[];
  /** The model's own; null: the model has none for the label. */
  readonly ownHead: { readonly name: string; readonly active: boolean } | null;
}

export class Versions {
  /** @param onChange told when there are others, or another is active */
  constructor(
    private readonly project: LearningProject,
    private readonly onChange: () => void,
  ) {}

  /** @throws AppError `label-unknown` */
  async list(labelId: LabelId): Promise<VersionList> {
    const { store, labels, model } = this.project;
    const label = await labelIn(store, labelId);
    const versions = await store.heads.ofLabel(labelId);
    const own = await labels.ownHead(label);
    const active = !versions.some((head) => head.active && fitsModel(head, model()));
    return { versions: versions.map(headVersionOf), ownHead: own && { name: own.name, active } };
  }

  /**
   * @param headId null: the model's own head, or none where it has none
   * @throws AppError `usage`, `model-invalid` for a version whose file is damaged or of another model
   */
  async activate(labelId: LabelId, headId: number | null): Promise<void> {
    const { store, user, onHeadsChanged } = this.project;
    if (headId !== null) await this.#check(await store.heads.get(headId));
    await store.heads.activate(labelId, headId, user());
    this.onChange();
    await onHeadsChanged();
  }

  /** @throws AppError `usage` for the active version */
  async remove(headId: number): Promise<void> {
    const { store, user } = this.project;
    const { sha256 } = await store.heads.get(headId);
    const isShared = await store.heads.remove(headId, user());
    if (!isShared) await rm(store.headFile(sha256), { force: true });
    this.onChange();
  }

  /** Writes a version as one file. @throws AppError `model-invalid` for a damaged one, `write-failed`, `disk-full` */
  async export(headId: number, path: string, appVersion: string): Promise<void> {
    const { store } = this.project;
    const head = await store.heads.get(headId);
    await this.#check(head);
    const { name } = await labelIn(store, head.labelId);
    await exportHead(store, head, name, modelIn(this.project), appVersion, path);
  }

  /** @returns the new version, not active @throws AppError `model-invalid` for a file that is no head of this model */
  async import(labelId: LabelId, path: string): Promise<HeadVersion> {
    const { store, labels, user } = this.project;
    const label = await labelIn(store, labelId);
    const head = await importHead(store, path, modelIn(this.project));
    const ownVersion = (await labels.ownHead(label))?.version ?? null;
    const added = await store.heads.add({ ...head, labelId, ownVersion }, user());
    this.onChange();
    return headVersionOf(added);
  }

  async #check(head: StoredHead): Promise<void> {
    const manifest = modelIn(this.project);
    const { sha256, version, config } = head;
    const file = this.project.store.headFile(sha256);
    if (!fitsModel(head, manifest)) {
      throw new AppError('model-invalid', file, `${version} was trained with another model than the one in use`);
    }
    await readHeadFile(file, sha256, manifest.config, config);
  }
}

/** @throws AppError `model-invalid` where there is none */
export function modelIn({ model, modelFolder }: Pick<LearningProject, 'model' | 'modelFolder'>): Manifest {
  const manifest = model();
  if (!manifest) throw new AppError('model-invalid', modelFolder, 'no model is in use');
  return manifest;
}

/** @throws AppError `label-unknown` */
export async function labelIn(store: ProjectStore, labelId: LabelId): Promise<Label> {
  const label = (await store.labels.list()).find(({ id }) => id === labelId);
  if (!label) throw new AppError('label-unknown', `label ${labelId}`, `the project has no label ${labelId}`);
  return label;
}
