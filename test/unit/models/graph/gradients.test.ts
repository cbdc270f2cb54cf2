/** Every gradient rule against finite differences of the forward graph, by directional derivatives in random directions. */
import { describe, expect, it } from 'vitest';
import { softmaxOne } from '../../../../models/autosamus/auto-prompt-generator';
import { segmentationLoss } from '../../../../models/autosamus/loss';
import { createSession } from '../../../../models/graph';
import { gradients } from '../../../../models/graph/gradients';
import * as op from '../../../../models/graph/ops';
import { constant, input, type Shape, sizeOf, type Value } from '../../../../models/graph/value';
import { type Random, seededRandom, shuffled } from '../../../../models/training';

type Case = readonly [
  name: string,
  shapes: readonly Shape[],
  build: (...x: Value[]) => Value,
  domain?: 'positive' | 'distinct',
];

const CASES: readonly Case[] = [
  [
    'Add, broadcast',
    [
      [2, 3, 4],
      [3, 1],
    ],
    (a, b) => op.add(a, b),
  ],
  ['Sub, broadcast', [[2, 3], [3]], (a, b) => op.sub(a, b)],
  [
    'Mul, broadcast',
    [
      [2, 1, 4],
      [3, 1],
    ],
    (a, b) => op.mul(a, b),
  ],
  [
    'Div',
    [
      [2, 3],
      [2, 3],
    ],
    (a, b) => op.div(a, b),
    'positive',
  ],
  ['Neg', [[5]], (x) => op.neg(x)],
  ['Exp', [[5]], (x) => op.exp(x)],
  ['Log', [[5]], (x) => op.log(x), 'positive'],
  ['Sqrt', [[5]], (x) => op.sqrt(x), 'positive'],
  ['Sin', [[5]], (x) => op.sin(x)],
  ['Cos', [[5]], (x) => op.cos(x)],
  ['Relu', [[9]], (x) => op.relu(x), 'distinct'],
  ['Sigmoid', [[5]], (x) => op.sigmoid(x)],
  ['Softplus', [[5]], (x) => op.softplus(x)],
  ['Gelu', [[9]], (x) => op.gelu(x)],
  ['ReduceSum', [[2, 3, 4]], (x) => op.reduceSum(x, [0, 2], false)],
  ['ReduceMean', [[2, 3, 4]], (x) => op.reduceMean(x, [1], true)],
  ['ReduceMax', [[2, 3, 7]], (x) => op.reduceMax(x, [2], true), 'distinct'],
  ['Softmax', [[3, 6]], (x) => op.softmax(x)],
  ['softmax_one, maximum not detached', [[3, 6]], (x) => softmaxOne(x)],
  ['LayerNormalization', [[3, 8], [8], [8]], (x, w, b) => op.layerNorm(x, w, b, 1e-5)],
  ['Reshape', [[2, 6]], (x) => op.reshape(x, [3, 4])],
  ['Transpose', [[2, 3, 4]], (x) => op.transpose(x, [2, 0, 1])],
  [
    'Concat',
    [
      [2, 3],
      [2, 2],
    ],
    (a, b) => op.concat([a, b], 1),
  ],
  ['Slice', [[2, 5]], (x) => op.slice(x, 1, 1, 4)],
  ['Pad', [[2, 3]], (x) => op.pad(x, [0, 1], [2, 0])],
  ['Expand', [[1, 3]], (x) => op.expand(x, [4, 3])],
  ['Gather, repeated indices', [[4, 3]], (x) => op.gather(x, 0, [0, 2, 2, 3, 0])],
  ['Gather, inner axis', [[2, 4, 3]], (x) => op.gather(x, 1, [3, 1, 1])],
  [
    'MatMul, batched and broadcast',
    [
      [2, 3, 4],
      [4, 5],
    ],
    (a, b) => op.matmul(a, b),
  ],
  ['Gemm', [[3, 4], [4, 5], [5]], (a, b, c) => op.gemm(a, b, c)],
  ['Gemm, B transposed', [[3, 4], [5, 4], [5]], (a, b, c) => op.gemm(a, b, c, false, true)],
  [
    'Gemm, A transposed',
    [
      [4, 3],
      [4, 5],
    ],
    (a, b) => op.gemm(a, b, undefined, true, false),
  ],
  [
    'Gemm, both transposed',
    [
      [4, 3],
      [5, 4],
    ],
    (a, b) => op.gemm(a, b, undefined, true, true),
  ],
  ['Conv 3x3', [[2, 3, 6, 5], [4, 3, 3, 3], [4]], (x, w, b) => op.conv(x, w, b, { pad: 1 })],
  ['Conv, strided patches', [[1, 2, 9, 9], [3, 2, 4, 4], [3]], (x, w, b) => op.conv(x, w, b, { stride: 2 })],
  [
    'Conv, strided, rest left over',
    [
      [1, 2, 8, 8],
      [3, 2, 3, 3],
    ],
    (x, w) => op.conv(x, w, undefined, { stride: 2, pad: 1 }),
  ],
  ['Conv, depthwise', [[2, 4, 6, 6], [4, 1, 3, 3], [4]], (x, w, b) => op.conv(x, w, b, { pad: 1, groups: 4 })],
  [
    'Conv, depthwise, strided',
    [[2, 4, 8, 8], [4, 1, 3, 3], [4]],
    (x, w, b) => op.conv(x, w, b, { pad: 1, stride: 2, groups: 4 }),
  ],
  ['Conv, 2x2 patches', [[2, 3, 8, 8], [5, 3, 2, 2], [5]], (x, w, b) => op.conv(x, w, b, { stride: 2 })],
  ['Conv 1x1', [[2, 3, 4, 4], [5, 3, 1, 1], [5]], (x, w, b) => op.conv(x, w, b)],
  [
    'Conv, two groups',
    [
      [2, 4, 5, 5],
      [6, 2, 3, 3],
    ],
    (x, w) => op.conv(x, w, undefined, { pad: 1, groups: 2 }),
  ],
  ['ConvTranspose 2x2', [[2, 3, 4, 4], [3, 2, 2, 2], [2]], (x, w, b) => op.convTranspose(x, w, b, { stride: 2 })],
  [
    'ConvTranspose 3x3, padded',
    [
      [1, 3, 4, 4],
      [3, 2, 3, 3],
    ],
    (x, w) => op.convTranspose(x, w, undefined, { pad: 1 }),
  ],
  ['MaxPool', [[2, 3, 6, 4]], (x) => op.maxPool2(x), 'distinct'],
  ['bilinear resize', [[1, 2, 4, 5]], (x) => op.resizeBilinear(x, 9, 7)],
  ['loss', [[2, 1, 4, 4]], (z) => segmentationLoss(z, constant(pattern(32), [2, 1, 4, 4]))],
];

