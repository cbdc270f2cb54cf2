/**
 * SAMUS's image encoder: SAM's ViT at 256 px beside a CNN branch, joined by cross-branch attention in the global blocks
 * (xianlin7/SAMUS, `models/segment_anything_samus/modeling/image_encoder.py`).
 */
import { add, conv, dim, gather, gelu, matmul, maxPool2, mul, pad, reshape, resizeBilinear } from '../graph/ops';
import { slice, softmax, swapLast, transpose } from '../graph/ops';
import type { Value } from '../graph/value';
import { GRID_SIZE, type VitConfig } from './config';
import { bottleneck, cnnBranch, convUnit, linear, mergeHeads, neck, norm, type Params, spaceAdapter } from './layers';
import { splitHeads, threeChannels, toImage, toTokens } from './layers';

const EPSILON = 1e-6;
const PATCH = { size: 16, stride: 8, resizedPx: 264 } as const;

/** What the parity tests look at on the way, besides the embedding. */
export interface EncoderTrace {
  /** Named values, token maps as [B, 32, 32, D]. */
  readonly values: Record<string, Value>;
}

/** image [B, 1|3, 256, 256] in [0, 1] -> embedding [B, promptDim, 32, 32]. */
export function vitEncoder(image: Value, config: VitConfig, out: number, params: Params, trace?: EncoderTrace): Value {
  const rgb = threeChannels(image);
  const note = (name: string, tokens: Value) => {
    if (trace) trace.values[name] = reshape(tokens, [dim(tokens, 0), GRID_SIZE, GRID_SIZE, config.embedDim]);
  };
  let cnn = toTokens(cnnBranch(rgb, params.at('cnn_embed'), config.cnnBase, config.embedDim));
  note('cnn_embed', cnn);
  const patches = patchEmbedding(rgb, config, params.at('patch_embed.proj'));
  note('patch_embed', patches);
  const adapted = add(patches, bottleneck(patches, params.at('input_Adapter'), config.adapterDim));
  note('input_Adapter', adapted);
  const position = positionalEmbedding(config, params);
  note('post_pos_embed', position);
  let x = add(adapted, position);
  for (let i = 0; i < config.depth; i++) {
    const block = params.at(`blocks.${i}`);
    [x, cnn] = config.globalBlocks.includes(i)
      ? globalBlock(x, cnn, config, block, (name, tokens) => note(`blocks.${i}.${name}`, tokens))
      : [windowBlock(x, config, block), cnn];
    note(`blocks.${i}.x`, x);
    note(`blocks.${i}.cnnx`, cnn);
  }
  return neck(toImage(add(x, mul(cnn, 0.5)), GRID_SIZE, GRID_SIZE), params.at('neck'), out);
}

/** Patches of 16 px at a stride of 8 on the image enlarged to 264 px: SAM's kernel, overlapping by half. */
function patchEmbedding(rgb: Value, { embedDim }: VitConfig, params: Params): Value {
  const enlarged = resizeBilinear(rgb, PATCH.resizedPx, PATCH.resizedPx);
  const weight = params('weight', [embedDim, 3, PATCH.size, PATCH.size]);
  return toTokens(conv(enlarged, weight, params('bias', [embedDim]), { stride: PATCH.stride }));
}

/** SAM's 64x64 positional embedding, pooled and adapted to the 32x32 grid: [1, 1024, D]. Input independent. */
function positionalEmbedding({ embedDim, posEmbedSize }: VitConfig, params: Params): Value {
  const stored = params('pos_embed', [1, posEmbedSize, posEmbedSize, embedDim]);
  const down = params.at('post_pos_embed.downs.0.maxpool_conv');
  return toTokens(convUnit(maxPool2(transpose(stored, [0, 3, 1, 2])), down.at('1'), down.at('2'), embedDim));
}

function windowBlock(x: Value, config: VitConfig, params: Params): Value {
  const h = norm(x, params.at('norm1'), EPSILON);
  const attended = add(x, windowAttention(h, config, params.at('attn')));
  const n = norm(attended, params.at('norm2'), EPSILON);
  return add(attended, feedForward(n, config, params.at('mlp')));
}

