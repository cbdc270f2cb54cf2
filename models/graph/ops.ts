/**
 * The ONNX operators AutoSAMUS is made of, as functions that check and infer shapes. Nothing here knows about weights
 * files or sessions; what is built from several operators is at the end and in `layers.ts`.
 */
import { constant, invalid, node, scalar, type Shape, sizeOf, type Value } from './value';

// ---- elementwise, with numpy broadcasting -------------------------------------------------------------------------

export function broadcastShape(op: string, a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const da = a[a.length - rank + i] ?? 1;
    const db = b[b.length - rank + i] ?? 1;
    if (da !== db && da !== 1 && db !== 1) throw invalid(op, `cannot broadcast [${a}] with [${b}]`);
    return Math.max(da, db);
  });
}

const binary = (op: string) => (a: Value, b: Value | number) => {
  const right = typeof b === 'number' ? scalar(b) : b;
  return node(op, [a, right], broadcastShape(op, a.shape, right.shape));
};
const unary = (op: string, attrs: Value['attrs'] = {}) => {
  return (x: Value) => node(op, [x], x.shape, { attrs });
};

export const add = binary('Add');
export const sub = binary('Sub');
export const mul = binary('Mul');
export const div = binary('Div');
export const neg = unary('Neg');
export const exp = unary('Exp');
export const log = unary('Log');
export const sqrt = unary('Sqrt');
export const sin = unary('Sin');
export const cos = unary('Cos');
export const erf = unary('Erf');
export const relu = unary('Relu');
export const sigmoid = unary('Sigmoid');
export const softplus = unary('Softplus');
/** Exact (erf) GELU. */
export const gelu = unary('Gelu', { approximate: 'none' });

/** 1 where a equals b, else 0, as float32. Not differentiable. */
export function equal(a: Value, b: Value | number): Value {
  const right = typeof b === 'number' ? scalar(b) : b;
  const shape = broadcastShape('Equal', a.shape, right.shape);
  return node('Cast', [node('Equal', [a, right], shape, { type: 'bool' })], shape, { attrs: { to: 1 } });
}

// ---- reductions and normalisations --------------------------------------------------------------------------------

function normalAxes(x: Value, axes: readonly number[]): number[] {
  return axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis));
}

const reduction = (op: string) => (x: Value, axes: readonly number[], keepdims: boolean) => {
  const reduced = normalAxes(x, axes);
  const kept = x.shape.map((dim, i) => (reduced.includes(i) ? 1 : dim));
  const shape = keepdims ? kept : kept.filter((_, i) => !reduced.includes(i));
  return node(op, [x], shape, { attrs: { keepdims: keepdims ? 1 : 0 }, ints: [reduced] });
};

export const reduceSum = reduction('ReduceSum');
export const reduceMean = reduction('ReduceMean');
export const reduceMax = reduction('ReduceMax');

/** Sum of all elements, as a rank-0 value. */
export function sumAll(x: Value): Value {
  return x.shape.length === 0 ? x : reduceSum(x, [...x.shape.keys()], false);
}

/** Softmax over the last axis. */
export function softmax(x: Value): Value {
  return node('Softmax', [x], x.shape, { attrs: { axis: -1 } });
}

/** Layer norm over the last axis. */
export function layerNorm(x: Value, weight: Value, bias: Value, epsilon: number): Value {
  return node('LayerNormalization', [x, weight, bias], x.shape, { attrs: { axis: -1, epsilon } });
}

// ---- shape --------------------------------------------------------------------------------------------------------

export function reshape(x: Value, shape: Shape): Value {
  if (sizeOf(shape) !== sizeOf(x.shape)) throw invalid('Reshape', `[${x.shape}] to [${shape}]`);
  return shape.join() === x.shape.join() ? x : node('Reshape', [x], shape, { ints: [shape] });
}

export function transpose(x: Value, perm: readonly number[]): Value {
  if (perm.length !== x.shape.length) throw invalid('Transpose', `[${perm}] of [${x.shape}]`);
  return node(
    'Transpose',
    [x],
    perm.map((axis) => dim(x, axis)),
    { attrs: { perm } },
  );
}

