/** The journal of batches: what a plan takes, and that a frame is written once, whole or not at all. */
import { beforeEach, describe, expect, it } from 'vitest';
import { ProjectStore, type Decide } from '../../../../main/project';
import { PROPOSING_USER, type BatchPlan, type MaskChange } from '../../../../shared/domain';
import { hashOf, newProject, sourceImage, USER } from './support';
import { maskOfBits, HEIGHT, WIDTH } from './support-masks';

let store: ProjectStore;
let plan: BatchPlan;
let frameIds: number[];
const pixels = { sha256: hashOf('pixels'), widthPx: WIDTH, heightPx: HEIGHT };
const MODEL = 'm'.repeat(64);

beforeEach(async () => {
  store = await newProject();
  await store.images.add(['b/2.png', 'a/1.png', 'b/1.png'].map((path) => sourceImage(path)));
  const { id: labelId } = await store.labels.create({ name: 'lesion' });
  plan = { labels: [{ labelId, head: 'lesion', version: 'v1' }], existing: 'skip', modelId: MODEL };
  frameIds = (await store.frames.list({ filter: {}, limit: 10, offset: 0 })).frames.map(({ id }) => id);
});

/** A mask of the plan's label, whatever is there. */
const proposeOne: Decide = () => [proposal()];

function proposal(): MaskChange {
  const [label] = plan.labels;
  const origin = { tool: 'proposal', modelId: MODEL, headVersion: 'v1' } as const;
  return { kind: 'add', labelId: label!.labelId, state: 'proposed', rle: maskOfBits(0b1100), quality: 0.5, origin };
}

function done(batchId: number, frameId: number, decide: Decide = proposeOne) {
  const score = { labelId: plan.labels[0]!.labelId, head: 'lesion', predictedIou: 0.5, stability: 0.5, flipDice: null };
  return { batchId, frameId, pixels, decide, scores: [score] };
}

describe('a plan', () => {
  it('takes what nobody has worked on, in the order of the study list', async () => {
    const [first = 0, second = 0, third = 0] = frameIds;
    await store.frames.setReview(second, 'accepted', USER);
    expect(await store.batches.count(plan)).toBe(2);
    const { id, counts } = await store.batches.create(plan, USER);
    expect(counts).toEqual({ waiting: 2, done: 0, failed: 0, 'set-aside': 0 });
    const waiting = await store.batches.waiting(id, 0, 10);
    expect(waiting.map(({ frameId }) => frameId)).toEqual([first, third]);
    expect(await store.batches.waiting(id, waiting[0]!.itemId, 10)).toEqual([waiting[1]]);
    expect(await store.batches.sample(plan, 2)).toEqual([first, third]);
  });

  it('takes the studies it names, and the series that its labels are for', async () => {
    const [{ id: studyId } = { id: 0 }] = (await store.batches.studies()).filter(({ name }) => name === 'b');
    expect(await store.batches.studies()).toMatchObject([
      { name: 'a', frames: 1, unopened: 1 },
      { name: 'b', frames: 2 },
    ]);
    expect(await store.batches.count({ ...plan, studyIds: [studyId] })).toBe(2);
    const onlyOn = (series: string[]) => plan.labels.map((label) => ({ ...label, series }));
    expect(await store.batches.count({ ...plan, labels: onlyOn(['B-mode']) })).toBe(3);
    expect(await store.batches.count({ ...plan, labels: onlyOn(['Doppler']) })).toBe(0);
    await expect(store.batches.create({ ...plan, labels: onlyOn([]) }, USER)).rejects.toMatchObject({ code: 'usage' });
    expect(await store.batches.latest()).toBeUndefined();
  });

  it('leaves out a frame whose file has other pixels than its masks', async () => {
    const [first = 0] = frameIds;
    const { id } = await store.batches.create(plan, USER);
    await store.batches.complete(done(id, first));
    await store.batches.cancel(id, USER);
    await store.frames.setHash(first, { ...pixels, sha256: hashOf('others') });
    expect(await store.batches.count({ ...plan, existing: 'replace' })).toBe(2);
  });
});

