// @vitest-environment happy-dom
/** What was begun in one project when another is opened, or it is closed. */
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, it } from 'vitest';
import { useCommands } from '../../../../renderer/stores/commands';
import { useDialogs } from '../../../../renderer/stores/dialogs';
import { useToasts } from '../../../../renderer/stores/toasts';
import { useWorkspace } from '../../../../renderer/stores/workspace';
import { AppError } from '../../../../shared/errors';
import type { AddedStudy, Project } from '../../../../shared/ipc';
import { settle } from '../support';
import { fakeMain, type FakeMain, MAIN } from './fake-main';

const projectOf = (name: string): Project => ({ path: `/data/${name}.sonomask`, name, reading: MAIN, team: null });

let main: FakeMain;
let current: Project | null = null;

beforeEach(async () => {
  setActivePinia(createPinia());
  const counts = { unopened: 0, proposed: 0, corrected: 0, accepted: 0, rejected: 0, failed: 0 };
  main = fakeMain({
    'inference.blur': () => undefined,
    'project.recent': () => [],
    'labels.list': () => [{ id: 1, name: 'lesion', colour: '#ff0000', shortcut: '1', instances: 'single', head: null }],
    'frames.list': () => {
      if (!current) throw new AppError('usage', 'project', 'no project is open');
      return { frames: [], total: 0, counts };
    },
  });
  useWorkspace();
  await open(projectOf('a'));
});

async function open(project: Project | null): Promise<void> {
  current = project;
  main.tell('project.changed', project);
  await settle();
}

it.each(['export', 'history', 'learn', 'verify'] as const)(
  'the dialog %s of a project closes with it',
  async (name) => {
    const dialogs = useDialogs();
    dialogs.show(name);
    await open(projectOf('a'));
    expect(dialogs.open).toBe(name);
    await open(projectOf('b'));
    expect(dialogs.open).toBeNull();
  },
);

it('a command that fails says so', async () => {
  main.answers['diagnostics.showLog'] = () => {
    throw new AppError('file-not-found', '/home/ann/logs', 'the folder is gone');
  };
  main.answers['menu.setState'] = () => undefined;
  useCommands().run('help.showLog');
  await settle();
  expect(useToasts().shown).toMatchObject([{ kind: 'error' }]);
});

it('a dialog of the program stays open', async () => {
  useDialogs().show('settings');
  await open(projectOf('b'));
  expect(useDialogs().open).toBe('settings');
});

it('closing a project while the sample is made is no failure', async () => {
  let added: (answer: AddedStudy) => void = () => undefined;
  main.answers['study.openSample'] = () => new Promise((resolve) => (added = resolve));
  const adding = useWorkspace().openSample();
  await settle();
  await open(projectOf('sample'));
  await open(null);
  const nothing = { added: 0, unchanged: 0, changed: 0, failed: [], failedCount: 0 };
  added({ project: projectOf('sample'), ...nothing, cancelled: true });
  await adding;
  expect(useToasts().shown).toEqual([]);
});

it('closing a project while images are added to it is no failure', async () => {
  let added: (answer: AddedStudy) => void = () => undefined;
  main.answers['study.add'] = () => new Promise((resolve) => (added = resolve));
  const adding = useWorkspace().openPaths(['/data/images']);
  await settle();
  await open(null);
  const nothing = { added: 0, unchanged: 0, changed: 0, failed: [], failedCount: 0 };
  added({ project: projectOf('a'), ...nothing, cancelled: true });
  await adding;
  expect(useToasts().shown).toEqual([]);
});
