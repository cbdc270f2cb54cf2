/**
 * Where a label's head starts from: the head that the label has, else the nearest head of another label, else neutral
 * weights; whichever proposes best on the images at hand before any training.
 */
import { BUNDLED_HEAD, headGraph, isHeadWeight } from '../../models/autosamus';
import { checkFinite, readSafetensors, toFloat32 } from '../../models/checkpoint';
import { headFilePath, type Model } from '../../models/folder';
import { parametersOf, type WeightLookup } from '../../models/graph';
import { neutralHead, type Tensors } from '../../models/training';
import { AppError } from '../../shared/errors';
import { type Head, type HeadRunner, meanOf } from './head-runner';
import type { HeadFile } from './round-plan';
import type { Sample } from './samples';

/** Weights are looked up in `tensors` first, then in the model. */
export function withHead(model: Model, tensors: Tensors): WeightLookup {
  return (name, shape) => {
    const tensor = tensors.get(name);
    if (!tensor) return model.weights(name, shape);
    const { buffer, byteOffset, byteLength } = tensor.data;
    return { kind: 'inline', type: 'float32', data: new Uint8Array(buffer, byteOffset, byteLength) };
  };
}

/** @throws AppError 'model-invalid' for a file that is no head of this model, or as `readSafetensors` does. */
export async function readHead(model: Model, { name, file, config }: HeadFile): Promise<Head> {
  const tensors = await readSafetensors(file);
  const weights: Tensors = new Map();
  for (const [key, shape] of parametersOf(Object.values(headGraph(model.manifest.config, config, 1)))) {
    if (!isHeadWeight(key)) continue;
    const tensor = tensors.get(key);
    if (tensor?.shape.join() !== shape.join()) {
      throw new AppError('model-invalid', file, `${file}: no tensor ${key} of shape [${shape}]`);
    }
    checkFinite(key, tensor, file);
    weights.set(key, { shape, data: toFloat32(tensor) });
  }
  return { name, config, weights };
}

/** @param own label whose head it must be, where the model has one; else the best of all heads and a neutral one is taken */
export async function chooseStart(
  model: Model,
  own: string | null,
  samples: readonly Sample[],
  options: { readonly runner: HeadRunner; readonly seed: number },
): Promise<Head> {
  const files = model.manifest.heads.map(({ label, version, config }) => ({
    ...{ name: label, config },
    file: headFilePath(model, { label, version }),
  }));
  const ownFile = files.find(({ name }) => name === own);
  if (ownFile) return readHead(model, ownFile);
  const config = model.manifest.heads[0]?.config ?? BUNDLED_HEAD;
  let best: Head = { name: 'neutral', config, weights: neutralHead(model.manifest.config, config, options.seed) };
  let bestDice = meanOf(await options.runner.dice(best, samples));
  for (const file of files) {
    const head = await readHead(model, file);
    const dice = meanOf(await options.runner.dice(head, samples));
    if (dice >= bestDice) [best, bestDice] = [head, dice];
  }
  return best;
}
