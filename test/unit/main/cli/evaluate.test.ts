/** `evaluate`: the protocol of simulated clicks, the scores, the means. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ClickScore, evaluateFrame, type FrameEvaluation } from '../../../../main/cli/tasks/evaluate-frame';
import { summarize } from '../../../../main/cli/tasks/summarize-evaluation';
import type { Prediction, Predictor } from '../../../../main/inference';
import { nextClick } from '../../../../shared/clicks';
import type { Prompt } from '../../../../shared/domain';
import { emptyMask, type Mask } from '../../../../shared/mask';
import { dice, hd95, iou } from '../../../../shared/metrics';
import { cli } from '../../../support/cli';
import { disc, imageOf, maskPng, temporaryFolder, writeAt } from '../../../support/study-folder';
import { writeTinyModel } from '../../../support/tiny-model';

/** A predictor that gives prepared masks and remembers what it was asked. */
function scripted(proposal: Mask, answers: readonly Mask[]) {
  const asked: { prompt: Prompt; previous: Float32Array | undefined }[] = [];
  const logits: Float32Array[] = [];
  const predict = (mask: Mask): Prediction => {
    const lowRes = Float32Array.of(logits.length);
    logits.push(lowRes);
    return { mask, lowRes, iou: 1 };
  };
  const predictor = {
    encode: () => Promise.resolve('embedding'),
    propose: () => Promise.resolve(predict(proposal)),
    decode: (_: unknown, prompt: Prompt, previous?: Float32Array) => {
      // The caller goes on adding points to its list.
      asked.push({ prompt: structuredClone(prompt), previous });
      return Promise.resolve(predict(answers[(asked.length - 1) % answers.length]!));
    },
  };
  return { predictor: predictor as unknown as Predictor, asked, logits };
}

describe('one frame', () => {
  const target = disc(80, 60, 40, 30, 14);
  const image = { widthPx: 80, heightPx: 60, data: new Uint8Array(4800) };
  const proposal = disc(80, 60, 52, 30, 12);
  const answers = [
    disc(80, 60, 44, 30, 13),
    disc(80, 60, 41, 28, 14),
    disc(80, 60, 20, 10, 5),
    disc(80, 60, 41, 30, 14),
  ];

  test('is corrected click by click: all points so far, and the logits of the mask before', async () => {
    const { predictor, asked, logits } = scripted(proposal, answers);
    const { auto, clicks } = await evaluateFrame(predictor, image, target, { label: 'a', clicks: 2 });
    const first = nextClick(proposal, target)!;
    const second = nextClick(answers[0]!, target, [first])!;
    expect(asked[0]).toEqual({ prompt: { points: [first] }, previous: logits[0] });
    expect(asked[1]).toEqual({ prompt: { points: [first, second] }, previous: logits[1] });
    expect(auto).toEqual({ dice: dice(proposal, target), iou: iou(proposal, target), hd95Px: hd95(proposal, target) });
    expect(clicks.map((score) => [score.clicks, score.dice])).toEqual([
      [0, dice(proposal, target)],
      [1, dice(answers[0]!, target)],
      [2, dice(answers[1]!, target)],
    ]);
  });

  test('from a point alone: the deepest one of the target, with no mask before it', async () => {
    const { predictor, asked, logits } = scripted(proposal, answers);
    const { fromPoint } = await evaluateFrame(predictor, image, target, { label: 'a', clicks: 2 });
    expect(asked[2]).toEqual({ prompt: { points: [{ x: 39.5, y: 29.5, positive: true }] }, previous: undefined });
    expect(asked[3]!.prompt.points).toHaveLength(2);
    expect(asked[3]!.previous).toBe(logits[3]);
    expect(fromPoint.map((score) => score.dice)).toEqual([0, dice(answers[2]!, target), dice(answers[3]!, target)]);
  });

  test('from the tight box alone: its edges, not its outermost pixel centres', async () => {
    const { predictor, asked } = scripted(proposal, answers);
    const { box } = await evaluateFrame(predictor, image, target, { label: 'a', clicks: 2 });
    expect(asked[4]).toEqual({ prompt: { points: [], box: { x0: 26, y0: 16, x1: 54, y1: 44 } }, previous: undefined });
    expect(box?.dice).toBe(dice(answers[0]!, target));
  });

  test('that needs no correction is not clicked', async () => {
    const { predictor, asked } = scripted(target, [target]);
    const { clicks } = await evaluateFrame(predictor, image, target, { label: 'a', clicks: 3 });
    expect(clicks.map((score) => score.dice)).toEqual([1, 1, 1, 1]);
    // One click of `fromPoint`, one box.
    expect(asked).toHaveLength(2);
  });

  test('with an empty target has no clicks from a point and no box', async () => {
    const { predictor } = scripted(proposal, [emptyMask(80, 60)]);
    const result = await evaluateFrame(predictor, image, emptyMask(80, 60), { label: 'a', clicks: 1 });
    expect(result).toMatchObject({ auto: { dice: 0, hd95Px: null }, fromPoint: [], box: null });
    expect(result.clicks.map((score) => score.dice)).toEqual([0, 1]);
  });

  test('gives HD95 in mm where the spacing is known', async () => {
    const { predictor } = scripted(proposal, answers);
    const { auto } = await evaluateFrame(predictor, image, target, { label: 'a', clicks: 0, spacing: [0.5, 0.5] });
    expect(auto!.hd95Mm).toBeCloseTo(auto!.hd95Px! / 2, 10);
  });
});

