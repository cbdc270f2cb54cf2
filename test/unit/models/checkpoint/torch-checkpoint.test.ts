/** `readTorchCheckpoint` on what a real torch writes: every value, bit for bit. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  checkFinite,
  readSafetensors,
  readTorchCheckpoint,
  writeSafetensors,
  type Tensor,
  type TorchCheckpoint,
} from '../../../../models/checkpoint';
import { torchPython } from '../../../support/torch-venv';

const fixtures = fileURLToPath(new URL('./fixtures', import.meta.url));
const sharedFixtures = fileURLToPath(new URL('../../../../../shared/fixtures', import.meta.url));

/** name -> [dtype, shape, base64 of the row-major bytes], as make_checkpoints.py writes it. */
type Expected = Record<string, [string, number[], string]>;

function bytesOf({ data }: Tensor): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

async function contentOf(checkpoint: TorchCheckpoint): Promise<Expected> {
  const content: Expected = {};
  for (const [name, lazy] of checkpoint.tensors) {
    const tensor = await lazy.read();
    expect([tensor.dtype, tensor.shape]).toEqual([lazy.dtype, lazy.shape]);
    content[name] = [tensor.dtype, [...tensor.shape], bytesOf(tensor).toString('base64')];
  }
  return content;
}

async function expectContent(path: string, container: 'zip' | 'legacy', expectedPath: string): Promise<void> {
  const checkpoint = await readTorchCheckpoint(path);
  const expected = JSON.parse(readFileSync(expectedPath, 'utf8')) as Expected;
  expect(checkpoint.container).toBe(container);
  expect(await contentOf(checkpoint)).toEqual(expected);
  expect([...checkpoint.tensors.keys()]).toEqual(Object.keys(expected));
}

describe('checkpoints committed beside this test, written by torch 2.15', () => {
  it.each(['legacy', 'zip'] as const)('reads the %s container', async (container) => {
    await expectContent(join(fixtures, `small.${container}.pth`), container, join(fixtures, 'small.json'));
  });

  it('gives values that are known without torch', async () => {
    const { tensors } = await readTorchCheckpoint(join(fixtures, 'small.legacy.pth'));
    expect((await tensors.get('weight')!.read()).data).toEqual(Float32Array.of(1.5, -2.25, 0, 3e-5));
    expect((await tensors.get('index')!.read()).data).toEqual(BigInt64Array.of(-1n, 2n ** 40n));
    expect((await tensors.get('transposed')!.read()).data).toEqual(
      Float32Array.of(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11),
    );
    expect((await tensors.get('row')!.read()).data).toEqual(Float32Array.of(4, 5, 6, 7));
    expect(tensors.get('scalar')).toMatchObject({ dtype: 'F32', shape: [] });
  });

  it('reads a tensor anew at each call, so that a caller may change its copy', async () => {
    const { tensors } = await readTorchCheckpoint(join(fixtures, 'small.zip.pth'));
    (await tensors.get('row')!.read()).data.fill(0 as never);
    expect((await tensors.get('row')!.read()).data).toEqual(Float32Array.of(4, 5, 6, 7));
  });
});

const python = torchPython();

describe.skipIf(!python)(
  'checkpoints written now (skipped without a Python that has torch: SONOMASK_TORCH_PYTHON)',
  () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'sonomask-torch-'));
      execFileSync(python!, [join(fixtures, 'make_checkpoints.py'), folder], { stdio: 'inherit' });
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    const cases = [
      ['small', 'offsets, transposition, scalars'],
      ['dtypes', 'every element type, scalars, empty tensors'],
      ['views', 'non-contiguous strides, storage offsets, expanded axes'],
      ['shared', 'tied weights and overlapping slices'],
      ['attributed', 'parameters, and tensors with Python attributes'],
      ['module_prefix', "DataParallel's `module.` prefix"],
      ['under_state_dict', 'a state dict under `state_dict`'],
      ['under_model_state_dict', 'a state dict under `model_state_dict`, beside a bare tensor'],
      ['training', 'a state dict under `model`, beside optimiser, scheduler, arguments, numpy values'],
    ] as const;
    const containers = [
      ['legacy', 'legacy'],
      ['zip', 'zip'],
      ['legacy4', 'legacy'],
      ['zip4', 'zip'],
    ] as const;

    for (const [name, what] of cases) {
      it.each(containers)(`${what}: ${name}.%s.pth`, async (suffix, container) => {
        await expectContent(join(folder, `${name}.${suffix}.pth`), container, join(folder, `${name}.json`));
      });
    }

    it('leaves Object.prototype alone where a dict has a key __proto__', async () => {
      await readTorchCheckpoint(join(folder, 'training.zip.pth'));
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    });
  },
);

describe.skipIf(!existsSync(sharedFixtures))('the reference models (skipped without ../shared/fixtures)', () => {
  it.each([
    ['samus_p64', 251],
    ['autosamus_p64', 378],
  ])('%s: all finite, and equal after conversion to safetensors', async (name, count) => {
    const folder = mkdtempSync(join(tmpdir(), 'sonomask-convert-'));
    try {
      const checkpoint = await readTorchCheckpoint(join(sharedFixtures, `${name}.pth`));
      expect(checkpoint.tensors.size).toBe(count);
      const converted = join(folder, 'model.safetensors');
      await writeSafetensors(converted, checkpoint.tensors);
      const copy = await readSafetensors(converted);
      expect([...copy.keys()].sort()).toEqual([...checkpoint.tensors.keys()].sort());
      for (const [key, lazy] of checkpoint.tensors) {
        const original = await lazy.read();
        checkFinite(key, original, name);
        expect(copy.get(key)!.shape).toEqual(original.shape);
        expect(bytesOf(copy.get(key)!).equals(bytesOf(original)), key).toBe(true);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
