import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { exportProject, writeExport } from '../../../../main/export';
import { setOf } from '../../../../main/export/split';
import { exportNames } from '../../../../main/export/export-names';
import { ProjectStore } from '../../../../main/project';
import type { MaskState, SourceImage } from '../../../../shared/domain';
import { AppError } from '../../../../shared/errors';
import type { ExportRequest } from '../../../../shared/ipc';
import { cocoRle, maskFromCocoRle, type Mask } from '../../../../shared/mask';

const SIZE = { widthPx: 23, heightPx: 17 };
const SHA = 'a'.repeat(64);

let folder: string;
let store: ProjectStore;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'export-'));
  store = await ProjectStore.create(join(folder, 'Breast.sonomask'));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A mask that differs with `seed`. */
function maskOf(seed: number): Mask {
  const data = Uint8Array.from({ length: SIZE.widthPx * SIZE.heightPx }, (_, i) => ((i * seed) >> 2) & 1);
  return { ...SIZE, data };
}

async function addFrames(...relativePaths: string[]): Promise<number[]> {
  await store.images.add(
    relativePaths.map((relativePath): SourceImage => ({
      study: { key: '/data', name: 'data', patient: '' },
      series: { key: '.', name: 'data' },
      absolutePath: `/data/${relativePath}`,
      relativePath,
      sizeBytes: 1,
      mtimeMs: 1,
      frameCount: 1,
    })),
  );
  const { frames } = await store.frames.list({ filter: {}, limit: 100, offset: 0 });
  for (const { id } of frames) await store.frames.setHash(id, { sha256: SHA, ...SIZE });
  return relativePaths.map((path) => frames.find(({ relativePath }) => relativePath === path)!.id);
}

async function draw(frameId: number, labelId: number, seed: number, state: MaskState = 'drawn'): Promise<void> {
  await store.masks.save({
    frameId,
    frameSha256: SHA,
    user: 'Dr. Li',
    changes: [
      {
        kind: 'add',
        labelId,
        state: state as 'drawn',
        rle: { ...SIZE, counts: cocoRle(maskOf(seed)).counts },
        quality: 0.5,
        origin: { tool: 'brush' },
      },
    ],
  });
}

function run(request: Partial<ExportRequest> = {}, signal = new AbortController().signal, onDone = () => undefined) {
  return exportProject(
    store,
    { folder, formats: ['png', 'coco'], include: 'all', manifest: 'none', ...request },
    { signal, onProgress: onDone, write: writeExport, user: 'Ann' },
  );
}

const filesOf = (path: string): string[] =>
  readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.\w+$/.test(name))
    .map((name) => name.replaceAll('\\', '/'))
    .sort();

