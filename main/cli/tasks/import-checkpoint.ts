/**
 * Makes a model folder from a published SAMUS or AutoSAMUS checkpoint. Weights go from file to file one tensor at a time.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { type HeadConfig, inferHeadConfig, inferModelConfig, type ModelConfig } from '../../../models/autosamus';
import { checkFinite, type LazyTensor, readTorchCheckpoint, toFloat32 } from '../../../models/checkpoint';
import { labelSchema, type Model, readModel, writeModel } from '../../../models/folder';
import { AppError, isAppError } from '../../../shared/errors';

export interface ImportedCheckpoint {
  readonly model: Model;
  readonly container: 'zip' | 'legacy';
  /** Tensors of the checkpoint that belong to no part of the model, left out. */
  readonly dropped: readonly string[];
}

const ENCODER = ['image_encoder.'];
const DECODER = ['prompt_encoder.', 'mask_decoder.'];
const HEAD = ['prompt_generator.', 'feature_adapter.'];
const FIRST_VERSION = 'v1';

/**
 * @param label of the head; needed where the checkpoint has one
 * @param out folder that must not exist yet
 * @throws AppError `usage` (label), `checkpoint-mismatch` (not such a model), `checkpoint-unsafe`, `checkpoint-corrupt`
 *   (also for NaN and infinities), `format-unknown`, `file-*`, `write-failed`.
 */
export async function importCheckpoint(
  file: string,
  label: string | undefined,
  out: string,
): Promise<ImportedCheckpoint> {
  const { container, tensors } = await readTorchCheckpoint(file);
  const shapes = new Map([...tensors].map(([name, { shape }]) => [name, shape]));
  const config = inferModelConfig(shapes, file);
  const headConfig = inferHeadConfig(shapes, file);
  const part = (prefixes: readonly string[]) =>
    [...tensors]
      .filter(([name]) => prefixes.some((prefix) => name.startsWith(prefix)))
      .map(([name, tensor]) => [name, asWeight(name, tensor, file)] as const);
  const head = headConfig && { label: checkedLabel(label, file), version: FIRST_VERSION, config: headConfig };
  await writeModel(out, {
    name: basename(file, extname(file)),
    config,
    encoder: part(ENCODER),
    decoder: part(DECODER),
    heads: head ? [{ ...head, tensors: part(HEAD) }] : [],
    provenance: `Imported from ${basename(file)} (SHA-256 ${await sha256(file)}).`,
    licence: 'That of the checkpoint; ask its authors.',
  });
  const known = [...ENCODER, ...DECODER, ...HEAD];
  const dropped = [...tensors.keys()].filter((name) => !known.some((prefix) => name.startsWith(prefix)));
  return { model: await validated(out, file, config, headConfig), container, dropped };
}

function checkedLabel(label: string | undefined, file: string): string {
  if (label === undefined) throw new AppError('usage', '--label', `${file} has a head: say with --label what it draws`);
  if (!labelSchema.safeParse(label).success) {
    const allowed = 'letters, digits, space, dash and underscore, at most 64';
    throw new AppError('usage', '--label', `"${label}" cannot be a label: ${allowed}`);
  }
  return label;
}

/** Checked on reading; half floats stay as they are, everything else becomes float32, which all sessions take. */
function asWeight(name: string, tensor: LazyTensor, file: string): LazyTensor {
  const dtype = tensor.dtype === 'F16' ? 'F16' : 'F32';
  return {
    dtype,
    shape: tensor.shape,
    read: async () => {
      const read = await tensor.read();
      checkFinite(name, read, file);
      return read.dtype === 'F16' ? read : { dtype: 'F32', shape: read.shape, data: toFloat32(read) };
    },
  };
}

/** The folder is read as any model is; one that lacks a tensor was no such checkpoint and does not stay. */
async function validated(out: string, file: string, config: ModelConfig, head: HeadConfig | undefined): Promise<Model> {
  try {
    return await readModel(out);
  } catch (cause) {
    await rm(out, { recursive: true, force: true });
    if (!isAppError(cause)) throw cause;
    const kind = `${config.encoder.kind}${head ? ' with a head' : ''}`;
    const reason = cause.message.replaceAll(out, basename(file));
    throw new AppError('checkpoint-mismatch', file, `${file}: read as ${kind}, but ${reason}`, { cause });
  }
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
