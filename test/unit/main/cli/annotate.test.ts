/** `annotate`: a folder in, masks out; what is broken costs itself only, what was cut off goes on. */
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openLanes, usualLanes } from '../../../../main/batch';
import { annotateImages } from '../../../../main/cli/tasks/annotate-images';
import { forkProcess } from '../../../../main/inference';
import { listImages, readImage } from '../../../../main/study';
import { readModel } from '../../../../models/folder';
import { cocoRle } from '../../../../shared/mask';
import { cli } from '../../../support/cli';
import { disc, imageOf, temporaryFolder, writeAt } from '../../../support/study-folder';
import { writeTinyModel } from '../../../support/tiny-model';

interface Result {
  readonly annotated: number;
  readonly kept: number;
  readonly cancelled: boolean;
  readonly coco?: string;
  readonly images: readonly { source: string; widthPx: number; masks: readonly { label: string; file?: string }[] }[];
  readonly failed: readonly { subject: string; code: string }[];
}

const home = temporaryFolder();
const model = join(home, 'model');
const other = join(home, 'other');
let study: string;
let out: string;
let count = 0;
beforeAll(async () => {
  await writeTinyModel(model, ['breast-lesion']);
  await writeTinyModel(other, ['breast-lesion', 'fetal-head'], 2);
});
beforeEach(() => {
  study = join(home, `study-${++count}`);
  out = join(home, `out-${count}`);
  for (const [i, name] of ['1.png', '2.png', '10.png', 'patient/1.png'].entries()) {
    writeAt(join(study, name), imageOf(disc(60 + i, 44, 25, 20, 9)));
  }
});

const annotate = (...options: string[]) =>
  cli(['annotate', study, '--out', out, '--model', model, '--json', ...options]);

describe('annotate', () => {
  test('writes one mask an image, of its size, in folders like those of the study', async () => {
    const run = await annotate();
    expect(run.code, run.stderr).toBe(0);
    const result = run.json<Result>();
    expect(result).toMatchObject({ annotated: 4, kept: 0, failed: [] });
    expect(result.images.map(({ source }) => source)).toEqual(
      ['1.png', '2.png', '10.png', 'patient/1.png'].map((name) => join(study, name)),
    );
    for (const { source, masks } of result.images) {
      const { frame: mask } = await readImage(join(out, masks[0]!.file!));
      const { frame: image } = await readImage(source);
      expect([mask.widthPx, mask.heightPx]).toEqual([image.widthPx, image.heightPx]);
      expect(mask.data.every((value) => value === 0 || value === 255)).toBe(true);
    }
    expect(readdirSync(join(out, 'patient'))).toEqual(['1.png']);
  });

  test('reports what cannot be read, skips it and ends with 1', async () => {
    writeAt(join(study, 'zero.png'), '');
    writeAt(join(study, 'text.png'), 'no image');
    truncateSync(join(study, '2.png'), 200);
    const run = await cli(['annotate', study, join(home, 'missing'), '--out', out, '--model', model, '--json']);
    expect(run.code).toBe(1);
    const result = run.json<Result>();
    expect(result.annotated).toBe(3);
    expect(result.failed.map(({ subject, code }) => [subject, code])).toEqual([
      [join(home, 'missing'), 'file-not-found'],
      [join(study, '2.png'), 'format-corrupt'],
      [join(study, 'text.png'), 'format-unknown'],
      [join(study, 'zero.png'), 'file-empty'],
    ]);
    expect(run.events().filter(({ event }) => event === 'failed')).toHaveLength(4);
    expect(
      run
        .events()
        .filter(({ event }) => event === 'progress')
        .at(-1),
    ).toMatchObject({ done: 6, total: 6 });
  });

  test('with several labels has a folder for each', async () => {
    const run = await annotate('--model', other);
    expect(run.json<Result>().images[0]?.masks.map(({ file }) => file)).toEqual([
      'breast-lesion/1.png',
      'fetal-head/1.png',
    ]);
    const one = await annotate('--model', other, '--label', 'fetal-head');
    expect(one.json<Result>().images[0]?.masks).toMatchObject([{ label: 'fetal-head', file: '1.png' }]);
  });

  test('says which labels there are when asked for another', async () => {
    const run = await annotate('--label', 'thyroid');
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('it has: breast-lesion')]);
  });

  test('as COCO gives the same masks as PNG', async () => {
    const run = await annotate('--format', 'png,coco');
    expect(run.code, run.stderr).toBe(0);
    const coco = JSON.parse(readFileSync(join(out, 'annotations.json'), 'utf8')) as {
      images: { id: number; file_name: string }[];
      annotations: { image_id: number; segmentation: unknown }[];
    };
    expect(coco.images.map(({ id, file_name }) => [id, file_name])).toEqual([
      [1, '1.png'],
      [2, '2.png'],
      [3, '10.png'],
      [4, 'patient/1.png'],
    ]);
    for (const { id, file_name } of coco.images) {
      const { frame } = await readImage(join(out, file_name));
      const mask = { ...frame, data: frame.data.map((value) => value / 255) };
      const found = coco.annotations.filter(({ image_id }) => image_id === id);
      expect(found.map(({ segmentation }) => segmentation)).toEqual(mask.data.includes(1) ? [cocoRle(mask)] : []);
    }
    expect(coco.annotations.length).toBeGreaterThan(0);
  });

  test('as COCO tells images of two folders of equal content apart', async () => {
    const files = ['a', 'b'].map((name) => writeAt(join(home, name, '7.png'), imageOf(disc(60, 44, 25, 20, 9))));
    const folders = files.map((file) => join(file, '..'));
    await cli(['annotate', ...folders, '--out', out, '--model', model, '--format', 'coco']);
    const { images } = JSON.parse(readFileSync(join(out, 'annotations.json'), 'utf8')) as {
      images: { file_name: string }[];
    };
    expect(images.map(({ file_name }) => file_name)).toEqual(['7.png', '7.png~2']);
  });

  test('alone as COCO writes no PNG', async () => {
    await annotate('--format', 'coco');
    expect(readdirSync(out).sort()).toEqual(['annotations.json', 'sonomask-journal.jsonl']);
  });
});

