/** Batches over real worker processes: what is proposed on, what is left alone, what a broken or deadly file costs. */
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forkProcess } from '../../../../main/inference';
import { brushStroke, cocoRle } from '../../../../shared/mask';
import { writeImage } from '../inference/support';
import { temporaryFolder } from '../../../support/study-folder';
import { everythingOn, openDesk, writeBatchPlace, type BatchPlace, type OpenDesk } from './support';

const FILES = ['a/1.png', 'a/2.png', 'b/1.png', 'b/2.png', 'b/3.png', 'c/1.png'];
const DEADLY_WORKER = new URL('./deadly-encode.worker.ts', import.meta.url);

let folder: string;
let place: BatchPlace;
let open: OpenDesk;

beforeEach(async () => {
  folder = temporaryFolder();
  place = await writeBatchPlace(folder, FILES);
  open = await openDesk(place);
});

afterEach(async () => {
  await open.close();
  rmSync(folder, { recursive: true, force: true });
});

async function frameIds(): Promise<number[]> {
  return (await open.store.frames.list({ filter: {}, limit: 100, offset: 0 })).frames.map(({ id }) => id);
}

/** A human's mask. */
async function drawOn(frameId: number): Promise<void> {
  const { store } = open;
  const [label] = await store.labels.list();
  const frameSha256 = 'ab'.repeat(32);
  await store.frames.setHash(frameId, { sha256: frameSha256, widthPx: 40, heightPx: 30 });
  const { counts } = cocoRle(brushStroke([10, 10], 5, 40, 30));
  const rle = { widthPx: 40, heightPx: 30, counts };
  const change = { kind: 'add', labelId: label!.id, state: 'drawn', rle, origin: { tool: 'brush' } } as const;
  await store.masks.save({ frameId, frameSha256, user: 'Dr. Li', changes: [change] });
}

async function finished(begin: () => Promise<unknown>) {
  await begin();
  await open.desk.settled();
  return (await open.desk.status())!.batch;
}

