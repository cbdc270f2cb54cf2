/** Masks carried on through real files and a real database: how far, over what, and taken back. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Propagation } from '../../../../main/propagate';
import type { MaskInstance } from '../../../../shared/domain';
import { AppError } from '../../../../shared/errors';
import type { PropagationRequest } from '../../../../shared/ipc';
import { areaPx, cocoRle, interpolatedMask, maskFromCocoRle, shrunk } from '../../../../shared/mask';
import { dice } from '../../../../shared/metrics';
import { phantomLoop } from '../../../../shared/phantom';
import { dicomFile, greyLoop } from '../../../support/dicom-file';
import { frameIds, temporaryFolder, workplace, type Workplace } from '../inference/support';

const SIZE = { widthPx: 160, heightPx: 120 };
const BEAT = phantomLoop({ label: 'lv-cavity', seed: 3, ...SIZE }, 8);
const USER = 'Dr. Li';

let place: Workplace;
let propagation: Propagation;
let frames: number[];
let labelId: number;
let progress: number[];

/** A loop whose last frame is noise. */
const pixels = Buffer.concat([
  ...BEAT.map(({ image }) => image.data),
  BEAT[0]!.image.data.map((_, i) => (i * 7_919) % 251),
]);

beforeEach(async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'images'));
  const loop = greyLoop({ rows: SIZE.heightPx, columns: SIZE.widthPx, frames: BEAT.length + 1, pixels });
  writeFileSync(join(folder, 'images', 'loop.dcm'), dicomFile(loop));
  place = await workplace(folder);
  frames = await frameIds(place);
  labelId = (await place.store.labels.create({ name: 'cavity' })).id;
  progress = [];
  propagation = new Propagation({
    ...{ store: place.store, source: place.source, worker: place.studyWorker },
    save: (edit) => place.store.masks.save(edit),
    onSaved: async () => undefined,
  });
  await draw(0);
});

afterEach(() => place.close());

async function draw(index: number, state: 'drawn' | 'proposed' = 'drawn'): Promise<void> {
  const { frame } = await place.source.open(frames[index]!);
  const { counts } = cocoRle(BEAT[index]!.mask);
  const change = { kind: 'add', labelId, state, rle: { ...SIZE, counts }, origin: { tool: 'brush' } } as const;
  await place.store.masks.save({ frameId: frame.id, frameSha256: frame.sha256!, user: USER, changes: [change] });
}

const run = (index: number, direction: PropagationRequest['direction'], signal = new AbortController().signal) =>
  propagation.run(
    { frameId: frames[index]!, labelId, direction },
    { user: USER, signal, onProgress: ({ done }) => void progress.push(done) },
  );

async function live(index: number): Promise<MaskInstance[]> {
  const masks = await place.store.masks.ofFrame(frames[index]!);
  return masks.filter(({ current: { state } }) => state !== 'deleted' && state !== 'rejected');
}
const maskOf = ({ current: { rle } }: MaskInstance) =>
  maskFromCocoRle({ size: [rle.heightPx, rle.widthPx], counts: rle.counts });

