/** Imports: masks are on the right frames, pixel by pixel; what is not imported is told. */
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { encodeMaskPng, exportProject, writeExport } from '../../../../main/export';
import { AppError } from '../../../../shared/errors';
import type { ExportFormat } from '../../../../shared/ipc';
import { cocoRle, emptyMask } from '../../../../shared/mask';
import { drawn, framesOf, HARD_CASES, type HardCase } from '../export/project-of-masks';
import { importBench, PLAIN, quiet, wantedOf } from './import-bench';

const bench = importBench();

describe('what SonoMask exports, it imports as it was', () => {
  const withoutOverlap = HARD_CASES.filter(({ path }) => !path.includes('overlap'));
  const round: [ExportFormat, (out: string) => string, readonly HardCase[]][] = [
    ['png', (out) => join(out, 'masks'), HARD_CASES],
    ['coco', (out) => out, HARD_CASES],
    ['coco-polygon', (out) => join(out, 'coco-polygons.json'), HARD_CASES],
    ['yolo', (out) => join(out, 'yolo'), HARD_CASES],
    ['indexed', (out) => join(out, 'indexed'), withoutOverlap],
    ['nifti', (out) => join(out, 'nifti'), withoutOverlap],
    ['us30k', (out) => join(out, 'us30k'), withoutOverlap],
    ['nnunet', (out) => join(out, 'Dataset001_Hard'), withoutOverlap],
  ];
  for (const [format, chosen, cases] of round) {
    test(`as ${format}`, async () => {
      await bench.open(cases);
      const request = { folder: bench.folder, include: 'all', manifest: 'none' } as const;
      const { folder: out } = await exportProject(
        bench.store,
        { ...request, formats: [format] },
        { ...quiet, write: writeExport, user: 'Ann' },
      );
      await bench.store.close();
      rmSync(join(bench.folder, 'Hard.sonomask'), { recursive: true });
      await bench.open(cases, false);
      const report = await bench.run(chosen(out));
      expect(report.problems).toEqual([]);
      expect(await bench.stored()).toEqual(wantedOf(cases));
      expect(report).toMatchObject({ frames: cases.length, newLabels: [] });
    });
  }

  test('under its label, whatever labels are called, also where one alone is exported', async () => {
    const names = ['TI-RADS.3', 'TI-RADS.4', 'TI-RADS.5', 'ti-rads.5', 'a/b'];
    await bench.open(PLAIN, false);
    const frame = (await framesOf(bench.store))[0]!;
    const rle = { widthPx: 5, heightPx: 4, counts: cocoRle(PLAIN[0]!.masks[0]![1]).counts };
    for (const name of names) {
      const { id: labelId } = await bench.store.labels.create({ name });
      const change = { kind: 'add', labelId, state: 'drawn', rle, origin: { tool: 'brush' } } as const;
      await bench.store.masks.save({
        frameId: frame.id,
        frameSha256: frame.sha256!,
        user: 'Dr. Li',
        changes: [change],
      });
    }
    const { id } = (await bench.store.labels.list()).find(({ name }) => name === 'ti-rads.5')!;
    const exported = async (more: { labelIds?: number[] }): Promise<string> => {
      const request = { folder: bench.folder, include: 'all', manifest: 'none', ...more } as const;
      const tools = { ...quiet, write: writeExport, user: 'Ann' };
      return (await exportProject(bench.store, { ...request, formats: ['png'] }, tools)).folder;
    };
    const [all, one] = [await exported({}), await exported({ labelIds: [id] })];
    const { problems } = await bench.run(all);
    expect(problems.map(({ kind, detail }) => `${kind} ${detail}`).sort()).toEqual(
      names.map((name) => `already ${name}`).sort(),
    );
    expect((await bench.run(one)).problems).toMatchObject([{ kind: 'already', detail: 'ti-rads.5' }]);
  });

  test('and a second time adds nothing', async () => {
    await bench.open(HARD_CASES);
    const request = { folder: bench.folder, include: 'all', manifest: 'none' } as const;
    const { folder: out } = await exportProject(
      bench.store,
      { ...request, formats: ['coco'] },
      { ...quiet, write: writeExport, user: 'Ann' },
    );
    const report = await bench.run(out);
    expect(report.masks).toBe(0);
    expect(new Set(report.problems.map(({ kind }) => kind))).toEqual(new Set(['already']));
    expect(await bench.stored()).toEqual(wantedOf(HARD_CASES));
  });
});

