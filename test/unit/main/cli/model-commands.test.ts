/** `model import`, `model info`, `model run`: small models and wrong inputs. The reference's numbers are in test/parity. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  readSafetensors,
  type Tensor,
  type TensorMap,
  toFloat32,
  writeSafetensors,
} from '../../../../models/checkpoint';
import { cli } from '../../../support/cli';
import { temporaryFolder } from '../../../support/study-folder';
import { writeTinyModel } from '../../../support/tiny-model';
import { legacyCheckpoint, py, tensor, zipCheckpoint } from '../../models/checkpoint/craft';

const home = temporaryFolder();
const model = join(home, 'model');
let weights: TensorMap;
beforeAll(async () => {
  await writeTinyModel(model, ['lesion', 'head']);
  const files = ['encoder.safetensors', 'decoder.safetensors', join('heads', 'lesion', 'v1.safetensors')];
  const parts = await Promise.all(files.map((file) => readSafetensors(join(model, file))));
  weights = new Map(parts.flatMap((part) => [...part]));
});

const isHead = (name: string) => /^(prompt_generator|feature_adapter)\./.test(name);

/** A checkpoint of these weights as PyTorch would have saved it. */
function checkpoint(name: string, tensors: TensorMap, container: 'zip' | 'legacy' = 'zip', prefix = ''): string {
  const entries = [...tensors].map(([key, { shape }], i) => {
    const length = shape.reduce((product, size) => product * size, 1);
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
    return [`${prefix}${key}`, tensor({ key: String(i), length }, 0, shape, strides)] as const;
  });
  const root = py.dict(Object.fromEntries(entries));
  const bytes = [...tensors.values()].map((value) => Buffer.from(toFloat32(value).slice().buffer));
  const file = join(home, name);
  if (container === 'zip') writeFileSync(file, zipCheckpoint(root, Object.fromEntries(bytes.entries())));
  else
    writeFileSync(
      file,
      legacyCheckpoint(root, Object.fromEntries(bytes.map((data, i) => [i, [data.length / 4, data] as const]))),
    );
  return file;
}

const without = (unwanted: (name: string) => boolean): TensorMap =>
  new Map([...weights].filter(([name]) => !unwanted(name)));

describe('model import', () => {
  test('makes a model with a head of an AutoSAMUS checkpoint, and says what it left out', async () => {
    const extra: Tensor = { dtype: 'F32', shape: [3, 1, 1], data: Float32Array.of(1, 2, 3) };
    const file = checkpoint('auto.pth', new Map([...weights, ['pixel_mean', extra]]));
    const out = join(home, 'auto');
    const run = await cli(['model', 'import', file, '--label', 'lesion', '--out', out, '--json']);
    expect(run.code, run.stderr).toBe(0);
    expect(run.json()).toMatchObject({ container: 'zip', dropped: ['pixel_mean'], heads: [{ label: 'lesion' }] });
    for (const [name, { data }] of await readSafetensors(join(out, 'heads', 'lesion', 'v1.safetensors'))) {
      expect(data, name).toEqual(weights.get(name)!.data);
    }
    const info = await cli(['model', 'info', out, '--json']);
    expect(info.json()).toMatchObject({ name: 'auto', config: { encoder: { embedDim: 24, heads: 3 } } });
  });

  test('makes a model without heads of a SAMUS checkpoint: legacy container, DataParallel prefix', async () => {
    const file = checkpoint('samus.pth', without(isHead), 'legacy', 'module.');
    const out = join(home, 'samus');
    const run = await cli(['model', 'import', file, '--label', 'unused', '--out', out, '--json']);
    expect(run.code, run.stderr).toBe(0);
    expect(run.json()).toMatchObject({ container: 'legacy', heads: [] });
  });

  async function refused(file: string, ...options: string[]) {
    const out = join(home, 'refused');
    const run = await cli(['model', 'import', file, '--out', out, '--json', ...options]);
    expect(run.code).not.toBe(0);
    expect(existsSync(out)).toBe(false);
    expect(readdirSync(home).filter((name) => name.startsWith('.'))).toEqual([]);
    return run.json<{ error: { code: string; subject: string; message: string } }>().error;
  }

  test('refuses NaN and infinite weights, naming file and tensor', async () => {
    const [name, first] = [...weights][5]!;
    for (const value of [NaN, -Infinity]) {
      const data = toFloat32(first).slice();
      data[data.length - 1] = value;
      const file = checkpoint('nan.pth', new Map([...weights, [name, { dtype: 'F32', shape: first.shape, data }]]));
      const error = await refused(file, '--label', 'lesion');
      expect(error).toMatchObject({ code: 'checkpoint-corrupt', subject: file });
      expect(error.message).toContain(name);
    }
  });

  test('refuses a checkpoint that lacks a tensor, naming it', async () => {
    for (const missing of [
      'image_encoder.neck.3.weight',
      'mask_decoder.mask_tokens.weight',
      'feature_adapter.9.weight',
    ]) {
      const file = checkpoint(
        'lacking.pth',
        without((name) => name === missing),
      );
      const error = await refused(file, '--label', 'lesion');
      expect(error).toMatchObject({ code: 'checkpoint-mismatch', subject: file });
      expect(error.message).toContain(missing);
    }
  });

  test('refuses some other network', async () => {
    const other: Tensor = { dtype: 'F32', shape: [4], data: new Float32Array(4) };
    const file = checkpoint('other.pth', new Map([['layer1.weight', other]]));
    expect(await refused(file)).toMatchObject({ code: 'checkpoint-mismatch', subject: file });
  });

  test('refuses a head without a label, and a label that could leave the folder', async () => {
    const file = checkpoint('auto2.pth', weights);
    expect(await refused(file)).toMatchObject({ code: 'usage', subject: '--label' });
    expect(await refused(file, '--label', '../../etc')).toMatchObject({ code: 'usage', subject: '--label' });
  });

  test('does not touch a folder that is there', async () => {
    const run = await cli(['model', 'import', checkpoint('auto3.pth', weights), '--label', 'a', '--out', model]);
    expect([run.code, run.stderr]).toEqual([1, expect.stringContaining('exists already')]);
  });
});