describe('an export', () => {
  it('tells images apart in COCO that have one name below two folders', async () => {
    const lesion = await store.labels.create({ name: 'lesion' });
    for (const root of ['/one', '/two']) {
      const about = {
        absolutePath: `${root}/p/1.png`,
        relativePath: 'p/1.png',
        sizeBytes: 1,
        mtimeMs: 1,
        frameCount: 1,
      };
      const place = { study: { key: root, name: 'study', patient: '' }, series: { key: '.', name: 'data' } };
      await store.images.add([{ ...place, ...about }]);
    }
    for (const { id } of (await store.frames.list({ filter: {}, limit: 9, offset: 0 })).frames) {
      await store.frames.setHash(id, { sha256: SHA, ...SIZE });
      await draw(id, lesion.id, 3);
    }
    const { folder: out } = await run({ formats: ['coco'] });
    const { images } = JSON.parse(readFileSync(join(out, 'coco.json'), 'utf8'));
    expect(images.map(({ file_name }: { file_name: string }) => file_name)).toEqual(['p/1.png', 'p/1-2.png']);
  });

  it('counts all frames whose source is missing, also those that it does not list', async () => {
    const about = { absolutePath: '/data/a.avi', relativePath: 'a.avi', sizeBytes: 1, mtimeMs: 1, frameCount: 1_001 };
    const place = { study: { key: '/data', name: 'data', patient: '' }, series: { key: '.', name: 'data' } };
    await store.images.add([{ ...place, ...about, problem: 'file-not-found' }]);
    const [image] = await store.images.list();
    for (const { id } of (await store.frames.loop(image!.id)).frames)
      await store.frames.setReview(id, 'accepted', 'Ann');
    const { warnings, warningCount } = await run({ include: 'accepted' });
    expect([warnings.length, warningCount]).toEqual([1_000, 1_001]);
  });

  it('calls an image the same whatever else is exported: an import would find another one by that name', async () => {
    const [, second = 0] = await addFrames('p1/a.dcm', 'p1/a.png');
    const lesion = await store.labels.create({ name: 'lesion' });
    await draw(second, lesion.id, 3);
    expect(filesOf((await run({ formats: ['png'] })).folder)).toEqual(['masks/lesion/p1/a-2.png']);
  });

  it('holds every mask at its own size, pixel by pixel, as PNG and as COCO', async () => {
    const [one = 0, two = 0] = await addFrames('p1/a.png', 'p2/b.tif');
    const lesion = await store.labels.create({ name: 'lesion' });
    const cyst = await store.labels.create({ name: 'cyst: simple', instances: 'multiple' });
    await draw(one, lesion.id, 3);
    await draw(one, cyst.id, 5);
    await draw(one, cyst.id, 7);
    await draw(two, lesion.id, 11, 'proposed');
    const result = await run();
    expect(result).toMatchObject({
      folder: join(folder, 'Breast masks'),
      frames: 2,
      masks: 4,
      warnings: [],
      losses: [],
    });
    expect(filesOf(result.folder)).toEqual([
      'coco.json',
      'masks/cyst_ simple/p1/a-1.png',
      'masks/cyst_ simple/p1/a-2.png',
      'masks/lesion/p1/a.png',
      'masks/lesion/p2/b.png',
    ]);
    const png = join(result.folder, 'masks', 'cyst_ simple', 'p1', 'a-2.png');
    const { data, info } = await sharp(png).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: SIZE.widthPx, height: SIZE.heightPx });
    expect([...data]).toEqual([...maskOf(7).data].map((value) => 255 * value));

    const coco = JSON.parse(readFileSync(join(result.folder, 'coco.json'), 'utf8'));
    expect(coco.images).toEqual([
      { id: 1, file_name: 'p1/a.png', width: 23, height: 17 },
      { id: 2, file_name: 'p2/b.tif', width: 23, height: 17 },
    ]);
    expect(coco.categories.map(({ name }: { name: string }) => name)).toEqual(['lesion', 'cyst: simple']);
    const masks = coco.annotations.map((each: { segmentation: { size: [number, number]; counts: string } }) =>
      maskFromCocoRle(each.segmentation),
    );
    expect(masks).toEqual([maskOf(3), maskOf(5), maskOf(7), maskOf(11)]);
  });

  it('of what is accepted leaves out the rest, and says which sources have gone', async () => {
    const [one = 0, two = 0] = await addFrames('a.png', 'b.png');
    const lesion = await store.labels.create({ name: 'lesion' });
    await draw(one, lesion.id, 3);
    await draw(two, lesion.id, 5);
    await store.frames.setReview(one, 'accepted', 'Dr. Li');
    const { imageId } = await store.frames.get(one);
    await store.images.markProblem(imageId, 'file-not-found', 'gone');
    const result = await run({ include: 'accepted' });
    expect(result).toMatchObject({ frames: 1, masks: 1, warnings: [{ path: 'a.png', code: 'file-not-found' }] });
    expect(filesOf(result.folder)).toEqual(['coco.json', 'masks/lesion/a.png']);
  });

  it('of some labels has only these', async () => {
    const [one = 0] = await addFrames('a.png');
    const lesion = await store.labels.create({ name: 'lesion' });
    const other = await store.labels.create({ name: 'other' });
    await draw(one, lesion.id, 3);
    await draw(one, other.id, 5);
    const result = await run({ labelIds: [other.id], formats: ['png'] });
    expect(filesOf(result.folder)).toEqual(['masks/other/a.png']);
  });

  it('keeps apart a mask and a frame that would be called alike', async () => {
    const [one = 0, two = 0] = await addFrames('a.png', 'a-1.png');
    const cyst = await store.labels.create({ name: 'cyst', instances: 'multiple' });
    await draw(one, cyst.id, 3);
    await draw(one, cyst.id, 5);
    await draw(two, cyst.id, 7);
    const { folder: out } = await run({ formats: ['png'] });
    expect(filesOf(out)).toEqual(['masks/cyst/a-1.png', 'masks/cyst/a-1_.png', 'masks/cyst/a-2.png']);
  });

  it('never overwrites an earlier one', async () => {
    await addFrames('a.png');
    expect((await run()).folder).toBe(join(folder, 'Breast masks'));
    expect((await run()).folder).toBe(join(folder, 'Breast masks 2'));
  });

  it('that is withdrawn leaves nothing behind', async () => {
    const frames = await addFrames('a.png', 'b.png', 'c.png');
    const lesion = await store.labels.create({ name: 'lesion' });
    for (const frame of frames) await draw(frame, lesion.id, 3);
    const before = readdirSync(folder);
    const controller = new AbortController();
    const exporting = run({}, controller.signal, () => void controller.abort());
    await expect(exporting).rejects.toMatchObject({ code: 'cancelled' });
    expect(readdirSync(folder)).toEqual(before);
  });

  it('that cannot be written says where and leaves nothing behind', async () => {
    const [one = 0] = await addFrames('a.png');
    const lesion = await store.labels.create({ name: 'lesion' });
    await draw(one, lesion.id, 3);
    writeFileSync(join(folder, 'file'), '');
    await expect(run({ folder: join(folder, 'file') })).rejects.toBeInstanceOf(AppError);
    const before = readdirSync(folder);
    const failing = exportProject(
      store,
      { folder, formats: ['png'], include: 'all', manifest: 'none' },
      {
        signal: new AbortController().signal,
        onProgress: () => undefined,
        write: async (plan, draft, tools) => {
          await writeExport(plan, draft, tools);
          throw new AppError('disk-full', draft, 'no space left');
        },
        user: 'Ann',
      },
    );
    await expect(failing).rejects.toMatchObject({ code: 'disk-full' });
    expect(readdirSync(folder)).toEqual(before);
    expect(existsSync(join(folder, 'Breast masks'))).toBe(false);
    expect(await store.audit.latest(1)).toEqual([]);
  });

  it('is written down before it can be taken away, and absent where that fails', async () => {
    const [one = 0] = await addFrames('a.png');
    const lesion = await store.labels.create({ name: 'lesion' });
    await draw(one, lesion.id, 3);
    vi.spyOn(store.audit, 'append').mockRejectedValueOnce(new AppError('server-unreachable', 'team', 'gone'));
    await expect(run()).rejects.toMatchObject({ code: 'server-unreachable' });
    expect(readdirSync(folder)).toEqual(['Breast.sonomask']);
    const { folder: out } = await run();
    const detail = { formats: ['png', 'coco'], include: 'all', frames: 1, masks: 1, deidentified: null };
    expect(await store.audit.latest(2)).toMatchObject([{ user: 'Ann', action: 'export', subject: out, detail }]);
  });
});

