// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it } from 'vitest';
import { showLanguage } from '../../../../renderer/i18n';
import { useComparison } from '../../../../renderer/stores/comparison';
import { useCommands } from '../../../../renderer/stores/commands';
import { useDialogs } from '../../../../renderer/stores/dialogs';
import { useHeadVersions } from '../../../../renderer/stores/head-versions';
import { useLearning } from '../../../../renderer/stores/learning';
import { useStudyList } from '../../../../renderer/stores/study-list';
import { useToasts } from '../../../../renderer/stores/toasts';
import type { HeadVersion, Round, RoundReport, Verdict } from '../../../../shared/domain';
import { AppError } from '../../../../shared/errors';
import type { LabelLearning, LearningProgress, ProjectLabel } from '../../../../shared/ipc';
import { settle } from '../support';
import { fakeMain, type FakeMain, MAIN } from './fake-main';

const LABEL: ProjectLabel = {
  id: 1,
  name: 'thyroid nodule',
  colour: '#ff0000',
  shortcut: '1',
  instances: 'single',
  head: null,
};

const ROUND: Round = {
  id: 7,
  labelId: 1,
  state: 'running',
  settings: { minutes: 5, fromHeadId: null, seed: 1 },
  report: null,
  problem: null,
  headId: null,
  user: 'Dr. Li',
  startedAt: '2026-11-23T10:00:00.000Z',
  finishedAt: null,
};

function reportWith(verdict: Verdict, after: number): RoundReport {
  return {
    judging: 'held-out',
    images: { train: 34, validation: 15 },
    groups: { train: 20, validation: 12 },
    groupedBy: 'patient',
    startedFrom: 'neutral',
    steps: 200,
    minutes: 1.2,
    curve: [],
    before: { dice: 0.61, hd95Px: 30, clicks: 4 },
    after: { dice: after, hd95Px: 20, clicks: 2 },
    gain: { mean: after - 0.61, low: -0.02, high: 0.05 },
    replay: null,
    verdict,
    frames: [],
    leftOut: [],
  };
}

function versionWith(id: number, verdict: Verdict | null, active = false): HeadVersion {
  return {
    id,
    labelId: 1,
    version: `v${id}`,
    active,
    sha256: 'a'.repeat(64),
    roundId: verdict && id,
    report: verdict && reportWith(verdict, 0.72),
    createdAt: '2026-11-23T10:00:00.000Z',
  };
}

const standing = (round: Round | null, progress: LearningProgress | null = null): LabelLearning[] => [
  { labelId: 1, usable: 20, fresh: 12, offered: round === null, round, progress, elsewhere: false },
];

function progressAt(step: number, more: Partial<LearningProgress> = {}): LearningProgress {
  const curve = [...Array(step / 10).keys()].map((k) => ({ step: 10 * (k + 1), loss: 1 / step, dice: null }));
  const about = { roundId: 7, labelId: 1, state: 'running', phase: 'train', done: 0.5, secondsLeft: 40 } as const;
  return { ...about, curve, ...more };
}

let main: FakeMain;
let versions: HeadVersion[];
let ownHead: { name: string; active: boolean } | null;
const asked = (channel: string): unknown[] =>
  main.asked.filter((request) => request.channel === channel).map(({ payload }) => payload);

beforeEach(async () => {
  setActivePinia(createPinia());
  showLanguage('en');
  versions = [];
  ownHead = null;
  const counts = { unopened: 3, proposed: 0, corrected: 0, accepted: 0, rejected: 0, failed: 0 };
  main = fakeMain({
    'menu.setState': () => undefined,
    'inference.blur': () => undefined,
    'project.recent': () => [],
    'labels.list': () => [LABEL],
    'frames.list': () => ({ frames: [], total: 3, counts }),
    'learning.labels': () => standing(null),
    'learning.settings': () => ({ order: 'file', automatic: false }),
    'learning.setSettings': (change) => ({ order: 'file', automatic: false, ...change }),
    'learning.versions': () => ({ versions, ownHead }),
    'learning.start': () => ROUND,
    'learning.pause': () => undefined,
    'learning.resume': () => undefined,
    'learning.activate': () => undefined,
  });
  useCommands();
  main.tell('project.changed', { path: '/data/a.sonomask', name: 'a', reading: MAIN, team: null });
  await settle();
  await useLearning().load();
});

