/**
 * AutoSAMUS's head: the Auto Prompt Generator, which turns an image embedding into a prompt for one label, and the
 * feature adapter. Part names and the order of keys are the reference's (`prompt_generator`, `feature_adapter`).
 */
import { add, concat, dim, div, expand, reduceMax, relu, slice, softmax } from '../graph/ops';
import type { Value } from '../graph/value';
import { GRID_SIZE, type HeadConfig } from './config';
import { attention, convUnit, linear, norm, type Params, toImage, toTokens } from './layers';

const EPSILON = 1e-5;

/** What the head hands to the mask decoder. */
export interface GeneratedPrompt {
  /** Re-expressed image embedding [B, C, 32, 32], used in place of the encoder's. */
  readonly embedding: Value;
  /** [B, 1, C] */
  readonly sparse: Value;
  /** [B, C, 32, 32] */
  readonly dense: Value;
}

/**
 * e_j / (1 + sum e) with e = exp(x - max x), over the last axis. The 1 is added after the shift, and the maximum is not
 * detached; with p = softmax(x) this equals p / (1 + max p).
 */
export function softmaxOne(x: Value): Value {
  const p = softmax(x);
  return div(p, add(reduceMax(p, [x.shape.length - 1], true), 1));
}

/**
 * @param embedding [B, C, 32, 32]
 * @param ownTokens the decoder's output tokens [1, 5, C]
 * @param params the head's weights
 */
export function autoPromptGenerator(
  embedding: Value,
  ownTokens: Value,
  config: HeadConfig,
  params: Params,
): GeneratedPrompt {
  const [b, c] = [dim(embedding, 0), dim(embedding, 1)];
  const apg = params.at('prompt_generator');
  const objects = apg('object_token', [1, config.tokens, c]);
  // Independent of the image, so computed once for the whole batch.
  const [mixed] = crossTransformer(objects, ownTokens, config, apg.at('cross_token_token'));
  const prompts = add(linear(mixed, apg.at('token_proj'), c), objects);
  const z = concat([prompts, ownTokens], 1);
  const batched = expand(z, [b, dim(z, 1), c]);
  const [image, tokens] = crossTransformer(toTokens(embedding), batched, config, apg.at('cross_image_token'));
  const seen = toImage(image, GRID_SIZE, GRID_SIZE);
  return {
    embedding: seen,
    sparse: slice(tokens, 1, 0, 1),
    dense: featureAdapter(seen, config, params.at('feature_adapter')),
  };
}

/** Two streams that attend to each other, both updated from the layer's input values. */
function crossTransformer(x1: Value, x2: Value, config: HeadConfig, params: Params): [Value, Value] {
  let [a, b] = [x1, x2];
  for (let i = 0; i < config.depth; i++) {
    const layer = params.at(`layers.${i}`);
    const a1 = add(a, crossAttention(a, b, config, layer.at('0')));
    const b1 = add(b, crossAttention(b, a, config, layer.at('1')));
    a = add(a1, feedForward(a1, config, layer.at('2')));
    b = add(b1, feedForward(b1, config, layer.at('3')));
  }
  return [a, b];
}

function crossAttention(x: Value, other: Value, { heads, headDim }: HeadConfig, params: Params): Value {
  const inner = heads * headDim;
  const q = linear(norm(x, params.at('norm1'), EPSILON), params.at('fn.to_q'), inner, false);
  const kv = linear(norm(other, params.at('norm2'), EPSILON), params.at('fn.to_kv'), 2 * inner, false);
  const [k, v] = [slice(kv, 2, 0, inner), slice(kv, 2, inner, 2 * inner)];
  return linear(attention(q, k, v, heads, undefined, softmaxOne), params.at('fn.to_out.0'), dim(x, 2));
}

function feedForward(x: Value, { mlpDim }: HeadConfig, params: Params): Value {
  const hidden = relu(linear(norm(x, params.at('norm'), EPSILON), params.at('fn.net.0'), mlpDim));
  return linear(hidden, params.at('fn.net.3'), dim(x, 2));
}

/** Four 3x3 units, narrow inside: [B, C, 32, 32] -> the same shape. */
function featureAdapter(x: Value, { adapterDim }: HeadConfig, params: Params): Value {
  const widths = [adapterDim, adapterDim, adapterDim, dim(x, 1)];
  return widths.reduce((y, out, i) => convUnit(y, params.at(String(3 * i)), params.at(String(3 * i + 1)), out), x);
}
