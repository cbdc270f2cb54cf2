/** A project learns from the command line: paused with Ctrl-C, gone on with, listed, chosen from. */
import { beforeAll, describe, expect, it } from 'vitest';
import { ProjectStore } from '../../../../main/project';
import { cli } from '../../../support/cli';
import { temporaryFolder } from '../../../support/study-folder';
import { writeStudy, type Study } from '../finetune/support';

const folder = temporaryFolder();
let study: Study;

beforeAll(async () => {
  study = await writeStudy(folder, 4, 4);
});

const project = (command: string, ...args: string[]) => {
  const { project: path, modelFolder } = study;
  return cli(['project', command, path, '--model', modelFolder, ...args, '--json']);
};

describe('a round', () => {
  it('is paused with Ctrl-C; the same command goes on with it; its version is listed and chosen', async () => {
    const controller = new AbortController();
    const { project: path, modelFolder } = study;
    const asked = ['project', 'finetune', path, '--label', 'nodule', '--model', modelFolder, '--json'];
    const paused = await cli(asked, {
      signal: controller.signal,
      onError: (text) => {
        if (text.includes('"item":"train"')) controller.abort();
      },
    });
    expect(paused.code).toBe(130);
    expect(paused.json()).toMatchObject({ state: 'paused', version: null });

    const done = await project('finetune', '--label', 'nodule');
    expect(done.code).toBe(0);
    type Done = { round: number; activated: boolean; report: { verdict: string } };
    const { round, activated, report } = done.json<Done>();
    expect(done.json()).toMatchObject({ label: 'nodule', state: 'finished', version: 'v1' });
    expect(round).toBe(paused.json<Done>().round);
    expect(activated).toBe(report.verdict === 'better');

    const chosen = await project('activate', '--label', 'nodule', '--version', 'v1');
    expect(chosen.json()).toMatchObject({ labels: [{ label: 'nodule', versions: [{ version: 'v1', active: true }] }] });
    expect((await project('activate', '--label', 'nodule', '--version', 'own')).code).toBe(0);
    const listed = await project('versions');
    expect(listed.json()).toMatchObject({ labels: [{ ownHead: null, versions: [{ version: 'v1', active: false }] }] });
  });

  it('of a label or version that is not there, or in a project that is open elsewhere, is refused', async () => {
    expect(await project('finetune', '--label', 'cyst')).toMatchObject({ code: 2 });
    expect(await project('finetune')).toMatchObject({ code: 2 });
    expect(await project('activate', '--label', 'nodule', '--version', 'v9')).toMatchObject({ code: 2 });
    const store = await ProjectStore.open(study.project);
    const locked = await project('versions');
    await store.close();
    expect(locked.code).toBe(1);
    expect(locked.json()).toMatchObject({ error: { code: 'project-locked' } });
  });
});