export function concat(values: readonly Value[], axis: number): Value {
  const [first, ...rest] = values;
  if (!first) throw invalid('Concat', 'nothing to concatenate');
  const total = values.reduce((sum, value) => sum + dim(value, axis), 0);
  const shape = first.shape.map((d, i) => (i === axis ? total : d));
  for (const value of rest) {
    if (value.shape.some((d, i) => i !== axis && d !== shape[i])) {
      throw invalid('Concat', `[${first.shape}] with [${value.shape}] on axis ${axis}`);
    }
  }
  return rest.length === 0 ? first : node('Concat', values, shape, { attrs: { axis } });
}

/** x[start:end] on one axis. */
export function slice(x: Value, axis: number, start: number, end: number): Value {
  if (start < 0 || end > dim(x, axis) || end <= start) throw invalid('Slice', `${start}:${end} of [${x.shape}]`);
  const shape = x.shape.map((d, i) => (i === axis ? end - start : d));
  return node('Slice', [x], shape, { ints: [[start], [end], [axis]] });
}

/** Zero padding; `before` and `after` count elements on each axis. */
export function pad(x: Value, before: readonly number[], after: readonly number[]): Value {
  const shape = x.shape.map((d, i) => d + (before[i] ?? 0) + (after[i] ?? 0));
  if (sizeOf(shape) === sizeOf(x.shape)) return x;
  return node('Pad', [x], shape, { attrs: { mode: 'constant' }, ints: [[...before, ...after]] });
}

export function expand(x: Value, shape: Shape): Value {
  if (shape.join() === x.shape.join()) return x;
  if (broadcastShape('Expand', x.shape, shape).join() !== shape.join()) {
    throw invalid('Expand', `[${x.shape}] to [${shape}]`);
  }
  return node('Expand', [x], shape, { ints: [shape] });
}

/** Picks constant `indices` of one axis. */
export function gather(x: Value, axis: number, indices: readonly number[]): Value {
  if (indices.some((index) => index < 0 || index >= dim(x, axis))) throw invalid('Gather', 'index out of range');
  return node(
    'Gather',
    [x],
    x.shape.map((d, i) => (i === axis ? indices.length : d)),
    {
      attrs: { axis },
      ints: [indices],
    },
  );
}

// ---- products -----------------------------------------------------------------------------------------------------

/** Batched matrix product over the last two axes; leading axes broadcast. */
export function matmul(a: Value, b: Value): Value {
  const [m, k, k2, n] = [dim(a, -2), dim(a, -1), dim(b, -2), dim(b, -1)];
  if (k !== k2) throw invalid('MatMul', `[${a.shape}] by [${b.shape}]`);
  return node('MatMul', [a, b], [...broadcastShape('MatMul', a.shape.slice(0, -2), b.shape.slice(0, -2)), m, n]);
}

/** op(a) op(b) + c for matrices, op transposing where asked; c broadcasts. */
export function gemm(a: Value, b: Value, c: Value | undefined, transA = false, transB = false): Value {
  const m = dim(a, transA ? 1 : 0);
  const n = dim(b, transB ? 0 : 1);
  if (a.shape.length !== 2 || b.shape.length !== 2 || dim(a, transA ? 0 : 1) !== dim(b, transB ? 1 : 0)) {
    throw invalid('Gemm', `[${a.shape}]${transA ? "'" : ''} by [${b.shape}]${transB ? "'" : ''}`);
  }
  return node('Gemm', c ? [a, b, c] : [a, b], [m, n], { attrs: { transA: Number(transA), transB: Number(transB) } });
}

export interface ConvOptions {
  readonly stride?: number;
  readonly pad?: number;
  readonly groups?: number;
  readonly dilation?: number;
}

