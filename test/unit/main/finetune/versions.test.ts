/** Versions in use: what proposes, what is drawn anew, and heads that travel as files. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { InferenceHost } from '../../../../main/inference';
import { FrameSource, type StudyApi } from '../../../../main/study';
import { forkProcess, WorkerHost } from '../../../../main/inference';
import { readSafetensors, readSafetensorsHeader, writeSafetensors } from '../../../../models/checkpoint';
import type { MaskInstance } from '../../../../shared/domain';
import { temporaryFolder } from '../../../support/study-folder';
import { tinyHead, writeTinyModel } from '../../../support/tiny-model';
import { inferenceHost, WORKERS } from '../inference/support';
import { addVersion, classroom, copyOf, draw, lesionOf, writeStudy, type Classroom, type Study } from './support';

let study: Study;
let room: Classroom;
let copies = 0;
const folder = temporaryFolder();

beforeAll(async () => {
  study = await writeStudy(folder, 3, 1);
});

async function open(): Promise<Classroom> {
  room = await classroom(copyOf(study, `copy-${++copies}`), study.modelFolder);
  return room;
}

const version = (seed: number): Promise<number> => addVersion(room.store, study.modelFolder, study.labelId, seed);

describe('a version of the project', () => {
  let host: InferenceHost;
  let studyWorker: WorkerHost<StudyApi>;

  /** The whole of inference over the room's project, as the window has it. */
  async function withInference(): Promise<void> {
    await open();
    studyWorker = new WorkerHost<StudyApi>('study', forkProcess(WORKERS.study));
    host = inferenceHost(study.modelFolder, room.ears);
    await host.start();
    host.openProject(room.store, new FrameSource(room.store, studyWorker, () => undefined));
  }

  afterEach(async () => {
    host.dispose();
    studyWorker.dispose();
    await room.close();
  });

  async function masksOf(frameId: number): Promise<MaskInstance[]> {
    return room.store.masks.ofFrame(frameId);
  }

  async function use(headId: number | null): Promise<void> {
    await room.learning.versions.activate(study.labelId, headId);
    await host.project!.headsChanged();
  }

  async function proposedBy(frameId: number, wanted: string): Promise<MaskInstance> {
    const of = (mask: MaskInstance | undefined) => mask?.current.origin.headVersion;
    const told = await room.ears.hear(
      'masks.proposed',
      (news) => news.frameId === frameId && of(news.masks[0]) === wanted,
    );
    return told.masks[0] as MaskInstance;
  }

  const isDeleted = (mask: MaskInstance | undefined): boolean => mask?.current.state === 'deleted';

  it('proposes on every frame that nobody has worked on, and another one draws its proposals anew', async () => {
    await withInference();
    const [touched = 0, shown = 0, other = 0] = study.frameIds;
    const drawn = await masksOf(touched);
    const first = await version(11);
    const second = await version(12);
    expect(await host.labels!.list()).toMatchObject([{ name: 'nodule', head: null }]);
    await host.project!.focus(shown, []);
    await use(first);
    expect(await host.labels!.list()).toMatchObject([{ head: { version: 'v1' } }]);
    const before = await proposedBy(shown, 'v1');
    await proposedBy(other, 'v1');

    await use(second);
    const after = await proposedBy(shown, 'v2');
    await proposedBy(other, 'v2');
    expect(after).toMatchObject({ id: before.id, current: { state: 'proposed', previousId: before.current.id } });
    expect(after.current.rle).not.toEqual(before.current.rle);

    await use(first);
    await room.ears.hear('masks.proposed', ({ masks }) => masks[0]?.current.previousId === after.current.id);
    expect((await masksOf(shown)).map(({ current }) => current.rle)).toEqual([before.current.rle]);
    expect(await masksOf(touched)).toEqual(drawn);
  });

  it('leaves a proposal alone that a human has accepted', async () => {
    await withInference();
    const [, shown = 0] = study.frameIds;
    const first = await version(11);
    await host.project!.focus(shown, []);
    await use(first);
    const { id: maskId, current } = await proposedBy(shown, 'v1');
    const { sha256 } = await room.store.frames.get(shown);
    const accept = {
      kind: 'state',
      maskId,
      previousId: current.id,
      state: 'accepted',
      origin: { tool: 'review' },
    } as const;
    await host.project!.proposer.save({ frameId: shown, frameSha256: sha256!, user: 'Dr. Li', changes: [accept] });
    const accepted = await masksOf(shown);
    await use(await version(12));
    await proposedBy(study.frameIds[2]!, 'v2');
    expect(await masksOf(shown)).toEqual(accepted);
  });

  it('takes its proposals back where nothing takes its place, and leaves what a human has drawn', async () => {
    await withInference();
    const [touched = 0, ...untouched] = study.frameIds;
    const drawn = await masksOf(touched);
    const first = await version(11);
    await use(first);
    for (const frameId of untouched) await proposedBy(frameId, 'v1');
    await use(null);
    for (const frameId of untouched) {
      await room.ears.hear('masks.proposed', (news) => news.frameId === frameId && isDeleted(news.masks[0]));
      expect((await masksOf(frameId)).map(({ current }) => current.state)).toEqual(['deleted']);
      expect(await room.store.frames.get(frameId)).toMatchObject({ review: 'unopened' });
    }
    expect(await masksOf(touched)).toEqual(drawn);
    room.ears.heard.length = 0;
    await use(first);
    for (const frameId of untouched) await proposedBy(frameId, 'v1');
  });

  it('is known to a prompt worker that was started again', async () => {
    await withInference();
    const [, shown = 0, other = 0] = study.frameIds;
    await host.project!.focus(shown, []);
    await use(await version(11));
    await proposedBy(shown, 'v1');
    process.kill(host.pids.prompt!, 'SIGKILL');
    await room.ears.hear('worker.restarted');
    const [active] = await room.store.heads.active();
    // By its name alone: `draw` hands over no file then.
    expect(await host.project!.draw(shown, [active!.sha256])).toHaveLength(1);
    await proposedBy(other, 'v1');
    expect(room.ears.all('embedding.failed')).toEqual([]);
  });

  it('is drawn beside another one without being stored, and stays unknown to who asks for it later', async () => {
    await withInference();
    const [touched = 0] = study.frameIds;
    const heads = [await room.store.heads.get(await version(11)), await room.store.heads.get(await version(12))];
    const [one, two, own] = await host.project!.draw(touched, [...heads, 'breast lesion']);
    expect(one!.data).not.toEqual(two!.data);
    expect(own).toMatchObject({ widthPx: 64, heightPx: 48 });
    expect(await masksOf(touched)).toHaveLength(1);
    const damaged = room.store.headFile(heads[0]!.sha256);
    const bytes = readFileSync(damaged);
    writeFileSync(damaged, bytes.fill(0, bytes.length - 4));
    await expect(host.project!.draw(touched, heads)).rejects.toMatchObject({ code: 'model-invalid', subject: damaged });
  });

  it('gives way to a head of the model that the user chooses for the label, and to none', async () => {
    await withInference();
    const { labelId } = study;
    const head = await version(11);
    await use(head);
    const { name } = (await host.labels!.list())[0]!.head!;
    // The form gives back what it was given.
    await host.labels!.update(labelId, { name: 'node' }, 'Dr. Li', { head: name });
    expect(await room.store.heads.active()).toHaveLength(1);
    const own = await host.labels!.update(labelId, {}, 'Dr. Li', { head: 'breast lesion' });
    expect(own.head).toEqual({ name: 'breast lesion', version: 'v1' });
    expect(await room.store.heads.active()).toEqual([]);
    expect(await room.learning.versions.list(labelId)).toMatchObject({
      ownHead: { name: 'breast lesion', active: true },
    });
    await use(head);
    expect((await host.labels!.list())[0]!.head).toMatchObject({ version: 'v1', name });
    expect((await room.learning.versions.list(labelId)).ownHead).toEqual({ name: 'breast lesion', active: false });
  });
});

