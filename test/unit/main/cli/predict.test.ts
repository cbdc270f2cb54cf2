/** `predict`: one image, one mask, prompts in pixels of the image. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { promptOf } from '../../../../main/cli/commands/predict';
import { Predictor } from '../../../../main/inference';
import { readImage } from '../../../../main/study';
import { readModel } from '../../../../models/folder';
import type { Prompt } from '../../../../shared/domain';
import { cli } from '../../../support/cli';
import { disc, imageOf, temporaryFolder, writeAt } from '../../../support/study-folder';
import { writeTinyModel } from '../../../support/tiny-model';

const home = temporaryFolder();
const model = join(home, 'model');
const image = join(home, 'image.png');
const out = join(home, 'out', 'mask.png');
beforeAll(async () => {
  await writeTinyModel(model, ['breast-lesion', 'fetal-head']);
  writeAt(image, imageOf(disc(90, 70, 40, 30, 15)));
});
const predict = (...options: string[]) => cli(['predict', image, '--model', model, '--out', out, '--json', ...options]);

/** What the predictor itself says to a prompt. */
async function directly(prompt: Prompt): Promise<number[]> {
  const predictor = new Predictor(await readModel(model));
  const embedding = await predictor.encode((await readImage(image)).frame);
  const { mask } = await predictor.decode(embedding, prompt);
  await predictor.dispose();
  return [...mask.data];
}
const written = async () => [...(await readImage(out)).frame.data].map((value) => value / 255);

test('prompts are read as written', () => {
  expect(promptOf('12.5,3,+; 40,7,-', undefined)).toEqual({
    points: [
      { x: 12.5, y: 3, positive: true },
      { x: 40, y: 7, positive: false },
    ],
  });
  expect(promptOf(undefined, '1,2,30.5,40')).toEqual({ points: [], box: { x0: 1, y0: 2, x1: 30.5, y1: 40 } });
  expect(promptOf(undefined, undefined)).toBeUndefined();
});

describe('predict', () => {
  test('answers points and a box as the predictor does', async () => {
    const run = await predict('--points', '40.5,30.5,+;5,5,-', '--box', '25,15,55,45');
    expect(run.code, run.stderr).toBe(0);
    expect(run.json()).toMatchObject({ widthPx: 90, heightPx: 70, image, out });
    const points = [
      { x: 40.5, y: 30.5, positive: true },
      { x: 5, y: 5, positive: false },
    ];
    expect(await written()).toEqual(await directly({ points, box: { x0: 25, y0: 15, x1: 55, y1: 45 } }));
  });

  test('without a prompt proposes, for the label that is named', async () => {
    const unclear = await predict();
    expect([unclear.code, unclear.stderr]).toEqual([2, expect.stringContaining('breast-lesion, fetal-head')]);
    const run = await predict('--label', 'fetal-head');
    expect(run.json()).toMatchObject({ label: 'fetal-head', widthPx: 90 });
  });

  test('refuses a point outside the image, and writes nothing', async () => {
    const path = join(home, 'never.png');
    const run = await cli(['predict', image, '--model', model, '--out', path, '--points', '90.5,3,+']);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('outside the 90x70 frame')]);
    expect(existsSync(path)).toBe(false);
  });

  test('fails with 1 and a reason for an image that is none', async () => {
    const path = writeAt(join(home, 'text.png'), 'text');
    const run = await cli(['predict', path, '--model', model, '--out', out, '--label', 'fetal-head', '--json']);
    expect(run.code).toBe(1);
    expect(run.json()).toMatchObject({ error: { subject: path, code: 'format-unknown' } });
  });

  test('fails with 1 for a folder that is no model', async () => {
    const run = await cli(['predict', image, '--model', home, '--out', out, '--json']);
    expect([run.code, run.json()]).toMatchObject([1, { error: { code: 'file-not-found' } }]);
  });
});
