/**
 * Another foundation: LiteMedSAM's TinyViT (bowang-lab/MedSAM, `tiny_vit_sam.py`; batch norms folded into their
 * convolutions), beside the same CNN branch and adapters as the ViT. With `patchSize` 2 the first convolution also
 * halves the resolution, so that 256 px end in the 32x32 grid.
 *
 * Where it departs from SAMUS's ViT: TinyViT has no positional embedding to adapt, and cross-branch attention adds to
 * the residual stream itself, because TinyViT's norm belongs to its windowed attention.
 */
import { add, conv, type ConvOptions, dim, gather, gelu, mul, pad, reshape, slice, transpose } from '../graph/ops';
import type { Value } from '../graph/value';
import { INPUT_SIZE_PX, type TinyVitConfig } from './config';
import { attention, bottleneck, cnnBranch, convUnit, linear, neck, norm, type Params, spaceAdapter } from './layers';
import { threeChannels, toImage, toTokens } from './layers';

const EPSILON = 1e-5;
const EXPANSION = 4;

/** image [B, 1|3, 256, 256] in [0, 1] -> embedding [B, promptDim, 32, 32]. */
export function tinyVitEncoder(image: Value, config: TinyVitConfig, out: number, params: Params): Value {
  const rgb = threeChannels(image);
  let x = patchEmbedding(rgb, config, params);
  let cnn = toTokens(cnnBranch(rgb, params.at('cnn_embed'), config.cnnBase, config.embedDims[3] ?? 0));
  for (let stage = 0; stage < 4; stage++) {
    const stageParams = params.at(`layers.${stage}`);
    for (let i = 0; i < (config.depths[stage] ?? 0); i++) {
      const block = stageParams.at(`blocks.${i}`);
      if (stage === 0) x = convBlock(x, block);
      else if (stage === 3 && config.globalBlocks.includes(i)) [x, cnn] = globalBlock(x, cnn, config, block);
      else x = attentionBlock(x, config, stage, block);
    }
    if (stage < 3) x = merge(x, config.embedDims[stage + 1] ?? 0, config.strides[stage] ?? 1, stageParams);
  }
  const [height, width] = [dim(x, 2), dim(x, 3)];
  return neck(add(x, mul(toImage(cnn, height, width), 0.5)), params.at('neck'), out);
}

/** Convolution with bias. */
function biasedConv(x: Value, params: Params, out: number, kernel: number, options: ConvOptions = {}): Value {
  const weight = params('weight', [out, dim(x, 1) / (options.groups ?? 1), kernel, kernel]);
  return conv(x, weight, params('bias', [out]), options);
}

function depthwise(x: Value, params: Params, stride = 1): Value {
  return biasedConv(x, params, dim(x, 1), 3, { pad: 1, stride, groups: dim(x, 1) });
}

function patchEmbedding(rgb: Value, { embedDims, patchSize, inputAdapterDim }: TinyVitConfig, params: Params): Value {
  const d = embedDims[0] ?? 0;
  const first = gelu(biasedConv(rgb, params.at('patch_embed.seq.0'), d / 2, patchSize, { stride: patchSize }));
  const x = biasedConv(first, params.at('patch_embed.seq.2'), d, 1);
  const adapter = bottleneck(toTokens(x), params.at('input_Adapter'), inputAdapterDim);
  return add(x, toImage(adapter, dim(x, 2), dim(x, 3)));
}

/** Inverted bottleneck (MBConv). */
function convBlock(x: Value, params: Params): Value {
  const expanded = gelu(biasedConv(x, params.at('conv1'), EXPANSION * dim(x, 1), 1));
  const filtered = gelu(depthwise(expanded, params.at('conv2')));
  return gelu(add(x, biasedConv(filtered, params.at('conv3'), dim(x, 1), 1)));
}

/** Transition to the next stage. */
function merge(x: Value, out: number, stride: number, params: Params): Value {
  const down = params.at('downsample');
  const projected = gelu(biasedConv(x, down.at('conv1'), out, 1));
  return biasedConv(gelu(depthwise(projected, down.at('conv2'), stride)), down.at('conv3'), out, 1);
}

function attentionBlock(x: Value, config: TinyVitConfig, stage: number, params: Params): Value {
  const local = attendLocally(x, config, stage, params);
  const tokens = toTokens(local);
  const n = norm(tokens, params.at('mlp.norm'), EPSILON);
  return toImage(add(tokens, feedForward(n, params)), dim(x, 2), dim(x, 3));
}

