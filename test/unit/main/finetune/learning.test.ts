/** Rounds of a real project, in SQLite and worker processes; most with a worker that only rehearses the training. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FinetuneApi } from '../../../../main/finetune';
import { stateFolder } from '../../../../main/finetune/plan-round';
import { forkProcess, WorkerHost } from '../../../../main/inference';
import { readManifest, readHeadFile } from '../../../../models/folder';
import { temporaryFolder } from '../../../support/study-folder';
import { TINY_CONFIG, TINY_HEAD } from '../../../support/tiny-model';
import { addVersion, classroom, copyOf, draw, lesionOf, writeStudy, type Classroom, type Study } from './support';

const FRAMES = 6;
const REHEARSAL = new URL('./rehearsal.worker.ts', import.meta.url);

let study: Study;
let room: Classroom;
let copies = 0;
const folder = temporaryFolder();

beforeAll(async () => {
  study = await writeStudy(folder, FRAMES + 1, FRAMES);
});

afterEach(() => room.close());

/** A copy of the project; without `env` its rounds train. */
async function open(
  env?: Readonly<Record<string, string>>,
  project = copyOf(study, `copy-${++copies}`),
): Promise<Classroom> {
  const worker = env && new WorkerHost<FinetuneApi>('finetune', forkProcess(REHEARSAL, env));
  room = await classroom(project, study.modelFolder, worker ? { worker } : {});
  return room;
}

const half = () => room.ears.hear('learning.progress', ({ done }) => done === 0.5);

describe('a round that trains', () => {
  it('yields a version with a report, the side of every frame, and nothing that is left behind', async () => {
    const { learning, store, ears } = await open();
    const before = {
      labelId: study.labelId,
      usable: FRAMES,
      fresh: FRAMES,
      offered: false,
      round: null,
      progress: null,
      elsewhere: false,
    };
    expect(await learning.labels()).toEqual([before]);
    const round = await learning.start(study.labelId);
    expect(await learning.labels()).toMatchObject([{ fresh: 0, round: { id: round.id, state: 'running' } }]);
    await learning.settled();
    const [ended] = ears.all('learning.ended');
    const [version] = await store.heads.ofLabel(study.labelId);
    expect(ended?.round).toMatchObject({ id: round.id, state: 'finished', problem: null, headId: version?.id });
    expect(version).toMatchObject({ version: 'v1', roundId: round.id, active: ended?.activated });
    const { report } = ended!.round;
    expect(report).toMatchObject({
      groupedBy: 'patient',
      judging: 'leave-one-out',
      images: { train: FRAMES - 1, validation: FRAMES },
    });
    expect(ended?.activated).toBe(report?.verdict === 'better' || report?.verdict === 'first');
    expect(report?.curve.length).toBeGreaterThan(1);
    await readHeadFile(store.headFile(version!.sha256), version!.sha256, TINY_CONFIG, version!.config);
    expect((await store.rounds.sides()).groupOf.size).toBe(FRAMES);
    expect(existsSync(stateFolder(store, round.id))).toBe(false);
    const phases = new Set(ears.all('learning.progress').map(({ phase }) => phase));
    expect(phases).toEqual(new Set(['prepare', 'train', 'judge']));
  });
});

describe('the gate', () => {
  it.each([
    ['better', true],
    ['first', true],
    ['not-better', false],
    ['forgets', false],
  ])('%s: the version is kept, and proposes by itself: %s', async (verdict, proposes) => {
    const { learning, store } = await open({ VERDICT: verdict, WAIT: 'no' });
    const planted = await addVersion(store, study.modelFolder, study.labelId, 11);
    await learning.versions.activate(study.labelId, planted);
    const round = await learning.start(study.labelId);
    expect(round.settings.fromHeadId).toBe(planted);
    await learning.settled();
    const { versions } = await learning.versions.list(study.labelId);
    expect(versions.map((each) => [each.version, each.active])).toEqual([
      ['v2', proposes],
      ['v1', !proposes],
    ]);
    expect(versions[0]!.report?.verdict).toBe(verdict);
    const ended = await room.ears.hear('learning.ended');
    expect(ended).toMatchObject({ activated: proposes, before: { dice: 0.4 }, after: { dice: 0.6 } });
    // The user may override it.
    await learning.versions.activate(study.labelId, versions[0]!.id);
    expect(await store.heads.active()).toMatchObject([{ version: 'v2' }]);
  });
});

