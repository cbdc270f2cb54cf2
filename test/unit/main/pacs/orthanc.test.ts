/**
 * With Orthanc, an archive of somebody else's: studies are found and fetched, annotated by the model, their masks sent back
 * and read again by highdicom, pixel by pixel.
 */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { readModel } from '../../../../models/folder';
import { bundledModelFolder } from '../../../../models/weights';
import { Predictor } from '../../../../main/inference';
import { ProjectStore } from '../../../../main/project';
import { frameHash, readImage } from '../../../../main/study';
import type { PacsFetched, PacsFound, PacsSent } from '../../../../shared/ipc';
import { cocoRle, maskFromCocoRle, type Mask } from '../../../../shared/mask';
import { examination } from '../../../support/archived-study';
import { cli } from '../../../support/cli';
import { describeWithOrthanc, startOrthanc, type Orthanc } from '../../../support/orthanc';
import { python, runPython } from '../../../support/python-venv';
import { temporaryFolder } from '../../../support/study-folder';

const LABEL = 'breast-lesion';
const READ_SEG = `
import base64, io, json, sys, highdicom, pydicom
masks = []
for text in json.load(sys.stdin):
  seg = highdicom.seg.segread(io.BytesIO(base64.b64decode(text)))
  (study, series, sop), = seg.get_source_image_uids()
  frames = sorted({int(f.DerivationImageSequence[0].SourceImageSequence[0].get('ReferencedFrameNumber', 0)) for f in seg.PerFrameFunctionalGroupsSequence})
  for number in frames:
    pixels = seg.get_pixels_by_source_frame(sop, [number], assert_missing_frames_are_empty=True) if number else seg.get_pixels_by_source_instance([sop])
    for segment in seg.segment_numbers:
      rows = pixels[0, :, :, segment - 1]
      if rows.any():
        label = seg.get_segment_description(segment).segment_label
        masks.append([str(study), str(sop), max(number, 1), label, rows.astype(int).flatten().tolist()])
print(json.dumps(masks))
`;

/** Accepts what the model proposes on every frame of the project. @returns source instance, frame and pixels of each mask */
async function annotate(project: string): Promise<string[]> {
  const store = await ProjectStore.open(project);
  const predictor = new Predictor(await readModel(bundledModelFolder()));
  const { id: labelId } =
    (await store.labels.list()).find(({ name }) => name === LABEL) ?? (await store.labels.create({ name: LABEL }));
  const made: string[] = [];
  const { frames } = await store.frames.list({ filter: {}, limit: 500, offset: 0 });
  for (const { id: frameId, frameIndex } of frames) {
    const { absolutePath } = await store.frames.get(frameId);
    const { frame } = await readImage(absolutePath, frameIndex);
    const { widthPx, heightPx } = frame;
    const frameSha256 = frameHash(frame);
    await store.frames.setHash(frameId, { sha256: frameSha256, widthPx, heightPx });
    const { mask } = await predictor.propose(await predictor.encode(frame), LABEL);
    const rle = { widthPx, heightPx, counts: cocoRle(mask).counts };
    const origin = { tool: 'proposal' } as const;
    await store.masks.save({
      ...{ frameId, frameSha256, user: 'AutoSAMUS' },
      changes: [{ kind: 'add', state: 'accepted', labelId, rle, origin }],
    });
    await store.frames.setReview(frameId, 'accepted', 'Dr. Li');
    made.push(told(absolutePath.split('/').at(-1)!.replace('.dcm', ''), frameIndex, mask));
  }
  await predictor.dispose();
  await store.close();
  return made.sort();
}

/** One pixel less, as a correction would. */
async function correctOne(project: string): Promise<void> {
  const store = await ProjectStore.open(project);
  const { frames } = await store.frames.list({ filter: {}, limit: 1, offset: 0 });
  const { id: frameId, sha256 } = frames[0]!;
  const [old] = await store.masks.ofFrame(frameId);
  const { id: maskId, current } = old!;
  const { widthPx, heightPx, counts } = current.rle;
  const mask = maskFromCocoRle({ size: [heightPx, widthPx], counts });
  mask.data[mask.data.indexOf(1)] = 0;
  const rle = { widthPx, heightPx, counts: cocoRle(mask).counts };
  const change = {
    kind: 'edit',
    maskId,
    previousId: current.id,
    state: 'corrected',
    rle,
    origin: { tool: 'eraser' },
  } as const;
  await store.masks.save({ frameId, frameSha256: sha256!, user: 'Dr. Li', changes: [change] });
  await store.frames.setReview(frameId, 'accepted', 'Dr. Li');
  await store.close();
}