describe('masks carried on through a loop', () => {
  it('follow the heart to where the image is another, with how sure each is, and are taken back as one', async () => {
    expect(await run(0, 'forward')).toEqual({ frames: 7, of: 8, stopped: 'drift' });
    expect(progress).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    for (let i = 1; i < BEAT.length; i++) {
      const [mask, ...others] = await live(i);
      expect(others).toEqual([]);
      expect(mask!.current).toMatchObject({
        state: 'propagated',
        origin: { tool: 'propagation', fromFrameId: frames[0] },
      });
      expect(mask!.current.quality).toBeGreaterThan(0.4);
      expect(dice(maskOf(mask!), BEAT[i]!.mask)).toBeGreaterThan(0.8);
    }
    expect(await live(8)).toEqual([]);
    expect(await propagation.undo(USER)).toBe(7);
    for (let i = 1; i < BEAT.length; i++) expect(await live(i)).toEqual([]);
    expect(await live(0)).toHaveLength(1);
    expect(await propagation.undo(USER)).toBe(0);
  });

  it('stop before what somebody has outlined or judged, and take the place of proposals', async () => {
    await draw(2, 'proposed');
    await draw(4);
    const [proposed] = await live(2);
    expect(await run(0, 'forward')).toEqual({ frames: 3, of: 8, stopped: 'reviewed' });
    const [now] = await live(2);
    expect(now).toMatchObject({ id: proposed!.id, current: { state: 'propagated', previousId: proposed!.current.id } });
    expect((await live(4))[0]!.current.state).toBe('drawn');
    await propagation.undo(USER);
    expect((await live(2))[0]!.current).toMatchObject({ state: 'proposed', restoredFromId: proposed!.current.id });
    await place.store.frames.setReview(frames[1]!, 'accepted', USER);
    expect(await run(0, 'forward')).toEqual({ frames: 0, of: 8, stopped: 'reviewed' });
  });

  it('go backwards too, and what was corrected since is not taken back', async () => {
    await draw(5);
    expect(await run(5, 'backward')).toEqual({ frames: 4, of: 5, stopped: 'reviewed' });
    const [mask] = await live(3);
    const { sha256 } = await place.store.frames.get(frames[3]!);
    const { counts } = cocoRle(BEAT[3]!.mask);
    const content = { state: 'corrected', rle: { ...SIZE, counts }, origin: { tool: 'brush' } } as const;
    const change = { kind: 'edit', maskId: mask!.id, previousId: mask!.current.id, ...content } as const;
    await place.store.masks.save({ frameId: frames[3]!, frameSha256: sha256!, user: USER, changes: [change] });
    expect(await propagation.undo(USER)).toBe(3);
    expect((await live(3))[0]!.current.state).toBe('corrected');
    expect(await live(4)).toEqual([]);
  });

  it('can be stopped: what was saved stays, and is taken back', async () => {
    const controller = new AbortController();
    const running = propagation.run(
      { frameId: frames[0]!, labelId, direction: 'forward' },
      { user: USER, signal: controller.signal, onProgress: ({ done }) => done === 3 && controller.abort() },
    );
    await expect(running).rejects.toThrow();
    expect(await live(2)).toHaveLength(1);
    expect(await propagation.undo(USER)).toBeGreaterThanOrEqual(2);
    expect(await live(2)).toEqual([]);
  });

  it('without a mask to carry on say so', async () => {
    await expect(run(1, 'forward')).rejects.toMatchObject({ code: 'usage' });
  });

  it('are taken back also after another run that changed nothing', async () => {
    expect(await run(0, 'forward')).toMatchObject({ frames: 7 });
    await expect(run(8, 'forward')).rejects.toMatchObject({ code: 'usage' });
    expect(await propagation.undo(USER)).toBe(7);
  });

  it('are carried anew from a correction: over what was carried, up to what a human stands for, and no further', async () => {
    await run(0, 'forward');
    const [right] = await live(6);
    const accepted = { kind: 'state', maskId: right!.id, previousId: right!.current.id, state: 'accepted' } as const;
    const where = { frameId: frames[6]!, frameSha256: (await place.store.frames.get(frames[6]!)).sha256!, user: USER };
    await place.store.masks.save({ ...where, changes: [{ ...accepted, origin: { tool: 'review' } }] });
    const before = await Promise.all([1, 2, 3, 4, 5, 7].map(async (i) => (await live(i))[0]!.current.rle.counts));
    // Frame 3 is corrected: much smaller than what was carried there.
    const [carried] = await live(3);
    const { sha256 } = await place.store.frames.get(frames[3]!);
    const small = shrunk(BEAT[3]!.mask, 8);
    const rle = { ...SIZE, counts: cocoRle(small).counts };
    const content = { state: 'corrected', rle, origin: { tool: 'brush' } } as const;
    const change = { kind: 'edit', maskId: carried!.id, previousId: carried!.current.id, ...content } as const;
    await place.store.masks.save({ frameId: frames[3]!, frameSha256: sha256!, user: USER, changes: [change] });
    expect(await run(3, 'correction')).toEqual({ frames: 4, of: 4, stopped: 'corrected' });
    const areas = await Promise.all([1, 2, 4, 5].map(async (i) => (await live(i))[0]!.current));
    expect(areas.map(({ state }) => state)).toEqual(Array(4).fill('propagated'));
    // What came from the corrected frame's side is replaced; towards the first frame it goes over little by little.
    for (const i of [4, 5]) expect(dice(maskOf((await live(i))[0]!), shrunk(BEAT[i]!.mask, 8))).toBeGreaterThan(0.75);
    const [one, two] = [areas[0]!.areaPx, areas[1]!.areaPx];
    const [oneBefore, twoBefore] = await Promise.all([1, 2].map((i) => areaPx(BEAT[i]!.mask)));
    expect(two / twoBefore!).toBeLessThan(one / oneBefore!);
    expect((await live(7))[0]!.current.rle.counts).toBe(before.at(-1));
    expect((await live(6))[0]!.current.state).toBe('accepted');
    expect(await propagation.undo(USER)).toBe(4);
    const after = await Promise.all([1, 2, 4, 5].map(async (i) => (await live(i))[0]!.current.rle.counts));
    expect(after).toEqual([before[0], before[1], before[3], before[4]]);
  });

  it('are interpolated between the nearest frames a human stands for, and taken back', async () => {
    expect(await run(3, 'between')).toEqual({ frames: 0, of: 0, stopped: 'no-keys' });
    await draw(6);
    await draw(2, 'proposed');
    await place.store.frames.setReview(frames[4]!, 'rejected', USER);
    expect(await run(3, 'between')).toEqual({ frames: 4, of: 5, stopped: 'interpolated' });
    expect(await live(4)).toEqual([]);
    for (const i of [1, 2, 3, 5]) {
      const [mask, ...others] = await live(i);
      expect(others).toEqual([]);
      expect(mask!.current).toMatchObject({
        ...{ state: 'propagated', quality: null, origin: { tool: 'interpolation', fromFrameId: frames[0] } },
      });
      expect(dice(maskOf(mask!), interpolatedMask(BEAT[0]!.mask, BEAT[6]!.mask, i / 6))).toBe(1);
    }
    expect((await live(6))[0]!.current.state).toBe('drawn');
    expect(await propagation.undo(USER)).toBe(4);
    expect((await live(2))[0]!.current.state).toBe('proposed');
    // From the last key frame itself, too: what lies before it is meant.
    expect(await run(6, 'between')).toMatchObject({ frames: 4 });
  });

  it('end before a frame that somebody else works on, and say so', async () => {
    const others = new Propagation({
      ...{ store: place.store, source: place.source, worker: place.studyWorker },
      save: (edit) => {
        if (edit.frameId !== frames[3]) return place.store.masks.save(edit);
        return Promise.reject(new AppError('frame-leased', 'Ann', 'Ann works on it'));
      },
      onSaved: async () => undefined,
    });
    const asked = { frameId: frames[0]!, labelId, direction: 'forward' } as const;
    const tools = { user: USER, signal: new AbortController().signal, onProgress: () => undefined };
    expect(await others.run(asked, tools)).toEqual({ frames: 2, of: 8, stopped: 'reviewed' });
    await draw(6);
    const between = await others.run({ ...asked, frameId: frames[2]!, direction: 'between' }, tools);
    expect(between).toEqual({ frames: 4, of: 5, stopped: 'interpolated-part' });
  });

  it('are taken back on all other frames where somebody else works on one', async () => {
    const taken = new Set<number>();
    const others = new Propagation({
      ...{ store: place.store, source: place.source, worker: place.studyWorker },
      save: (edit) => {
        if (!taken.has(edit.frameId)) return place.store.masks.save(edit);
        return Promise.reject(new AppError('frame-leased', 'Ann', 'Ann works on it'));
      },
      onSaved: async () => undefined,
    });
    const tools = { user: USER, signal: new AbortController().signal, onProgress: () => undefined };
    await others.run({ frameId: frames[0]!, labelId, direction: 'forward' }, tools);
    taken.add(frames[4]!);
    expect(await others.undo(USER)).toBe(6);
    expect(await Promise.all([1, 4].map(async (i) => (await live(i)).length))).toEqual([0, 1]);
  });

  it('are told not to be all where a mask has no other to go over into', async () => {
    await place.store.labels.update(labelId, { instances: 'multiple' });
    await draw(2);
    await draw(2);
    expect(await run(1, 'between')).toEqual({ frames: 1, of: 1, stopped: 'interpolated-part' });
    expect(await live(1)).toHaveLength(1);
  });

  it('say of every frame who stands for them, and how sure the carried ones are', async () => {
    await draw(5);
    await place.store.frames.setReview(frames[7]!, 'accepted', USER);
    await run(0, 'forward');
    const { imageId } = await place.store.frames.get(frames[0]!);
    const loop = await place.store.masks.throughLoop(imageId, labelId);
    expect(loop.map(({ by }) => by)).toEqual([
      ...['human', 'propagation', 'propagation', 'propagation', 'propagation', 'human', 'nobody', 'human', 'nobody'],
    ]);
    expect(loop.map(({ masks }) => masks)).toEqual([1, 1, 1, 1, 1, 1, 0, 0, 0]);
    for (const { by, confidence, fromFrameId } of loop) {
      if (by === 'propagation') expect(confidence).toBeGreaterThan(0.4);
      else expect(confidence).toBeNull();
      expect(fromFrameId).toBe(by === 'propagation' ? frames[0] : null);
    }
    // What was carried came after what it was carried from; who only judged has drawn nothing.
    expect(loop[1]!.revisionId).toBeGreaterThan(loop[0]!.revisionId!);
    expect(loop[7]!.revisionId).toBeNull();
  });
});
