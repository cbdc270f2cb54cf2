/** `finetune` and `demo`, on a model too small to learn anything: what they write and say. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readImage } from '../../../../main/study';
import { cli } from '../../../support/cli';
import { disc, imageOf, maskPng, temporaryFolder, writeAt } from '../../../support/study-folder';
import { writeTinyModel } from '../../../support/tiny-model';

const home = temporaryFolder();
const [model, data] = [join(home, 'model'), join(home, 'data')];
beforeAll(async () => {
  await writeTinyModel(model, ['breast-lesion']);
  for (let i = 0; i < 6; i++) {
    const mask = disc(90, 70, 30 + 5 * i, 35, 12);
    writeAt(join(data, 'img', `${i}.png`), imageOf(mask));
    writeAt(join(data, 'label', `${i}.png`), maskPng(mask));
  }
});

describe('finetune', () => {
  test('writes a model with one head more, and Dice before and after', async () => {
    const out = join(home, 'taught');
    const [train, val] = [
      writeAt(join(home, 'train.txt'), '0\n1\n2\n3\n'),
      writeAt(join(home, 'val.txt'), '4\n5\nmissing\n'),
    ];
    const run = await cli([
      ...['finetune', data, '--label', 'thyroid nodule', '--model', model, '--out', out, '--steps', '2', '--json'],
      ...['--list', train, '--val', data, '--val-list', val],
    ]);
    expect(run.code, run.stderr).toBe(1);
    expect(run.json()).toMatchObject({
      ...{ label: 'thyroid nodule', version: 'v1', images: 4, validationImages: 2, steps: 2, measuredOn: 'validation' },
      ...{ before: { dice: expect.any(Number) }, after: { dice: expect.any(Number) } },
      failed: [{ subject: 'missing' }],
    });
    const info = await cli(['model', 'info', out, '--json']);
    expect(
      info
        .json<{ heads: { label: string }[] }>()
        .heads.map(({ label }) => label)
        .sort(),
    ).toEqual([...['breast-lesion', 'thyroid nodule']]);
    const again = await cli(['finetune', data, '--label', 'thyroid nodule', '--out', out, '--model', model]);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('exists already')]);
  });

  test('gives the next version to a head that there is', async () => {
    const run = await cli([
      ...['finetune', data, '--label', 'breast-lesion', '--model', model, '--out', join(home, 'v2'), '--steps', '1'],
      '--json',
    ]);
    expect(run.json()).toMatchObject({ version: 'v2', startedFrom: 'breast-lesion', measuredOn: 'training' });
    expect(run.events().filter(({ event }) => event === 'progress').length).toBeGreaterThan(0);
  });

  test('after Ctrl-C leaves no model', async () => {
    const controller = new AbortController();
    const out = join(home, 'cancelled');
    const run = await cli(['finetune', data, '--label', 'a', '--model', model, '--out', out], {
      signal: controller.signal,
      onError: () => controller.abort(),
    });
    expect(run.code).toBe(130);
    expect(existsSync(out)).toBe(false);
  });
});

describe('demo', () => {
  test('makes a study with exact masks, annotates it, and tells its Dice by label', async () => {
    const out = join(home, 'demo');
    const run = await cli(['demo', '--out', out, '--model', model, '--json']);
    expect(run.code, run.stderr).toBe(0);
    const { dice, images } = run.json<{ dice: Record<string, number>; images: { name: string; dice: number }[] }>();
    const mean = images.reduce((sum, image) => sum + image.dice, 0) / images.length;
    expect(dice).toEqual({ 'breast-lesion': expect.closeTo(mean, 12) });
    for (const kind of ['img', 'label', 'proposal', 'overlay']) {
      expect(readdirSync(join(out, kind)).sort()).toEqual(images.map(({ name }) => `${name}.png`));
    }
    const first = `${images[0]!.name}.png`;
    const { frame } = await readImage(join(out, 'img', first));
    const overlay = await readImage(join(out, 'overlay', first));
    expect(overlay.metadata.channels).toBe(3);
    expect(overlay.frame.widthPx).toBe(frame.widthPx);
    // The folder is one that `evaluate` reads, and both agree on the Dice.
    const evaluated = await cli(['evaluate', out, '--model', model, '--clicks', '0', '--json']);
    expect(evaluated.json<{ auto: { dice: number } }>().auto.dice).toBeCloseTo(mean, 10);
    expect((await cli(['demo', '--out', out, '--model', model])).stdout).toContain(out);
  });
});
