// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it } from 'vitest';
import { durationText, estimateText, rowText } from '../../../../renderer/i18n/batch-words';
import { useBatch } from '../../../../renderer/stores/batch';
import { useCommands } from '../../../../renderer/stores/commands';
import { useDialogs } from '../../../../renderer/stores/dialogs';
import { useToasts } from '../../../../renderer/stores/toasts';
import type { Batch } from '../../../../shared/domain';
import type { BatchStatus } from '../../../../shared/ipc';
import { settle } from '../support';
import { fakeMain, type FakeMain, MAIN } from './fake-main';

const NONE = { waiting: 0, done: 0, failed: 0, 'set-aside': 0 };

function statusWith(change: Partial<Batch>, working: boolean): BatchStatus {
  const plan = { labels: [{ labelId: 1, head: 'h', version: 'v1' }], existing: 'skip', modelId: 'm' } as const;
  const batch: Batch = {
    ...{ id: 1, state: 'running', plan, counts: { ...NONE, waiting: 3, done: 1 }, masks: 1, problem: null },
    ...{ user: 'Dr. Li', createdAt: '2026-11-29T00:00:00.000Z', finishedAt: null },
    ...change,
  };
  return { batch, working, rate: working ? 2 : null, secondsLeft: working ? batch.counts.waiting / 2 : null };
}

let main: FakeMain;

beforeEach(async () => {
  setActivePinia(createPinia());
  const counts = { unopened: 3, proposed: 0, corrected: 0, accepted: 0, rejected: 0, failed: 0 };
  const failure = { frameId: 4, state: 'failed', relativePath: 'a/1.png', frameIndex: 0, frameCount: 1 } as const;
  main = fakeMain({
    'menu.setState': () => undefined,
    'inference.blur': () => undefined,
    'labels.list': () => [],
    'frames.list': () => ({ frames: [], total: 3, counts }),
    'batch.status': () => null,
    'batch.failures': () => [{ ...failure, code: 'file-empty', message: 'empty' }],
  });
  useCommands();
  useBatch();
  main.tell('project.changed', { path: '/data/a.sonomask', name: 'a', reading: MAIN, team: null });
  await settle();
});

describe('a batch', () => {
  it('is asked for in its dialog', () => {
    expect(useCommands().enabled('batch.open')).toBe(true);
    useCommands().run('batch.open');
    expect(useDialogs().open).toBe('batch');
  });

  it('that was interrupted is found with the project, and gone on with', async () => {
    main.answers['batch.status'] = () => statusWith({}, false);
    main.answers['batch.resume'] = () => statusWith({}, true);
    main.tell('project.changed', { path: '/data/b.sonomask', name: 'b', reading: MAIN, team: null });
    await settle();
    const batch = useBatch();
    expect(batch.unfinished && rowText(batch.unfinished.batch, batch.working)).toBe('Batch not finished: 1 of 4');
    await batch.resume();
    expect(batch.working).toBe(true);
    expect(batch.unfinished && rowText(batch.unfinished.batch, batch.working)).toBe('Batch: 1 of 4');
    main.tell('project.changed', null);
    await settle();
    expect(batch.unfinished).toBeNull();
  });

  it('says at its end which frames got nothing, once, where nobody looks at it', async () => {
    main.tell('batch.progress', statusWith({}, true));
    main.tell('batch.progress', statusWith({ state: 'finished', counts: { ...NONE, done: 3, failed: 1 } }, false));
    await settle();
    expect(useToasts().shown).toMatchObject([{ kind: 'warning', title: /1 frame got nothing/ }]);
    expect(useBatch().failures).toMatchObject([{ relativePath: 'a/1.png' }]);
    expect(useBatch().unfinished).toBeNull();
  });

  it('that stopped by itself says why', async () => {
    main.tell('batch.progress', statusWith({}, true));
    const problem = { code: 'disk-full', message: 'no space' } as const;
    main.tell('batch.progress', statusWith({ state: 'paused', problem }, false));
    await settle();
    expect(useToasts().shown).toMatchObject([{ kind: 'warning', title: /has stopped/ }]);
  });
});

it('tells times and numbers as people do', () => {
  expect([1, 89, 90, 3_540, 6_000].map(durationText)).toEqual(['1 s', '89 s', '2 min', '59 min', '1 h 40 min']);
  expect(estimateText({ frames: 20_000, rate: 3.14 })).toBe('20,000 frames, about 1 h 46 min at 3.1 frames/s');
  expect(estimateText({ frames: 1, rate: null })).toBe('1 frame');
  expect(estimateText({ frames: 0, rate: 2 })).toBe('no frame is left to propose on');
});
