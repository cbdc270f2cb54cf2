/** Rounds, head versions, sides and lessons in a real database. */
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ProjectStore, type RoundEnd } from '../../../../main/project';
import type { FrameId, LabelId, MaskState, RoundReport } from '../../../../shared/domain';
import { TINY_HEAD } from '../../../support/tiny-model';
import { hashOf, newProject, sourceImage, USER } from './support';
import { HEIGHT, maskOfBits, WIDTH } from './support-masks';

const SETTINGS = { minutes: 3, fromHeadId: null, seed: 1 };
const MEAN = { dice: 0.5, hd95Px: null, clicks: 3 };

export const REPORT: RoundReport = {
  judging: 'held-out',
  images: { train: 2, validation: 1 },
  groups: { train: 2, validation: 1 },
  groupedBy: 'patient',
  startedFrom: 'neutral',
  steps: 10,
  minutes: 0.1,
  curve: [],
  before: MEAN,
  after: MEAN,
  gain: { mean: 0.1, low: 0.05, high: 0.2 },
  replay: null,
  verdict: 'better',
  frames: [],
  leftOut: [],
};

/** Texts that stand for the files of heads. */
const HEADS = ['one', 'two'];

const head = (text: string): RoundEnd['head'] => ({
  config: TINY_HEAD,
  encoderId: hashOf('encoder'),
  decoderId: hashOf('decoder'),
  sha256: hashOf(text),
  ownVersion: null,
});

const endOf = (text: string, activate = true): RoundEnd => ({
  report: REPORT,
  assignments: [],
  head: head(text),
  activate,
});

/** Four frames of three patients, decoded. */
async function study() {
  const store = await newProject();
  for (const text of HEADS) writeFileSync(store.headFile(hashOf(text)), text);
  await store.images.add(['p1/a.png', 'p1/b.png', 'p2/c.png', 'p3/d.png'].map((path) => sourceImage(path)));
  const frames = (await store.frames.list({ filter: {}, limit: 10, offset: 0 })).frames.map(({ id }) => id);
  for (const id of frames)
    await store.frames.setHash(id, { sha256: hashOf(`frame ${id}`), widthPx: WIDTH, heightPx: HEIGHT });
  const { id: labelId } = await store.labels.create({ name: 'nodule', instances: 'multiple' });
  const draw = async (frameId: FrameId, state: Exclude<MaskState, 'deleted'>, bits = 7): Promise<number> => {
    const change = { kind: 'add', labelId, state, rle: maskOfBits(bits), origin: { tool: 'brush' } } as const;
    const edit = { frameId, frameSha256: hashOf(`frame ${frameId}`), user: USER, changes: [change] };
    return (await store.masks.save(edit)).masks[0]!.current.id;
  };
  return { store, frames, labelId, draw };
}

async function finished(store: ProjectStore, labelId: LabelId, text: string, activate = true) {
  const { id } = await store.rounds.start(labelId, SETTINGS, {}, 0, USER);
  return store.rounds.finish(id, endOf(text, activate));
}

describe('what a label can learn from', () => {
  it('is every frame whose masks of it a human made or approved, all of them', async () => {
    const { store, frames, labelId, draw } = await study();
    const [a, b, c, d] = frames as [number, number, number, number];
    await draw(a, 'drawn');
    await draw(a, 'corrected', 0b111000);
    await draw(b, 'proposed');
    await draw(c, 'accepted');
    await draw(c, 'proposed');
    const last = await draw(d, 'drawn');
    await draw(d, 'rejected');
    expect(await store.lessons.counts()).toEqual([{ labelId, usable: 2, fresh: 2 }]);
    const lessons = await store.lessons.ofLabel(labelId);
    expect(lessons.map(({ frameId, masks }) => [frameId, masks.length])).toEqual([
      [a, 2],
      [d, 1],
    ]);
    expect(lessons[0]).toMatchObject({
      frameSha256: hashOf(`frame ${a}`),
      absolutePath: '/data/p1/a.png',
      patient: 'p1',
      seriesInStudy: 1,
      masks: [maskOfBits(7), maskOfBits(0b111000)],
    });
    expect(lessons[1]!.newestRevisionId).toBe(last + 1);
  });

  it('is no frame without a pixel, none that was rejected; one that cannot be read now counts: the round sees', async () => {
    const { store, frames, labelId, draw } = await study();
    await draw(frames[0]!, 'drawn', 0);
    await draw(frames[1]!, 'drawn');
    await store.frames.setReview(frames[1]!, 'rejected', USER);
    await draw(frames[2]!, 'drawn');
    await store.frames.setHash(frames[2]!, { sha256: hashOf('other'), widthPx: WIDTH, heightPx: HEIGHT });
    await draw(frames[3]!, 'drawn');
    await store.frames.markProblem(frames[3]!, 'file-not-found', 'gone');
    expect(await store.lessons.counts()).toEqual([{ labelId, usable: 2, fresh: 2 }]);
    // What was drawn belongs to the pixels of then.
    const lessons = await store.lessons.ofLabel(labelId);
    expect(lessons.map(({ frameSha256 }) => frameSha256)).toEqual(frames.slice(2).map((id) => hashOf(`frame ${id}`)));
  });

  it('is fresh until a round has begun that knew it', async () => {
    const { store, frames, labelId, draw } = await study();
    const first = await draw(frames[0]!, 'drawn');
    const { id } = await store.rounds.start(labelId, SETTINGS, {}, first, USER);
    await store.rounds.cancel(id, USER);
    expect(await store.lessons.counts()).toEqual([{ labelId, usable: 1, fresh: 0 }]);
    await draw(frames[1]!, 'drawn');
    expect(await store.lessons.counts()).toEqual([{ labelId, usable: 2, fresh: 1 }]);
  });
});