describe('sets', () => {
  it('get their shares of many patients, each of which stays where it is', () => {
    const ratios = { train: 70, val: 15, test: 15 };
    const counts = { train: 0, val: 0, test: 0 };
    for (let i = 0; i < 2_000; i++) counts[setOf(`patient ${i}`, ratios)]++;
    expect(Math.abs(counts.train - 1_400)).toBeLessThan(80);
    expect(Math.abs(counts.val - 300)).toBeLessThan(60);
    // What is written here is promised: an export of next year puts the patient into the same set.
    expect(['Ann', 'Bob', 'Eve'].map((name) => setOf(`patient:${name}`, ratios))).toMatchInlineSnapshot(`
      [
        "test",
        "train",
        "val",
      ]
    `);
    expect(setOf('anyone', { train: 0, val: 0, test: 3 })).toBe('test');
  });
});

describe('file names', () => {
  it('are those of the sources, portable, and each once', () => {
    const names = exportNames([
      { imageId: 1, relativePath: 'p/a.png' },
      { imageId: 2, relativePath: 'p/A.tif' },
      { imageId: 3, relativePath: 'p/a.png' },
      { imageId: 4, relativePath: 'p?/b:1. .png' },
      { imageId: 5, relativePath: 'loop.dcm', frameIndex: 2, frameCount: 16 },
      { imageId: 6, relativePath: '../..' },
    ]);
    expect(names).toEqual(['p/a', 'p/A-2', 'p/a-3', 'p_/b_1. ', 'loop-frame-0003', '_/_']);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
  });
});