describe('a round', () => {
  it('is offered, set up by a command, and then not a second time', async () => {
    expect(useLearning().of(1)).toMatchObject({ offered: true, fresh: 12 });
    useCommands().run('learning.start');
    expect(useDialogs().open).toBe('learn');
    expect(await useLearning().start({ labelId: 1, fromHeadId: null })).toBe(true);
    main.tell('learning.changed', { labels: standing(ROUND) });
    expect(useCommands().enabled('learning.start')).toBe(false);
    expect(useLearning().round).toEqual(ROUND);
  });

  it('is set up knowing of files that have become unreadable since', async () => {
    main.answers['learning.labels'] = () => standing(null).map((label) => ({ ...label, usable: 18 }));
    useCommands().run('learning.start');
    await settle();
    expect(useLearning().of(1)?.usable).toBe(18);
  });

  it('that main refuses leaves the reason on the screen', async () => {
    main.answers['learning.start'] = () => {
      throw new AppError('usage', 'thyroid nodule', 'masks of 3 patients are needed, there is 1');
    };
    expect(await useLearning().start({ labelId: 1 })).toBe(false);
    expect(useToasts().shown).toMatchObject([{ kind: 'error' }]);
  });

  it('draws its curve as it grows; another round begins anew', () => {
    main.tell('learning.changed', { labels: standing(ROUND) });
    for (const step of [10, 20, 30]) main.tell('learning.progress', progressAt(step, { done: step / 50 }));
    expect(useLearning().curve.map(({ step }) => step)).toEqual([10, 20, 30]);
    expect(useLearning().progress?.done).toBe(0.6);
    main.tell('learning.changed', { labels: standing({ ...ROUND, id: 8 }) });
    expect(useLearning().curve).toEqual([]);
    main.tell('learning.progress', progressAt(10, { roundId: 8 }));
    expect(useLearning().curve.map(({ step }) => step)).toEqual([10]);
  });

  it('shows a window that is loaded anew the curve from its beginning', async () => {
    main.answers['learning.labels'] = () => standing(ROUND, progressAt(30));
    await useLearning().load();
    expect(useLearning().curve.map(({ step }) => step)).toEqual([10, 20, 30]);
    main.tell('learning.progress', progressAt(40));
    expect(useLearning().curve).toHaveLength(4);
  });

  it('is paused and taken up again by the same command; nothing is left to stop meanwhile', async () => {
    main.tell('learning.changed', { labels: standing(ROUND) });
    main.tell('learning.progress', progressAt(10));
    expect(useCommands().enabled('learning.finish')).toBe(true);
    useCommands().run('learning.pause');
    main.tell('learning.changed', { labels: standing({ ...ROUND, state: 'paused' }) });
    expect(useCommands().checked('learning.pause')).toBe(true);
    expect(useCommands().enabled('learning.finish')).toBe(false);
    useCommands().run('learning.pause');
    await settle();
    expect(asked('learning.pause')).toEqual([{ roundId: 7 }]);
    expect(asked('learning.resume')).toEqual([{ roundId: 7 }]);
  });
});

describe('when a round has ended', () => {
  const end = async (round: Partial<Round>, activated: boolean): Promise<void> => {
    const ended = { ...ROUND, state: 'finished' as const, headId: 2, ...round };
    main.tell('learning.ended', { round: ended, activated, before: null, after: null });
    await settle();
  };

  it('says what is better, by how much, and on whom', async () => {
    versions = [versionWith(2, 'better', true)];
    await end({ report: reportWith('better', 0.72) }, true);
    const [toast] = useToasts().shown;
    expect(toast).toMatchObject({ kind: 'news', title: 'thyroid nodule: v2 proposes from now on' });
    expect(toast?.advice).toBe('Dice 0.61\u00a0→\u00a00.72 on 12 patients it was not trained on');
  });

  it('says that a version was kept and not put to use, and why', async () => {
    versions = [versionWith(2, 'not-better'), versionWith(1, 'better', true)];
    await end({ report: reportWith('not-better', 0.62) }, false);
    const [toast] = useToasts().shown;
    expect(toast?.kind).toBe('warning');
    expect(toast?.title).toBe('thyroid nodule: v2 was kept, but not put to use');
    expect(toast?.advice).toBe('Not clearly better on 12 patients it was not trained on. Dice 0.61\u00a0→\u00a00.62');
  });

  it('warns of one that failed, and says nothing of one the user discarded', async () => {
    await end({ state: 'cancelled', headId: null }, false);
    expect(useToasts().shown).toEqual([]);
    await end({ state: 'failed', headId: null }, false);
    expect(useToasts().shown).toMatchObject([{ kind: 'warning' }]);
  });

  it('says it in Chinese', async () => {
    showLanguage('zh-CN');
    versions = [versionWith(2, 'better', true)];
    await end({ report: reportWith('better', 0.72) }, true);
    expect(useToasts().shown[0]?.advice).toBe('在未参与训练的 12 名患者上 Dice：0.61\u00a0→\u00a00.72');
  });
});