function pattern(n: number): number[] {
  return Array.from({ length: n }, (_, i) => (i % 3 === 0 ? 1 : 0));
}

/** `distinct` values lie further apart than the step reaches, so that no kink of ReLU or a maximum is crossed. */
function draw(shape: Shape, random: Random, domain?: Case[3]): Float32Array {
  const n = sizeOf(shape);
  if (domain === 'distinct') return Float32Array.from(shuffled(n, random), (rank) => 0.05 * (rank - n / 2 + 0.3));
  return Float32Array.from({ length: n }, () => (domain ? 0.6 + random() : 3 * (random() - 0.5)));
}

describe('gradient rules', () => {
  for (const [name, shapes, build, domain] of CASES) {
    it(name, async () => {
      const random = seededRandom(name);
      const inputs = shapes.map((shape, i) => input(`x${i}`, shape));
      const y = build(...inputs);
      // A random weight for every output, so that no error can cancel out.
      const loss = op.sumAll(op.mul(y, constant(draw(y.shape, random), y.shape)));
      const grads = gradients(loss, inputs);
      const session = await createSession({ loss, ...Object.fromEntries(grads.map((g, i) => [`g${i}`, g])) }, () => {
        throw new Error('no weights here');
      });
      const at = shapes.map((shape) => draw(shape, random, domain));
      const run = (points: readonly Float32Array[]) =>
        session.run(Object.fromEntries(points.map((data, i) => [`x${i}`, { shape: shapes[i]!, data }])));
      const analytic = await run(at);
      const step = 2e-3;
      for (const i of shapes.keys()) {
        const direction = draw(shapes[i]!, random);
        const moved = (sign: number) =>
          run(at.map((x, j) => (j === i ? x.map((v, k) => v + sign * step * direction[k]!) : x)));
        const [after, before] = [await moved(1), await moved(-1)];
        const numeric = (after.loss!.data[0]! - before.loss!.data[0]!) / (2 * step);
        const expected = analytic[`g${i}`]!.data.reduce((sum, g, k) => sum + g * direction[k]!, 0);
        const scale = Math.max(1, Math.abs(numeric), Math.hypot(...analytic[`g${i}`]!.data) * Math.hypot(...direction));
        expect(Math.abs(numeric - expected) / scale, `input ${i}: ${expected} against ${numeric}`).toBeLessThan(5e-3);
      }
      await session.release();
    });
  }

  it('sends the whole gradient of a tied maximum to the first element, as PyTorch does', async () => {
    const x = input('x', [1, 4]);
    const [grad] = gradients(op.sumAll(op.reduceMax(x, [1], true)), [x]);
    const session = await createSession({ grad: grad! }, () => ({ kind: 'input' }));
    const { grad: result } = await session.run({ x: { shape: [1, 4], data: Float32Array.of(1, 3, 3, 2) } });
    expect([...result!.data]).toEqual([0, 1, 0, 0]);
  });

  it('names the operator that has no rule', () => {
    const x = input('x', [3]);
    expect(() => gradients(op.sumAll(op.erf(x)), [x])).toThrow(/Erf.*no gradient rule|no gradient rule/);
  });
});
