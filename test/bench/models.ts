/** The models that are measured, and their graphs as files for PyTorch to run. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BUNDLED,
  BUNDLED_HEAD,
  decoderGraph,
  encoderGraph,
  headGraph,
  type ModelConfig,
  REFERENCE_VIT_B,
} from '../../models/autosamus';
import { readSafetensorsHeader, type Tensor, writeSafetensors } from '../../models/checkpoint';
import { writeModel } from '../../models/folder';
import { parametersOf, type WeightLookup } from '../../models/graph';
import { toOnnx } from '../../models/graph/onnx';
import type { Value } from '../../models/graph/value';
import { headLoss, initialWeight } from '../../models/training';

export const TRAIN_BATCH = 4;
export const CLICK_POINTS = 8;

export type ModelName = 'bundled' | 'vit-b';
const CONFIGS: Record<ModelName, ModelConfig> = { bundled: BUNDLED, 'vit-b': REFERENCE_VIT_B };

function* randomTensors(graph: readonly Value[], keep: RegExp): Iterable<readonly [string, Tensor]> {
  for (const [name, shape] of parametersOf(graph)) {
    if (keep.test(name)) yield [name, { dtype: 'F32', shape, data: initialWeight(name, shape, 1) }];
  }
}

/** A model folder with random fp32 weights: speed and memory do not depend on what the weights are. */
export async function randomModel(name: ModelName): Promise<string> {
  const config = CONFIGS[name];
  const folder = join(await mkdtemp(join(tmpdir(), 'sonomask-bench-')), name);
  const decoder = Object.values(decoderGraph(config, 1, 1));
  await writeModel(folder, {
    name,
    config,
    encoder: randomTensors(Object.values(encoderGraph(config, 1)), /^image_encoder\./),
    decoder: randomTensors(decoder, /^(prompt_encoder|mask_decoder)\./),
    heads: [
      {
        label: 'lesion',
        version: '1',
        config: BUNDLED_HEAD,
        tensors: randomTensors(
          Object.values(headGraph(config, BUNDLED_HEAD, 1)),
          /^(prompt_generator|feature_adapter)\./,
        ),
      },
    ],
    provenance: 'random',
    licence: 'none',
  });
  return folder;
}

/** The forward graphs with weights beside them, as `onnx_torch.py` reads them. */
export async function graphsForTorch(name: ModelName): Promise<string> {
  const config = CONFIGS[name];
  const folder = join(await mkdtemp(join(tmpdir(), 'sonomask-bench-')), 'graphs');
  await mkdir(folder);
  const graphs: Record<string, Record<string, Value>> = {
    encode: encoderGraph(config, 1),
    decode: decoderGraph(config, 1, CLICK_POINTS),
    propose: headGraph(config, BUNDLED_HEAD, 1),
    finetune: { loss: headLoss(config, BUNDLED_HEAD, TRAIN_BATCH) },
  };
  const all = Object.values(graphs).flatMap((graph) => Object.values(graph));
  const file = 'weights.safetensors';
  await writeSafetensors(join(folder, file), randomTensors(all, /./));
  const { tensors } = await readSafetensorsHeader(join(folder, file));
  const weights: WeightLookup = (key) => {
    const info = tensors.get(key);
    if (!info) throw new Error(`no weight ${key}`);
    return { kind: 'external', type: 'float32', file, offset: info.byteOffset, length: info.byteLength };
  };
  for (const [graph, outputs] of Object.entries(graphs)) {
    await writeFile(join(folder, `${graph}.onnx`), toOnnx(outputs, weights));
  }
  return folder;
}

/** A Python that has torch and onnx, or undefined. */
export function torchForBench(): string | undefined {
  const candidates = [process.env.SONOMASK_TORCH_PYTHON, '.venv-torch/bin/python'];
  return candidates.find((path) => path !== undefined && existsSync(path));
}