describe('going back', () => {
  const back = async (): Promise<unknown[]> => {
    await useHeadVersions().load(1);
    useCommands().run('learning.rollBack');
    await settle();
    return asked('learning.activate');
  };

  it('takes the newest version before that was found better', async () => {
    versions = [
      versionWith(5, 'better'),
      versionWith(4, 'better', true),
      versionWith(3, 'forgets'),
      versionWith(2, 'not-better'),
      versionWith(1, 'better'),
    ];
    expect(await back()).toEqual([{ labelId: 1, headId: 1 }]);
  });

  it('takes what the active one went on from, also where the reader had overruled the gate', async () => {
    const active = versionWith(3, 'better', true);
    const report = { ...reportWith('better', 0.72), startedFrom: 'v2' };
    versions = [{ ...active, report }, versionWith(2, 'not-better'), versionWith(1, 'better')];
    expect(await back()).toEqual([{ labelId: 1, headId: 2 }]);
  });

  it('takes the model’s own head where there is no earlier version', async () => {
    versions = [versionWith(1, 'better', true)];
    ownHead = { name: 'thyroid nodule', active: false };
    expect(await back()).toEqual([{ labelId: 1, headId: null }]);
  });

  it('is not offered where no version of the project is in use', async () => {
    versions = [versionWith(1, 'not-better')];
    ownHead = { name: 'thyroid nodule', active: true };
    expect(await back()).toEqual([]);
  });
});

describe('the next frame', () => {
  const FRAME = {
    id: 4,
    imageId: 4,
    seriesId: 1,
    studyId: 1,
    patient: 'p',
    studyName: 's',
    seriesName: 's',
    relativePath: 'p/4.png',
    frameIndex: 0,
    frameCount: 1,
    widthPx: 8,
    heightPx: 8,
    sha256: 'b'.repeat(64),
    review: 'unopened',
    problem: null,
    maskCount: 0,
    absolutePath: '/p/4.png',
    sizeBytes: 1,
    mtimeMs: 1,
    problemDetail: null,
    frameTimeMs: null,
    calibration: null,
  } as const;

  beforeEach(() => {
    main.answers['frames.open'] = () => ({ frame: FRAME, masks: [], measurements: [], problem: null });
    main.answers['frames.offsetOf'] = () => 3;
    main.answers['learning.next'] = () => ({ frameId: 4, why: 'control' });
  });

  it('is the one main names in any order but that of the files, and the reason is known', async () => {
    useCommands().run('order.mix');
    await settle();
    expect(useCommands().checked('order.mix')).toBe(true);
    useCommands().run('go.nextUnreviewed');
    await settle();
    expect(useStudyList().current?.id).toBe(4);
    expect(useLearning().led).toEqual({ frameId: 4, why: 'control' });
  });

  it('is looked for in the list in file order', async () => {
    useCommands().run('go.nextUnreviewed');
    await settle();
    expect(asked('learning.next')).toEqual([]);
  });

  it('is said to be none where all are reviewed', async () => {
    useCommands().run('order.mix');
    await settle();
    main.answers['learning.next'] = () => null;
    useCommands().run('go.nextUnreviewed');
    await settle();
    expect(useToasts().shown).toMatchObject([{ kind: 'news' }]);
  });
});

it('what belongs to another project is forgotten', () => {
  main.tell('learning.changed', { labels: standing(ROUND) });
  main.tell('learning.progress', progressAt(10));
  main.tell('project.changed', null);
  expect(useLearning().round).toBeNull();
  expect(useLearning().curve).toEqual([]);
  expect(useCommands().enabled('learning.pause')).toBe(false);
});

describe('comparing', () => {
  const pairFor = async (given: HeadVersion[]): Promise<unknown> => {
    versions = given;
    await useHeadVersions().load(1);
    useComparison().start(1);
    return useComparison().pair;
  };

  it('puts what proposed before on the left and what proposes now on the right', async () => {
    expect(
      await pairFor([versionWith(3, 'better', true), versionWith(2, 'forgets'), versionWith(1, 'better')]),
    ).toEqual([1, 3]);
  });

  it('puts the older of two on the left, also where the newer one is not in use', async () => {
    expect(await pairFor([versionWith(2, 'not-better'), versionWith(1, 'better', true)])).toEqual([1, 2]);
  });

  it('takes the model’s own head for the oldest', async () => {
    ownHead = { name: 'thyroid nodule', active: false };
    expect(await pairFor([versionWith(1, 'better', true)])).toEqual([null, 1]);
  });

  it('needs two', async () => {
    expect(await pairFor([versionWith(1, 'better', true)])).toBeNull();
  });
});
