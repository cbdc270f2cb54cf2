/** The training loop on a problem small enough to follow: a linear map fitted by least squares. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mul, reduceMean, sub, matmul } from '../../../../models/graph/ops';
import { input, param } from '../../../../models/graph/value';
import { ADAM, fit, seededRandom, type Tensors, Trainer } from '../../../../models/training';

const TRUTH = [2, -1, 0.5];
const SAMPLES = 24;
const BATCH = 4;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sonomask-fit-'));
});
afterEach(() => rm(folder, { recursive: true }));

function trainer(start: Tensors = new Map([['w', { shape: [3, 1], data: new Float32Array(3) }]])): Promise<Trainer> {
  const error = sub(matmul(input('x', [BATCH, 3]), param('w', [3, 1])), input('y', [BATCH, 1]));
  return Trainer.create({
    loss: reduceMean(mul(error, error), [0, 1], false),
    start,
    frozen: (name) => {
      throw new Error(`nothing is frozen here: ${name}`);
    },
    optimizer: ADAM,
  });
}

const random = seededRandom('samples');
const xs = Array.from({ length: SAMPLES }, () => TRUTH.map(() => 2 * random() - 1));
const batch = async (indices: readonly number[]) => ({
  x: { shape: [BATCH, 3], data: Float32Array.from(indices.flatMap((i) => xs[i]!)) },
  y: {
    shape: [BATCH, 1],
    data: Float32Array.from(indices, (i) => xs[i]!.reduce((sum, x, k) => sum + x * TRUTH[k]!, 0)),
  },
});
const common = { samples: SAMPLES, batchSize: BATCH, batch, rate: 0.1, seed: 7 };

describe('fit', () => {
  it('finds what there is to find, and writes a line of JSON for every step', async () => {
    const t = await trainer();
    const log = join(folder, 'log.jsonl');
    await fit({ ...common, trainer: t, budget: { steps: 150 }, log });
    [...t.parameters().get('w')!.data].forEach((value, i) => expect(value).toBeCloseTo(TRUTH[i]!, 1));
    const lines = readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ step }) => step)).toEqual([...Array(150).keys()]);
    expect(lines.at(-1).loss).toBeLessThan(lines[0].loss / 20);
    await t.release();
  });

  it('continues from its checkpoint exactly as if it had never been interrupted', async () => {
    const whole = await trainer();
    await fit({ ...common, trainer: whole, budget: { steps: 30 } });

    const checkpoint = { path: join(folder, 'state.safetensors'), minutes: 1000 };
    const stop = new AbortController();
    const first = await trainer();
    const interrupted = fit({
      ...common,
      trainer: first,
      budget: { steps: 30 },
      checkpoint,
      signal: stop.signal,
      onProgress: ({ step }) => (step === 13 ? stop.abort() : undefined),
    });
    await expect(interrupted).rejects.toMatchObject({ code: 'cancelled' });
    expect(existsSync(checkpoint.path)).toBe(true);

    const second = await trainer();
    await fit({ ...common, trainer: second, budget: { steps: 30 }, checkpoint });
    expect(second.step).toBe(30);
    expect([...second.parameters().get('w')!.data]).toEqual([...whole.parameters().get('w')!.data]);
    expect(existsSync(checkpoint.path), 'a finished training leaves no checkpoint').toBe(false);
    await Promise.all([whole, first, second].map((t) => t.release()));
  });

  it('refuses the checkpoint of another training', async () => {
    const path = join(folder, 'state.safetensors');
    const other = await trainer();
    await other.save(path);
    const error = mul(input('x', [1]), param('v', [1]));
    const t = await Trainer.create({
      loss: reduceMean(error, [0], false),
      start: new Map([['v', { shape: [1], data: Float32Array.of(1) }]]),
      frozen: () => ({ kind: 'input' }),
      optimizer: ADAM,
    });
    await expect(t.restore(path)).rejects.toMatchObject({ code: 'checkpoint-mismatch', subject: path });
    await Promise.all([t, other].map((x) => x.release()));
  });

  it('stops at a loss that is not a number and keeps the last good state', async () => {
    const t = await trainer();
    const nan = { ...(await batch([0, 1, 2, 3])), y: { shape: [BATCH, 1], data: new Float32Array(BATCH).fill(NaN) } };
    await expect(t.train(nan, 0.1)).rejects.toMatchObject({ code: 'graph-invalid' });
    expect(t.step).toBe(0);
    expect([...t.parameters().get('w')!.data]).toEqual([0, 0, 0]);
    await t.release();
  });

  it('sees every sample once before it sees one twice', async () => {
    const seen: number[] = [];
    const t = await trainer();
    const recording = (indices: readonly number[]) => {
      seen.push(...indices);
      return batch(indices);
    };
    await fit({ ...common, trainer: t, batch: recording, budget: { steps: SAMPLES / BATCH } });
    expect([...seen].sort((a, b) => a - b)).toEqual([...Array(SAMPLES).keys()]);
    await t.release();
  });

  it('says what is missing', async () => {
    const t = await trainer();
    await expect(fit({ ...common, trainer: t, samples: 0, budget: { steps: 1 } })).rejects.toMatchObject({
      code: 'usage',
    });
    await expect(fit({ ...common, trainer: t, budget: {} })).rejects.toMatchObject({ code: 'usage' });
    await t.release();
  });
});