/** A block of the last stage that first looks across at the CNN branch, cnn [B, N, D]. */
function globalBlock(x: Value, cnn: Value, config: TinyVitConfig, params: Params): [Value, Value] {
  const [d, height, width] = [dim(x, 1), dim(x, 2), dim(x, 3)];
  const query = norm(toTokens(x), params.at('attn.norm'), EPSILON);
  const across = spaceAdapter(query, cnn, params.at('Space_Adapter'), config.heads[3] ?? 1);
  const refine = params.at('refine_Adapter.conv');
  const refined = convUnit(toImage(cnn, height, width), refine.at('0'), refine.at('1'), d);
  const tokens = toTokens(attendLocally(add(x, toImage(across, height, width)), config, 3, params));
  const n = norm(tokens, params.at('mlp.norm'), EPSILON);
  const adapter = mul(bottleneck(n, params.at('MLP_Adapter'), config.adapterDim), 0.5);
  return [toImage(add(add(tokens, feedForward(n, params)), adapter), height, width), toTokens(refined)];
}

function feedForward(n: Value, params: Params): Value {
  return linear(gelu(linear(n, params.at('mlp.fc1'), EXPANSION * dim(n, 2))), params.at('mlp.fc2'), dim(n, 2));
}

/** Windowed attention with a skip, then a depthwise convolution. */
function attendLocally(x: Value, config: TinyVitConfig, stage: number, params: Params): Value {
  const attended = add(x, windowAttention(x, config.windows[stage] ?? 1, config.heads[stage] ?? 1, params.at('attn')));
  return depthwise(attended, params.at('local_conv'));
}

/**
 * x [B, C, H, W]. The grid is zero-padded to a multiple of the window before the norm, as in the foundation. Channels come
 * last while windows are cut and joined: whole rows of a window are then moved, not single values.
 */
function windowAttention(x: Value, window: number, heads: number, params: Params): Value {
  const [b, c, height, width] = [dim(x, 0), dim(x, 1), dim(x, 2), dim(x, 3)];
  const [rows, columns] = [Math.ceil(height / window), Math.ceil(width / window)];
  const channelsLast = reshape(toTokens(x), [b, height, width, c]);
  const grid = pad(channelsLast, [0, 0, 0, 0], [0, rows * window - height, columns * window - width, 0]);
  const split = transpose(reshape(grid, [b, rows, window, columns, window, c]), [0, 1, 3, 2, 4, 5]);
  const tokens = norm(reshape(split, [b * rows * columns, window * window, c]), params.at('norm'), EPSILON);
  const attended = biasedAttention(tokens, window, heads, params);
  const joined = transpose(reshape(attended, [b, rows, columns, window, window, c]), [0, 1, 3, 2, 4, 5]);
  const full = reshape(joined, [b, rows * window, columns * window, c]);
  const kept = slice(slice(full, 1, 0, height), 2, 0, width);
  return toImage(reshape(kept, [b, height * width, c]), height, width);
}

/** Attention with a learned bias for each (|dy|, |dx|); qkv holds q, k and v of one head side by side. */
function biasedAttention(x: Value, window: number, heads: number, params: Params): Value {
  const [b, n, c] = [dim(x, 0), dim(x, 1), dim(x, 2)];
  const headDim = c / heads;
  const qkv = reshape(linear(x, params.at('qkv'), 3 * c), [b, n, heads, 3 * headDim]);
  const [q, k, v] = [0, 1, 2].map((i) => reshape(slice(qkv, 3, i * headDim, (i + 1) * headDim), [b, n, c])) as [
    Value,
    Value,
    Value,
  ];
  const table = params('attention_biases', [heads, window * window]);
  const bias = reshape(gather(table, 1, offsetIndices(window)), [heads, n, n]);
  return linear(attention(q, k, v, heads, bias), params.at('proj'), c);
}

/** Index of the offset (|dy|, |dx|) for each pair of tokens, numbered in order of first appearance. */
function offsetIndices(window: number): number[] {
  const seen = new Map<string, number>();
  const tokens = Array.from({ length: window * window }, (_, i) => [Math.floor(i / window), i % window] as const);
  return tokens.flatMap(([y1, x1]) =>
    tokens.map(([y2, x2]) => {
      const offset = `${Math.abs(y1 - y2)},${Math.abs(x1 - x2)}`;
      const index = seen.get(offset) ?? seen.size;
      seen.set(offset, index);
      return index;
    }),
  );
}

/** Side of the grid that `config` yields, tokens. */
export function tinyVitGrid({ patchSize, strides }: TinyVitConfig): number {
  return strides.reduce((side, stride) => side / stride, INPUT_SIZE_PX / patchSize);
}