describe('a round', () => {
  it('runs alone, is paused, goes on, and keeps its plan until it has ended', async () => {
    const { store, labelId } = await study();
    const other = await store.labels.create({ name: 'cyst' });
    const { id } = await store.rounds.start(labelId, SETTINGS, { frames: [1] }, 0, USER);
    await expect(store.rounds.start(other.id, SETTINGS, {}, 0, USER)).rejects.toMatchObject({ code: 'usage' });
    await store.rounds.pause(id);
    await expect(store.rounds.start(labelId, SETTINGS, {}, 0, USER)).rejects.toMatchObject({ code: 'usage' });
    const second = await store.rounds.start(other.id, SETTINGS, {}, 0, USER);
    await expect(store.rounds.resume(id)).rejects.toMatchObject({ code: 'usage' });
    await store.rounds.fail(second.id, 'worker-died');
    await store.rounds.resume(id);
    expect(await store.rounds.open()).toMatchObject([{ id, state: 'running' }]);
    expect(await store.rounds.plan(id)).toEqual({ frames: [1] });
    const version = await store.rounds.finish(id, endOf('one'));
    expect(await store.rounds.get(id)).toMatchObject({ state: 'finished', report: REPORT, headId: version.id });
    await expect(store.rounds.plan(id)).rejects.toMatchObject({ code: 'usage' });
    await expect(store.rounds.finish(id, endOf('two'))).rejects.toMatchObject({ code: 'usage' });
    expect(await store.rounds.get(second.id)).toMatchObject({ state: 'failed', problem: 'worker-died', headId: null });
  });

  it('puts frames on a side for ever', async () => {
    const { store, frames, labelId } = await study();
    const [a, b, c] = frames as [number, number, number, number];
    const end = (assignments: RoundEnd['assignments']) => ({ ...endOf('one', false), assignments });
    const first = await store.rounds.start(labelId, SETTINGS, {}, 0, USER);
    await store.rounds.finish(
      first.id,
      end([
        { frameId: a, group: 'patient:p1', side: 'train' },
        { frameId: b, group: 'patient:p1', side: 'train' },
      ]),
    );
    const second = await store.rounds.start(labelId, SETTINGS, {}, 0, USER);
    const wrong = end([{ frameId: c, group: 'patient:p1', side: 'validation' }]);
    await expect(store.rounds.finish(second.id, wrong)).rejects.toMatchObject({ code: 'internal' });
    await store.rounds.finish(
      second.id,
      end([
        { frameId: a, group: 'patient:p1', side: 'train' },
        { frameId: c, group: 'patient:p2', side: 'validation' },
      ]),
    );
    expect(await store.rounds.sides()).toEqual({
      sides: { 'patient:p1': 'train', 'patient:p2': 'validation' },
      groupOf: new Map([
        [a, 'patient:p1'],
        [b, 'patient:p1'],
        [c, 'patient:p2'],
      ]),
    });
  });
});

describe('head versions', () => {
  it('are numbered after the own head of the model, and never twice the same', async () => {
    const { store, labelId } = await study();
    const { id } = await store.rounds.start(labelId, SETTINGS, {}, 0, USER);
    const end = endOf('one', false);
    const first = await store.rounds.finish(id, { ...end, head: { ...end.head, ownVersion: '1' } });
    expect(first.version).toBe('v2');
    await store.heads.remove(first.id, USER);
    expect((await finished(store, labelId, 'two')).version).toBe('v3');
    expect((await store.heads.ofLabel(labelId)).map(({ version }) => version)).toEqual(['v3']);
    await expect(store.heads.get(first.id)).rejects.toMatchObject({ code: 'usage' });
    expect((await store.rounds.ofLabel(labelId)).map(({ headId }) => headId === null)).toEqual([false, true]);
  });

  it('are active one at a time; the active one is not removed; all is in the audit', async () => {
    const { store, labelId } = await study();
    const first = await finished(store, labelId, 'one');
    const second = await finished(store, labelId, 'two');
    expect((await store.heads.active()).map(({ id }) => id)).toEqual([second.id]);
    await expect(store.heads.remove(second.id, USER)).rejects.toMatchObject({ code: 'usage' });
    await store.heads.activate(labelId, first.id, USER);
    expect((await store.heads.ofLabel(labelId)).map(({ active }) => active)).toEqual([false, true]);
    await store.heads.activate(labelId, null, USER);
    expect(await store.heads.active()).toEqual([]);
    const other = await store.labels.create({ name: 'cyst' });
    await expect(store.heads.activate(other.id, first.id, USER)).rejects.toMatchObject({ code: 'usage' });
    const lines = await store.audit.latest(3);
    expect(lines.map(({ action, detail }) => [action, detail])).toEqual([
      ['activate-head', { from: 'v1', to: null }],
      ['activate-head', { from: 'v2', to: 'v1' }],
      ['activate-head', expect.objectContaining({ from: 'v1', to: 'v2', verdict: 'better' })],
    ]);
  });

  it('with the same file as another tell so when one is removed', async () => {
    const { store, labelId } = await study();
    const first = await finished(store, labelId, 'one', false);
    const again = await store.heads.add({ ...head('one'), labelId, report: null }, USER);
    expect(await store.heads.remove(first.id, USER)).toBe(true);
    expect(await store.heads.remove(again.id, USER)).toBe(false);
  });
});