describe('model run', () => {
  const image = (batch: number): Tensor => ({
    ...{ dtype: 'F32', shape: [batch, 1, 256, 256] },
    data: Float32Array.from({ length: batch * 65536 }, (_, i) => ((i * 31) % 256) / 255),
  });
  const given = (shape: number[], ...data: number[]): Tensor => ({
    dtype: 'F32',
    shape,
    data: Float32Array.from(data),
  });

  async function run(tensors: Record<string, Tensor>, ...options: string[]) {
    const [from, to] = [join(home, 'in.safetensors'), join(home, 'out.safetensors')];
    await writeSafetensors(from, Object.entries(tensors));
    const result = await cli(['model', 'run', model, '--in', from, '--out', to, '--json', ...options]);
    return { ...result, tensors: () => readSafetensors(to) };
  }

  test('runs each object on its own: three objects at once equal three runs', async () => {
    const coordinates = [60, 70, 128, 128, 200, 30];
    const points = { points: given([1, 3, 1, 2], ...coordinates), point_labels: given([1, 3, 1], 1, 0, 1) };
    const together = await (await run({ image: image(1), ...points })).tensors();
    expect(together.get('low_res')!.shape).toEqual([1, 3, 128, 128]);
    expect(together.get('iou')!.shape).toEqual([1, 3]);
    for (const object of [0, 1, 2]) {
      const [x, y] = coordinates.slice(2 * object);
      const labels = given([1, 1], [1, 0, 1][object]!);
      const one = await run({ image: image(1), points: given([1, 1, 2], x!, y!), point_labels: labels });
      const alone = toFloat32((await one.tensors()).get('low_res')!);
      const part = toFloat32(together.get('low_res')!).subarray(object * 16384, (object + 1) * 16384);
      expect(Math.max(...part.map((value, i) => Math.abs(value - alone[i]!)))).toBeLessThan(1e-5);
    }
  });

  test('takes whole-number labels as torch saves them', async () => {
    const labels: Tensor = { dtype: 'I64', shape: [1, 1], data: BigInt64Array.of(1n) };
    const result = await run({ image: image(1), points: given([1, 1, 2], 9, 9), point_labels: labels });
    expect(result.code, result.stderr).toBe(0);
  });

  test('gives auto.* of the head that --label names', async () => {
    const first = await (await run({ image: image(2) })).tensors();
    const named = await (await run({ image: image(2) }, '--label', 'head')).tensors();
    expect(first.get('auto.masks')!.shape).toEqual([2, 1, 256, 256]);
    expect(first.get('auto.low_res')!.data).not.toEqual(named.get('auto.low_res')!.data);
    expect(first.get('low_res')!.data).toEqual(named.get('low_res')!.data);
  });

  test.each<[string, Record<string, Tensor>]>([
    ['no image', { points: given([1, 1, 2], 1, 1), point_labels: given([1, 1], 1) }],
    ['three channels', { image: given([1, 3, 2, 2], ...new Array<number>(12).fill(0)) }],
    ['points without labels', { image: image(1), points: given([1, 1, 2], 1, 1) }],
    [
      'labels of another number',
      { image: image(1), points: given([1, 1, 2], 1, 1), point_labels: given([1, 2], 1, 1) },
    ],
    ['boxes of another batch', { image: image(1), boxes: given([2, 4], 1, 1, 5, 5, 1, 1, 5, 5) }],
    ['a mask of another size', { image: image(1), mask_input: given([1, 1, 1, 1], 0) }],
  ])('refuses %s', async (_, tensors) => {
    const result = await run(tensors);
    expect(result.code).toBe(2);
    expect(result.json()).toMatchObject({ error: { code: 'prompt-invalid', message: expect.any(String) } });
  });
});
