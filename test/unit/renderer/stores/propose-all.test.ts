// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it } from 'vitest';
import { useCommands } from '../../../../renderer/stores/commands';
import { useInference } from '../../../../renderer/stores/inference';
import { useToasts } from '../../../../renderer/stores/toasts';
import type { InferenceStatus, ProjectLabel } from '../../../../shared/ipc';
import { settle } from '../support';
import { fakeMain, type FakeMain, MAIN } from './fake-main';

const LABEL: ProjectLabel = {
  id: 1,
  name: 'lesion',
  colour: '#ff0000',
  shortcut: '1',
  instances: 'single',
  head: { name: 'breast lesion', version: 'v1' },
};

function statusWith(batch: InferenceStatus['queue']['batch']): InferenceStatus {
  return {
    state: 'ready',
    problem: null,
    model: { id: 'm', encoderId: 'e', name: 'tiny', heads: [] },
    provider: { offered: ['cpu'], chosen: 'auto', used: 'cpu', refused: [] },
    queue: { waiting: 0, running: null, batch, done: 0, failed: 0, lastMs: null },
  };
}

let main: FakeMain;
const possible = (): boolean => useCommands().enabled('study.proposeAll');

beforeEach(async () => {
  setActivePinia(createPinia());
  const counts = { unopened: 3, proposed: 0, corrected: 0, accepted: 0, rejected: 0, failed: 0 };
  main = fakeMain({
    'menu.setState': () => undefined,
    'inference.blur': () => undefined,
    'inference.proposeAll': () => ({ queued: 3 }),
    'inference.stopAll': () => undefined,
    'labels.list': () => [LABEL],
    'frames.list': () => ({ frames: [], total: 3, counts }),
  });
  useCommands();
  main.tell('project.changed', { path: '/data/a.sonomask', name: 'a', reading: MAIN });
  main.tell('inference.status', statusWith(null));
  await settle();
});

describe('proposing on all frames', () => {
  it('is asked of main once, and can be stopped while it goes on', async () => {
    expect(possible()).toBe(true);
    useCommands().run('study.proposeAll');
    main.tell('inference.status', statusWith({ frames: 3, left: 2 }));
    await settle();
    expect(possible()).toBe(false);
    expect(useInference().batch).toEqual({ frames: 3, left: 2 });
    await useInference().stopAll();
    main.tell('inference.status', statusWith(null));
    expect(possible()).toBe(true);
    const asked = main.asked.map(({ channel }) => channel).filter((channel) => channel.endsWith('All'));
    expect(asked).toEqual(['inference.proposeAll', 'inference.stopAll']);
  });

  it('says so where no frame waits for a proposal', async () => {
    main.answers['inference.proposeAll'] = () => ({ queued: 0 });
    useCommands().run('study.proposeAll');
    await settle();
    expect(useToasts().shown).toMatchObject([{ kind: 'news' }]);
  });

  it('is not offered where no label has a head', async () => {
    main.tell('labels.changed', { labels: [{ ...LABEL, head: null }] });
    expect(possible()).toBe(false);
  });
});
