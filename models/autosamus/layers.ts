/**
 * The layers that several parts of the model share, named by the state-dict keys of the reference. A `Params` hands out
 * weights under a key prefix; nothing here knows where their numbers come from.
 */
import { add, concat, conv, dim, div, gelu, gemm, layerNorm, matmul, maxPool2, mul, reduceMean } from '../graph/ops';
import { relu, reshape, softmax, sqrt, sub, swapLast, transpose } from '../graph/ops';
import { param, type Shape, sizeOf, type Value } from '../graph/value';

/** Weights under a prefix. `params.at('attn')('qkv.weight', [..])` is `<prefix>.attn.qkv.weight`. */
export interface Params {
  (name: string, shape: Shape): Value;
  at(prefix: string): Params;
}

export function paramsAt(prefix: string): Params {
  const join = (name: string) => (prefix ? `${prefix}.${name}` : name);
  return Object.assign((name: string, shape: Shape) => param(join(name), shape), {
    at: (name: string) => paramsAt(join(name)),
  });
}

/** x [..., in] W^T + b -> [..., out]. */
export function linear(x: Value, params: Params, out: number, bias = true): Value {
  const rows = sizeOf(x.shape) / dim(x, -1);
  const weight = params('weight', [out, dim(x, -1)]);
  const flat = gemm(reshape(x, [rows, dim(x, -1)]), weight, bias ? params('bias', [out]) : undefined, false, true);
  return reshape(flat, [...x.shape.slice(0, -1), out]);
}

/** Layer norm over the last axis. */
export function norm(x: Value, params: Params, epsilon: number): Value {
  return layerNorm(x, params('weight', [dim(x, -1)]), params('bias', [dim(x, -1)]), epsilon);
}

/** Layer norm over the channels of [B, C, H, W], biased variance, epsilon 1e-6. */
export function layerNorm2d(x: Value, params: Params): Value {
  const channels = dim(x, 1);
  const centred = sub(x, reduceMean(x, [1], true));
  const variance = reduceMean(mul(centred, centred), [1], true);
  const unit = div(centred, sqrt(add(variance, 1e-6)));
  const shape = [1, channels, 1, 1];
  return add(mul(unit, reshape(params('weight', [channels]), shape)), reshape(params('bias', [channels]), shape));
}

/** 3x3 convolution, padding 1, no bias. */
export function conv3x3(x: Value, params: Params, out: number): Value {
  return conv(x, params('weight', [out, dim(x, 1), 3, 3]), undefined, { pad: 1 });
}

/** conv 3x3, LayerNorm2d, GELU: the unit of the CNN branch and of every convolutional adapter. */
export function convUnit(x: Value, convParams: Params, normParams: Params, out: number): Value {
  return gelu(layerNorm2d(conv3x3(x, convParams, out), normParams));
}

/** CNN branch: image [B, 3, 256, 256] -> [B, out, 32, 32]. */
export function cnnBranch(image: Value, params: Params, base: number, out: number): Value {
  const first = params.at('inc.conv');
  return [2 * base, 4 * base, out].reduce(
    (x, channels, i) => {
      const down = params.at(`downs.${i}.maxpool_conv`);
      return convUnit(maxPool2(x), down.at('1'), down.at('2'), channels);
    },
    convUnit(image, first.at('0'), first.at('1'), base),
  );
}

/** W2 gelu(W1 x + b1) + b2, without a skip. */
export function bottleneck(x: Value, params: Params, hidden: number): Value {
  return linear(gelu(linear(x, params.at('D_fc1'), hidden)), params.at('D_fc2'), dim(x, -1));
}

/** [B, N, heads*d] -> [B, heads, N, d]. */
export function splitHeads(x: Value, heads: number): Value {
  const [b, n, inner] = [dim(x, 0), dim(x, 1), dim(x, 2)];
  return transpose(reshape(x, [b, n, heads, inner / heads]), [0, 2, 1, 3]);
}

/** [B, heads, N, d] -> [B, N, heads*d]. */
export function mergeHeads(x: Value): Value {
  const [b, heads, n, d] = [dim(x, 0), dim(x, 1), dim(x, 2), dim(x, 3)];
  return reshape(transpose(x, [0, 2, 1, 3]), [b, n, heads * d]);
}

/**
 * Multi-head attention of already projected q, k, v [B, N, heads*d]; logits are scaled by d^-0.5.
 * @param bias added to the logits, broadcasting to [B, heads, Nq, Nk].
 */
export function attention(q: Value, k: Value, v: Value, heads: number, bias?: Value, weigh = softmax): Value {
  const scaled = mul(splitHeads(q, heads), (dim(q, 2) / heads) ** -0.5);
  const logits = matmul(scaled, swapLast(splitHeads(k, heads)));
  return mergeHeads(matmul(weigh(bias ? add(logits, bias) : logits), splitHeads(v, heads)));
}

/** Cross-branch attention: tokens [B, N, D] look at the CNN branch's tokens [B, N, D]. */
export function spaceAdapter(tokens: Value, cnn: Value, params: Params, heads: number): Value {
  const d = dim(tokens, 2);
  const [q, k, v] = [linear(tokens, params.at('q'), d), linear(cnn, params.at('k'), d), linear(cnn, params.at('v'), d)];
  return linear(attention(q, k, v, heads), params.at('proj'), d);
}

/** Linear layers `layers.0..n-1` with ReLU between. */
export function mlp(x: Value, params: Params, widths: readonly number[]): Value {
  return widths.reduce((h, out, i) => {
    const y = linear(h, params.at(`layers.${i}`), out);
    return i < widths.length - 1 ? relu(y) : y;
  }, x);
}

/** Encoder's last step: [B, D, 32, 32] -> image embedding [B, C, 32, 32]. */
export function neck(x: Value, params: Params, out: number): Value {
  const projected = layerNorm2d(conv(x, params('0.weight', [out, dim(x, 1), 1, 1]), undefined), params.at('1'));
  return layerNorm2d(conv3x3(projected, params.at('2'), out), params.at('3'));
}

/** [B, C, H, W] -> [B, H*W, C]. */
export function toTokens(x: Value): Value {
  const [b, c, h, w] = [dim(x, 0), dim(x, 1), dim(x, 2), dim(x, 3)];
  return transpose(reshape(x, [b, c, h * w]), [0, 2, 1]);
}

/** [B, H*W, C] -> [B, C, H, W]. */
export function toImage(x: Value, height: number, widthTokens: number): Value {
  return reshape(transpose(x, [0, 2, 1]), [dim(x, 0), dim(x, 2), height, widthTokens]);
}

/** Repeats a one-channel image to three channels; takes three as they are. */
export function threeChannels(image: Value): Value {
  return dim(image, 1) === 3 ? image : concat([image, image, image], 1);
}
