/** A head that lies by itself, outside any model folder: read whole and checked like the model's own. */
import { AppError } from '../../shared/errors';
import type { HeadConfig, ModelConfig } from '../autosamus/config';
import { headGraph, isHeadWeight } from '../autosamus/graphs';
import { readSafetensors, readSafetensorsHeader, toFloat32 } from '../checkpoint';
import type { WeightLookup } from '../graph/onnx';
import type { TensorData } from '../graph/session';
import { parametersOf } from '../graph/value';
import { checkContents, checkTensors, type Model } from './read-model';

export type HeadTensors = ReadonlyMap<string, TensorData>;

/**
 * The weights of a head's file: exactly those that a head of this shape has in this model, all of them finite.
 *
 * @param sha256 of the file; null where it is not known beforehand
 * @throws AppError `file-not-found`, `model-invalid`, `checkpoint-corrupt`
 */
export async function readHeadFile(
  path: string,
  sha256: string | null,
  model: ModelConfig,
  head: HeadConfig,
): Promise<HeadTensors> {
  const required = new Map(
    [...parametersOf(Object.values(headGraph(model, head, 1)))].filter(([name]) => isHeadWeight(name)),
  );
  const { tensors } = await readSafetensorsHeader(path);
  checkTensors(path, tensors, required);
  for (const name of tensors.keys()) {
    if (!required.has(name)) throw new AppError('model-invalid', path, `${path}: a head has no tensor ${name}`);
  }
  await checkContents(path, tensors, sha256);
  const weights = new Map<string, TensorData>();
  for (const [name, tensor] of await readSafetensors(path)) {
    weights.set(name, { shape: tensor.shape, data: toFloat32(tensor) });
  }
  return weights;
}

/** Weights are looked up in the head first, then in the model. */
export function withHead(model: Pick<Model, 'weights'>, head: HeadTensors): WeightLookup {
  return (name, shape) => {
    const tensor = head.get(name);
    if (!tensor) return model.weights(name, shape);
    const { buffer, byteOffset, byteLength } = tensor.data;
    return { kind: 'inline', type: 'float32', data: new Uint8Array(buffer, byteOffset, byteLength) };
  };
}
