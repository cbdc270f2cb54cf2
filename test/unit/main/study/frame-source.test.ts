import { readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import sharp from 'sharp';
import { answerPixels } from '../../../../main/electron/pixels';
import { frameHash, readImage } from '../../../../main/study';
import { cocoRle, emptyMask } from '../../../../shared/mask';
import { cineUrl, FRAME_HASH_HEADER, frameUrl, thumbnailUrl } from '../../../../shared/ipc';
import { frameIds, temporaryFolder, workplace, writeImage, type Workplace } from '../inference/support';

let place: Workplace;
let first: number;
let path: string;

beforeEach(async () => {
  const folder = temporaryFolder();
  path = join(folder, 'images', 'a.png');
  await writeImage(path, 1, 400, 300);
  await writeImage(join(folder, 'images', 'b.png'), 2, 20, 10);
  place = await workplace(folder);
  [first = 0] = await frameIds(place);
});

afterEach(() => place.close());

/** Puts a mask on the frame as it is now. */
async function annotate(): Promise<void> {
  const { frame } = await place.source.open(first);
  const { counts } = cocoRle(emptyMask(400, 300));
  const label = await place.store.labels.create({ name: 'lesion' });
  await place.store.masks.save({
    frameId: first,
    frameSha256: frame.sha256!,
    user: 'Dr. Li',
    changes: [
      {
        kind: 'add',
        labelId: label.id,
        state: 'drawn',
        rle: { widthPx: 400, heightPx: 300, counts },
        origin: { tool: 'brush' },
      },
    ],
  });
}

/** Other pixels under the same name, seen even where the clock of the disk is coarse. */
async function replaceFile(widthPx = 400, heightPx = 300): Promise<void> {
  await writeImage(path, 99, widthPx, heightPx);
  utimesSync(path, new Date(), new Date(Date.now() + 5_000));
}

describe('opening a frame', () => {
  it('tells hash and size of the pixels as the readers decode them, and the page gets exactly these', async () => {
    const { frame: expected } = await readImage(path);
    const { frame, masks, problem } = await place.source.open(first);
    expect(frame).toMatchObject({ sha256: frameHash(expected), widthPx: 400, heightPx: 300, problem: null });
    expect({ masks, problem }).toEqual({ masks: [], problem: null });
    const png = await place.source.pixels(first, frame.sha256!);
    const { data, info } = await sharp(png).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 400, height: 300, channels: 1 });
    expect(Buffer.compare(data, Buffer.from(expected.data))).toBe(0);
    expect((await sharp(png).metadata()).channels).toBe(1);
  });

  it('whose file went answers why, marks it, keeps its masks, and all is well when the file is back', async () => {
    await annotate();
    renameSync(path, `${path}.away`);
    const gone = await place.source.open(first);
    expect(gone).toMatchObject({ problem: { code: 'file-not-found', path }, frame: { problem: 'file-not-found' } });
    expect(gone.masks).toHaveLength(1);
    expect(place.ears.all('frames.changed').at(-1)).toMatchObject({
      frames: [{ id: first, problem: 'file-not-found' }],
    });
    renameSync(`${path}.away`, path);
    expect(await place.source.open(first)).toMatchObject({ problem: null, frame: { problem: null } });
  });

  it('with other pixels than its masks were made on says so, and shows none of either hash', async () => {
    await annotate();
    const { frame } = await place.source.open(first);
    await replaceFile();
    const changed = await place.source.open(first);
    expect(changed).toMatchObject({ problem: { code: 'frame-changed' }, frame: { sha256: frame.sha256 } });
    expect(changed.masks).toHaveLength(1);
    await expect(place.source.pixels(first, frame.sha256!)).rejects.toMatchObject({ code: 'frame-changed' });
  });

  it('with other pixels that the user says are right shows these, with its masks', async () => {
    await annotate();
    const { frame: before } = await place.source.open(first);
    await replaceFile();
    await place.source.open(first);
    await place.source.acceptPixels(first, 'Dr. Li');
    expect(place.ears.all('frames.changed').at(-1)).toMatchObject({ frames: [{ id: first, problem: null }] });
    const { frame, masks, problem } = await place.source.open(first);
    expect([frame.sha256, problem, masks.length]).toEqual([frameHash((await readImage(path)).frame), null, 1]);
    expect(frame.sha256).not.toBe(before.sha256);
    await place.source.pixels(first, frame.sha256!);
  });

  it('with an image of another size in its place keeps its masks from it', async () => {
    await annotate();
    await replaceFile(300, 400);
    await place.source.open(first);
    const refused = { code: 'size-changed', subject: path };
    await expect(place.source.acceptPixels(first, 'Dr. Li')).rejects.toMatchObject(refused);
    expect(await place.source.open(first)).toMatchObject({ problem: { code: 'frame-changed' } });
  });

  it('without masks takes other pixels for its own', async () => {
    const { frame } = await place.source.open(first);
    await replaceFile();
    const replaced = await place.source.open(first);
    expect(replaced.problem).toBeNull();
    expect(replaced.frame.sha256).not.toBe(frame.sha256);
  });
});