describe('the summary', () => {
  const sequence = (...ious: number[]): ClickScore[] =>
    ious.map((value, clicks) => ({ clicks, iou: value, dice: value, hd95Px: clicks === 0 ? null : 10 * value }));
  const frame = (corrected: ClickScore[], fromPoint: ClickScore[]): FrameEvaluation => ({
    ...{ auto: corrected[0]!, clicks: corrected, fromPoint, box: null },
  });

  test('means every click, and counts clicks to a quality as RITM does', () => {
    const summary = summarize([
      frame(sequence(0.9, 0.92, 0.95), sequence(0, 0.86, 0.9)),
      frame(sequence(0.5, 0.87, 0.88), sequence(0, 0.5, 0.6)),
    ]);
    expect(summary.auto!.dice).toBeCloseTo(0.7);
    expect(summary.clicks.map((score) => score.dice)).toEqual([0.7, 0.895, 0.915].map((mean) => expect.closeTo(mean)));
    // First frame: 1 click to 0.85, 2 to 0.90. Second: never, which counts as 2, the most that were tried.
    expect([summary.noc85, summary.noc90]).toEqual([1.5, 2]);
    expect(summary.afterProposal).toEqual({ noc85: 0.5, noc90: 1 });
  });

  test('leaves out of the mean HD95 what has none', () => {
    const { fromPoint } = summarize([
      frame(sequence(0.5, 0.5), sequence(0, 0.4)),
      frame(sequence(0.5, 0.5), sequence(0, 0.6)),
    ]);
    expect(fromPoint.map((score) => score.hd95Px)).toEqual([null, 5]);
  });

  test('of nothing is nothing', () => {
    expect(summarize([])).toMatchObject({ auto: null, clicks: [], box: null, noc85: null });
  });
});

describe('the command', () => {
  const home = temporaryFolder();
  const [data, model, headless] = ['data', 'model', 'headless'].map((name) => join(home, name)) as [
    string,
    string,
    string,
  ];
  beforeAll(async () => {
    await writeTinyModel(model, ['breast-lesion']);
    await writeTinyModel(headless, []);
    for (const name of ['1', '2', '10']) {
      const mask = disc(70, 50, 30, 25, 5 + Number(name));
      writeAt(join(data, 'img', `${name}.png`), imageOf(mask));
      writeAt(join(data, 'label', `${name}.png`), maskPng(mask));
    }
  });
  interface Result {
    readonly auto: { dice: number } | null;
    readonly clicks: readonly { dice: number }[];
    readonly fromPoint: readonly { dice: number }[];
    readonly count: number;
    readonly images: readonly { name: string; auto: { dice: number } }[];
    readonly failed: readonly { subject: string; code: string }[];
  }
  const evaluate = (...options: string[]) => cli(['evaluate', data, '--model', model, '--json', ...options]);

  test('gives auto, clicks[k] and fromPoint[k] as means over the images', async () => {
    const run = await evaluate('--clicks', '2');
    expect(run.code, run.stderr).toBe(0);
    const result = run.json<Result>();
    expect(result.images.map(({ name }) => name)).toEqual(['1', '2', '10']);
    const mean = result.images.reduce((sum, { auto }) => sum + auto.dice, 0) / 3;
    expect(result.auto!.dice).toBeCloseTo(mean, 12);
    expect(result.clicks[0]!.dice).toBe(result.auto!.dice);
    expect([result.clicks.length, result.fromPoint.length]).toEqual([3, 3]);
  });

  test('takes only what the list names, and says what is not there', async () => {
    const list = writeAt(join(home, 'list.txt'), '10.png\r\n2\n\n77\n');
    const run = await evaluate('--clicks', '0', '--list', list);
    expect(run.code).toBe(1);
    expect(run.json<Result>().images.map(({ name }) => name)).toEqual(['2', '10']);
    expect(run.json<Result>().failed).toMatchObject([{ subject: '77', code: 'file-not-found' }]);
  });

  test('reports an image without mask and a mask of another size, and goes on', async () => {
    const small = disc(20, 20, 10, 10, 4);
    writeAt(join(data, 'img', 'unpaired.png'), imageOf(small));
    writeAt(join(data, 'img', 'unequal.png'), imageOf(small));
    writeAt(join(data, 'label', 'unequal.png'), maskPng(disc(21, 20, 10, 10, 4)));
    const run = await evaluate('--clicks', '0');
    rmSync(join(data, 'img', 'unpaired.png'));
    rmSync(join(data, 'img', 'unequal.png'));
    expect(run.code).toBe(1);
    expect(run.json<Result>().count).toBe(3);
    expect(run.json<Result>().failed.map(({ code }) => code)).toEqual(['file-not-found', 'format-corrupt']);
  });

  test('works without a head for the label: clicks and boxes only', async () => {
    for (const options of [
      ['--label', 'thyroid nodule'],
      ['--model', headless],
    ]) {
      const run = await evaluate('--clicks', '1', ...options);
      expect(run.code, run.stderr).toBe(0);
      expect(run.json<Result>()).toMatchObject({ auto: null, clicks: [], count: 3 });
      expect(run.json<Result>().fromPoint).toHaveLength(2);
    }
  });

  test('prints a table without --json', async () => {
    const { stdout } = await cli(['evaluate', data, '--model', model, '--clicks', '1', '--spacing', '0.1']);
    expect(stdout).toMatch(
      /3 images\n\s+Dice\s+IoU HD95 px HD95 mm\nproposal .*\n {2}after click 1 .*\n1 click\(s\) alone/,
    );
  });
});
