/**
 * The forward graphs of a model, with their input and output names. Shapes are static: one graph a batch size.
 */
import { input, type Value } from '../graph/value';
import { autoPromptGenerator } from './auto-prompt-generator';
import {
  type EncoderConfig,
  GRID_SIZE,
  type HeadConfig,
  INPUT_SIZE_PX,
  LOW_RES_SIZE,
  type ModelConfig,
} from './config';
import { type Params, paramsAt } from './layers';
import { maskDecoder, type MaskPrediction, outputTokens } from './mask-decoder';
import { densePositionalEncoding, promptedTokens, promptEncoder } from './prompt-encoder';
import { tinyVitEncoder } from './tinyvit-encoder';
import { type EncoderTrace, vitEncoder } from './vit-encoder';

const ROOT = paramsAt('');

/** image [B, 1, 256, 256] -> embedding [B, C, 32, 32]; any of the encoders. */
export function encode(image: Value, config: ModelConfig, trace?: EncoderTrace): Value {
  const params = ROOT.at('image_encoder');
  const encoder: EncoderConfig = config.encoder;
  return encoder.kind === 'vit'
    ? vitEncoder(image, encoder, config.promptDim, params, trace)
    : tinyVitEncoder(image, encoder, config.promptDim, params);
}

/** Prompts as graph values; shapes as in `promptEncoder`. */
export interface PromptValues {
  readonly points: Value;
  readonly labels: Value;
  readonly mask: Value;
  readonly hasMask: Value;
}

/** The mask that prompts ask for. */
export function decode(embedding: Value, prompts: PromptValues, config: ModelConfig): MaskPrediction {
  const params = ROOT.at('prompt_encoder');
  const { points, labels, mask, hasMask } = prompts;
  const { sparse, absent, dense } = promptEncoder(points, labels, mask, hasMask, config, params);
  const pe = densePositionalEncoding(config.promptDim, params);
  return maskDecoder(promptedTokens(embedding, dense), pe, sparse, absent, config, ROOT.at('mask_decoder'));
}

/** The mask that a head proposes without any prompt. */
export function propose(embedding: Value, config: ModelConfig, head: HeadConfig, headParams = ROOT): MaskPrediction {
  const decoder = ROOT.at('mask_decoder');
  const own = outputTokens(config.promptDim, decoder);
  const prompt = autoPromptGenerator(embedding, own, head, headParams);
  const pe = densePositionalEncoding(config.promptDim, ROOT.at('prompt_encoder'));
  return maskDecoder(promptedTokens(prompt.embedding, prompt.dense), pe, prompt.sparse, undefined, config, decoder);
}

/** Whether a weight belongs to a label's head, which is trained and stored by itself, or to the model. */
export function isHeadWeight(name: string): boolean {
  return /^(prompt_generator|feature_adapter)\./.test(name);
}

/** Inputs: image. Outputs: image_embedding. */
export function encoderGraph(config: ModelConfig, batch: number): { image_embedding: Value } {
  return { image_embedding: encode(imageInput(batch), config) };
}

/** Inputs: image_embedding, points, point_labels, mask_input, has_mask. Outputs: low_res, iou. */
export function decoderGraph(config: ModelConfig, batch: number, points: number): { low_res: Value; iou: Value } {
  const prompts: PromptValues = {
    points: input('points', [batch, points, 2]),
    labels: input('point_labels', [batch, points]),
    mask: input('mask_input', [batch, 1, LOW_RES_SIZE, LOW_RES_SIZE]),
    hasMask: input('has_mask', [batch, 1]),
  };
  const { lowRes, iou } = decode(embeddingInput(config, batch), prompts, config);
  return { low_res: lowRes, iou };
}

/** Inputs: image_embedding. Outputs: low_res, iou. `prefix` precedes the head's weight names. */
export function headGraph(
  config: ModelConfig,
  head: HeadConfig,
  batch: number,
  prefix = '',
): { low_res: Value; iou: Value } {
  const headParams: Params = paramsAt(prefix);
  const { lowRes, iou } = propose(embeddingInput(config, batch), config, head, headParams);
  return { low_res: lowRes, iou };
}

export function imageInput(batch: number): Value {
  return input('image', [batch, 1, INPUT_SIZE_PX, INPUT_SIZE_PX]);
}

export function embeddingInput(config: ModelConfig, batch: number): Value {
  return input('image_embedding', [batch, config.promptDim, GRID_SIZE, GRID_SIZE]);
}