describe('frames that nobody has opened yet', () => {
  const wanted = wantedOf(PLAIN);

  test('get their masks, too, by name', async () => {
    await bench.openUndecoded(PLAIN);
    for (const { path, masks } of PLAIN) bench.put(path, encodeMaskPng(masks[0]![1]));
    expect(await bench.run(bench.others)).toMatchObject({ files: 3, masks: 3, frames: 3, problems: [] });
    expect(await bench.stored()).toEqual(wanted);
  });

  test('and by the pixels of an image that lies with the mask under a name of its own', async () => {
    await bench.openUndecoded(PLAIN);
    for (const [i, { path, masks }] of PLAIN.entries()) {
      bench.put(`set/masks/${i}.png`, encodeMaskPng(masks[0]![1]));
      mkdirSync(join(bench.others, 'set', 'images'), { recursive: true });
      cpSync(join(bench.folder, 'study', path), join(bench.others, 'set', 'images', `${i}.png`));
    }
    expect(await bench.run(bench.others)).toMatchObject({ masks: 3, frames: 3, problems: [] });
    expect(await bench.stored()).toEqual(wanted);
  });

  test('of one and the same picture are not told apart by it', async () => {
    await bench.openUndecoded(PLAIN.slice(0, 2));
    const study = join(bench.folder, 'study');
    cpSync(join(study, PLAIN[0]!.path), join(study, PLAIN[1]!.path));
    bench.put('set/masks/0.png', encodeMaskPng(PLAIN[0]!.masks[0]![1]));
    mkdirSync(join(bench.others, 'set', 'images'), { recursive: true });
    cpSync(join(study, PLAIN[0]!.path), join(bench.others, 'set', 'images', '0.png'));
    expect(await bench.run(bench.others)).toMatchObject({ masks: 0, problems: [{ kind: 'ambiguous' }] });
  });

  test('are not taken for masks of themselves, and no label is made of them', async () => {
    await bench.openUndecoded(PLAIN);
    cpSync(join(bench.folder, 'study'), bench.others, { recursive: true });
    const labels = await bench.store.labels.list();
    expect((await bench.run(bench.others)).masks).toBe(0);
    expect(await bench.store.labels.list()).toEqual(labels);
  });

  test('that cannot be read are told, and the others get theirs', async () => {
    await bench.openUndecoded(PLAIN);
    for (const { path, masks } of PLAIN) bench.put(path, encodeMaskPng(masks[0]![1]));
    writeFileSync(join(bench.folder, 'study', 'p2/a.png'), 'no image any more');
    const { masks, problems } = await bench.run(bench.others);
    expect(masks).toBe(2);
    expect(problems).toEqual([
      {
        file: join(bench.others, 'p2/a.png'),
        kind: 'unreadable',
        detail: expect.stringContaining('p2/a.png cannot be read') as string,
      },
    ]);
  });
});