describe('a batch', () => {
  it('proposes once on every frame, in the order of the list, with what the orders need', async () => {
    const { desk, store, statuses } = open;
    const batch = await finished(() => desk.start({ existing: 'skip' }));
    expect(batch).toMatchObject({ state: 'finished', counts: { done: 6, waiting: 0, failed: 0, 'set-aside': 0 } });
    for (const id of await frameIds()) {
      const masks = await store.masks.ofFrame(id);
      for (const { current } of masks) {
        expect(current).toMatchObject({ state: 'proposed', previousId: null, user: 'AutoSAMUS' });
        expect(current.origin).toEqual({ tool: 'proposal', modelId: batch.plan.modelId, headVersion: 'v1' });
      }
      expect(new Set(masks.map(({ labelId }) => labelId)).size).toBe(masks.length);
    }
    const masks = (await store.masks.progress()).reduce((sum, label) => sum + label.masks.proposed, 0);
    expect(batch.masks).toBe(masks);
    // Of two labels on six frames, found or not.
    expect((await store.scores.after(0, batch.plan.modelId)).rows).toHaveLength(12);
    expect(statuses.at(-1)).toMatchObject({ working: false, batch: { state: 'finished' } });
    expect((await store.audit.latest(1))[0]).toMatchObject({ action: 'start-batch', user: 'Dr. Li' });
  });

  it('keeps embeddings while there is room, and draws the same from them as from the files', async () => {
    await finished(() => open.desk.start({ existing: 'skip' }));
    const atOnce = await everythingOn(open.store);
    expect(atOnce.length).toBeGreaterThan(6);
    await open.close();

    place = await writeBatchPlace(temporaryFolder(), FILES);
    open = await openDesk(place);
    const [lesion, fetal] = await open.store.labels.list();
    await finished(() => open.desk.start({ existing: 'skip', labels: [{ labelId: lesion!.id }] }));
    const kept = readdirSync(join(open.store.cacheFolder, 'embeddings'), { recursive: true, encoding: 'utf8' });
    expect(kept.filter((name) => name.endsWith('.embedding'))).toHaveLength(6);
    await finished(() => open.desk.start({ existing: 'replace', labels: [{ labelId: fetal!.id }] }));
    expect(await everythingOn(open.store)).toEqual(atOnce);
  });

  it('never touches what a human has worked on, whatever is asked', async () => {
    const [first = 0] = await frameIds();
    await drawOn(first);
    const before = await open.store.masks.historyOfFrame(first);
    for (const existing of ['skip', 'replace'] as const) {
      expect(await open.desk.estimate({ existing })).toMatchObject({ frames: 5 });
    }
    await finished(() => open.desk.start({ existing: 'replace' }));
    expect(await open.store.masks.historyOfFrame(first)).toEqual(before);
    expect((await open.store.frames.get(first)).review).toBe('corrected');
  });

  it('leaves alone what a human draws after the batch was asked for', async () => {
    const [, , , , , last = 0] = await frameIds();
    await open.desk.start({ existing: 'skip' });
    await drawOn(last);
    await open.desk.settled();
    expect(await open.desk.status()).toMatchObject({ batch: { state: 'finished', counts: { waiting: 0 } } });
    const users = (await open.store.masks.historyOfFrame(last)).map(({ current }) => current.user);
    expect(users).toEqual(['Dr. Li']);
  });

  it('leaves frames with masks out, or draws untouched proposals of another head anew', async () => {
    await finished(() => open.desk.start({ existing: 'skip' }));
    const { frames: proposed } = await open.store.frames.list({
      filter: { states: ['proposed'] },
      limit: 9,
      offset: 0,
    });
    expect(await open.desk.estimate({ existing: 'skip' })).toMatchObject({ frames: 6 - proposed.length });
    expect(await open.desk.estimate({ existing: 'replace' })).toMatchObject({ frames: 6 });
    const before = await everythingOn(open.store);
    // The same head again: there is nothing to replace.
    const again = await finished(() => open.desk.start({ existing: 'replace' }));
    expect(again).toMatchObject({ masks: 0, counts: { done: 6 } });
    expect(await everythingOn(open.store)).toEqual(before);
  });

  it('is refused while another is unfinished, and where nothing is left', async () => {
    await open.desk.start({ existing: 'skip' });
    await open.desk.pause();
    await expect(open.desk.start({ existing: 'skip' })).rejects.toMatchObject({ code: 'usage' });
    await open.desk.cancel();
    expect(await open.desk.status()).toMatchObject({ working: false, batch: { state: 'cancelled' } });
    await expect(open.desk.resume()).rejects.toMatchObject({ code: 'usage' });
    for (const id of await frameIds()) await open.store.frames.setReview(id, 'accepted', 'Dr. Li');
    await expect(open.desk.start({ existing: 'replace' })).rejects.toMatchObject({ code: 'usage' });
  });

  it('takes the studies and labels that are asked for', async () => {
    const [first = 0] = await frameIds();
    const { studyId } = await open.store.frames.get(first);
    const [, fetal] = await open.store.labels.list();
    const request = { existing: 'skip', studyIds: [studyId], labels: [{ labelId: fetal!.id }] } as const;
    expect(await open.desk.estimate(request)).toMatchObject({ frames: 2 });
    const batch = await finished(() => open.desk.start(request));
    expect(batch.counts.done).toBe(2);
    const rows = (await open.store.scores.after(0, batch.plan.modelId)).rows;
    expect(rows.map(({ labelId }) => labelId)).toEqual([fetal!.id, fetal!.id]);
  });

  it('goes on where it was paused, in another process, and says how far it is', async () => {
    await open.desk.start({ existing: 'skip' });
    await open.desk.pause();
    const paused = (await open.desk.status())!.batch;
    expect(paused.state).toBe('paused');
    expect(paused.counts.done + paused.counts.waiting).toBe(6);
    await open.close();
    open = await openDesk(place);
    expect(await open.desk.status()).toMatchObject({ working: false, batch: paused });
    const batch = await finished(() => open.desk.resume());
    expect(batch).toMatchObject({ state: 'finished', counts: { done: 6 } });
    expect(open.ends.filter(({ outcome }) => outcome === 'done')).toHaveLength(6 - paused.counts.done);
  });

  it('names a file that cannot be read, marks it, and tries it again when asked', async () => {
    const broken = join(folder, 'images', 'b', '2.png');
    writeFileSync(broken, 'no picture');
    const batch = await finished(() => open.desk.start({ existing: 'skip' }));
    expect(batch).toMatchObject({ state: 'finished', counts: { done: 5, failed: 1 } });
    expect(await open.desk.failures()).toMatchObject([{ relativePath: 'b/2.png', state: 'failed', frameCount: 1 }]);
    const [failure] = await open.desk.failures();
    expect(await open.store.frames.get(failure!.frameId)).toMatchObject({ problem: failure!.code });
    await writeImage(broken, 4);
    const again = await finished(() => open.desk.retry());
    expect(again).toMatchObject({ id: batch.id, state: 'finished', counts: { done: 6, failed: 0 } });
    expect(await open.store.frames.get(failure!.frameId)).toMatchObject({ problem: null });
    await expect(open.desk.retry()).rejects.toMatchObject({ code: 'usage' });
  });

  it('stops where the folder of the images is gone, as when its disk is unplugged, and goes on when it is back', async () => {
    const [images, away] = [join(folder, 'images'), join(folder, 'away')];
    renameSync(images, away);
    const stopped = await finished(() => open.desk.start({ existing: 'skip' }));
    expect(stopped).toMatchObject({ state: 'paused', counts: { waiting: 6, failed: 0 } });
    expect(stopped.problem?.code).toBe('source-missing');
    renameSync(away, images);
    expect(await finished(() => open.desk.resume())).toMatchObject({ state: 'finished', counts: { done: 6 } });
  });

  it('measures how long it would take without keeping any of it', async () => {
    expect(await open.desk.estimate({ existing: 'skip' })).toEqual({ frames: 6, rate: null });
    const { frames, rate } = await open.desk.measure({ existing: 'skip' });
    expect(frames).toBe(6);
    expect(rate).toBeGreaterThan(0);
    expect(await open.desk.estimate({ existing: 'skip' })).toEqual({ frames, rate });
    expect(await everythingOn(open.store)).toEqual([]);
  });

  it('stops with the reason when going on is useless, and goes on when that is mended', async () => {
    await open.close();
    open = await openDesk(place, {
      startWorker: (_name, env) => forkProcess(DEADLY_WORKER, { ...env, SONOMASK_MODEL_FOLDER: '/nowhere' }),
    });
    const batch = await finished(() => open.desk.start({ existing: 'skip' }));
    expect(batch).toMatchObject({ state: 'paused', counts: { waiting: 6, failed: 0 } });
    expect(batch.problem?.code).toBe('model-invalid');
    await open.close();
    open = await openDesk(place);
    expect(await finished(() => open.desk.resume())).toMatchObject({ state: 'finished', problem: null });
  });
});

describe('a file that brings workers down', () => {
  it('is set aside after the second, and costs none of the others', async () => {
    await open.close();
    rmSync(folder, { recursive: true, force: true });
    folder = temporaryFolder();
    place = await writeBatchPlace(folder, ['a/1.png', 'a/deadly.png', 'b/1.png', 'b/2.png', 'c/1.png']);
    open = await openDesk(place, { startWorker: (_name, env) => forkProcess(DEADLY_WORKER, env) });
    const batch = await finished(() => open.desk.start({ existing: 'skip' }));
    expect(batch).toMatchObject({ state: 'finished', counts: { done: 4, failed: 0, 'set-aside': 1 } });
    expect(await open.desk.failures()).toMatchObject([
      { relativePath: 'a/deadly.png', state: 'set-aside', code: 'worker-died' },
    ]);
    // Healthy workers, and it is no worse than the others.
    await open.close();
    open = await openDesk(place);
    expect(await finished(() => open.desk.retry())).toMatchObject({ counts: { done: 5, 'set-aside': 0 } });
  });
});
