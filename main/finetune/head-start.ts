/**
 * Where a label's head starts from: the head that the label has, else the nearest head of another label, else neutral
 * weights; whichever proposes best on the images at hand before any training.
 */
import { BUNDLED_HEAD, GRID_SIZE, headGraph, type HeadConfig, LOW_RES_SIZE } from '../../models/autosamus';
import { readSafetensors, toFloat32 } from '../../models/checkpoint';
import { headFilePath, type Model } from '../../models/folder';
import { createSession, type Session, type WeightLookup } from '../../models/graph';
import { neutralHead, type Tensors } from '../../models/training';
import type { Sample } from './samples';

export interface HeadStart {
  /** A label whose head it is, or 'neutral'. */
  readonly from: string;
  readonly config: HeadConfig;
  readonly weights: Tensors;
  /** Mean Dice of its proposals on the samples it was chosen by. */
  readonly dice: number;
}

/** Weights are looked up in `tensors` first, then in the model. */
export function withHead(model: Model, tensors: Tensors): WeightLookup {
  return (name, shape) => {
    const tensor = tensors.get(name);
    if (!tensor) return model.weights(name, shape);
    const { buffer, byteOffset, byteLength } = tensor.data;
    return { kind: 'inline', type: 'float32', data: new Uint8Array(buffer, byteOffset, byteLength) };
  };
}

/** Mean Dice of a head's proposals, on the low-resolution grid. */
export async function headDice(
  model: Model,
  config: HeadConfig,
  weights: Tensors,
  samples: readonly Sample[],
): Promise<number> {
  const session = await createSession(headGraph(model.manifest.config, config, 1), withHead(model, weights), {
    weightsFolder: model.folder,
  });
  try {
    let sum = 0;
    for (const sample of samples) sum += await sampleDice(session, model.manifest.config.promptDim, sample);
    return samples.length ? sum / samples.length : 0;
  } finally {
    await session.release();
  }
}

async function sampleDice(session: Session, promptDim: number, { embedding, target }: Sample): Promise<number> {
  const shape = [1, promptDim, GRID_SIZE, GRID_SIZE];
  const { low_res } = await session.run({ image_embedding: { shape, data: embedding.data } });
  let [both, either] = [0, 0];
  for (let i = 0; i < LOW_RES_SIZE * LOW_RES_SIZE; i++) {
    const predicted = (low_res?.data[i] ?? 0) > 0 ? 1 : 0;
    both += predicted * (target[i] ?? 0);
    either += predicted + (target[i] ?? 0);
  }
  return either === 0 ? 1 : (2 * both) / either;
}

/** @param samples a handful suffices */
export async function chooseStart(
  model: Model,
  label: string,
  samples: readonly Sample[],
  seed: number,
): Promise<HeadStart> {
  const own = model.manifest.heads.filter((head) => head.label === label);
  const candidates = own.length ? own : model.manifest.heads;
  let best: HeadStart = await neutral(model, samples, seed);
  for (const { label: from, version, config } of candidates) {
    const weights: Tensors = new Map();
    for (const [name, tensor] of await readSafetensors(headFilePath(model, { label: from, version }))) {
      weights.set(name, { shape: tensor.shape, data: toFloat32(tensor) });
    }
    const dice = await headDice(model, config, weights, samples);
    if (own.length || dice >= best.dice) best = { from, config, weights, dice };
  }
  return best;
}

async function neutral(model: Model, samples: readonly Sample[], seed: number): Promise<HeadStart> {
  const config = model.manifest.heads[0]?.config ?? BUNDLED_HEAD;
  const weights = neutralHead(model.manifest.config, config, seed);
  return { from: 'neutral', config, weights, dice: await headDice(model, config, weights, samples) };
}
