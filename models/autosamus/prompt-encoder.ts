/**
 * SAM's prompt encoder at SAMUS's sizes: points and boxes become sparse tokens, a low-resolution mask becomes a dense
 * embedding. The number of points is fixed in the graph; unused places carry the label `ABSENT`, which the decoder's
 * attention cannot see, so the result is the same as without them.
 */
import { add, concat, conv, cos, dim, equal, expand, gelu, matmul, mul, reshape, sin, sub } from '../graph/ops';
import { constant, scalar, type Value } from '../graph/value';
import { GRID_SIZE, INPUT_SIZE_PX, type ModelConfig } from './config';
import { layerNorm2d, type Params, toTokens } from './layers';

/** Values of `point_labels`. SAM appends one `PADDING` point when there are points and no box. */
export const POINT_LABEL = { negative: 0, positive: 1, boxMin: 2, boxMax: 3, padding: -1, absent: -2 } as const;

/** What the decoder takes from the prompts. */
export interface EncodedPrompts {
  /** [B, N, C] */
  readonly sparse: Value;
  /** [B, N]: 1 where a token is absent. */
  readonly absent: Value;
  /** [B, C, 32, 32] */
  readonly dense: Value;
}

/** Random Fourier features of positions p [..., 2] in [0, 1], x first: [sin, cos](2 pi (2p - 1) G). */
function positionalEncoding(p: Value, c: number, params: Params): Value {
  const frequencies = params('pe_layer.positional_encoding_gaussian_matrix', [2, c / 2]);
  const v = mul(matmul(sub(mul(p, 2), 1), frequencies), 2 * Math.PI);
  return concat([sin(v), cos(v)], v.shape.length - 1);
}

/** Encoding of the grid's cell centres: [1, 1024, C]. Input independent. */
export function densePositionalEncoding(c: number, params: Params): Value {
  const centres = Array.from({ length: GRID_SIZE * GRID_SIZE }, (_, i) => [
    ((i % GRID_SIZE) + 0.5) / GRID_SIZE,
    (Math.floor(i / GRID_SIZE) + 0.5) / GRID_SIZE,
  ]);
  return positionalEncoding(constant(centres.flat(), [1, GRID_SIZE * GRID_SIZE, 2]), c, params);
}

/**
 * @param points [B, N, 2] pixel coordinates (x, y) of the 256 px frame
 * @param labels [B, N] of `POINT_LABEL`
 * @param mask [B, 1, 128, 128] logits
 * @param hasMask [B, 1]: 1 where `mask` counts, 0 where there is none
 */
export function promptEncoder(
  points: Value,
  labels: Value,
  mask: Value,
  hasMask: Value,
  config: ModelConfig,
  params: Params,
): EncodedPrompts {
  const c = config.promptDim;
  const [b, n] = [dim(points, 0), dim(points, 1)];
  const is = (label: number) => reshape(equal(labels, label), [b, n, 1]);
  const position = positionalEncoding(mul(add(points, 0.5), 1 / INPUT_SIZE_PX), c, params);
  const kinds = [POINT_LABEL.negative, POINT_LABEL.positive, POINT_LABEL.boxMin, POINT_LABEL.boxMax];
  const placed = kinds.map((kind) => mul(is(kind), add(position, params(`point_embeddings.${kind}.weight`, [1, c]))));
  const padding = mul(is(POINT_LABEL.padding), params('not_a_point_embed.weight', [1, c]));
  return {
    sparse: placed.reduce(add, padding),
    absent: equal(labels, POINT_LABEL.absent),
    dense: denseEmbedding(mask, hasMask, config, params),
  };
}

function denseEmbedding(mask: Value, hasMask: Value, config: ModelConfig, params: Params): Value {
  const b = dim(mask, 0);
  const present = reshape(hasMask, [b, 1, 1, 1]);
  const none = mul(sub(scalar(1), present), noMaskEmbedding(config, params));
  return add(mul(present, maskEmbedding(mask, config, params.at('mask_downscaling'))), none);
}

/** What stands for "no mask": [1, C, 1, 1]. */
function noMaskEmbedding({ promptDim }: ModelConfig, params: Params): Value {
  return reshape(params('no_mask_embed.weight', [1, promptDim]), [1, promptDim, 1, 1]);
}

/** [B, 1, 128, 128] -> [B, C, 32, 32]. */
function maskEmbedding(mask: Value, { promptDim, prompt }: ModelConfig, params: Params): Value {
  const shrink = (x: Value, index: number, out: number, kernel: number) => {
    const layer = params.at(String(index));
    return conv(x, layer('weight', [out, dim(x, 1), kernel, kernel]), layer('bias', [out]), { stride: kernel });
  };
  const half = gelu(layerNorm2d(shrink(mask, 0, prompt.maskChannels / 4, 2), params.at('1')));
  const quarter = gelu(layerNorm2d(shrink(half, 3, prompt.maskChannels, 2), params.at('4')));
  return shrink(quarter, 6, promptDim, 1);
}

/** Image tokens with their dense prompt: (embedding + dense) as [B, 1024, C]. */
export function promptedTokens(embedding: Value, dense: Value): Value {
  return toTokens(add(embedding, expand(dense, embedding.shape)));
}
