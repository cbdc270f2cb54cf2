/** A whole model of a few thousand weights, seeded and untrained: quick to make and to run, its masks mean nothing. */
import { decoderGraph, encoderGraph, headGraph, type HeadConfig, type ModelConfig } from '../../models/autosamus';
import type { Tensor } from '../../models/checkpoint';
import { writeModel } from '../../models/folder';
import { parametersOf } from '../../models/graph';
import { initialWeight } from '../../models/training';

export const TINY_CONFIG: ModelConfig = {
  encoder: {
    kind: 'vit',
    embedDim: 24,
    depth: 2,
    heads: 3,
    globalBlocks: [1],
    window: 8,
    mlpDim: 48,
    adapterDim: 6,
    cnnBase: 4,
    posEmbedSize: 64,
  },
  promptDim: 32,
  prompt: { maskChannels: 16 },
  decoder: { depth: 2, heads: 8, mlpDim: 64, iouHidden: 32 },
};

export const TINY_HEAD: HeadConfig = { tokens: 4, depth: 2, heads: 2, headDim: 8, mlpDim: 32, adapterDim: 8 };

const HEAD_WEIGHTS = /^(prompt_generator|feature_adapter)\./;

/** Random weights of a head of the tiny model. */
export function tinyHead(seed: number): [string, Tensor][] {
  return tensorsOf(headGraph(TINY_CONFIG, TINY_HEAD, 1), seed, HEAD_WEIGHTS);
}

type Graph = ReturnType<typeof headGraph> | ReturnType<typeof encoderGraph>;

/**
 * Writes the model into `folder`, which must not exist.
 *
 * @param labels one head each
 * @param seed another seed is another model, with another id
 */
export async function writeTinyModel(folder: string, labels: readonly string[], seed = 1): Promise<void> {
  await writeModel(folder, {
    name: 'tiny',
    config: TINY_CONFIG,
    encoder: tensorsOf(encoderGraph(TINY_CONFIG, 1), seed),
    decoder: tensorsOf(decoderGraph(TINY_CONFIG, 1, 1), seed),
    heads: labels.map((label, i) => ({
      label,
      version: 'v1',
      config: TINY_HEAD,
      tensors: tinyHead(seed + 1000 * i),
    })),
    provenance: 'random weights',
    licence: 'none',
  });
}

function tensorsOf(graph: Graph, seed: number, belongs = /./): [string, Tensor][] {
  return [...parametersOf(Object.values(graph))]
    .filter(([name]) => belongs.test(name))
    .map(([name, shape]) => [name, { dtype: 'F32', shape, data: initialWeight(name, shape, seed) }]);
}
