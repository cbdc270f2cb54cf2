import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forkProcess, WorkerHost } from '../../../../main/inference';
import { ProjectStore } from '../../../../main/project';
import { addStudy, projectAt, projectFor, type StudyApi } from '../../../../main/study';
import { indexStudy, placeOf } from '../../../../main/study/index-study';
import type { SourceImage } from '../../../../shared/domain';
import type { Indexing } from '../../../../shared/ipc';
import { writeImage, WORKERS } from '../inference/support';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'study-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function indexed(path: string): Promise<SourceImage[]> {
  const images: SourceImage[] = [];
  const signal = new AbortController().signal;
  await indexStudy([path], { signal, onPiece: (piece) => void images.push(...piece.images) });
  return images;
}

/** A PNG's first bytes, which promise this size. */
function pngHead(widthPx: number, heightPx: number): Buffer {
  const head = Buffer.from('89504e470d0a1a0a0000000d49484452000000000000000008000000000000000000', 'hex');
  head.writeUInt32BE(widthPx, 16);
  head.writeUInt32BE(heightPx, 20);
  return head;
}

describe('patients, studies and series', () => {
  it.each([
    ['a.png', { patient: '', study: 'opened', series: 'opened' }],
    ['Li Na/a.png', { patient: 'Li Na', study: 'Li Na', series: 'Li Na' }],
    ['Li Na/left/a.png', { patient: 'Li Na', study: 'Li Na', series: 'left' }],
    ['Li Na/2026-11-23/left/a.png', { patient: 'Li Na', study: '2026-11-23', series: 'left' }],
    ['Li Na/2026-11-23/left/B/a.png', { patient: 'Li Na', study: '2026-11-23', series: 'left / B' }],
  ])('of %s are those its folders name', (path, expected) => {
    const { study, series } = placeOf(path, '/data/opened');
    expect({ patient: study.patient, study: study.name, series: series.name }).toEqual(expected);
  });

  it('of one name in two folders are two', () => {
    expect(placeOf('p1/a.png', '/data/one').study.key).not.toBe(placeOf('p1/a.png', '/data/two').study.key);
  });
});

describe('indexing', () => {
  it('lists what cannot be an image with its reason, and the rest with its size', async () => {
    await writeImage(join(folder, '1 good.png'), 1, 64, 48);
    writeFileSync(join(folder, '2 empty.png'), '');
    writeFileSync(join(folder, '3 text.png'), 'Dear colleague, please find enclosed');
    writeFileSync(join(folder, '4 huge.png'), pngHead(20_000, 20_000));
    writeFileSync(join(folder, '5 cut.png'), pngHead(10, 10).subarray(0, 20));
    symlinkSync(join(folder, 'nowhere'), join(folder, '6 gone.png'));
    const images = await indexed(folder);
    expect(images.map(({ relativePath, problem, widthPx }) => [relativePath, problem, widthPx])).toEqual([
      ['1 good.png', undefined, 64],
      ['2 empty.png', 'file-empty', undefined],
      ['3 text.png', 'format-unknown', undefined],
      ['4 huge.png', 'too-large', undefined],
      ['5 cut.png', 'format-corrupt', undefined],
      ['6 gone.png', 'file-not-found', undefined],
    ]);
  });

  it("leaves out a project's own pictures", async () => {
    await writeImage(join(folder, 'a.png'), 1);
    await writeImage(join(folder, 'Old.sonomask', 'cache', 'thumbnails', 'x.png'), 1);
    expect((await indexed(folder)).map(({ relativePath }) => relativePath)).toEqual(['a.png']);
    // Also where it was chosen, or dropped, with the folder beside it.
    expect(await indexed(join(folder, 'Old.sonomask'))).toEqual([]);
  });
});

describe('adding a study to a project', () => {
  let store: ProjectStore;
  let worker: WorkerHost<StudyApi>;

  beforeEach(async () => {
    store = await ProjectStore.create(join(folder, 'p.sonomask'));
    worker = new WorkerHost('study', forkProcess(WORKERS.study));
    mkdirSync(join(folder, 'images'));
    for (let i = 1; i <= 1_200; i++) writeFileSync(join(folder, 'images', `${i}.png`), pngHead(8, 8));
    writeFileSync(join(folder, 'images', '7.png'), '');
  });

  afterEach(async () => {
    worker.dispose();
    await store.close();
  });

  const add = (signal = new AbortController().signal, onProgress: (progress: Indexing) => void = () => undefined) =>
    addStudy(store, worker, [join(folder, 'images')], { signal, onProgress });

  it('stores all, in natural order, tells how far it is, and adds nothing twice', async () => {
    const progress: Indexing[] = [];
    const added = await add(undefined, (each) => progress.push(each));
    expect(added).toMatchObject({ added: 1_200, unchanged: 0, changed: 0, failedCount: 1, cancelled: false });
    expect(added.failed).toMatchObject([{ path: join(folder, 'images', '7.png'), code: 'file-empty' }]);
    expect(progress.map(({ done, found, finished }) => [done, found, finished])).toEqual([
      [500, 1_200, false],
      [1_000, 1_200, false],
      [1_200, 1_200, false],
      [1_200, 1_200, true],
    ]);
    const { frames, counts } = await store.frames.list({ filter: {}, limit: 3, offset: 8 });
    expect(frames.map(({ relativePath }) => relativePath)).toEqual(['9.png', '10.png', '11.png']);
    expect(counts).toMatchObject({ unopened: 1_199, failed: 1 });
    expect(await add()).toMatchObject({ added: 0, unchanged: 1_200 });
  });

  it('stops between two pieces, and keeps what it has', async () => {
    const controller = new AbortController();
    const added = await add(controller.signal, () => controller.abort());
    expect(added.cancelled).toBe(true);
    expect(added.added).toBe(500);
    expect((await store.frames.list({ filter: {}, limit: 1, offset: 0 })).total).toBe(500);
  });

  it('survives the death of the worker', async () => {
    worker.start();
    const adding = add();
    process.kill(worker.pid!, 'SIGKILL');
    expect(await adding).toMatchObject({ added: 1_200, unchanged: 0, failedCount: 1 });
  });
});

describe('the project of a folder', () => {
  it('lies beside it, is found again, and is never inside it', async () => {
    mkdirSync(join(folder, 'data', 'Breast'), { recursive: true });
    const documents = join(folder, 'documents');
    const place = await projectFor(join(folder, 'data', 'Breast'), documents);
    expect(place).toEqual({ folder: join(folder, 'data', 'Breast.sonomask'), exists: false });
    mkdirSync(place.folder);
    expect(await projectFor(join(folder, 'data', 'Breast', 'a.png'), documents)).toEqual({ ...place, exists: true });
    expect(await projectAt(place.folder)).toBe(place.folder);
    expect(await projectAt(join(folder, 'data', 'Breast'))).toBeUndefined();
  });

  it('lies in the documents when nothing can be written beside it, each folder with its own', async () => {
    const documents = join(folder, 'documents');
    // A folder that is not there cannot be written, whoever asks.
    const one = await projectFor('/nowhere/a/Breast/1.png', documents);
    const two = await projectFor('/nowhere/b/Breast/1.png', documents);
    expect(one).toMatchObject({ exists: false });
    expect(one.folder.startsWith(join(documents, 'Breast-'))).toBe(true);
    expect(two.folder).not.toBe(one.folder);
    mkdirSync(one.folder);
    expect(await projectFor('/nowhere/a/Breast/2.png', documents)).toEqual({ folder: one.folder, exists: true });
  });
});