describe('a round under way', () => {
  it('is paused, goes on, and is finished early', async () => {
    const { learning, store, worker, ears } = await open({});
    const { id } = await learning.start(study.labelId);
    await half();
    await learning.pause(id);
    expect(await store.rounds.get(id)).toMatchObject({ state: 'paused' });
    // What a window that is loaded anew has to show.
    const progress = { state: 'paused', done: 0.5, curve: [{ step: 1 }] };
    expect(await learning.labels()).toMatchObject([{ round: { id }, progress }]);
    expect(ears.all('learning.progress').at(-1)).toMatchObject({ roundId: id, state: 'paused', done: 0.5 });
    expect(worker.pid).toBeUndefined();
    await expect(learning.finish(id)).rejects.toMatchObject({ code: 'usage' });
    await expect(learning.start(study.labelId)).rejects.toMatchObject({ code: 'usage' });
    ears.heard.length = 0;
    await learning.resume(id);
    await half();
    await learning.finish(id);
    await learning.settled();
    expect(await store.rounds.get(id)).toMatchObject({ state: 'finished' });
  });

  it('is cancelled, and nothing of it is kept', async () => {
    const { learning, store, ears } = await open({});
    const { id } = await learning.start(study.labelId);
    await half();
    await learning.cancel(id);
    expect(await ears.hear('learning.ended')).toMatchObject({ round: { id, state: 'cancelled' }, activated: false });
    expect(await store.heads.ofLabel(study.labelId)).toEqual([]);
    expect((await store.rounds.sides()).groupOf.size).toBe(0);
    expect(existsSync(stateFolder(store, id))).toBe(false);
    // Not offered again at once.
    expect(await learning.labels()).toMatchObject([{ usable: FRAMES, fresh: 0, round: null }]);
  });

  it('goes on when the project is opened again; one that was paused waits', async () => {
    const first = await open({});
    const { id } = await first.learning.start(study.labelId);
    await half();
    const project = first.store.folder;
    await room.close();
    await open({}, project);
    expect(await room.store.rounds.get(id)).toMatchObject({ state: 'running' });
    await half();
    await room.learning.pause(id);
    // A round that is paused this early may have written no checkpoint yet.
    mkdirSync(stateFolder(room.store, id), { recursive: true });
    await room.close();
    // What another round has left behind goes.
    const stale = join(project, 'heads', '.rounds', '77');
    mkdirSync(stale, { recursive: true });
    await open({}, project);
    expect(room.worker.pid).toBeUndefined();
    expect(await room.learning.labels()).toMatchObject([{ offered: false, round: { id, state: 'paused' } }]);
    expect(existsSync(stale)).toBe(false);
    expect(existsSync(stateFolder(room.store, id))).toBe(true);
  });

  it('that cannot be trained fails with the reason; one whose worker dies at the same place again and again, too', async () => {
    const { learning, store } = await open({ VERDICT: 'throws', WAIT: 'no' });
    const { id } = await learning.start(study.labelId);
    await learning.settled();
    expect(await store.rounds.get(id)).toMatchObject({ state: 'failed', problem: 'there are too few patients' });
    expect(await room.ears.hear('learning.ended')).toMatchObject({ round: { state: 'failed' }, activated: false });
    await room.close();
    const again = await open({ VERDICT: 'dies', WAIT: 'no' });
    const second = await again.learning.start(study.labelId);
    await again.learning.settled();
    expect(await again.store.rounds.get(second.id)).toMatchObject({ state: 'failed', headId: null });
  });

  it('of another model than the one in use now is given up with the reason', async () => {
    const { learning, store } = await open({});
    const { id } = await learning.start(study.labelId);
    const project = store.folder;
    await room.close();
    const manifest = { ...(await readManifest(study.modelFolder)), encoderId: 'e'.repeat(64) };
    room = await classroom(project, study.modelFolder, { model: () => manifest });
    expect(await room.store.rounds.get(id)).toMatchObject({ state: 'failed' });
  });
});

describe('what a round is asked', () => {
  it('is refused with one frame', async () => {
    const { learning, store } = await open({});
    const { id } = await store.labels.create({ name: 'cyst' });
    await draw(store, study.frameIds[0]!, id, lesionOf(3));
    await expect(learning.start(id)).rejects.toMatchObject({ code: 'usage', subject: 'cyst' });
    await expect(learning.start(99)).rejects.toMatchObject({ code: 'label-unknown' });
    await expect(learning.start(study.labelId, { fromHeadId: 99 })).rejects.toMatchObject({ code: 'usage' });
    expect(await store.rounds.open()).toEqual([]);
  });

  it('names what is active, where to begin, what was learned before, and sides that are known', async () => {
    const { learning, store } = await open({ VERDICT: 'better', WAIT: 'no' });
    await learning.start(study.labelId);
    await learning.settled();
    const [version] = await store.heads.ofLabel(study.labelId);
    const [first = 0, second = 0] = study.frameIds;
    await draw(store, study.frameIds[FRAMES]!, study.labelId, lesionOf(FRAMES));
    await room.close();
    await open({}, store.folder);
    const { id } = await room.learning.start(study.labelId, { minutes: 2, fromHeadId: null });
    const { plan } = (await room.store.rounds.plan(id)) as { plan: Record<string, unknown> };
    expect(plan).toMatchObject({ label: 'nodule', minutes: 2, start: null, ownHead: null });
    expect(plan['active']).toEqual({ name: 'v1', file: store.headFile(version!.sha256), config: TINY_HEAD });
    expect(plan['sides']).toMatchObject({ 'patient:p10': 'validation', 'patient:p11': 'train' });
    const frames = plan['frames'] as { frameId: number; group: string | null; patient: string }[];
    expect(frames).toHaveLength(FRAMES + 1);
    expect(frames.at(-1)).toMatchObject({ group: null, patient: `p${10 + FRAMES}` });
    expect(frames[0]).toMatchObject({ frameId: first, group: 'patient:p10' });
    const replay = (plan['replay'] as { frameId: number }[]).map(({ frameId }) => frameId);
    expect(replay).toContain(second);
    expect(replay).not.toContain(first);
    await room.learning.cancel(id);
  });
});
