/**
 * SAM's mask decoder (facebookresearch/segment-anything, `mask_decoder.py`, `transformer.py`): a two-way transformer
 * between prompt tokens and image tokens, upscaling, and a hyper-network for mask 0, the single-mask output.
 */
import { add, concat, convTranspose, dim, expand, gelu, matmul, mul, relu, reshape, slice } from '../graph/ops';
import type { Value } from '../graph/value';
import { GRID_SIZE, LOW_RES_SIZE, type ModelConfig } from './config';
import { attention, layerNorm2d, linear, mlp, norm, type Params, toImage } from './layers';

const EPSILON = 1e-5;
const MASK_TOKENS = 4;
/** Added to attention logits of absent tokens: exp() of it is exactly 0. */
const HIDDEN = -1e9;

export interface MaskPrediction {
  /** Logits [B, 1, 128, 128]. */
  readonly lowRes: Value;
  /** Predicted IoU [B, 1], as trained (no sigmoid). */
  readonly iou: Value;
}

/** The decoder's own tokens, IoU first: [1, 5, C]. */
export function outputTokens(c: number, params: Params): Value {
  const tokens = [params('iou_token.weight', [1, c]), params('mask_tokens.weight', [MASK_TOKENS, c])];
  return reshape(concat(tokens, 0), [1, 1 + MASK_TOKENS, c]);
}

/**
 * @param image embedding plus dense prompt, as tokens [B, 1024, C]
 * @param imagePe dense positional encoding [1, 1024, C]
 * @param sparse prompt tokens [B, N, C]
 * @param absent [B, N], 1 where a prompt token is to be ignored; none is when left out
 */
export function maskDecoder(
  image: Value,
  imagePe: Value,
  sparse: Value,
  absent: Value | undefined,
  config: ModelConfig,
  params: Params,
): MaskPrediction {
  const c = config.promptDim;
  const [b, n] = [dim(sparse, 0), dim(sparse, 1)];
  const own = expand(outputTokens(c, params), [b, 1 + MASK_TOKENS, c]);
  const tokens = concat([own, sparse], 1);
  const bias = absent && hideAbsent(absent, b, n);
  const [queries, keys] = twoWayTransformer(tokens, image, imagePe, bias, config, params.at('transformer'));
  const upscaled = upscale(toImage(keys, GRID_SIZE, GRID_SIZE), params.at('output_upscaling'));
  const maskToken = reshape(slice(queries, 1, 1, 2), [b, c]);
  const hyper = mlp(maskToken, params.at('output_hypernetworks_mlps.0'), [c, c, c / 8]);
  const flat = reshape(upscaled, [b, c / 8, LOW_RES_SIZE * LOW_RES_SIZE]);
  const iouToken = reshape(slice(queries, 1, 0, 1), [b, c]);
  const { iouHidden } = config.decoder;
  const quality = mlp(iouToken, params.at('iou_prediction_head'), [iouHidden, iouHidden, MASK_TOKENS]);
  return {
    lowRes: reshape(matmul(reshape(hyper, [b, 1, c / 8]), flat), [b, 1, LOW_RES_SIZE, LOW_RES_SIZE]),
    iou: slice(quality, 1, 0, 1),
  };
}

function hideAbsent(absent: Value, b: number, n: number): Value {
  const visible = mul(slice(absent, 1, 0, 1), 0);
  const own = expand(reshape(visible, [b, 1]), [b, 1 + MASK_TOKENS]);
  return reshape(mul(concat([own, absent], 1), HIDDEN), [b, 1, 1, 1 + MASK_TOKENS + n]);
}

/** Attention with its own projections; `inner` is the width inside. */
function projected(q: Value, k: Value, v: Value, inner: number, heads: number, params: Params, bias?: Value): Value {
  const mixed = attention(
    linear(q, params.at('q_proj'), inner),
    linear(k, params.at('k_proj'), inner),
    linear(v, params.at('v_proj'), inner),
    heads,
    bias,
  );
  return linear(mixed, params.at('out_proj'), dim(q, 2));
}

/** Returns the final tokens [B, T, C] and image tokens [B, 1024, C]. */
function twoWayTransformer(
  tokens: Value,
  image: Value,
  imagePe: Value,
  bias: Value | undefined,
  { promptDim: c, decoder }: ModelConfig,
  params: Params,
): [Value, Value] {
  let [queries, keys] = [tokens, image];
  const withPe = (x: Value) => add(x, tokens);
  for (let i = 0; i < decoder.depth; i++) {
    const layer = params.at(`layers.${i}`);
    // The first layer replaces the tokens and adds no encoding, as SAM does (`skip_first_layer_pe`).
    const q = i === 0 ? queries : withPe(queries);
    const self = projected(q, q, queries, c, decoder.heads, layer.at('self_attn'), bias);
    queries = norm(i === 0 ? self : add(queries, self), layer.at('norm1'), EPSILON);
    const toImageAttn = layer.at('cross_attn_token_to_image');
    const seen = projected(withPe(queries), add(keys, imagePe), keys, c / 2, decoder.heads, toImageAttn);
    queries = norm(add(queries, seen), layer.at('norm2'), EPSILON);
    const hidden = relu(linear(queries, layer.at('mlp.lin1'), decoder.mlpDim));
    queries = norm(add(queries, linear(hidden, layer.at('mlp.lin2'), c)), layer.at('norm3'), EPSILON);
    const toTokenAttn = layer.at('cross_attn_image_to_token');
    const told = projected(add(keys, imagePe), withPe(queries), queries, c / 2, decoder.heads, toTokenAttn, bias);
    keys = norm(add(keys, told), layer.at('norm4'), EPSILON);
  }
  const last = params.at('final_attn_token_to_image');
  const seen = projected(withPe(queries), add(keys, imagePe), keys, c / 2, decoder.heads, last);
  return [norm(add(queries, seen), params.at('norm_final_attn'), EPSILON), keys];
}

/** [B, C, 32, 32] -> [B, C/8, 128, 128]. */
function upscale(x: Value, params: Params): Value {
  const grow = (image: Value, index: number, out: number) => {
    const layer = params.at(String(index));
    return convTranspose(image, layer('weight', [dim(image, 1), out, 2, 2]), layer('bias', [out]), { stride: 2 });
  };
  const c = dim(x, 1);
  return gelu(grow(gelu(layerNorm2d(grow(x, 0, c / 4), params.at('1'))), 3, c / 8));
}