describe('a chosen folder', () => {
  const cases = HARD_CASES.slice(0, 2);
  const [holes, pixel] = cases.map(({ masks }) => encodeMaskPng(masks[0]![1])) as [Uint8Array, Uint8Array];
  beforeEach(() => bench.open(cases, false));

  test('has masks also elsewhere than in the folders for masks, beside which images are none', async () => {
    bench.put('one/masks/holes.png', holes);
    bench.put('one/images/holes.png', pixel);
    bench.put('two/outlined/pixel.png', pixel);
    expect(await bench.run(bench.others)).toMatchObject({ files: 2, masks: 2, problems: [] });
    expect(await bench.stored()).toEqual(wantedOf(cases));
  });

  test('may have notes beside a mask', async () => {
    bench.put('pixel.png', pixel);
    bench.put('pixel.txt', 'Dr. Li, 2026');
    expect(await bench.run(bench.others)).toMatchObject({ files: 1, masks: 1, problems: [] });
  });

  test('may have YOLO beside the images, and COCO by the name of a list of labels', async () => {
    bench.put('holes.txt', '0 0 0 1 0 1 1\n');
    const coco = {
      images: [{ id: 1, file_name: 'pixel.png', width: 5, height: 4 }],
      categories: [{ id: 1, name: 'lesion' }],
      annotations: [{ image_id: 1, category_id: 1, segmentation: [[1, 1, 3, 1, 3, 3]] }],
    };
    bench.put('labels.json', JSON.stringify(coco));
    expect(await bench.run(bench.others)).toMatchObject({ files: 2, masks: 2, frames: 2, problems: [] });
  });

  test('has masks of unknown formats told', async () => {
    const file = bench.put('masks/pixel.bmp', 'BM');
    bench.put('pixel.bmp', 'BM');
    expect((await bench.run(bench.others)).problems).toMatchObject([{ file, kind: 'unreadable' }]);
  });

  test('may call a label by letters and accents', async () => {
    await bench.store.labels.create({ name: 'Fläche' });
    bench.put(`masks/${'Fläche'.normalize('NFD')}/pixel.png`, pixel);
    await bench.run(bench.others);
    expect((await bench.stored())['p2/pixel.png']).toEqual([expect.stringMatching(/^Fläche /)]);
  });
});