describe('a version as a file', () => {
  afterEach(() => room.close());

  const exported = async (seed = 11): Promise<string> => {
    const path = join(folder, `exported-${copies}.safetensors`);
    await room.learning.versions.export(await version(seed), path, '1.2.3');
    return path;
  };

  it('is the same head in a colleague’s project', async () => {
    await open();
    const path = await exported();
    const [sent] = await room.store.heads.ofLabel(study.labelId);
    await room.close();
    await open();
    const taken = await room.learning.versions.import(study.labelId, path);
    expect(taken).toMatchObject({ version: 'v1', active: false, roundId: null, sha256: sent!.sha256 });
    await room.learning.versions.activate(study.labelId, taken.id);
    expect(await room.store.heads.active()).toMatchObject([{ id: taken.id, config: sent!.config }]);
    expect((await room.store.audit.latest(2)).map(({ action }) => action)).toEqual(['activate-head', 'import-head']);
  });

  it('says which model it is for, and nothing of frames or patients', async () => {
    await open();
    const { metadata } = await readSafetensorsHeader(await exported());
    expect(JSON.parse(metadata['sonomask.head']!)).toMatchObject({
      label: 'nodule',
      version: 'v1',
      appVersion: '1.2.3',
    });
    expect(JSON.stringify(metadata)).not.toMatch(/patient|p1\d|a\.png/);
  });

  it('of another model, without its description, with wrong or odd weights is refused, and nothing is kept', async () => {
    await open();
    const path = await exported();
    const { metadata } = await readSafetensorsHeader(path);
    const change = (text: (about: Record<string, unknown>) => unknown) => ({
      'sonomask.head': JSON.stringify(text(JSON.parse(metadata['sonomask.head']!) as Record<string, unknown>)),
    });
    const tensors = [...(await readSafetensors(path))];
    const [first, ...others] = tinyHead(11);
    const nan = { ...first![1], data: Float32Array.from(first![1].data as Float32Array, () => NaN) };
    const bad: [string, Iterable<readonly [string, (typeof tensors)[number][1]]>, Record<string, string>][] = [
      ['no description', tensors, {}],
      ['not JSON', tensors, { 'sonomask.head': '{' }],
      [
        'another model',
        tensors,
        change((a) => ({ ...a, model: { ...(a['model'] as object), encoderId: 'a'.repeat(64) } })),
      ],
      ['another shape', tensors, change((a) => ({ ...a, config: { ...(a['config'] as object), tokens: 5 } }))],
      ['huge shape', tensors, change((a) => ({ ...a, config: { ...(a['config'] as object), tokens: 1e9 } }))],
      ['a tensor less', tensors.slice(1), metadata],
      ['a tensor more', [...tensors, ['extra', tensors[0]![1]]], metadata],
      ['not a number', [[first![0], nan], ...others] as typeof tensors, metadata],
    ];
    for (const [name, content, about] of bad) {
      const file = join(folder, `${name}.safetensors`);
      await writeSafetensors(file, content, about);
      await expect(room.learning.versions.import(study.labelId, file), name).rejects.toMatchObject({
        code: 'model-invalid',
        subject: file,
      });
    }
    writeFileSync(join(folder, 'text.safetensors'), 'hello');
    await expect(room.learning.versions.import(study.labelId, join(folder, 'text.safetensors'))).rejects.toThrow();
    expect(await room.store.heads.ofLabel(study.labelId)).toHaveLength(1);
  });

  it('is not made active when it is damaged, missing or of another model', async () => {
    await open();
    const id = await version(11);
    const file = room.store.headFile((await room.store.heads.get(id)).sha256);
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0, bytes.length - 4));
    const activate = () => room.learning.versions.activate(study.labelId, id);
    await expect(activate()).rejects.toMatchObject({ code: 'model-invalid', subject: file });
    rmSync(file);
    await expect(activate()).rejects.toMatchObject({ code: 'file-not-found' });
    expect(await room.store.heads.active()).toEqual([]);
    const copy = copyOf(study, 'other-model');
    await room.close();
    await writeTinyModel(join(folder, 'other'), ['breast lesion'], 77);
    room = await classroom(copy, join(folder, 'other'));
    const foreign = await version(12);
    await expect(room.learning.versions.activate(study.labelId, foreign)).rejects.toMatchObject({
      code: 'model-invalid',
    });
  });

  it('goes with its last version', async () => {
    await open();
    const [one, same] = [await version(11), await version(11)];
    const file = room.store.headFile((await room.store.heads.get(one)).sha256);
    await room.learning.versions.remove(one);
    expect(readFileSync(file).length).toBeGreaterThan(0);
    await room.learning.versions.remove(same);
    expect(() => readFileSync(file)).toThrow();
  });
});

it('what a label can learn from is told when a mask was drawn', async () => {
  await open();
  await draw(room.store, study.frameIds[1]!, study.labelId, lesionOf(1));
  room.learning.changed();
  const { labels } = await room.ears.hear('learning.changed');
  expect(labels).toMatchObject([{ labelId: study.labelId, usable: 2, fresh: 2, offered: false, round: null }]);
  await room.close();
});
