/** Fine-tuning of a head, on a tiny random model and pictures of squares. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finetuneHead, type FinetuneProgress, type LabelledImage } from '../../../../main/finetune';
import { type Model, readModel, writeModelWithHead } from '../../../../models/folder';
import { AppError } from '../../../../shared/errors';
import { writeTinyModel } from '../../../support/tiny-model';

/** A bright square at a place of its own. */
function square(index: number): LabelledImage {
  const [left, top] = [20 + 10 * index, 30 + 5 * index];
  const inside = (i: number) => {
    const [x, y] = [i % 128, Math.floor(i / 128)];
    return x >= left && x < left + 40 && y >= top && y < top + 40;
  };
  const plane = (on: number, off: number) => Uint8Array.from({ length: 128 * 128 }, (_, i) => (inside(i) ? on : off));
  return {
    name: `square ${index}`,
    load: async () => ({
      image: { widthPx: 128, heightPx: 128, data: plane(220, 40) },
      mask: { widthPx: 128, heightPx: 128, data: plane(1, 0) },
    }),
  };
}

describe('finetuneHead', () => {
  let parent: string;
  let model: Model;
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'sonomask-finetune-'));
    await writeTinyModel(join(parent, 'model'), ['square']);
    model = await readModel(join(parent, 'model'));
  });
  afterAll(() => rm(parent, { recursive: true }));

  it('learns, says what it did, and the new head opens as part of a model', async () => {
    const seen: FinetuneProgress[] = [];
    const result = await finetuneHead({
      ...{ model, label: 'square', training: [square(0), square(1), square(2)], validation: [square(3)] },
      budget: { steps: 40, minutes: 1 },
      onProgress: (progress) => seen.push(progress),
    });
    const losses = seen.flatMap((progress) => (progress.phase === 'train' ? [progress.loss] : []));
    expect(losses.length).toBe(result.steps);
    const mean = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
    expect(mean(losses.slice(-5))).toBeLessThan(mean(losses.slice(0, 5)));
    expect(result).toMatchObject({ startedFrom: 'square', measuredOn: 'validation' });
    expect(result.diceAfter).toBeGreaterThanOrEqual(0);

    const tensors = [...result.weights].map(([name, tensor]) => [name, { dtype: 'F32', ...tensor }] as const);
    const out = join(parent, 'taught');
    await writeModelWithHead(out, model, { label: 'square', version: '2', config: result.config, tensors });
    expect((await readModel(out)).head('square').version).toBe('2');
  });

  it('gives a label without a head its first one', async () => {
    const result = await finetuneHead({ model, label: 'new organ', training: [square(0)], budget: { steps: 1 } });
    expect(['neutral', 'square']).toContain(result.startedFrom);
    expect(result).toMatchObject({ steps: 1, measuredOn: 'training' });
  });

  it('stops when asked to and keeps its state for the next time', async () => {
    const checkpoint = join(parent, 'state.safetensors');
    const stop = new AbortController();
    const options = { model, label: 'square', training: [square(0)], budget: { steps: 4, minutes: 1 }, checkpoint };
    const cancelled = finetuneHead({
      ...options,
      signal: stop.signal,
      onProgress: (progress) => (progress.phase === 'train' && progress.step === 2 ? stop.abort() : undefined),
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(existsSync(checkpoint)).toBe(true);
    expect((await finetuneHead(options)).steps).toBe(4);
  });

  it('refuses to train on nothing, and passes on what is wrong with an image', async () => {
    const budget = { steps: 1 };
    await expect(finetuneHead({ model, label: 'x', training: [], budget })).rejects.toMatchObject({ code: 'usage' });
    const broken: LabelledImage = {
      name: 'b.png',
      load: () => Promise.reject(new AppError('format-corrupt', 'b.png', 'broken')),
    };
    await expect(finetuneHead({ model, label: 'x', training: [broken], budget })).rejects.toMatchObject({
      code: 'format-corrupt',
      subject: 'b.png',
    });
  });
});