describe('an imported mask', () => {
  beforeEach(async () => {
    await bench.open(PLAIN, false);
  });
  const mask = PLAIN[2]!.masks[0]![1];

  test('is a revision in state imported that names its file, and waits for review', async () => {
    const file = bench.put('scan 7_mask.png', encodeMaskPng(mask));
    expect(await bench.run(file)).toMatchObject({ files: 1, masks: 1, frames: 1, problems: [] });
    const frame = (await framesOf(bench.store)).find(({ relativePath }) => relativePath === 'p2/scan 7.png')!;
    expect(frame.review).toBe('proposed');
    const [saved] = await bench.store.masks.ofFrame(frame.id);
    expect(saved!.current).toMatchObject({
      state: 'imported',
      user: 'Dr. Li',
      origin: { tool: 'import', source: file },
    });
  });

  test('takes the place of a proposal nobody has looked at, not of work', async () => {
    const label = (await bench.store.labels.list())[0]!;
    await bench.store.labels.update(label.id, { instances: 'single' });
    const frame = (await framesOf(bench.store)).find(({ relativePath }) => relativePath === 'p2/scan 7.png')!;
    const rle = {
      widthPx: 4,
      heightPx: 4,
      counts: cocoRle({ ...emptyMask(4, 4), data: new Uint8Array(16).fill(1) }).counts,
    };
    const change = { kind: 'add', labelId: label.id, state: 'proposed', rle, origin: { tool: 'proposal' } } as const;
    await bench.store.masks.save({
      frameId: frame.id,
      frameSha256: frame.sha256!,
      user: 'AutoSAMUS',
      changes: [change],
    });
    bench.put('scan 7.png', encodeMaskPng(mask));
    expect((await bench.run(bench.others)).masks).toBe(1);
    const [only, ...more] = await bench.store.masks.ofFrame(frame.id);
    expect(more).toEqual([]);
    expect(only!.current).toMatchObject({ state: 'imported', rle: { counts: cocoRle(mask).counts } });
    bench.put('scan 7.png', encodeMaskPng(drawn('#... .... .... ....')));
    expect((await bench.run(bench.others)).problems).toMatchObject([{ kind: 'occupied' }]);
  });

  test('whose name two frames have is not guessed, but known by the pixels of its image', async () => {
    const { masks } = PLAIN[0]!;
    bench.put('set/masks/a.png', encodeMaskPng(masks[0]![1]));
    expect((await bench.run(bench.others)).problems).toMatchObject([{ kind: 'ambiguous' }]);
    mkdirSync(join(bench.others, 'set', 'images'));
    cpSync(join(bench.folder, 'study', 'p1', 'a.png'), join(bench.others, 'set', 'images', 'a.png'));
    expect(await bench.run(bench.others)).toMatchObject({ masks: 1, problems: [] });
    expect(Object.keys(await bench.stored())).toEqual(['p1/a.png']);
  });

  test('of another size, of no frame, or empty is told and costs nothing else', async () => {
    bench.put('scan 7.png', encodeMaskPng(drawn('### ###')));
    bench.put('nobody.png', encodeMaskPng(mask));
    bench.put('p1/a.png', encodeMaskPng(emptyMask(5, 4)));
    bench.put('p2/a.png', encodeMaskPng(PLAIN[1]!.masks[0]![1]));
    const report = await bench.run(bench.others);
    expect(report.problems.map(({ kind }) => kind).sort()).toEqual(['empty', 'no-frame', 'size']);
    expect(Object.keys(await bench.stored())).toEqual(['p2/a.png']);
  });

  test('of a frame that somebody else works on is told, and the others are imported', async () => {
    const [taken, ...others] = PLAIN.map(({ path, masks }) => bench.put(path, encodeMaskPng(masks[0]![1])));
    const [first] = await framesOf(bench.store);
    const { masks, problems } = await bench.runWith((edit) => {
      if (edit.frameId === first!.id) throw new AppError('frame-leased', 'Ann', `Ann works on frame ${edit.frameId}`);
      return bench.store.masks.save(edit);
    }, bench.others);
    expect(masks).toBe(others.length);
    expect(problems).toMatchObject([{ file: taken, kind: 'taken' }]);
  });

  test('of a broken file costs that file', async () => {
    bench.put('a.json', '{"shapes": [');
    bench.put('b.json', '{"images": 5, "annotations": []}');
    bench.put('c.nii', 'not a volume');
    bench.put('labels/d.txt', '0 0.1 zero 0.2');
    bench.put('labels/e.png', Buffer.concat([encodeMaskPng(mask).subarray(0, 60), Buffer.alloc(20)]));
    bench.put('f.json', '[]');
    bench.put('g.json', JSON.stringify({ images: [], categories: [], annotations: [{ image_id: 1, category_id: 1 }] }));
    bench.put('scan 7.nii.gz', Buffer.from([0x1f, 0x8b, 1, 2, 3]));
    const good = bench.put(
      'scan 7.json',
      JSON.stringify({
        shapes: [
          {
            label: 'cyst',
            points: [
              [1, 1],
              [3, 1],
              [3, 3],
              [1, 3],
            ],
          },
        ],
      }),
    );
    const report = await bench.run(bench.others);
    expect(report.problems.map(({ kind }) => kind).sort()).toEqual([...Array(7).fill('unreadable'), 'unsupported']);
    expect(report.problems.map(({ file }) => file)).not.toContain(good);
    expect(await bench.stored()).toEqual({ 'p2/scan 7.png': [`cyst ${cocoRle(mask).counts}`] });
  });

  test('is never an image of the project', async () => {
    expect(await bench.run(join(bench.folder, 'study'))).toMatchObject({ masks: 0 });
    expect(await bench.stored()).toEqual({});
  });

  test('never comes from outside the chosen folder', async () => {
    const secret = join(bench.folder, 'secret.png');
    writeFileSync(secret, encodeMaskPng(mask));
    bench.put('x.txt', 'nothing');
    symlinkSync(secret, join(bench.others, 'scan 7.png'));
    bench.put('labels/scan 7.txt', '0 0.25 0.25 0.75 0.25 0.75 0.75 0.25 0.75');
    symlinkSync('/etc/passwd', join(bench.others, 'data.yaml'));
    const report = await bench.run(bench.others);
    expect(report).toMatchObject({ files: 1, masks: 1 });
    expect(await bench.stored()).toEqual({ 'p2/scan 7.png': [`lesion ${cocoRle(mask).counts}`] });
  });
});
