/**
 * The reference's numbers through the command line: import its checkpoints, run its inputs, compare its outputs. Not the
 * per-block intermediates and gradients, which have tests of their own.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSafetensors, toFloat32, writeSafetensors, type Tensor, type TensorMap } from '../../models/checkpoint';
import { cli } from '../support/cli';

const FIXTURES = fileURLToPath(new URL('../../../shared/fixtures/', import.meta.url));
const missing = !existsSync(FIXTURES);
const TOLERANCE = 1e-3;

interface Case {
  readonly name: string;
  readonly images: number;
}

/** Prompts of the fixtures, by the names that `model run` takes. */
const INPUT_NAMES = { points: 'points', labels: 'point_labels', boxes: 'boxes', mask: 'mask_input' } as const;

const CASES: readonly Case[] = [
  ...['p1', 'p3', 'box', 'p1box', 'p1mask', 'noprompt', 'multiobj'].map((name) => ({ name, images: 1 })),
  { name: 'batch2', images: 2 },
];

describe.skipIf(missing)(missing ? 'parity (skipped: no ../shared/fixtures)' : 'import and model run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sonomask-parity-'));
  const measured: string[] = [];
  let inputs: TensorMap;
  let expected: TensorMap;
  beforeAll(async () => {
    inputs = await readSafetensors(`${FIXTURES}inputs.safetensors`);
    expected = await readSafetensors(`${FIXTURES}samus_p64_io.safetensors`);
    for (const name of ['samus', 'autosamus']) {
      const { code, stderr } = await cli([
        ...['model', 'import', `${FIXTURES}${name}_p64.pth`, '--label', 'fixture', '--out', join(folder, name)],
      ]);
      expect(code, stderr).toBe(0);
    }
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    console.log(['largest absolute differences from the reference:', ...measured].join('\n  '));
  });

  async function run(model: string, tensors: ReadonlyMap<string, Tensor>): Promise<TensorMap> {
    const [given, got] = [join(folder, 'in.safetensors'), join(folder, 'out.safetensors')];
    await writeSafetensors(given, tensors);
    const { code, stderr } = await cli(['model', 'run', join(folder, model), '--in', given, '--out', got]);
    expect(code, stderr).toBe(0);
    return readSafetensors(got);
  }

  function compare(what: string, actual: Tensor | undefined, reference: Tensor | undefined): void {
    if (!actual || !reference) throw new Error(`${what} is missing`);
    expect([what, actual.shape]).toEqual([what, reference.shape]);
    const [a, b] = [toFloat32(actual), toFloat32(reference)];
    let largest = 0;
    for (let i = 0; i < b.length; i++) {
      const difference = Math.abs(a[i]! - b[i]!);
      // NaN must not slip through a maximum.
      if (!(difference <= largest)) largest = difference;
    }
    measured.push(`${what}: ${largest.toExponential(1)}`);
    expect(largest, what).toBeLessThan(TOLERANCE);
  }

  test.each(CASES)('SAMUS, case $name', async ({ name, images }) => {
    const tensors = new Map<string, Tensor>([['image', firstImages(inputs.get('image')!, images)]]);
    for (const [short, long] of Object.entries(INPUT_NAMES)) {
      const tensor = expected.get(`${name}.in.${short}`);
      if (tensor) tensors.set(long, tensor);
    }
    const got = await run('samus', tensors);
    compare(`${name} low_res`, got.get('low_res'), expected.get(`${name}.out.low_res`));
    compare(`${name} masks`, got.get('masks'), expected.get(`${name}.out.masks`));
    const allFour = expected.get(`${name}.out.iou_all4`);
    if (allFour) compare(`${name} iou`, got.get('iou'), firstColumn(allFour));
    if (name === 'p1') {
      const embedding = await readSafetensors(`${FIXTURES}samus_p64_embedding.safetensors`);
      compare('image_embedding', got.get('image_embedding'), embedding.get('image_embedding'));
    }
    expect(got.has('auto.low_res')).toBe(false);
  });

  test.each([1, 2])('AutoSAMUS, %i images', async (images) => {
    const reference = await readSafetensors(`${FIXTURES}autosamus_p64_io.safetensors`);
    const got = await run('autosamus', new Map([['image', firstImages(inputs.get('image')!, images)]]));
    for (const name of ['low_res', 'masks', 'iou']) {
      compare(`auto b${images} ${name}`, got.get(`auto.${name}`), reference.get(`b${images}.${name}`));
    }
  });
});

function firstImages(images: Tensor, count: number): Tensor {
  const data = toFloat32(images);
  const shape = [count, ...images.shape.slice(1)];
  return { dtype: 'F32', shape, data: data.slice(0, (data.length / images.shape[0]!) * count) };
}

/** [B, 4] -> [B, 1]: the score of the mask that is given. */
function firstColumn(scores: Tensor): Tensor {
  const [rows = 0, columns = 0] = scores.shape;
  const data = toFloat32(scores);
  return { dtype: 'F32', shape: [rows, 1], data: Float32Array.from({ length: rows }, (_, i) => data[i * columns]!) };
}
