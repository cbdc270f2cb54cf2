/** What the bundled head knows of its organ's phantoms must still be known after a round. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verdictOf } from '../../../../main/finetune/gate';
import { HeadRunner } from '../../../../main/finetune/head-runner';
import { chooseStart } from '../../../../main/finetune/head-start';
import { Embeddings } from '../../../../main/finetune/prepare';
import { replay, replaySamples } from '../../../../main/finetune/replay';
import { Predictor } from '../../../../main/inference';
import { type Model, readModel } from '../../../../models/folder';
import { neutralHead } from '../../../../models/training';
import { bundledModelFolder } from '../../../../models/weights';

const BETTER = { mean: 0.2, low: 0.1, high: 0.3 };

let folder: string;
let model: Model;
let predictor: Predictor;
let runner: HeadRunner;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sonomask-replay-'));
  model = await readModel(bundledModelFolder());
  predictor = new Predictor(model);
  runner = new HeadRunner(model);
}, 240_000);
afterAll(async () => {
  await Promise.all([predictor.dispose(), runner.dispose()]);
  await rm(folder, { recursive: true });
});

describe('replay', () => {
  it('catches a head that no longer knows what the label knew, however good on the new frames', async () => {
    const embeddings = new Embeddings(predictor, folder);
    const samples = await replaySamples({ ownHead: 'fetal-head', replay: [] }, embeddings);
    const { start: knows } = await chooseStart(model, 'fetal-head', [], { runner, seed: 1, images: 1 });
    const same = await replay(knows, knows, samples, { runner, seed: 1 });
    expect(same).toMatchObject({ images: samples.length, gain: { mean: 0, low: 0, high: 0 } });
    expect(same?.before).toBeGreaterThan(0.9);
    expect(verdictOf(BETTER, same?.gain ?? null, null)).toBe('better');

    const weights = neutralHead(model.manifest.config, knows.config, 1);
    const lost = await replay(knows, { ...knows, weights }, samples, { runner, seed: 1 });
    expect(verdictOf(BETTER, lost?.gain ?? null, null)).toBe('forgets');
  }, 240_000);

  it('has nothing to say of a label that knew nothing', async () => {
    const samples = await replaySamples({ ownHead: null, replay: [] }, new Embeddings(predictor, folder));
    const { start: head } = await chooseStart(model, 'fetal-head', [], { runner, seed: 1, images: 1 });
    expect(await replay(head, head, samples, { runner, seed: 1 })).toBeNull();
  });
});
