/** Images and the study list: order, pages, filters, problems, and the identity of frames by their pixels. */
import { describe, expect, it } from 'vitest';
import type { FrameFilter, FrameSummary } from '../../../../shared/domain';
import type { ProjectStore } from '../../../../main/project';
import { hashOf, newProject, projectWithFrame, sourceImage, USER } from './support';
import { maskOfBits } from './support-masks';

const NO_COUNTS = { unopened: 0, proposed: 0, corrected: 0, accepted: 0, rejected: 0, failed: 0 };

async function all(store: ProjectStore, filter: FrameFilter = {}): Promise<readonly FrameSummary[]> {
  return (await store.frames.list({ filter, limit: 1000, offset: 0 })).frames;
}

const paths = (frames: readonly FrameSummary[]): string[] => frames.map((f) => `${f.relativePath}:${f.frameIndex}`);

describe('the study list', () => {
  it('is in natural order whatever the order of adding', async () => {
    const store = await newProject();
    const files = ['P10/img1.png', 'p2/img10.png', 'p2/img2.png', 'p2/IMG1.png', 'p2/img02b.png', '患者2/图1.png'];
    for (const file of files) await store.images.add([sourceImage(file)]);
    expect(paths(await all(store))).toEqual(
      ['p2/IMG1.png', 'p2/img2.png', 'p2/img02b.png', 'p2/img10.png', 'P10/img1.png', '患者2/图1.png'].map(
        (p) => `${p}:0`,
      ),
    );
  });

  it('has a line for every frame of a cine loop, with what is known of it', async () => {
    const store = await newProject();
    await store.images.add([sourceImage('p1/cine.dcm', { frameCount: 12, widthPx: 800, heightPx: 600 })]);
    const frames = await all(store);
    expect(frames.map((f) => f.frameIndex)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(frames[3]).toMatchObject({
      patient: 'p1',
      studyName: 'p1',
      seriesName: 'B-mode',
      frameCount: 12,
      widthPx: 800,
      heightPx: 600,
      sha256: null,
      review: 'unopened',
      problem: null,
      maskCount: 0,
    });
    expect(await store.frames.get(frames[3]!.id)).toMatchObject({
      ...frames[3],
      absolutePath: '/data/p1/cine.dcm',
      sizeBytes: 1234,
      mtimeMs: 1_700_000_000_000.5,
      problemDetail: null,
    });
  });

  it('tells a loop from other images: its frames in their order with their states, and what comes after it', async () => {
    const store = await newProject();
    await store.images.add([
      sourceImage('p1/a.png'),
      sourceImage('p1/b.dcm', { frameCount: 11, frameTimeMs: 33.3 }),
      sourceImage('p1/c.tif', { frameCount: 2 }),
    ]);
    const frames = await all(store);
    const [still, first] = frames as [FrameSummary, FrameSummary, ...FrameSummary[]];
    const last = frames[11]!;
    await store.frames.setReview(frames[4]!.id, 'accepted', USER);
    await store.frames.markProblem(frames[6]!.id, 'format-corrupt', 'cut off');
    const loop = await store.frames.loop(first.imageId);
    expect(loop.frameTimeMs).toBe(33.3);
    expect(loop.frames.map(({ id }) => id)).toEqual(frames.slice(1, 12).map(({ id }) => id));
    expect(loop.frames.map(({ state }) => state).join(' ')).toBe(
      'unopened unopened unopened accepted unopened failed unopened unopened unopened unopened unopened',
    );
    expect(loop.frames[0]).toEqual({ id: first.id, state: 'unopened', sha256: null, maskCount: 0 });
    expect((await store.frames.neighbour(first.id, 'next', {}, true))!.relativePath).toBe('p1/c.tif');
    expect((await store.frames.neighbour(last.id, 'previous', {}, true))!.id).toBe(still.id);
    expect(paths(await all(store, { imageId: first.imageId }))).toHaveLength(11);
    await expect(store.frames.loop(99)).rejects.toMatchObject({ code: 'usage' });
  });

  it('is searched without regard to case and to how accents are written', async () => {
    const store = await newProject();
    await store.images.add([sourceImage('Mu\u0308ller/ÜBER.png'), sourceImage('甲状腺/Muller.png')]);
    for (const text of ['müller', 'MU\u0308LLER', 'über.PNG']) {
      expect(paths(await all(store, { text })), text).toEqual(['Mu\u0308ller/ÜBER.png:0']);
    }
    expect(paths(await all(store, { text: '状腺/mul' }))).toEqual(['甲状腺/Muller.png:0']);
  });

  it('comes in pages that together are the list', async () => {
    const store = await newProject();
    await store.images.add(Array.from({ length: 25 }, (_, i) => sourceImage(`p${i % 3}/${i}.png`)));
    const whole = await all(store);
    const pages = await Promise.all(
      [0, 10, 20, 30].map((offset) => store.frames.list({ filter: {}, limit: 10, offset })),
    );
    expect(pages.flatMap((page) => page.frames)).toEqual(whole);
    expect(pages.map((page) => page.total)).toEqual([25, 25, 25, 25]);
    for (const [i, frame] of whole.entries()) expect(await store.frames.offsetOf(frame.id, {})).toBe(i);
  });

  it('counts states, filters, and finds the neighbour that matches', async () => {
    const { store, frameId, cyst, edit } = await projectWithFrame();
    await store.images.add([2, 3, 4, 5].map((i) => sourceImage(`patient1/img${i}.png`)));
    await store.images.add([sourceImage('patient2/scan_1%.png')]);
    const [one, two, three, four, five, other] = (await all(store)) as [FrameSummary, ...FrameSummary[]];
    expect(one.id).toBe(frameId);
    const proposed = { state: 'proposed', rle: maskOfBits(1), origin: { tool: 'proposal' } } as const;
    await store.masks.save(edit([{ kind: 'add', labelId: cyst.id, ...proposed }]));
    await store.frames.setReview(two!.id, 'accepted', USER);
    await store.images.markProblem(four!.imageId, 'file-not-found');

    const { counts, total } = await store.frames.list({ filter: { states: ['unopened'] }, limit: 1, offset: 0 });
    expect(counts).toEqual({ ...NO_COUNTS, proposed: 1, accepted: 1, failed: 1, unopened: 3 });
    expect(total).toBe(3);
    const ids = async (filter: FrameFilter): Promise<number[]> => (await all(store, filter)).map((f) => f.id);
    expect(await ids({ states: ['unopened'] })).toEqual([three!.id, five!.id, other!.id]);
    expect(await ids({ states: ['failed', 'proposed'] })).toEqual([one.id, four!.id]);
    expect(await ids({ studyId: other!.studyId })).toEqual([other!.id]);
    expect(await ids({ seriesId: one.seriesId, states: ['accepted'] })).toEqual([two!.id]);
    expect(await ids({ labelId: cyst.id })).toEqual([one.id]);
    expect(await ids({ text: 'SCAN_1%' })).toEqual([other!.id]);
    expect(await ids({ text: '%' })).toEqual([other!.id]);

    const unreviewed: FrameFilter = { states: ['unopened', 'proposed'] };
    expect((await store.frames.neighbour(one.id, 'next', unreviewed))?.id).toBe(three!.id);
    expect((await store.frames.neighbour(five!.id, 'previous', unreviewed))?.id).toBe(three!.id);
    expect((await store.frames.neighbour(five!.id, 'previous', {}))?.id).toBe(four!.id);
    expect(await store.frames.neighbour(other!.id, 'next', {})).toBeNull();
    expect(await store.frames.neighbour(one.id, 'previous', {})).toBeNull();
    expect(await store.frames.offsetOf(five!.id, unreviewed)).toBe(2);
  });

  it('counts the masks on a frame, not those set aside, and those of each label for the progress', async () => {
    const { store, lesion, cyst, edit } = await projectWithFrame();
    const add = {
      kind: 'add',
      labelId: cyst.id,
      state: 'drawn',
      rle: maskOfBits(1),
      origin: { tool: 'brush' },
    } as const;
    const { masks } = await store.masks.save(edit([add, add, add]));
    const [a, b] = masks.map(({ id, current }) => ({ maskId: id, previousId: current.id }));
    const setAside = { kind: 'state', origin: { tool: 'review' } } as const;
    await store.masks.save(
      edit([
        { ...setAside, ...a!, state: 'rejected' },
        { ...setAside, ...b!, state: 'deleted' },
      ]),
    );
    expect((await all(store))[0]!.maskCount).toBe(1);
    const none = {
      proposed: 0,
      accepted: 0,
      corrected: 0,
      rejected: 0,
      drawn: 0,
      imported: 0,
      propagated: 0,
      deleted: 0,
    };
    expect(await store.masks.progress()).toEqual([
      { labelId: lesion.id, masks: none },
      { labelId: cyst.id, masks: { ...none, drawn: 1, rejected: 1, deleted: 1 } },
    ]);
  });
});

describe('adding images again', () => {
  it('changes nothing for files as known, and brings back those that were away', async () => {
    const store = await newProject();
    const images = ['a/1.png', 'a/2.png'].map((path) => sourceImage(path));
    expect(await store.images.add(images)).toEqual({ added: 2, unchanged: 0, changed: 0 });
    const before = await all(store);
    const [known] = await store.images.list();
    expect(known).toMatchObject({ absolutePath: '/data/a/1.png', sizeBytes: 1234, mtimeMs: 1_700_000_000_000.5 });
    await store.images.markProblem(known!.id, 'file-not-found', 'gone');
    expect((await all(store)).map((f) => f.problem)).toEqual(['file-not-found', null]);
    expect(await store.images.add(images)).toEqual({ added: 0, unchanged: 2, changed: 0 });
    expect(await all(store)).toEqual(before);
  });

  it('keeps the reason of a file that is as broken as before', async () => {
    const store = await newProject();
    const image = sourceImage('a/broken.png', { problem: 'format-corrupt', problemDetail: 'no end' });
    await store.images.add([image, sourceImage('a/fine.png')]);
    await store.images.add([sourceImage('a/broken.png')]);
    const [broken, fine] = await all(store);
    expect([broken!.problem, fine!.problem]).toEqual(['format-corrupt', null]);
    expect((await store.frames.get(broken!.id)).problemDetail).toBe('no end');
  });

  it('marks a file that changed under its masks, and clears it when the pixels turn out the same', async () => {
    const { store, frameId, frameSha256, lesion, edit } = await projectWithFrame();
    const add = {
      kind: 'add',
      labelId: lesion.id,
      state: 'drawn',
      rle: maskOfBits(9),
      origin: { tool: 'brush' },
    } as const;
    const { masks } = await store.masks.save(edit([add]));
    expect(await store.images.add([sourceImage('patient1/img1.png', { mtimeMs: 5 })])).toMatchObject({ changed: 1 });
    expect((await all(store))[0]).toMatchObject({ problem: 'changed', sha256: frameSha256, review: 'corrected' });
    expect(await store.masks.ofFrame(frameId)).toEqual(masks);

    const size = { widthPx: 6, heightPx: 4 };
    expect(await store.frames.setHash(frameId, { sha256: frameSha256, ...size })).toBe('same');
    expect((await all(store))[0]!.problem).toBeNull();
    expect(await store.frames.setHash(frameId, { sha256: hashOf('others'), ...size })).toBe('changed');
    expect((await all(store))[0]).toMatchObject({ problem: 'changed', sha256: frameSha256 });
    expect(await store.masks.ofFrame(frameId)).toEqual(masks);
  });

  it('takes other pixels for its own while a frame has no masks', async () => {
    const { store, frameId } = await projectWithFrame();
    const other = { sha256: hashOf('others'), widthPx: 10, heightPx: 8 };
    expect(await store.frames.setHash(frameId, other)).toBe('replaced');
    expect(await store.frames.get(frameId)).toMatchObject({ ...other, problem: null });
  });

  it('follows a loop that grew or shrank, and keeps its frames', async () => {
    const store = await newProject();
    const loop = (frameCount: number) => sourceImage('a/cine.dcm', { frameCount, mtimeMs: frameCount });
    await store.images.add([loop(3)]);
    await store.images.add([loop(5)]);
    expect(paths(await all(store))).toEqual([0, 1, 2, 3, 4].map((i) => `a/cine.dcm:${i}`));
    await store.images.add([loop(2)]);
    expect((await all(store)).map((f) => f.problem)).toEqual([null, null, ...Array(3).fill('file-not-found')]);
    await store.images.add([loop(5)]);
    expect((await all(store)).map((f) => f.problem)).toEqual(Array(5).fill(null));
  });
});

it('a malformed image, filter or id is refused by name', async () => {
  const { store } = await projectWithFrame();
  const usage = { code: 'usage' };
  await expect(store.images.add([sourceImage('a.png', { sizeBytes: -1 })])).rejects.toMatchObject(usage);
  await expect(store.frames.list({ filter: {}, limit: 5000, offset: 0 })).rejects.toMatchObject(usage);
  await expect(store.frames.list({ filter: { text: '' }, limit: 5, offset: 0 })).rejects.toMatchObject(usage);
  await expect(store.frames.get(99)).rejects.toMatchObject({ ...usage, subject: 'frame 99' });
  await expect(store.frames.setReview(1.5, 'accepted', USER)).rejects.toMatchObject(usage);
  await expect(store.images.markProblem(99, 'changed')).rejects.toMatchObject({ ...usage, subject: 'image 99' });
});

it('20,000 frames: adding, opening again and paging, timed', async () => {
  const store = await newProject();
  const images = Array.from({ length: 20_000 }, (_, i) =>
    sourceImage(`patient${i % 200}/series/frame${i}.png`, { widthPx: 1024, heightPx: 768 }),
  );
  const timed = async <T>(act: () => Promise<T>): Promise<[number, T]> => {
    const start = performance.now();
    const result = await act();
    return [Math.round(performance.now() - start), result];
  };
  const [addMs, added] = await timed(() => store.images.add(images));
  const [againMs, again] = await timed(() => store.images.add(images));
  const [firstMs, first] = await timed(() => store.frames.list({ filter: {}, limit: 100, offset: 0 }));
  const [lastMs, last] = await timed(() => store.frames.list({ filter: {}, limit: 100, offset: 19_900 }));
  const text = { text: 'patient7/' };
  const [textMs, found] = await timed(() => store.frames.list({ filter: text, limit: 100, offset: 0 }));
  const [nextMs] = await timed(() => store.frames.neighbour(last.frames[0]!.id, 'next', { states: ['unopened'] }));
  console.log(
    `20,000 frames: added in ${addMs} ms, again in ${againMs} ms; first page ${firstMs} ms, last ${lastMs} ms, ` +
      `by text ${textMs} ms, neighbour ${nextMs} ms`,
  );
  expect(added).toEqual({ added: 20_000, unchanged: 0, changed: 0 });
  expect(again).toEqual({ added: 0, unchanged: 20_000, changed: 0 });
  expect([first.frames.length, last.frames.length, last.total]).toEqual([100, 100, 20_000]);
  expect(last.frames[99]!.relativePath).toBe('patient199/series/frame19999.png');
  expect(found.total).toBe(100);
  // Generous: a listing that needs seconds would freeze the window, on any machine.
  expect(addMs).toBeLessThan(20_000);
  expect(lastMs).toBeLessThan(2_000);
});