/** 2-D convolution: x [B, Cin, H, W], weight [Cout, Cin/groups, kh, kw], bias [Cout]. */
export function conv(x: Value, weight: Value, bias: Value | undefined, options: ConvOptions = {}): Value {
  const { stride = 1, pad: p = 0, groups = 1, dilation = 1 } = options;
  if (dim(x, 1) !== dim(weight, 1) * groups) throw invalid('Conv', `[${x.shape}] by [${weight.shape}] in ${groups}`);
  const out = (axis: number) =>
    Math.floor((dim(x, axis) + 2 * p - dilation * (dim(weight, axis) - 1) - 1) / stride) + 1;
  return node('Conv', bias ? [x, weight, bias] : [x, weight], [dim(x, 0), dim(weight, 0), out(2), out(3)], {
    attrs: {
      kernel_shape: weight.shape.slice(2),
      strides: [stride, stride],
      pads: [p, p, p, p],
      dilations: [dilation, dilation],
      group: groups,
    },
  });
}

export interface ConvTransposeOptions {
  readonly stride?: number;
  readonly pad?: number;
  readonly groups?: number;
  /** Rows and columns added at the bottom and right, for strides that do not divide the size. */
  readonly outputPadding?: readonly [number, number];
}

/** Transposed convolution: x [B, Cin, H, W], weight [Cin, Cout/groups, kh, kw]. */
export function convTranspose(x: Value, weight: Value, bias: Value | undefined, o: ConvTransposeOptions = {}): Value {
  const { stride = 1, pad: p = 0, groups = 1, outputPadding = [0, 0] } = o;
  const out = (axis: number) =>
    (dim(x, axis) - 1) * stride - 2 * p + dim(weight, axis) + (outputPadding[axis - 2] ?? 0);
  return node(
    'ConvTranspose',
    bias ? [x, weight, bias] : [x, weight],
    [dim(x, 0), dim(weight, 1) * groups, out(2), out(3)],
    {
      attrs: {
        kernel_shape: weight.shape.slice(2),
        strides: [stride, stride],
        pads: [p, p, p, p],
        output_padding: outputPadding,
        group: groups,
      },
    },
  );
}

/** 2x2 max pooling with stride 2; H and W even. */
export function maxPool2(x: Value): Value {
  if (dim(x, 2) % 2 || dim(x, 3) % 2) throw invalid('MaxPool', `odd size [${x.shape}]`);
  return node('MaxPool', [x], [dim(x, 0), dim(x, 1), dim(x, 2) / 2, dim(x, 3) / 2], {
    attrs: { kernel_shape: [2, 2], strides: [2, 2] },
  });
}

// ---- helpers ------------------------------------------------------------------------------------------------------

/** Size of one axis; negative axes count from the end. */
export function dim(x: Value, axis: number): number {
  const size = x.shape[axis < 0 ? axis + x.shape.length : axis];
  if (size === undefined) throw invalid(x.op, `no axis ${axis} in [${x.shape}]`);
  return size;
}

/** Swaps the last two axes. */
export function swapLast(x: Value): Value {
  const axes = [...x.shape.keys()];
  return transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}

/** Row i of the result weighs input samples for output i: PyTorch's bilinear, align_corners=False, edges clamped. */
function interpolationMatrix(from: number, to: number): Float32Array {
  const matrix = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const source = Math.max(0, ((i + 0.5) * from) / to - 0.5);
    const low = Math.min(Math.floor(source), from - 1);
    const high = Math.min(low + 1, from - 1);
    const fraction = source - low;
    matrix[i * from + low] = (matrix[i * from + low] ?? 0) + 1 - fraction;
    matrix[i * from + high] = (matrix[i * from + high] ?? 0) + fraction;
  }
  return matrix;
}

/**
 * Bilinear resize of [..., H, W] as two products with constant matrices: the same numbers as ONNX Resize (half_pixel),
 * and its gradient is the product's.
 */
export function resizeBilinear(x: Value, height: number, width: number): Value {
  const [h, w] = [dim(x, -2), dim(x, -1)];
  const rows = constant(interpolationMatrix(h, height), [height, h]);
  const columns = constant(interpolationMatrix(w, width), [width, w]);
  return matmul(rows, matmul(x, swapLast(columns)));
}