describe('a frame in passing', () => {
  it('is what its file has now, with its hash, and nothing of it is noted', async () => {
    const answer = (await answerPixels(new URL(cineUrl(first), 'app://sonomask'), place.source))!;
    expect(answer.headers.get(FRAME_HASH_HEADER)).toBe(frameHash((await readImage(path)).frame));
    expect((await sharp(Buffer.from(await answer.arrayBuffer())).metadata()).width).toBe(400);
    expect(await place.store.frames.get(first)).toMatchObject({ sha256: null });
    await replaceFile();
    const again = (await answerPixels(new URL(cineUrl(first), 'app://sonomask'), place.source))!;
    expect(again.headers.get(FRAME_HASH_HEADER)).toBe(frameHash((await readImage(path)).frame));
    rmSync(path);
    expect((await answerPixels(new URL(cineUrl(first), 'app://sonomask'), place.source))!.status).toBe(404);
  });
});

describe('looking after files', () => {
  it('marks those that went while the program was closed, and clears those that are back', async () => {
    const never = new AbortController().signal;
    renameSync(path, `${path}.away`);
    await place.source.checkFiles(never);
    expect(await place.store.frames.get(first)).toMatchObject({ problem: 'file-not-found' });
    expect(place.ears.all('frames.changed')).toEqual([{ frames: null }]);
    renameSync(`${path}.away`, path);
    await place.source.checkFiles(never);
    expect(await place.store.frames.get(first)).toMatchObject({ problem: null });
    await place.source.checkFiles(never);
    expect(place.ears.all('frames.changed')).toHaveLength(2);
  });

  it('writes nothing beside them', async () => {
    const before = readdirSync(join(place.folder, 'images')).map((name) => [
      name,
      statSync(join(place.folder, 'images', name)).mtimeMs,
    ]);
    await place.source.open(first);
    await place.source.thumbnail(first);
    const after = readdirSync(join(place.folder, 'images')).map((name) => [
      name,
      statSync(join(place.folder, 'images', name)).mtimeMs,
    ]);
    expect(after).toEqual(before);
  });
});

describe('a thumbnail', () => {
  it('is at most 160 px, never enlarged, and made once', async () => {
    const [, small = 0] = await frameIds(place);
    const png = await place.source.thumbnail(first);
    expect(await sharp(png).metadata()).toMatchObject({ width: 160, height: 120, channels: 1 });
    expect(await sharp(await place.source.thumbnail(small)).metadata()).toMatchObject({ width: 20, height: 10 });
    place.source.dispose();
    place.studyWorker.dispose();
    expect(await place.source.thumbnail(first)).toEqual(png);
  });

  it('of a new picture under the old name is another', async () => {
    const before = await place.source.thumbnail(first);
    await replaceFile();
    expect(await place.source.thumbnail(first)).not.toEqual(before);
  });

  it('of a file that cannot be read is refused with the reason', async () => {
    rmSync(path);
    await expect(place.source.thumbnail(first)).rejects.toMatchObject({ code: 'file-not-found' });
  });
});

describe("the page's requests for pixels", () => {
  const ask = async (address: string): Promise<number | undefined> =>
    (await answerPixels(new URL(`app://sonomask${address}`), place.source))?.status;

  it('are answered with PNG that nobody may keep, and refused for other pixels', async () => {
    const { frame } = await place.source.open(first);
    const url = new URL(`app://sonomask${frameUrl(first, frame.sha256!)}`);
    const response = await answerPixels(url, place.source);
    expect(response?.headers.get('content-type')).toBe('image/png');
    expect(response?.headers.get('cache-control')).toBe('no-store');
    expect(new Uint8Array(await response!.arrayBuffer())).toEqual(await place.source.pixels(first, frame.sha256!));
    expect(await ask(thumbnailUrl(first))).toBe(200);
    expect(await ask(frameUrl(first, '0'.repeat(64)))).toBe(409);
  });

  it.each([
    ['/frame/999?sha256=' + '0'.repeat(64), 404],
    ['/frame/1', 400],
    ['/frame/1?sha256=x', 400],
    ['/frame/0?sha256=' + '0'.repeat(64), 400],
    ['/index.html', undefined],
    ['/frame/../../etc/passwd', undefined],
  ])('%s: %s', async (address, status) => {
    expect(await ask(address)).toBe(status);
  });

  it('are refused when no project is open', async () => {
    expect((await answerPixels(new URL('app://sonomask/thumb/1'), undefined))?.status).toBe(404);
  });
});
