/**
 * Reads the shape of a SAMUS or AutoSAMUS model off its state dict, so that official checkpoints of any size can be
 * imported. Numbers that leave no trace in the weights (attention heads of decoder and APG) are the reference's.
 */
import { AppError } from '../../shared/errors';
import type { Shape } from '../graph/value';
import { GRID_SIZE, type HeadConfig, type ModelConfig, REFERENCE_HEAD, REFERENCE_VIT_B } from './config';

export type StateShapes = ReadonlyMap<string, Shape>;

/** @throws AppError 'checkpoint-mismatch' naming the first key that a SAMUS checkpoint would have. */
export function inferModelConfig(shapes: StateShapes, file: string): ModelConfig {
  const size = sizes(shapes, file);
  const blocks = count(shapes, /^image_encoder\.blocks\.(\d+)\./);
  const globalBlocks = blocks.filter((i) => shapes.has(`image_encoder.blocks.${i}.Space_Adapter.q.weight`));
  const windowBlock = blocks.find((i) => !globalBlocks.includes(i));
  const embedDim = size('image_encoder.patch_embed.proj.weight', 0);
  return {
    encoder: {
      kind: 'vit',
      embedDim,
      depth: blocks.length,
      heads: embedDim / size('image_encoder.blocks.0.attn.rel_pos_h', 1),
      globalBlocks,
      window:
        windowBlock === undefined ? GRID_SIZE : (size(`image_encoder.blocks.${windowBlock}.attn.rel_pos_h`, 0) + 1) / 2,
      mlpDim: size('image_encoder.blocks.0.mlp.lin1.weight', 0),
      adapterDim: size('image_encoder.input_Adapter.D_fc1.weight', 0),
      cnnBase: size('image_encoder.cnn_embed.inc.conv.0.weight', 0),
      posEmbedSize: 64,
    },
    promptDim: size('image_encoder.neck.0.weight', 0),
    prompt: { maskChannels: size('prompt_encoder.mask_downscaling.3.weight', 0) },
    decoder: {
      depth: count(shapes, /^mask_decoder\.transformer\.layers\.(\d+)\./).length,
      heads: REFERENCE_VIT_B.decoder.heads,
      mlpDim: size('mask_decoder.transformer.layers.0.mlp.lin1.weight', 0),
      iouHidden: size('mask_decoder.iou_prediction_head.layers.0.weight', 0),
    },
  };
}

/** The head's shape, or undefined where the checkpoint is a SAMUS without prompt generator. */
export function inferHeadConfig(shapes: StateShapes, file: string): HeadConfig | undefined {
  if (!shapes.has('prompt_generator.object_token')) return undefined;
  const size = sizes(shapes, file);
  const layer = 'prompt_generator.cross_image_token.layers.0';
  const { heads } = REFERENCE_HEAD;
  return {
    tokens: size('prompt_generator.object_token', 1),
    depth: count(shapes, /^prompt_generator\.cross_image_token\.layers\.(\d+)\./).length,
    heads,
    headDim: size(`${layer}.0.fn.to_q.weight`, 0) / heads,
    mlpDim: size(`${layer}.2.fn.net.0.weight`, 0),
    adapterDim: size('feature_adapter.0.weight', 0),
  };
}

function sizes(shapes: StateShapes, file: string) {
  return (key: string, axis: number): number => {
    const value = shapes.get(key)?.[axis];
    if (value === undefined) throw new AppError('checkpoint-mismatch', file, `no tensor ${key} as SAMUS has it`);
    return value;
  };
}

/** The numbers that the keys count, ascending. */
function count(shapes: StateShapes, pattern: RegExp): number[] {
  const found = new Set<number>();
  for (const key of shapes.keys()) {
    const match = pattern.exec(key);
    if (match) found.add(Number(match[1]));
  }
  return [...found].sort((a, b) => a - b);
}