test('an image that brings its worker down costs itself only', async () => {
  writeAt(join(study, 'deadly.png'), imageOf(disc(60, 44, 25, 20, 9)));
  const read = await readModel(model);
  const { images } = await listImages([study]);
  const lanes = openLanes({
    ...{ modelFolder: model, provider: () => 'cpu', lanes: 2 },
    startWorker: (_name, env) => forkProcess(new URL('../batch/deadly-encode.worker.ts', import.meta.url), env),
  });
  const told: number[] = [];
  const result = await annotateImages({
    ...{ lanes: lanes.encoders, model: read, labels: ['breast-lesion'], images, out, formats: ['png'], resume: false },
    signal: new AbortController().signal,
    onProgress: (done) => told.push(done),
  }).finally(() => lanes.dispose());
  expect(result.entries.map(({ source }) => source)).toEqual(
    ['1.png', '2.png', '10.png', 'patient/1.png'].map((name) => join(study, name)),
  );
  expect(result.failures).toMatchObject([{ code: 'file-unreadable', subject: join(study, 'deadly.png') }]);
  expect(told).toEqual([1, 2, 3, 4, 5]);
}, 60_000);

describe('the images of the study', () => {
  test('are never overwritten', async () => {
    const before = readFileSync(join(study, '1.png'));
    const same = await cli(['annotate', study, '--out', study, '--model', model]);
    const image = await cli(['annotate', join(study, '1.png'), '--out', study, '--model', model]);
    expect([same.code, image.code]).toEqual([2, 2]);
    expect(image.stderr).toContain('would be overwritten');
    expect(readFileSync(join(study, '1.png')).equals(before)).toBe(true);
  });

  test('are not joined by masks of an earlier run that lie among them', async () => {
    const inside = join(study, 'masks');
    for (const round of [1, 2]) {
      const run = await cli(['annotate', study, '--out', inside, '--model', model, '--json']);
      expect([round, run.json<Result>().annotated]).toEqual([round, 4]);
    }
  });
});

describe('resume', () => {
  test('keeps what is done and does the rest; the COCO file is that of one run', async () => {
    await annotate('--format', 'png,coco');
    const whole = readFileSync(join(out, 'annotations.json'), 'utf8');
    rmSync(join(out, 'annotations.json'));
    rmSync(join(out, '10.png'));
    truncateSync(join(out, '2.png'), 20);
    const untouched = statSync(join(out, '1.png')).mtimeMs;
    const run = await annotate('--format', 'png,coco', '--resume');
    expect(run.json<Result>()).toMatchObject({ annotated: 2, kept: 2, failed: [] });
    expect(statSync(join(out, '1.png')).mtimeMs).toBe(untouched);
    expect(statSync(join(out, '2.png')).size).toBeGreaterThan(20);
    expect(readFileSync(join(out, 'annotations.json'), 'utf8')).toBe(whole);
  });

  test('after Ctrl-C finds complete files and no others', async () => {
    // More than are in hand at once, on however many cores.
    const more = 4 * usualLanes();
    for (let i = 0; i < more; i++) writeAt(join(study, `more/${i}.png`), imageOf(disc(60 + i, 44, 25, 20, 9)));
    const controller = new AbortController();
    const first = await cli(['annotate', study, '--out', out, '--model', model, '--json', '--format', 'png,coco'], {
      signal: controller.signal,
      onError: (text) => {
        if (text.includes('"done":1')) controller.abort();
      },
    });
    expect(first.code).toBe(130);
    const partly = first.json<Result>();
    expect(partly).toMatchObject({ cancelled: true });
    expect(partly.annotated).toBeGreaterThan(0);
    expect(partly.annotated).toBeLessThan(4 + more);
    expect(readdirSync(out).filter((name) => name.endsWith('.tmp') || name === 'annotations.json')).toEqual([]);
    const second = await annotate('--resume', '--format', 'png,coco');
    expect(second.code).toBe(0);
    expect(second.json<Result>()).toMatchObject({ kept: partly.annotated, annotated: 4 + more - partly.annotated });
  });

  test('does again what another model made, what changed since, and what half a line tells of', async () => {
    await annotate();
    expect((await annotate('--resume', '--model', other, '--label', 'breast-lesion')).json<Result>().kept).toBe(0);
    await annotate();
    utimesSync(join(study, '1.png'), new Date(), new Date(2020, 1, 1));
    expect((await annotate('--resume')).json<Result>()).toMatchObject({ annotated: 1, kept: 3 });
    const journal = join(out, 'sonomask-journal.jsonl');
    writeFileSync(journal, readFileSync(journal, 'utf8').slice(0, -30));
    expect((await annotate('--resume')).json<Result>()).toMatchObject({ annotated: 1, kept: 3 });
  });

  test('is not assumed: without --resume everything is done', async () => {
    await annotate();
    expect((await annotate()).json<Result>()).toMatchObject({ annotated: 4, kept: 0 });
  });
});
