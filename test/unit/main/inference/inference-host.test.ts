import { existsSync, readdirSync, rmSync, truncateSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { InferenceHost } from '../../../../main/inference';
import { cocoRle, emptyMask } from '../../../../shared/mask';
import { writeTinyModel } from '../../../support/tiny-model';
import { Ears, frameIds, inferenceHost, temporaryFolder, workplace, writeImage, type Workplace } from './support';

let models: string;
let place: Workplace;
let host: InferenceHost;
let ears: Ears;
let ports: number;

beforeAll(async () => {
  models = temporaryFolder();
  await writeTinyModel(join(models, 'tiny'), ['breast lesion', 'fetal head']);
});

afterAll(() => rmSync(models, { recursive: true, force: true }));

beforeEach(async () => {
  const folder = temporaryFolder();
  for (let i = 1; i <= 4; i++) await writeImage(join(folder, 'images', `frame ${i}.png`), i);
  place = await workplace(folder);
  ears = place.ears;
  ports = 0;
  host = inferenceHost(join(models, 'tiny'), ears, { onPromptWorker: () => void ports++ });
  await host.start();
  host.openProject(place.store, place.source);
});

afterEach(async () => {
  host.dispose();
  await place.close();
});

/** The file of the only embedding, once it is there: nobody waits for the disk to show an embedding. */
async function cacheFile(): Promise<string> {
  const cache = join(place.store.cacheFolder, 'embeddings');
  for (;;) {
    const names = existsSync(cache) ? readdirSync(cache, { recursive: true, encoding: 'utf8' }) : [];
    const name = names.find((each) => each.endsWith('.embedding'));
    if (name) return join(cache, name);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Stands for a user who draws a square. */
async function drawSquare(frameId: number, labelId: number): Promise<void> {
  const { frame } = await place.source.open(frameId);
  const { widthPx, heightPx, sha256 } = frame as { widthPx: number; heightPx: number; sha256: string };
  const mask = emptyMask(widthPx, heightPx);
  mask.data.fill(1, 0, widthPx);
  await host.project!.proposer.save({
    frameId,
    frameSha256: sha256,
    user: 'Dr. Li',
    changes: [
      {
        kind: 'add',
        labelId,
        state: 'drawn',
        rle: { widthPx, heightPx, counts: cocoRle(mask).counts },
        origin: { tool: 'brush' },
      },
    ],
  });
}

describe('a frame in focus', () => {
  it('gets an embedding, and a proposal from each label with a head', async () => {
    const [first = 0, second = 0] = await frameIds(place);
    const lesion = await host.labels!.create({ name: 'Breast lesion' });
    const other = await host.labels!.create({ name: 'ventricle' });
    expect(lesion.head).toEqual({ name: 'breast lesion', version: 'v1' });
    expect(other.head).toBeNull();

    expect(await host.project!.focus(first, [second])).toBe('waiting');
    const ready = await ears.hear('embedding.ready', ({ frameId }) => frameId === first);
    const { frame } = await place.source.open(first);
    expect(ready).toEqual({ frameId: first, frameSha256: frame.sha256, encoderId: host.status.model!.encoderId });

    const proposed = await ears.hear('masks.proposed', ({ frameId }) => frameId === first);
    expect(proposed.empty).toEqual([]);
    expect(proposed.masks).toMatchObject([
      {
        labelId: lesion.id,
        current: {
          state: 'proposed',
          user: 'AutoSAMUS',
          origin: { tool: 'proposal', modelId: host.status.model!.id, headVersion: 'v1' },
        },
      },
    ]);
    expect(await place.store.masks.ofFrame(first)).toEqual(proposed.masks);
    expect((await place.store.frames.get(first)).review).toBe('proposed');
    await ears.hear('masks.proposed', ({ frameId }) => frameId === second);
    const status = await ears.hear('inference.status', ({ queue }) => queue.done === 2);
    expect(status).toMatchObject({ state: 'ready', provider: { used: 'cpu' }, queue: { waiting: 0, running: null } });
  });

  it('is encoded before its neighbours, these in order, and before a batch', async () => {
    const [a = 0, b = 0, c = 0, d = 0] = await frameIds(place);
    await host.labels!.create({ name: 'breast lesion' });
    await host.project!.proposeAll();
    await host.project!.focus(d, [c]);
    await ears.hear('embedding.ready', ({ frameId }) => frameId === b);
    const order = ears.all('embedding.ready').map(({ frameId }) => frameId);
    // The batch had begun with its first.
    expect(order.filter((id) => id !== a)).toEqual([d, c, b]);
  });

  it('is ready at once when it was encoded before, also by an earlier run of the program', async () => {
    const [first = 0] = await frameIds(place);
    await host.project!.focus(first, []);
    await ears.hear('embedding.ready');
    await cacheFile();
    host.dispose();

    const again = new Ears();
    host = inferenceHost(join(models, 'tiny'), again);
    await host.start();
    host.openProject(place.store, place.source);
    expect(await host.project!.focus(first, [])).toBe('ready');
    await again.hear('embedding.ready');
    expect(host.pids.encode).toBeUndefined();
  });

  it('is encoded again when its cache file is damaged', async () => {
    const [first = 0] = await frameIds(place);
    await host.project!.focus(first, []);
    await ears.hear('embedding.ready');
    const file = await cacheFile();
    host.dispose();
    truncateSync(file, 1_000);

    const again = new Ears();
    host = inferenceHost(join(models, 'tiny'), again);
    await host.start();
    host.openProject(place.store, place.source);
    expect(await host.project!.focus(first, [])).toBe('waiting');
    await again.hear('embedding.ready', ({ frameId }) => frameId === first);
  });

  it.each([
    ['is gone', (path: string) => rmSync(path), 'file-not-found'],
    ['is damaged', (path: string) => truncateSync(path, 60), 'format-corrupt'],
  ])('whose file %s is told as failed, and the others are encoded', async (_, damage, code) => {
    const [first = 0, second = 0] = await frameIds(place);
    damage(join(place.folder, 'images', 'frame 1.png'));
    expect(await host.project!.focus(first, [second])).toBe('failed');
    expect(await ears.hear('embedding.failed')).toMatchObject({ frameId: first, problem: { code } });
    await ears.hear('embedding.ready', ({ frameId }) => frameId === second);
  });
});

describe('a proposal', () => {
  it('never comes to a frame on which somebody has worked', async () => {
    const [first = 0] = await frameIds(place);
    await host.labels!.create({ name: 'breast lesion' });
    const other = await host.labels!.create({ name: 'ventricle' });
    await drawSquare(first, other.id);
    await host.project!.focus(first, []);
    await ears.hear('embedding.ready');
    // What would be proposed is proposed before the next answer of the same worker.
    await host.project!.focus(first, []);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(ears.all('masks.proposed')).toEqual([]);
    expect(await place.store.masks.ofFrame(first)).toHaveLength(1);
  });

  it('gives way to work that begins while the head is drawing', async () => {
    const [first = 0] = await frameIds(place);
    const lesion = await host.labels!.create({ name: 'breast lesion' });
    await host.project!.focus(first, []);
    // The embedding is there, the head draws: the user is faster.
    await ears.hear('embedding.ready');
    await drawSquare(first, lesion.id).catch(() => undefined);
    const proposed = await ears.hear('masks.proposed').catch(() => undefined);
    const masks = await place.store.masks.ofFrame(first);
    expect(masks).toHaveLength(1);
    // One of the two came first; the other found it and left it alone.
    expect(masks[0]!.current.state).toBe(proposed?.masks.length === 0 ? 'drawn' : 'proposed');
  });

  it('comes anew where its frame has other pixels that the user says are right', async () => {
    const [first = 0] = await frameIds(place);
    await host.labels!.create({ name: 'breast lesion' });
    await host.project!.focus(first, []);
    const before = await ears.hear('masks.proposed');
    const path = join(place.folder, 'images', 'frame 1.png');
    await writeImage(path, 77);
    utimesSync(path, new Date(), new Date(Date.now() + 5_000));
    expect(await host.project!.focus(first, [])).toBe('failed');
    await place.source.acceptPixels(first, 'Dr. Li');
    await host.project!.focus(first, []);
    const after = await ears.hear('masks.proposed', ({ frameSha256 }) => frameSha256 !== before.frameSha256);
    expect(after.masks).toHaveLength(1);
    const states = (await place.store.masks.ofFrame(first)).map(({ current }) => current.state);
    expect(states).toEqual(['deleted', 'proposed']);
  });

  it('comes for a label that is made later, and only on its series', async () => {
    const [first = 0] = await frameIds(place);
    await host.project!.focus(first, []);
    await ears.hear('embedding.ready');
    await host.labels!.create({ name: 'fetal head' }, { series: ['Fetal biometry'] });
    const lesion = await host.labels!.create({ name: 'lesion', shortcut: '1' }, { head: 'breast lesion' });
    await host.project!.refocus();
    const proposed = await ears.hear('masks.proposed');
    expect(proposed.masks.map(({ labelId }) => labelId)).toEqual([lesion.id]);
  });

  it('does not come from a head that the label was not given, or that the model does not have', async () => {
    const none = await host.labels!.create({ name: 'breast lesion' }, { head: null });
    expect(none.head).toBeNull();
    const given = await host.labels!.update(none.id, {}, 'somebody', { head: 'fetal head' });
    expect(given.head).toEqual({ name: 'fetal head', version: 'v1' });
    await expect(host.labels!.create({ name: 'spleen' }, { head: 'spleen' })).rejects.toMatchObject({
      code: 'label-unknown',
    });
    expect((await host.labels!.list()).map(({ name }) => name)).toEqual(['breast lesion']);
  });
});

describe('proposing on all frames', () => {
  const reviews = async (): Promise<string[]> => {
    const { frames } = await place.store.frames.list({ filter: {}, limit: 10, offset: 0 });
    return frames.map(({ review }) => review);
  };

  it('proposes where nobody has worked, tells how far it is, and finds nothing to do after', async () => {
    const [, second = 0] = await frameIds(place);
    const lesion = await host.labels!.create({ name: 'breast lesion' });
    await drawSquare(second, lesion.id);
    expect(await host.project!.proposeAll()).toBe(3);
    await ears.hear('inference.status', ({ queue }) => queue.batch?.frames === 3 && queue.batch.left < 3);
    await ears.hear('inference.status', ({ queue }) => queue.done === 3 && queue.batch === null);
    expect(await reviews()).toEqual(['proposed', 'corrected', 'proposed', 'proposed']);
    expect(await host.project!.proposeAll()).toBe(0);
  });

  it('encodes nothing where no head proposes', async () => {
    await host.labels!.create({ name: 'ventricle' });
    await host.labels!.create({ name: 'fetal head' }, { series: ['Fetal biometry'] });
    expect(await host.project!.proposeAll()).toBe(0);
    expect(host.status.queue).toMatchObject({ waiting: 0, running: null, batch: null });
  });

  it('ends when it is told to, and keeps what there is', async () => {
    await host.labels!.create({ name: 'breast lesion' });
    expect(await host.project!.proposeAll()).toBe(4);
    await ears.hear('masks.proposed');
    host.project!.stopAll();
    const { queue } = await ears.hear('inference.status', (status) => status.queue.batch === null);
    expect(queue.waiting).toBe(0);
    expect(await reviews()).toContain('unopened');
    expect((await reviews())[0]).toBe('proposed');
  });
});

describe('a worker that dies', () => {
  it('while it encodes is started again, and the frame is encoded', async () => {
    const [first = 0, second = 0] = await frameIds(place);
    await host.project!.focus(first, []);
    await ears.hear('embedding.ready');
    await host.project!.focus(second, []);
    process.kill(host.pids.encode!, 'SIGKILL');
    await ears.hear('embedding.ready', ({ frameId }) => frameId === second);
    expect(await ears.hear('worker.restarted')).toEqual({ worker: 'encode', reason: 'SIGKILL' });
    expect(ears.all('embedding.failed')).toEqual([]);
  });

  it('behind the port is started again, has a new port, and is given the frame on screen', async () => {
    const [first = 0] = await frameIds(place);
    await host.project!.focus(first, []);
    await ears.hear('embedding.ready');
    const before = ports;
    ears.heard.length = 0;
    process.kill(host.pids.prompt!, 'SIGKILL');
    expect(await ears.hear('worker.restarted')).toEqual({ worker: 'prompt', reason: 'SIGKILL' });
    await ears.hear('embedding.ready', ({ frameId }) => frameId === first);
    expect(ports).toBe(before + 1);
  });
});

describe('without a model', () => {
  it('everything but proposals works, and the status says why', async () => {
    host.dispose();
    host = inferenceHost(join(models, 'nowhere'), ears);
    await host.start();
    host.openProject(place.store, place.source);
    const [first = 0] = await frameIds(place);
    expect(await host.project!.focus(first, [])).toBe('failed');
    expect(host.status).toMatchObject({ state: 'failed', problem: { code: 'file-not-found' }, model: null });
    const label = await host.labels!.create({ name: 'breast lesion' });
    await drawSquare(first, label.id);
    expect(await place.store.masks.ofFrame(first)).toHaveLength(1);
  });
});