describe('a frame', () => {
  it('is written once, however often it is handed in', async () => {
    const [first = 0] = frameIds;
    const { id } = await store.batches.create(plan, USER);
    const [one, other] = await Promise.all([
      store.batches.complete(done(id, first)),
      store.batches.complete(done(id, first)),
    ]);
    expect(one).toMatchObject([{ frameId: first, current: { state: 'proposed', user: PROPOSING_USER } }]);
    expect(other).toBeUndefined();
    expect(await store.masks.historyOfFrame(first)).toHaveLength(1);
    expect(await store.frames.get(first)).toMatchObject({ sha256: pixels.sha256, review: 'proposed' });
    expect(await store.batches.fail(id, first, { code: 'file-empty', message: '' })).toBe(false);
    expect(await store.batches.get(id)).toMatchObject({ masks: 1, counts: { done: 1, waiting: 2 } });
  });

  it('is written whole or not at all', async () => {
    const [first = 0] = frameIds;
    const { id } = await store.batches.create(plan, USER);
    // A label that takes one mask a frame.
    const two: Decide = () => [proposal(), proposal()];
    await expect(store.batches.complete(done(id, first, two))).rejects.toMatchObject({ code: 'revision-conflict' });
    expect(await store.masks.ofFrame(first)).toEqual([]);
    expect(await store.frames.get(first)).toMatchObject({ sha256: null, review: 'unopened' });
    expect((await store.batches.get(id)).counts.waiting).toBe(3);
    expect((await store.scores.after(0, MODEL)).rows).toEqual([]);
  });

  it('gets nothing any more once the batch is cancelled', async () => {
    const [first = 0] = frameIds;
    const { id } = await store.batches.create(plan, USER);
    await store.batches.cancel(id, USER);
    expect(await store.batches.complete(done(id, first))).toBeUndefined();
    expect(await store.masks.ofFrame(first)).toEqual([]);
    expect((await store.batches.get(id)).counts.waiting).toBe(3);
  });

  it('with other pixels than work on it was done on is refused and said so', async () => {
    const [first = 0] = frameIds;
    const { id } = await store.batches.create(plan, USER);
    await store.frames.setHash(first, { ...pixels, sha256: hashOf('before') });
    const edit = { frameId: first, frameSha256: hashOf('before'), user: USER, changes: [proposal()] };
    await store.masks.save(edit);
    await expect(store.batches.complete(done(id, first))).rejects.toMatchObject({ code: 'frame-changed' });
    await store.batches.fail(id, first, { code: 'frame-changed', message: 'other pixels' });
    expect(await store.frames.get(first)).toMatchObject({ problem: 'changed', sha256: hashOf('before') });
    expect(await store.batches.failures(id, 10)).toEqual([
      {
        ...{ frameId: first, state: 'failed', relativePath: 'a/1.png', frameIndex: 0, frameCount: 1 },
        ...{ code: 'frame-changed', message: 'other pixels' },
      },
    ]);
  });
});

describe('a batch', () => {
  it('is the only unfinished one, goes on after a pause, and ends when no frame waits', async () => {
    const { id } = await store.batches.create(plan, USER);
    await expect(store.batches.create(plan, USER)).rejects.toMatchObject({ code: 'usage' });
    expect(await store.batches.pause(id, { code: 'disk-full', message: 'full' })).toBe(true);
    expect(await store.batches.pause(id)).toBe(false);
    expect(await store.batches.latest()).toMatchObject({ state: 'paused', problem: { code: 'disk-full' } });
    await store.batches.resume(id);
    expect(await store.batches.get(id)).toMatchObject({ state: 'running', problem: null });
    expect(await store.batches.finish(id)).toBe(false);
    for (const frameId of frameIds) await store.batches.leave(id, frameId);
    expect(await store.batches.finish(id)).toBe(true);
    expect(await store.batches.get(id)).toMatchObject({ state: 'finished', counts: { done: 3 }, masks: 0 });
    await expect(store.batches.resume(id)).rejects.toMatchObject({ code: 'usage' });
    await expect(store.batches.cancel(id, USER)).rejects.toMatchObject({ code: 'usage' });
  });

  it('tries again what failed, with a clean slate', async () => {
    const [first = 0, second = 0, third = 0] = frameIds;
    const { id } = await store.batches.create(plan, USER);
    await expect(store.batches.retry(id)).rejects.toMatchObject({ code: 'usage' });
    expect(await store.batches.noteDeath(id, first)).toBe(1);
    expect(await store.batches.noteDeath(id, first)).toBe(2);
    await store.batches.fail(id, first, { code: 'worker-died', message: 'SIGSEGV' });
    await store.batches.fail(id, second, { code: 'file-not-found', message: 'gone' });
    await store.batches.complete(done(id, third));
    await store.batches.finish(id);
    expect((await store.batches.get(id)).counts).toEqual({ waiting: 0, done: 1, failed: 1, 'set-aside': 1 });
    expect((await store.frames.get(first)).problem).toBe('file-unreadable');
    expect((await store.frames.get(second)).problem).toBe('file-not-found');
    await store.batches.retry(id);
    expect(await store.batches.get(id)).toMatchObject({ state: 'running', finishedAt: null, counts: { waiting: 2 } });
    expect((await store.batches.waiting(id, 0, 10)).map(({ deaths }) => deaths)).toEqual([0, 0]);
  });

  it('of another reading is not seen', async () => {
    await store.batches.create(plan, USER);
    const reading = await store.readings.create({ name: 'second', blind: false }, USER);
    const { place } = store;
    await store.close();
    const second = await ProjectStore.open(place, reading.id);
    try {
      expect(await second.batches.latest()).toBeUndefined();
      const { id } = await second.batches.create(plan, USER);
      await second.batches.complete(done(id, frameIds[0]!));
      expect(await second.masks.ofFrame(frameIds[0]!)).toHaveLength(1);
      expect(await second.in(1).masks.ofFrame(frameIds[0]!)).toEqual([]);
    } finally {
      await second.close();
    }
  });
});