type Note = (name: string, tokens: Value) => void;

function globalBlock(x: Value, cnn: Value, config: VitConfig, params: Params, note: Note): [Value, Value] {
  const h = norm(x, params.at('norm1'), EPSILON);
  const across = spaceAdapter(h, cnn, params.at('Space_Adapter'), config.heads);
  note('Space_Adapter', across);
  const refine = params.at('refine_Adapter.conv');
  const refined = convUnit(toImage(cnn, GRID_SIZE, GRID_SIZE), refine.at('0'), refine.at('1'), config.embedDim);
  const within = selfAttention(add(h, across), GRID_SIZE, config.heads, params.at('attn'));
  note('attn', within);
  const attended = add(x, within);
  const n = norm(attended, params.at('norm2'), EPSILON);
  const adapter = mul(bottleneck(n, params.at('MLP_Adapter'), config.adapterDim), 0.5);
  return [add(add(attended, feedForward(n, config, params.at('mlp'))), adapter), toTokens(refined)];
}

function feedForward(n: Value, { embedDim, mlpDim }: VitConfig, params: Params): Value {
  return linear(gelu(linear(n, params.at('lin1'), mlpDim)), params.at('lin2'), embedDim);
}

/**
 * Attention within windows. The grid is zero-padded to a multiple of the window after the norm; padding takes part in
 * the softmax, as in SAM.
 */
function windowAttention(h: Value, { window, heads, embedDim }: VitConfig, params: Params): Value {
  const b = dim(h, 0);
  const count = Math.ceil(GRID_SIZE / window);
  const padded = count * window;
  const extra = padded - GRID_SIZE;
  const grid = pad(reshape(h, [b, GRID_SIZE, GRID_SIZE, embedDim]), [0, 0, 0, 0], [0, extra, extra, 0]);
  const split = transpose(reshape(grid, [b, count, window, count, window, embedDim]), [0, 1, 3, 2, 4, 5]);
  const windows = reshape(split, [b * count * count, window * window, embedDim]);
  const attended = reshape(selfAttention(windows, window, heads, params), [b, count, count, window, window, embedDim]);
  const joined = reshape(transpose(attended, [0, 1, 3, 2, 4, 5]), [b, padded, padded, embedDim]);
  const cropped = slice(slice(joined, 1, 0, GRID_SIZE), 2, 0, GRID_SIZE);
  return reshape(cropped, [b, GRID_SIZE * GRID_SIZE, embedDim]);
}

/** SAM's attention with decomposed relative positions over a square of `side` x `side` tokens [B, side^2, D]. */
function selfAttention(x: Value, side: number, heads: number, params: Params): Value {
  const [b, n, d] = [dim(x, 0), dim(x, 1), dim(x, 2)];
  const headDim = d / heads;
  const qkv = linear(x, params.at('qkv'), 3 * d);
  const [q, k, v] = [0, 1, 2].map((i) => splitHeads(slice(qkv, 2, i * d, (i + 1) * d), heads)) as [Value, Value, Value];
  const relative = (name: string) => {
    const table = params(name, [2 * side - 1, headDim]);
    const indices = Array.from({ length: side * side }, (_, i) => Math.floor(i / side) - (i % side) + side - 1);
    return swapLast(reshape(gather(table, 0, indices), [side, side, headDim]));
  };
  // relh[i, k] = q_i . R_h[ih - kh + S - 1] with the unscaled q; the same along the width.
  const byRow = reshape(q, [b * heads, side, side, headDim]);
  const relH = matmul(byRow, relative('rel_pos_h'));
  const relW = transpose(matmul(transpose(byRow, [0, 2, 1, 3]), relative('rel_pos_w')), [0, 2, 1, 3]);
  const bias = add(reshape(relH, [b * heads, side, side, side, 1]), reshape(relW, [b * heads, side, side, 1, side]));
  const logits = add(matmul(mul(q, headDim ** -0.5), swapLast(k)), reshape(bias, [b, heads, n, n]));
  return linear(mergeHeads(matmul(softmax(logits), v)), params.at('proj'), d);
}
