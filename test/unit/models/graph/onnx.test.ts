/** What is written as ONNX: one node for equal expressions, weights inline, as inputs or by offset into a file. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readSafetensorsHeader, writeSafetensors, float32ToFloat16 } from '../../../../models/checkpoint';
import { createSession, foldConstants, type WeightLookup } from '../../../../models/graph';
import { toOnnx } from '../../../../models/graph/onnx';
import { add, conv, gelu, matmul, mul, relu, reshape, transpose } from '../../../../models/graph/ops';
import { constant, input, param, reachable, type Value } from '../../../../models/graph/value';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

const noWeights: WeightLookup = (name) => {
  throw new Error(`no weight ${name}`);
};
const inline: WeightLookup = () => ({
  kind: 'inline',
  type: 'float32',
  data: new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer),
});

async function folderWith(dtype: 'F32' | 'F16'): Promise<{ folder: string; weights: WeightLookup }> {
  const folder = await mkdtemp(join(tmpdir(), 'sonomask-onnx-'));
  folders.push(folder);
  const floats = Float32Array.of(1, 2, 3, 4);
  const tensor =
    dtype === 'F32'
      ? ({ dtype, shape: [2, 2], data: floats } as const)
      : ({ dtype, shape: [2, 2], data: float32ToFloat16(floats) } as const);
  await writeSafetensors(join(folder, 'w.safetensors'), [['w', tensor]]);
  const { tensors } = await readSafetensorsHeader(join(folder, 'w.safetensors'));
  const { byteOffset: offset, byteLength: length } = tensors.get('w')!;
  const type = dtype === 'F32' ? 'float32' : 'float16';
  return { folder, weights: () => ({ kind: 'external', type, file: 'w.safetensors', offset, length }) };
}

describe('ONNX graphs', () => {
  it('compute an expression', async () => {
    const x = input('x', [1, 2]);
    const session = await createSession({ y: relu(matmul(x, param('w', [2, 2]))) }, inline);
    const { y } = await session.run({ x: { shape: [1, 2], data: Float32Array.of(1, -1) } });
    expect([...y!.data]).toEqual([0, 0]);
    await session.release();
  });

  it('write an expression that stands twice only once', () => {
    const x = input('x', [2, 2]);
    const twice = (v: Value) => gelu(add(v, 1));
    const shared = twice(x);
    const built = toOnnx({ y: mul(twice(x), twice(x)) }, noWeights);
    const once = toOnnx({ y: mul(shared, shared) }, noWeights);
    expect(built.length).toBe(once.length);
  });

  it.each(['F32', 'F16'] as const)('take %s weights from their place in a safetensors file', async (dtype) => {
    const { folder, weights } = await folderWith(dtype);
    const y = matmul(input('x', [1, 2]), param('w', [2, 2]));
    const session = await createSession({ y }, weights, { weightsFolder: folder });
    const result = await session.run({ x: { shape: [1, 2], data: Float32Array.of(1, 1) } });
    expect([...result.y!.data]).toEqual([4, 6]);
    await session.release();
  });

  it('say which input is missing or has the wrong shape', async () => {
    const session = await createSession({ y: relu(input('x', [2])) }, noWeights);
    await expect(session.run({})).rejects.toMatchObject({ code: 'graph-invalid', subject: 'x' });
    const wrong = { x: { shape: [3], data: new Float32Array(3) } };
    await expect(session.run(wrong)).rejects.toMatchObject({ code: 'graph-invalid', subject: 'x' });
    await session.release();
  });

  it('refuse shapes that do not fit while they are built', () => {
    expect(() => matmul(input('a', [2, 3]), input('b', [2, 3]))).toThrow(/MatMul|\[2,3\]/);
    expect(() => conv(input('a', [1, 3, 4, 4]), param('w', [2, 4, 3, 3]), undefined)).toThrow();
    expect(() => reshape(input('a', [6]), [4])).toThrow();
    expect(() => add(input('a', [2]), input('b', [3]))).toThrow();
  });
});

describe('constant folding', () => {
  it('computes what does not depend on inputs once, and nothing else', async () => {
    const x = input('x', [2, 2]);
    const position = gelu(transpose(param('w', [2, 2]), [1, 0]));
    const y = add(matmul(x, position), mul(x, constant([2], [])));
    const folded = await foldConstants({ y }, inline);
    const ops = (value: Value) => reachable([value]).map(({ op }) => op);
    expect(ops(y)).toContain('Gelu');
    expect(ops(folded.y)).not.toContain('Gelu');
    expect(ops(folded.y)).not.toContain('Param');
    const run = async (value: Value) => {
      const session = await createSession({ y: value }, inline);
      const result = await session.run({ x: { shape: [2, 2], data: Float32Array.of(1, -2, 0.5, 3) } });
      await session.release();
      return [...result.y!.data];
    };
    expect(await run(folded.y)).toEqual(await run(y));
  });

  it('leaves parameters that are inputs of a train step alone', async () => {
    const y = gelu(param('w', [2, 2]));
    const folded = await foldConstants({ y }, () => ({ kind: 'input' }));
    expect(folded.y).toBe(y);
  });
});
