/**
 * Writes model folders. A folder appears whole under its name or not at all: it is made beside it and renamed.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, copyFile, link, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../shared/errors';
import type { HeadConfig, ModelConfig } from '../autosamus/config';
import { type LazyTensor, type Tensor, writeSafetensors } from '../checkpoint';
import { type HeadEntry, labelSchema, type Manifest, manifestSchema, PREPROCESSING } from './manifest';
import { DECODER_FILE, ENCODER_FILE, headFile, MANIFEST_FILE, type Model } from './read-model';

export type NamedTensors = Iterable<readonly [string, Tensor | LazyTensor]>;

export interface NewHead {
  readonly label: string;
  readonly version: string;
  readonly config: HeadConfig;
  /** `prompt_generator.*` and `feature_adapter.*` */
  readonly tensors: NamedTensors;
}

export interface NewModel {
  readonly name: string;
  readonly config: ModelConfig;
  /** `image_encoder.*` */
  readonly encoder: NamedTensors;
  /** `prompt_encoder.*` and `mask_decoder.*` */
  readonly decoder: NamedTensors;
  readonly heads: readonly NewHead[];
  readonly provenance: string;
  readonly licence: string;
}

/** @throws AppError 'write-failed' when `folder` exists already, or the writer's own errors. */
export async function writeModel(folder: string, model: NewModel): Promise<void> {
  await inNewFolder(folder, async (draft) => {
    await writeSafetensors(join(draft, ENCODER_FILE), model.encoder);
    await writeSafetensors(join(draft, DECODER_FILE), model.decoder);
    const heads = [];
    for (const head of model.heads) heads.push(await writeHead(draft, head));
    const { name, config, provenance, licence } = model;
    await writeManifest(draft, { name, config, provenance, licence }, heads);
  });
}

/** A copy of `model` whose head for `head.label` is the new one. Shared weights are hard links where that works. */
export async function writeModelWithHead(folder: string, model: Model, head: NewHead): Promise<void> {
  const { manifest } = model;
  await inNewFolder(folder, async (draft) => {
    const kept = manifest.heads.filter(({ label }) => label !== head.label);
    for (const file of [ENCODER_FILE, DECODER_FILE, ...kept.map(headFile)]) {
      await mkdir(dirname(join(draft, file)), { recursive: true });
      await shareFile(join(model.folder, file), join(draft, file));
    }
    await writeManifest(draft, manifest, [...kept, await writeHead(draft, head)]);
  });
}

async function writeHead(draft: string, { label, version, config, tensors }: NewHead): Promise<HeadEntry> {
  labelSchema.parse(label);
  const path = join(draft, headFile({ label, version }));
  await mkdir(dirname(path), { recursive: true });
  await writeSafetensors(path, tensors);
  return { label, version, config, sha256: await hashFile(path) };
}

async function writeManifest(
  draft: string,
  about: Pick<Manifest, 'name' | 'config' | 'provenance' | 'licence'>,
  heads: HeadEntry[],
): Promise<void> {
  const [encoderId, decoderId] = await Promise.all([ENCODER_FILE, DECODER_FILE].map((f) => hashFile(join(draft, f))));
  const parts = [encoderId, decoderId, ...heads.map(({ label, sha256 }) => `${label}:${sha256}`)];
  const id = createHash('sha256').update(parts.join('\n')).digest('hex');
  const { name, config, provenance, licence } = about;
  const manifest = manifestSchema.parse({
    ...{ format: 1, name, id, encoderId, decoderId, config, preprocessing: PREPROCESSING, provenance, licence, heads },
  });
  await writeFile(join(draft, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
}

export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Another file system, or one without hard links, gets a copy. */
async function shareFile(from: string, to: string): Promise<void> {
  await link(from, to).catch(() => copyFile(from, to));
}

async function inNewFolder(folder: string, fill: (draft: string) => Promise<void>): Promise<void> {
  const exists = await access(folder).then(
    () => true,
    () => false,
  );
  if (exists) throw new AppError('write-failed', folder, `${folder} exists already; choose another name or remove it`);
  const draft = join(dirname(folder), `.${basename(folder)}.${randomUUID()}`);
  try {
    await mkdir(draft, { recursive: true });
    await fill(draft);
    await rename(draft, folder);
  } catch (cause) {
    await rm(draft, { recursive: true, force: true });
    throw cause;
  }
}
