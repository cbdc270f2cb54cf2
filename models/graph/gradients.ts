/**
 * Reverse-mode differentiation, all of it: one rule an operator, from the gradient of its output to the gradients of its
 * inputs (a vector-Jacobian product, as JAX's `defvjp` or tinygrad's `gradient.py`). Rules are built from the same ops
 * as the forward graph, so a train step is an ordinary ONNX graph.
 */
import * as op from './ops';
import { dim } from './ops';
import { constant, intConstant, invalid, node, scalar, type Shape, sizeOf, type Value } from './value';
import { reachable } from './value';

/** Sums a gradient over the axes along which its operand was broadcast. */
function unbroadcast(grad: Value, shape: Shape): Value {
  const lead = grad.shape.length - shape.length;
  const axes = grad.shape.flatMap((d, i) => (i < lead || (d !== 1 && shape[i - lead] === 1) ? [i] : []));
  return op.reshape(axes.length ? op.reduceSum(grad, axes, true) : grad, shape);
}

/** 1 at the first largest element along `axis`, 0 elsewhere (PyTorch's `max(dim)` picks the same). */
function firstMax(x: Value, axis: number): Value {
  const shape = x.shape.map((d, i) => (i === axis ? 1 : d));
  const winner = node('ArgMax', [x], shape, { attrs: { axis, keepdims: 1 }, type: 'int64' });
  const counter = x.shape.map((d, i) => (i === axis ? d : 1));
  return op.equal(intConstant([...Array(dim(x, axis)).keys()], counter), winner);
}

/** [B, C, H, W] to [B, C, H/2, W/2, 4] and back. */
const toWindows = (x: Value) => {
  const [b, c, h, w] = [dim(x, 0), dim(x, 1), dim(x, 2), dim(x, 3)];
  const split = op.transpose(op.reshape(x, [b, c, h / 2, 2, w / 2, 2]), [0, 1, 2, 4, 3, 5]);
  return op.reshape(split, [b, c, h / 2, w / 2, 4]);
};
const fromWindows = (x: Value, [b = 0, c = 0, h = 0, w = 0]: Shape) => {
  const split = op.transpose(op.reshape(x, [b, c, h / 2, w / 2, 2, 2]), [0, 1, 2, 4, 3, 5]);
  return op.reshape(split, [b, c, h, w]);
};

/** Attribute of a node as a number list. */
const list = (y: Value, name: string): readonly number[] => {
  const value = y.attrs[name];
  return typeof value === 'object' ? value : [];
};
const num = (y: Value, name: string): number => Number(y.attrs[name]);

/**
 * Gradient of a convolution's weight: correlate input with output gradient, the batch playing the channels' part.
 * x [B, g*ci, H, W], gy [B, g*co, h, w] -> [g*co, ci, kh, kw]; the forward stride becomes a dilation.
 */
function convWeightGrad(x: Value, gy: Value, w: Value, y: Value): Value {
  const groups = num(y, 'group');
  const [stride = 1] = list(y, 'strides');
  const [p = 0] = list(y, 'pads');
  const [b, h, width] = [dim(x, 0), dim(x, 2), dim(x, 3)];
  const ci = dim(w, 1);
  const asImages = op.reshape(op.transpose(op.reshape(x, [b, groups, ci, h, width]), [2, 1, 0, 3, 4]), [
    ci,
    groups * b,
    h,
    width,
  ]);
  const asKernels = op.transpose(gy, [1, 0, 2, 3]);
  const full = op.conv(asImages, asKernels, undefined, { pad: p, groups, dilation: stride });
  const grad = op.transpose(full, [1, 0, 2, 3]);
  return op.slice(op.slice(grad, 2, 0, dim(w, 2)), 3, 0, dim(w, 3));
}

/** Rows and columns that the forward stride left over. */
function leftOver(x: Value, y: Value, axis: number, w: Value): number {
  const [stride = 1] = list(y, 'strides');
  const [p = 0] = list(y, 'pads');
  return dim(x, axis) - ((dim(y, axis) - 1) * stride - 2 * p + dim(w, axis));
}

const channelSum = (g: Value) => op.reduceSum(g, [0, 2, 3], false);

type Rule = (g: Value, y: Value, ...inputs: Value[]) => readonly (Value | null)[];

const { add, sub, mul, div, matmul, gemm, reshape } = op;

