import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ProjectSession } from '../../../../main/electron/project-session';
import { RecentProjects } from '../../../../main/electron/recent-projects';
import { StudyDesk } from '../../../../main/electron/study-desk';
import { forkProcess, WorkerHost } from '../../../../main/inference';
import type { StudyApi } from '../../../../main/study';
import { WORKERS, writeImage } from '../inference/support';
import { temporaryFolder } from '../project/support';

let folder: string;
let session: ProjectSession;
let desk: StudyDesk;
let pseudonyms = false;

beforeEach(() => {
  pseudonyms = false;
  folder = temporaryFolder();
  session = new ProjectSession(new RecentProjects(join(folder, 'profile')), () => undefined);
  const studyWorker = new WorkerHost<StudyApi>('study', forkProcess(WORKERS.study));
  // What adding files uses of the window and of what stands behind it.
  const workstation = { studyWorker, projectSignal: new AbortController().signal };
  const page = { tell: () => undefined };
  const places = {
    documents: join(folder, 'documents'),
    userData: join(folder, 'profile'),
    pseudonyms: () => pseudonyms,
    user: () => 'Ann',
  };
  desk = new StudyDesk(session, workstation as never, page as never, places);
  onTestFinished(async () => {
    studyWorker.dispose();
    await session.close();
  });
});

describe('opening what is not there', () => {
  it.each(['gone', 'gone.png', 'gone.sonomask'])('names %s and leaves no project behind', async (name) => {
    mkdirSync(join(folder, 'data'));
    const path = join(folder, 'data', name);
    await expect(desk.add([path])).rejects.toMatchObject({ code: 'file-not-found', subject: path });
    expect(session.current).toBeNull();
    expect([readdirSync(join(folder, 'data')), existsSync(join(folder, 'documents'))]).toEqual([[], false]);
    expect(readdirSync(folder)).toEqual(['data']);
  });

  it('is refused with a project open too, which stays as it is', async () => {
    await writeImage(join(folder, 'Breast', 'a.png'), 1);
    const { project } = await desk.add([join(folder, 'Breast')]);
    await expect(desk.add([join(folder, 'gone')])).rejects.toMatchObject({ code: 'file-not-found' });
    expect(session.current).toEqual(project);
    expect((await session.store.images.list()).length).toBe(1);
  });

  it('beside what is there costs only itself', async () => {
    await writeImage(join(folder, 'Breast', 'a.png'), 1);
    const gone = join(folder, 'elsewhere', 'gone.png');
    const added = await desk.add([gone, join(folder, 'Breast')]);
    expect(added).toMatchObject({ added: 1, failed: [{ path: gone, code: 'file-not-found' }] });
    expect(added.project.path).toBe(join(folder, 'Breast.sonomask'));
  });
});

describe('pseudonyms', () => {
  const patients = async () => {
    const { frames } = await session.store.frames.list({ filter: {}, limit: 10, offset: 0 });
    return Object.fromEntries(
      frames.map(({ relativePath, patient, studyName }) => [relativePath, { patient, studyName }]),
    );
  };

  it('stand in the project for patients and studies, the same at every opening, where the user wants them', async () => {
    for (const name of ['Doe Jane/a.png', 'Doe Jane/b.png', 'Roe Max/a.png'])
      await writeImage(join(folder, 'Lab', name), 1);
    pseudonyms = true;
    await desk.add([join(folder, 'Lab')]);
    const first = await patients();
    expect(JSON.stringify(Object.values(first))).not.toMatch(/Doe|Jane|Roe|Max/);
    expect(first['Doe Jane/b.png']).toEqual(first['Doe Jane/a.png']);
    expect(first['Roe Max/a.png']).not.toEqual(first['Doe Jane/a.png']);
    expect(first['Doe Jane/a.png']).toEqual({
      patient: expect.stringMatching(/^SM[0-9A-F]{12}$/),
      studyName: expect.stringMatching(/^Study [0-9A-F]{4}$/),
    });
    await writeImage(join(folder, 'Lab', 'Doe Jane/c.png'), 2);
    expect(await desk.add([join(folder, 'Lab')])).toMatchObject({ added: 1, unchanged: 3 });
    expect((await patients())['Doe Jane/c.png']).toEqual(first['Doe Jane/a.png']);
    expect(await session.store.audit.latest(10)).toMatchObject(
      [1, 3].map((added) => ({ user: 'Ann', action: 'add-pseudonymous', detail: { added } })),
    );
  });
});
