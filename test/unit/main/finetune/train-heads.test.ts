/** Training in step, on a tiny model and embeddings of noise: what is killed goes on as if nothing had been. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HeadRunner } from '../../../../main/finetune/head-runner';
import { trainHeads, type Training } from '../../../../main/finetune/train-heads';
import { type Model, readModel } from '../../../../models/folder';
import { neutralHead, seededRandom } from '../../../../models/training';
import { TINY_CONFIG, TINY_HEAD, writeTinyModel } from '../../../support/tiny-model';

let folder: string;
let model: Model;
let runner: HeadRunner;
let rounds = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sonomask-train-'));
  await writeTinyModel(join(folder, 'model'), []);
  model = await readModel(join(folder, 'model'));
  runner = new HeadRunner(model, 1);
}, 60_000);
afterAll(async () => {
  await runner.dispose();
  await rm(folder, { recursive: true });
});

function sample(n: number) {
  const random = seededRandom(`sample ${n}`);
  const data = Float32Array.from({ length: 32 * 32 * 32 }, () => random() - 0.5);
  const target = Float32Array.from({ length: 128 * 128 }, (_, i) => (i % 128 < 40 + 5 * n ? 1 : 0));
  return { embedding: () => Promise.resolve(data), target };
}

/** Two heads, each judged by a sample that the other learns from. */
function training(changes: Partial<Training> = {}): Training {
  const config = TINY_HEAD;
  return {
    ...{ model, runner, steps: 12, seed: 5, threads: 1 },
    start: { name: 'neutral', config, weights: neutralHead(TINY_CONFIG, config, 3) },
    pupils: [
      { train: [sample(0), sample(1)], images: 2, judge: [sample(2)] },
      { train: [sample(2), sample(1)], images: 2, judge: [sample(0)] },
    ],
    checkpoint: { path: join(folder, `round-${++rounds}.safetensors`), round: 'this' },
    spentMs: (before) => before + 1,
    enough: () => false,
    onStep: () => undefined,
    ...changes,
  };
}

describe('trainHeads', () => {
  it('goes on after every look as if it had never been stopped, bit for bit', async () => {
    const whole = training();
    const undisturbed = await trainHeads(whole);
    expect(undisturbed).toMatchObject({ ended: true, states: [{ step: 12 }, { step: 12 }] });
    expect(undisturbed.curve.map(({ step }) => step)).toEqual([10, 12]);

    // A checkpoint at every look; the signal fires after the first one has been written.
    const stop = new AbortController();
    const stopped = training({
      checkpointMs: 0,
      signal: stop.signal,
      onStep: (step) => (step === 11 ? stop.abort() : undefined),
    });
    await expect(trainHeads(stopped)).rejects.toMatchObject({ code: 'cancelled' });
    const { signal: _, ...again } = stopped;
    const seen: number[] = [];
    const resumed = await trainHeads({ ...again, onStep: (step) => seen.push(step) });
    expect(seen).toEqual([11, 12]);
    expect(resumed.curve).toEqual(undisturbed.curve);
    for (const i of [0, 1]) {
      expect(resumed.states[i]?.tensors).toEqual(undisturbed.states[i]?.tensors);
      expect(resumed.best?.heads[i]).toEqual(undisturbed.best?.heads[i]);
    }

    // Once ended it is only read, and another round's checkpoint or a damaged one is none.
    const { onStep: __, ...same } = again;
    const nothing = (step: number) => expect.fail(`step ${step} was taken`);
    expect((await trainHeads({ ...same, onStep: nothing })).best?.heads).toEqual(undisturbed.best?.heads);
    const { path } = stopped.checkpoint;
    const steps: number[] = [];
    const oneStep = { ...same, enough: () => true, onStep: (step: number) => steps.push(step) };
    await trainHeads({ ...oneStep, checkpoint: { path, round: 'another' } });
    await writeFile(path, (await readFile(path)).subarray(0, 1_000));
    await trainHeads(oneStep);
    expect(steps).toEqual([1, 1]);
  }, 240_000);

  it('ends when it is enough, with a look at where it is', async () => {
    const points: (number | undefined)[] = [];
    const ended = await trainHeads(
      training({ enough: () => points.length === 2, onStep: (_, curve) => points.push(curve.at(-1)?.step) }),
    );
    expect(points).toEqual([undefined, undefined, 3]);
    expect(ended).toMatchObject({ ended: true, best: { step: 3 } });
  }, 240_000);
});
