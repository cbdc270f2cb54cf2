/**
 * Opens a model folder: `model.json`, `encoder.safetensors`, `decoder.safetensors`, `heads/<label>/<version>.safetensors`.
 * Every tensor is checked for name, shape, type and finiteness before anything is computed with it.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../shared/errors';
import { decoderGraph, encoderGraph, headGraph, isHeadWeight } from '../autosamus/graphs';
import { type DType, readSafetensorsHeader, type TensorInfo } from '../checkpoint';
import type { WeightLookup, WeightSource } from '../graph/onnx';
import { parametersOf, type Shape, type Value } from '../graph/value';
import { FinitenessCheck } from './finite';
import { type HeadEntry, type Manifest, manifestSchema } from './manifest';

export const MANIFEST_FILE = 'model.json';
export const ENCODER_FILE = 'encoder.safetensors';
export const DECODER_FILE = 'decoder.safetensors';

/** A validated model. Weights stay in their files; sessions map them from there. */
export interface Model {
  readonly folder: string;
  readonly manifest: Manifest;
  /** Weights of encoder, prompt encoder and decoder. */
  readonly weights: WeightLookup;
  /** Those and the weights of one head. @throws AppError 'label-unknown' */
  headWeights(label: string): WeightLookup;
  /** @throws AppError 'label-unknown' naming the labels there are. */
  head(label: string): HeadEntry;
}

/** Path of a head's file inside the folder, with forward slashes. */
export function headFile({ label, version }: Pick<HeadEntry, 'label' | 'version'>): string {
  return `heads/${label}/${version}.safetensors`;
}

/** Path of a head's file on disk. */
export function headFilePath(model: Pick<Model, 'folder'>, head: Pick<HeadEntry, 'label' | 'version'>): string {
  return join(model.folder, ...headFile(head).split('/'));
}

/**
 * @throws AppError 'file-not-found', 'model-invalid' (manifest or a tensor is not as it must be) or 'checkpoint-corrupt'.
 */
export async function readModel(folder: string): Promise<Model> {
  const manifest = await readManifest(folder);
  const { config } = manifest;
  const lookup = new Map<string, WeightSource>();
  const files: [string, string, Value[]][] = [
    [ENCODER_FILE, manifest.encoderId, Object.values(encoderGraph(config, 1))],
    [DECODER_FILE, manifest.decoderId, Object.values(decoderGraph(config, 1, 1))],
  ];
  for (const [file, hash, graph] of files) {
    for (const [name, source] of await readWeights(folder, file, hash, requiredBy(graph, file)))
      lookup.set(name, source);
  }
  const heads = new Map<string, Map<string, WeightSource>>();
  for (const entry of manifest.heads) {
    const required = requiredBy(Object.values(headGraph(config, entry.config, 1)), headFile(entry));
    heads.set(entry.label, await readWeights(folder, headFile(entry), entry.sha256, required));
  }
  return modelOf(folder, manifest, lookup, heads);
}

type Sources = ReadonlyMap<string, WeightSource>;

function modelOf(folder: string, manifest: Manifest, base: Sources, heads: ReadonlyMap<string, Sources>): Model {
  const find = (...maps: readonly Sources[]): WeightLookup => {
    return (name) => {
      const source = maps.map((map) => map.get(name)).find((found) => found);
      if (!source) throw new AppError('model-invalid', folder, `no weight ${name}`);
      return source;
    };
  };
  const head = (label: string): HeadEntry => {
    const entry = manifest.heads.find((candidate) => candidate.label === label);
    if (entry) return entry;
    const known = manifest.heads.map((candidate) => candidate.label).join(', ') || 'none';
    throw new AppError('label-unknown', label, `${folder} has no head for "${label}"; it has: ${known}`);
  };
  return {
    folder,
    manifest,
    weights: find(base),
    head,
    headWeights: (label) => find(heads.get(head(label).label) ?? new Map(), base),
  };
}

export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, MANIFEST_FILE);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AppError('file-not-found', path, `${folder} is not a model folder: no ${MANIFEST_FILE}`, { cause });
  });
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError('model-invalid', path, `${path}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

/** The parameters that a file must hold. Decoder graphs also name parameters of no concern to the head's file. */
function requiredBy(graph: readonly Value[], file: string): Map<string, Shape> {
  const isHead = file.startsWith('heads/');
  const names = [...parametersOf(graph)].filter(([name]) => !isHead || isHeadWeight(name));
  return new Map(names);
}

const WEIGHT_TYPES: Partial<Record<DType, 'float32' | 'float16'>> = { F32: 'float32', F16: 'float16' };

async function readWeights(
  folder: string,
  file: string,
  sha256: string,
  required: ReadonlyMap<string, Shape>,
): Promise<Map<string, WeightSource>> {
  const path = join(folder, ...file.split('/'));
  const { tensors } = await readSafetensorsHeader(path);
  checkTensors(path, tensors, required);
  await checkContents(path, tensors, sha256);
  return new Map([...tensors].map(([name, info]) => [name, sourceOf(file, info)]));
}

/** @throws AppError `model-invalid` where a required weight is missing, or has another shape or an odd type. */
export function checkTensors(
  path: string,
  tensors: ReadonlyMap<string, TensorInfo>,
  required: ReadonlyMap<string, Shape>,
): void {
  for (const [name, shape] of required) {
    const found = tensors.get(name);
    if (!found) throw new AppError('model-invalid', path, `${path}: no tensor ${name}`);
    if (found.shape.join() !== shape.join()) {
      throw new AppError('model-invalid', path, `${path}: ${name} is [${found.shape}], the model needs [${shape}]`);
    }
    if (!WEIGHT_TYPES[found.dtype]) throw new AppError('model-invalid', path, `${path}: ${name} is ${found.dtype}`);
  }
}

function sourceOf(file: string, { dtype, byteOffset, byteLength }: TensorInfo): WeightSource {
  return { kind: 'external', type: WEIGHT_TYPES[dtype] ?? 'float32', file, offset: byteOffset, length: byteLength };
}

/** One pass over the file: its hash, and that every weight is a finite number. Memory stays at one chunk. */
export async function checkContents(
  path: string,
  tensors: ReadonlyMap<string, TensorInfo>,
  sha256: string | null,
): Promise<void> {
  const hash = createHash('sha256');
  const finite = new FinitenessCheck(path, tensors);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(chunk as Buffer);
    finite.update(chunk as Buffer);
  }
  const actual = hash.digest('hex');
  if (sha256 !== null && actual !== sha256) {
    throw new AppError('model-invalid', path, `${path} has changed since the model was made (SHA-256 ${actual})`);
  }
}