const told = (instance: string, frameIndex: number, { data }: Mask): string =>
  JSON.stringify([instance, frameIndex + 1, LABEL, [...data]]);

describeWithOrthanc('an archive', () => {
  const folder = temporaryFolder();
  const [first, second] = [examination(1), examination(2, { patient: 'Müller^Anna' })];
  const study = first[0]!.study;
  let orthanc: Orthanc;

  beforeAll(async () => {
    orthanc = await startOrthanc();
    for (const { file } of [...first, ...second]) expect((await orthanc.rest('/instances', file)).status).toBe(200);
  });
  afterAll(() => orthanc.stop());
  afterEach(() => {
    for (const name of ['TOKEN', 'USER', 'PASSWORD']) delete process.env[`SONOMASK_DICOMWEB_${name}`];
  });

  const logIn = (password = orthanc.password): void => {
    process.env['SONOMASK_DICOMWEB_USER'] = orthanc.user;
    process.env['SONOMASK_DICOMWEB_PASSWORD'] = password;
  };
  const pacs = (...argv: string[]) => cli(['pacs', ...argv, '--url', orthanc.url, '--json']);
  const segmentations = async (): Promise<string[]> => {
    const found = await orthanc.rest('/tools/find', Buffer.from('{"Level":"Instance","Query":{"Modality":"SEG"}}'));
    const ids = (await found.json()) as string[];
    return Promise.all(
      ids.map(async (id) =>
        Buffer.from(await (await orthanc.rest(`/instances/${id}/file`)).arrayBuffer()).toString('base64'),
      ),
    );
  };

  it('asks for its login, which the environment has, and never shows it', async () => {
    for (const prepare of [() => undefined, () => logIn('wrong')]) {
      prepare();
      const refused = await pacs('find');
      expect(refused.code).toBe(1);
      expect(refused.json()).toMatchObject({ error: { code: 'pacs-login' } });
    }
    logIn();
    const found = await pacs('find');
    expect(found.code).toBe(0);
    expect(found.stdout + found.stderr).not.toContain(orthanc.password);
  });

  it.each([
    [['--patient', 'doe'], ['PAT1']],
    [['--patient', '*anna'], ['PAT2']],
    [['--id', 'PAT2'], ['PAT2']],
    [['--accession', 'ACC1'], ['PAT1']],
    [['--from', '2026-01-02'], ['PAT2']],
    [['--to', '2026-01-01'], ['PAT1']],
    [
      ['--modality', 'US'],
      ['PAT1', 'PAT2'],
    ],
    [['--modality', 'CT'], []],
  ])('finds studies by %j', async (query, patients) => {
    logIn();
    const { studies } = (await pacs('find', ...query)).json<PacsFound>();
    expect(studies.map(({ patientId }) => patientId).sort()).toEqual(patients);
  });

  it('tells of a study what one needs to choose it, and that there are more than were asked for', async () => {
    logIn();
    const { studies } = (await pacs('find', '--id', 'PAT2')).json<PacsFound>();
    expect(studies).toEqual([
      {
        ...{ uid: second[0]!.study, patientName: 'Müller^Anna', patientId: 'PAT2', date: '2026-01-02' },
        ...{ description: 'Simulated examination', accession: 'ACC2', modalities: ['US'], imageCount: 3 },
      },
    ]);
    expect((await pacs('find', '--limit', '1')).json<PacsFound>()).toMatchObject({ studies: [{}], more: true });
  });

  it('gives a study byte for byte; what is there whole is not fetched again, what is missing is', async () => {
    logIn();
    const out = join(folder, 'bytes');
    const fetched = await pacs('fetch', study, '--out', out);
    expect(fetched.json()).toMatchObject({ fetched: 3, kept: 0, failed: [] });
    const pathOf = (series: string, instance: string): string => join(out, study, series, `${instance}.dcm`);
    const found = (await (await orthanc.rest('/instances')).json()) as string[];
    const kept = await Promise.all(
      found.map(async (id) => Buffer.from(await (await orthanc.rest(`/instances/${id}/file`)).arrayBuffer())),
    );
    for (const { series, instance } of first) {
      const bytes = readFileSync(pathOf(series, instance));
      expect(kept.some((file) => file.equals(bytes))).toBe(true);
    }

    const [one, other] = first.map(({ series, instance }) => pathOf(series, instance)) as [string, string];
    const before = statSync(other).mtimeMs;
    rmSync(one);
    // Half a file of a process that was killed is no file of the study.
    writeFileSync(join(one, '..', `.${first[0]!.instance}.dcm.0.tmp`), 'half');
    expect((await pacs('fetch', study, '--out', out)).json()).toMatchObject({ fetched: 1, kept: 2 });
    expect(existsSync(one)).toBe(true);
    expect(statSync(other).mtimeMs).toBe(before);
  });

  it('that has no such study is told so', async () => {
    logIn();
    const fetched = await pacs('fetch', '1.2.3.4', '--out', join(folder, 'none'));
    expect(fetched.code).toBe(1);
    expect(fetched.json<PacsFetched>().failed).toMatchObject([{ code: 'file-not-found' }]);
    expect(await pacs('fetch', '../../etc', '--out', join(folder, 'none'))).toMatchObject({ code: 2 });
  });

  const reading = python() === undefined ? ' (not read again: no .venv)' : '';
  it(`gets the masks of the model on a fetched study, once, and again when they change${reading}`, async () => {
    logIn();
    const [out, project] = [join(folder, 'studies'), join(folder, 'Archive.sonomask')];
    const fetched = await pacs('fetch', study, '--out', out, '--project', project, '--pseudonyms');
    expect(fetched.json()).toMatchObject({ fetched: 3, project: { added: 3, failed: [] } });
    const made = await annotate(project);
    expect(made).toHaveLength(5);

    const sent = await cli(['pacs', 'send', project, '--url', orthanc.url, '--json']);
    expect(sent.stderr).not.toContain('internal');
    expect(sent.json<PacsSent>()).toEqual({ sent: 3, already: 0, masks: 5, unsent: [], unsentCount: 0, warnings: [] });
    const there = await segmentations();
    expect(there).toHaveLength(3);
    if (python() !== undefined) {
      const read = runPython(READ_SEG, there) as [study: string, ...mask: unknown[]][];
      expect(read.map(([, ...mask]) => JSON.stringify(mask)).sort()).toEqual(made);
      expect(new Set(read.map(([of]) => of))).toEqual(new Set([study]));
    }

    const again = await cli(['pacs', 'send', project, '--url', orthanc.url, '--json']);
    expect(again.json<PacsSent>()).toMatchObject({ sent: 0, already: 3 });
    await correctOne(project);
    const corrected = await cli(['pacs', 'send', project, '--url', orthanc.url, '--json']);
    expect(corrected.json<PacsSent>()).toMatchObject({ sent: 1, already: 2 });
    expect(await segmentations()).toHaveLength(4);

    const store = await ProjectStore.open(project);
    const lines = await store.audit.latest(100);
    const { frames } = await store.frames.list({ filter: {}, limit: 1, offset: 0 });
    await store.close();
    expect(lines.filter(({ action }) => action === 'pacs-send')).toHaveLength(4);
    expect(frames[0]!.patient).toMatch(/^SM[0-9A-F]{12}$/);
    expect(JSON.stringify(lines)).not.toContain(study);
    // Masks are no pictures: the study is the same three images when it is fetched anew.
    expect((await pacs('fetch', study, '--out', out)).json()).toMatchObject({ fetched: 0, kept: 3 });
  });

  it('is not sent masks of images that it does not have', async () => {
    logIn();
    const project = join(folder, 'Archive.sonomask');
    const { file, instance } = first[0]!;
    const found = await orthanc.rest('/tools/lookup', Buffer.from(instance));
    const [{ ID: id }] = (await found.json()) as [{ ID: string }];
    await fetch(new URL(`/instances/${id}`, orthanc.url), {
      method: 'DELETE',
      headers: { authorization: `Basic ${Buffer.from(`${orthanc.user}:${orthanc.password}`).toString('base64')}` },
    });
    await correctOne(project);
    const sent = await cli(['pacs', 'send', project, '--url', orthanc.url, '--json']);
    expect(sent.code).toBe(1);
    expect(sent.json<PacsSent>()).toMatchObject({ sent: 0, already: 2, unsent: [{ kind: 'not-on-server' }] });
    expect(readdirSync(join(folder, 'studies')).length).toBe(1);
    expect((await orthanc.rest('/instances', file)).status).toBe(200);
  });
});