/** g: gradient of y; y: the node; then its inputs. One entry for each input; null: no gradient flows there. */
const RULES: Record<string, Rule> = {
  Add: (g, _y, a, b) => [a && unbroadcast(g, a.shape), b && unbroadcast(g, b.shape)] as Value[],
  Sub: (g, _y, a, b) => [a && unbroadcast(g, a.shape), b && unbroadcast(op.neg(g), b.shape)] as Value[],
  Mul: rule2((g, _y, a, b) => [unbroadcast(mul(g, b), a.shape), unbroadcast(mul(g, a), b.shape)]),
  Div: rule2((g, y, a, b) => [unbroadcast(div(g, b), a.shape), unbroadcast(op.neg(div(mul(g, y), b)), b.shape)]),
  Neg: (g) => [op.neg(g)],
  Exp: (g, y) => [mul(g, y)],
  Log: rule1((g, _y, x) => div(g, x)),
  Sqrt: (g, y) => [div(mul(g, 0.5), y)],
  Sin: rule1((g, _y, x) => mul(g, op.cos(x))),
  Cos: rule1((g, _y, x) => op.neg(mul(g, op.sin(x)))),
  Relu: rule1((g, _y, x) => mul(g, greater(x))),
  Sigmoid: (g, y) => [mul(g, mul(y, sub(scalar(1), y)))],
  Softplus: rule1((g, _y, x) => mul(g, op.sigmoid(x))),
  // d/dx [x Phi(x)] = Phi(x) + x phi(x)
  Gelu: rule1((g, _y, x) => {
    const cdf = mul(add(op.erf(mul(x, Math.SQRT1_2)), 1), 0.5);
    const pdf = mul(op.exp(mul(mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return mul(g, add(cdf, mul(x, pdf)));
  }),

  ReduceSum: rule1((g, y, x) => op.expand(reshape(g, keptShape(x, y)), x.shape)),
  ReduceMean: rule1((g, y, x) =>
    op.expand(mul(reshape(g, keptShape(x, y)), sizeOf(y.shape) / sizeOf(x.shape)), x.shape),
  ),
  ReduceMax: rule1((g, y, x) => {
    const [axis, ...more] = y.ints[0] ?? [];
    if (axis === undefined || more.length) throw invalid('ReduceMax', 'gradient for one axis only');
    return mul(reshape(g, keptShape(x, y)), firstMax(x, axis));
  }),
  Softmax: (g, y) => [mul(y, sub(g, op.reduceSum(mul(g, y), [-1], true)))],
  LayerNormalization: (g, y, x, weight) => {
    if (!x || !weight) throw invalid(y.op, 'missing input');
    const centred = sub(x, op.reduceMean(x, [-1], true));
    const deviation = op.sqrt(add(op.reduceMean(mul(centred, centred), [-1], true), num(y, 'epsilon')));
    const unit = div(centred, deviation);
    const gu = mul(g, weight);
    const correction = add(op.reduceMean(gu, [-1], true), mul(unit, op.reduceMean(mul(gu, unit), [-1], true)));
    return [div(sub(gu, correction), deviation), unbroadcast(mul(g, unit), weight.shape), unbroadcast(g, weight.shape)];
  },

  Reshape: rule1((g, _y, x) => reshape(g, x.shape)),
  Transpose: rule1((g, y) => {
    const perm = list(y, 'perm');
    return op.transpose(
      g,
      perm.map((_, i) => perm.indexOf(i)),
    );
  }),
  Concat: (g, y, ...inputs) => {
    const axis = num(y, 'axis');
    let start = 0;
    return inputs.map((x) => op.slice(g, axis, start, (start += dim(x, axis))));
  },
  Slice: rule1((g, y, x) => {
    const [[start = 0] = [], , [axis = 0] = []] = y.ints.map((ints) => ints ?? []);
    const zeros = x.shape.map(() => 0);
    const end = dim(x, axis) - start - dim(y, axis);
    return op.pad(g, zeros.with(axis, start), zeros.with(axis, end));
  }),
  Pad: rule1((g, y, x) => {
    const before = y.ints[0] ?? [];
    return x.shape.reduce((cut, d, axis) => {
      const start = before[axis] ?? 0;
      return start || d !== dim(cut, axis) ? op.slice(cut, axis, start, start + d) : cut;
    }, g);
  }),
  Expand: rule1((g, _y, x) => unbroadcast(g, x.shape)),
  // Scatter-add as a product with the constant one-hot matrix.
  Gather: rule1((g, y, x) => {
    const axis = num(y, 'axis');
    const indices = y.ints[0] ?? [];
    const size = dim(x, axis);
    const oneHot = new Float32Array(size * indices.length);
    indices.forEach((index, i) => (oneHot[index * indices.length + i] = 1));
    const order = [...x.shape.keys()].filter((i) => i !== axis);
    const last = op.transpose(g, [axis, ...order]);
    const flat = reshape(last, [indices.length, sizeOf(last.shape) / indices.length]);
    const sum = matmul(constant(oneHot, [size, indices.length]), flat);
    const back = [axis, ...order];
    const shaped = reshape(
      sum,
      back.map((i) => dim(x, i)),
    );
    return op.transpose(
      shaped,
      back.map((_, i) => back.indexOf(i)),
    );
  }),

  MatMul: rule2((g, _y, a, b) => [
    unbroadcast(matmul(g, op.swapLast(b)), a.shape),
    unbroadcast(matmul(op.swapLast(a), g), b.shape),
  ]),
  Gemm: (g, y, a, b, c) => {
    if (!a || !b) throw invalid('Gemm', 'missing input');
    const [ta, tb] = [num(y, 'transA') === 1, num(y, 'transB') === 1];
    const ga = ta ? gemm(b, g, undefined, tb, true) : gemm(g, b, undefined, false, !tb);
    const gb = tb ? gemm(g, a, undefined, true, ta) : gemm(a, g, undefined, !ta, false);
    return c ? [ga, gb, unbroadcast(g, c.shape)] : [ga, gb];
  },
  Conv: (g, y, x, w, bias) => {
    if (!x || !w) throw invalid('Conv', 'missing input');
    if (list(y, 'dilations')[0] !== 1) throw invalid('Conv', 'gradient of a dilated convolution');
    const [stride = 1] = list(y, 'strides');
    const [p = 0] = list(y, 'pads');
    const outputPadding: [number, number] = [leftOver(x, y, 2, w), leftOver(x, y, 3, w)];
    const gx = op.convTranspose(g, w, undefined, { stride, pad: p, groups: num(y, 'group'), outputPadding });
    const gw = convWeightGrad(x, g, w, y);
    return bias ? [gx, gw, channelSum(g)] : [gx, gw];
  },
  ConvTranspose: (g, y, x, w, bias) => {
    if (!x || !w) throw invalid('ConvTranspose', 'missing input');
    if (num(y, 'group') !== 1) throw invalid('ConvTranspose', 'gradient for one group only');
    const [stride = 1] = list(y, 'strides');
    const [p = 0] = list(y, 'pads');
    const gx = op.conv(g, w, undefined, { stride, pad: p });
    // The roles of input and output gradient swap against Conv: g is the larger image, x the kernel.
    const correlated = op.conv(op.transpose(g, [1, 0, 2, 3]), op.transpose(x, [1, 0, 2, 3]), undefined, {
      pad: p,
      dilation: stride,
    });
    const gw = op.transpose(correlated, [1, 0, 2, 3]);
    return bias ? [gx, gw, channelSum(g)] : [gx, gw];
  },
  MaxPool: rule1((g, _y, x) => {
    const mask = firstMax(toWindows(x), 4);
    return fromWindows(mul(reshape(g, [...g.shape, 1]), mask), x.shape);
  }),

  Cast: () => [null],
  Equal: () => [null, null],
  ArgMax: () => [null],
};

function rule1(rule: (g: Value, y: Value, x: Value) => Value): Rule {
  return (g, y, x) => {
    if (!x) throw invalid(y.op, 'missing input');
    return [rule(g, y, x)];
  };
}

function rule2(rule: (g: Value, y: Value, a: Value, b: Value) => [Value, Value]): Rule {
  return (g, y, a, b) => {
    if (!a || !b) throw invalid(y.op, 'missing input');
    return rule(g, y, a, b);
  };
}

/** Shape of a reduction's output with the reduced axes kept as 1. */
function keptShape(x: Value, y: Value): Shape {
  const axes = y.ints[0] ?? [];
  return x.shape.map((d, i) => (axes.includes(i) ? 1 : d));
}

/** 1 where x > 0, else 0. */
function greater(x: Value): Value {
  return node('Cast', [node('Greater', [x, scalar(0)], x.shape, { type: 'bool' })], x.shape, { attrs: { to: 1 } });
}

/**
 * Gradients of a scalar with respect to values it depends on.
 * @returns one value for each of `wrt`, of its shape; zeros where `loss` does not depend on it.
 * @throws AppError 'graph-invalid' when an operator on the way has no rule.
 */
export function gradients(loss: Value, wrt: readonly Value[]): Value[] {
  if (sizeOf(loss.shape) !== 1) throw invalid(loss.op, `loss has shape [${loss.shape}]`);
  const order = reachable([loss]);
  // Parameters of one name are one tensor: all of them collect into the same gradient.
  const key = (value: Value) => (value.op === 'Param' || value.op === 'Input' ? `${value.op} ${value.name}` : value);
  const wanted = new Set(wrt.map(key));
  const needed = new Set<Value>();
  for (const value of order) {
    if (wanted.has(key(value)) || value.inputs.some((x) => needed.has(x))) needed.add(value);
  }
  const grads = new Map<unknown, Value>([[key(loss), constant([1], loss.shape)]]);
  for (const value of order.reverse()) {
    const grad = grads.get(key(value));
    if (!grad || !needed.has(value) || value.inputs.length === 0) continue;
    const rule = RULES[value.op];
    if (!rule) throw invalid(value.op, 'no gradient rule');
    rule(grad, value, ...value.inputs).forEach((contribution, i) => {
      const target = value.inputs[i];
      if (!contribution || !target || !needed.has(target)) return;
      const known = grads.get(key(target));
      grads.set(key(target), known ? add(known, contribution) : contribution);
    });
  }
  return wrt.map((value) => grads.get(key(value)) ?? op.expand(scalar(0), value.shape));
}
