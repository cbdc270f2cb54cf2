// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { effectScope, nextTick, shallowRef } from 'vue';
import { readInView } from '../../../../renderer/components/read-in-view';
import { PAGE, useStudyList } from '../../../../renderer/stores/study-list';
import { useToasts } from '../../../../renderer/stores/toasts';
import { stateOf, type FrameFilter, type FrameSummary } from '../../../../shared/domain';
import { AppError } from '../../../../shared/errors';
import { fakeMain, type FakeMain } from './fake-main';

const REVIEWS = ['unopened', 'proposed', 'accepted'] as const;

function frameOf(id: number, change: Partial<FrameSummary> = {}): FrameSummary {
  return {
    id,
    imageId: id,
    seriesId: 1 + Math.floor(id / 10),
    studyId: 1,
    patient: 'patient',
    studyName: 'study',
    seriesName: 'series',
    relativePath: `images/frame-${id}.png`,
    frameIndex: 0,
    frameCount: 1,
    widthPx: 640,
    heightPx: 480,
    sha256: null,
    review: REVIEWS[id % 3] ?? 'unopened',
    problem: null,
    maskCount: 0,
    ...change,
  };
}

/** A project of so many frames, listed as main lists them. */
function project(count: number): { frames: FrameSummary[]; main: FakeMain } {
  const frames = Array.from({ length: count }, (_, index) => frameOf(index + 1));
  const matches =
    (filter: FrameFilter, anyState = false) =>
    (frame: FrameSummary) =>
      (anyState || !filter.states || filter.states.includes(stateOf(frame))) &&
      (!filter.commented || frame.id % 5 === 0) &&
      (!filter.text || frame.relativePath.includes(filter.text));
  const main = fakeMain({
    'frames.list': ({ filter, limit, offset }) => {
      const found = frames.filter(matches(filter));
      const counts = { unopened: 0, proposed: 0, corrected: 0, accepted: 0, rejected: 0, failed: 0 };
      for (const frame of frames.filter(matches(filter, true))) counts[stateOf(frame)]++;
      return { frames: found.slice(offset, offset + limit), total: found.length, counts };
    },
    'frames.neighbour': ({ frameId, direction, filter }) => {
      const found = frames.filter(matches(filter));
      return (
        (direction === 'next' ? found.find(({ id }) => id > frameId) : found.findLast(({ id }) => id < frameId)) ?? null
      );
    },
    'frames.offsetOf': ({ frameId, filter }) => frames.filter(matches(filter)).filter(({ id }) => id < frameId).length,
  });
  return { frames, main };
}

const listRequests = (main: FakeMain): number => main.asked.filter(({ channel }) => channel === 'frames.list').length;

// A store reads again a little after a change; on a real clock that reaches into the next test and asks its main.
beforeEach(() => {
  vi.useFakeTimers();
  setActivePinia(createPinia());
});
afterEach(() => void vi.useRealTimers());

describe('a study of 20,000 frames', () => {
  it('reads what is looked at at once, and nothing of what a scrollbar only passes by', async () => {
    const { main } = project(20_000);
    const list = useStudyList();
    const view = shallowRef<readonly [number, number]>([0, 20]);
    const scope = effectScope();
    scope.run(() => readInView(() => view.value));
    await vi.waitFor(() => expect(list.at(20)?.id).toBe(21));
    const before = listRequests(main);
    await vi.advanceTimersByTimeAsync(1_000);
    for (let first = 1_000; first <= 19_000; first += 1_000) {
      view.value = [first, first + 20];
      await nextTick();
      await vi.advanceTimersByTimeAsync(16);
    }
    expect(listRequests(main)).toBeLessThanOrEqual(before + 1);
    await vi.advanceTimersByTimeAsync(100);
    expect(list.at(19_010)?.id).toBe(19_011);
    expect(list.at(9_010)).toBeUndefined();
    scope.stop();
  });

  it('is read a page at a time, as it is looked at', async () => {
    const { main } = project(20_000);
    const list = useStudyList();
    await list.reload();
    expect(list.total).toBe(20_000);
    expect(list.at(0)?.id).toBe(1);
    expect(list.at(PAGE)).toBeUndefined();
    await list.show(10_000, 10_020);
    expect(list.at(10_010)?.id).toBe(10_011);
    expect(listRequests(main)).toBe(2);
  });

  it('never has more than a bounded number of lines in memory', async () => {
    project(20_000);
    const list = useStudyList();
    for (let first = 0; first < 20_000; first += PAGE) await list.show(first, first + 10);
    const held = [...list.pages.values()].reduce((sum, lines) => sum + lines.length, 0);
    expect(held).toBeLessThanOrEqual(12_000);
    expect(list.at(19_900)?.id).toBe(19_901);
  });

  it('asks for a page once, however often it scrolls by while that is on its way', async () => {
    const { main } = project(1_000);
    const list = useStudyList();
    await Promise.all([list.show(0, 20), list.show(5, 25), list.show(10, 30)]);
    expect(listRequests(main)).toBe(1);
  });
});

describe('a change of the list', () => {
  it('reads again what is on screen, also where it had not come yet', async () => {
    const { main } = project(2_000);
    const list = useStudyList();
    await list.reload();
    const original = main.answers['frames.list'];
    let release = (): void => undefined;
    main.answers['frames.list'] = async (request) => {
      if (request.offset > 0) await new Promise<void>((done) => (release = done));
      return original?.(request) as never;
    };
    const scrolled = list.show(1_500, 1_510);
    main.answers['frames.list'] = original as never;
    await list.reload();
    release();
    await scrolled;
    expect(list.at(1_505)?.id).toBe(1_506);
  });

  it('is counted, so that whoever measures lines measures again', async () => {
    const { main } = project(20);
    const list = useStudyList();
    await list.reload();
    const before = list.revision;
    main.tell('frames.changed', { frames: [frameOf(3, { review: 'corrected' })] });
    expect(list.revision).toBeGreaterThan(before);
    expect(list.at(2)?.review).toBe('corrected');
  });
});

describe('the filter', () => {
  it('drops answers to the filter before', async () => {
    const { main } = project(300);
    const list = useStudyList();
    const original = main.answers['frames.list'];
    let release = (): void => undefined;
    main.answers['frames.list'] = async (request) => {
      if (!request.filter.states) await new Promise<void>((done) => (release = done));
      return original?.(request) as never;
    };
    const slow = list.reload();
    await list.setFilter({ states: ['accepted'] });
    release();
    await slow;
    expect(list.total).toBe(100);
    expect(list.at(0)?.review).toBe('accepted');
  });

  it('counts each state whatever states are shown, and the whole project whatever is searched', async () => {
    project(30);
    const list = useStudyList();
    await list.setFilter({ states: ['accepted'], text: 'frame-1' });
    expect(list.counts.proposed).toBeGreaterThan(0);
    const sum = Object.values(list.allCounts).reduce((a, b) => a + b, 0);
    expect(sum).toBe(30);
  });

  it('shows only frames with comments, and counts the whole project all the same', async () => {
    project(30);
    const list = useStudyList();
    await list.setFilter({ commented: true });
    expect([list.total, list.filtered]).toEqual([6, true]);
    expect(Object.values(list.allCounts).reduce((a, b) => a + b, 0)).toBe(30);
    list.clear();
    expect(list.filter).toEqual({});
  });

  it('of a project that was left takes nothing from an answer that comes late, nor waits for it', async () => {
    const { frames, main } = project(9);
    const list = useStudyList();
    await list.reload();
    let answer = (): void => undefined;
    main.answers['frames.open'] = () =>
      new Promise((resolve) => (answer = () => resolve({ frame: frames[8] } as never)));
    const late = list.goTo(() => Promise.resolve(9));
    await vi.waitFor(() => expect(main.asked.at(-1)?.channel).toBe('frames.open'));
    list.clear();
    await list.first();
    expect(list.current?.id).toBe(1);
    answer();
    await late;
    expect(list.current?.id).toBe(1);
  });

  it('turns a state on and off again', async () => {
    project(30);
    const list = useStudyList();
    await list.toggleState('accepted');
    await list.toggleState('proposed');
    expect(list.total).toBe(20);
    await list.toggleState('accepted');
    expect(list.states).toEqual(['proposed']);
  });
});

describe('moving through the study', () => {
  it('begins at the first frame that waits for review', async () => {
    const { frames } = project(9);
    frames[0] = frameOf(1, { review: 'accepted' });
    const list = useStudyList();
    await list.reload();
    await list.first();
    // 1 and 2 are accepted.
    expect(list.current?.id).toBe(3);
  });

  it('goes to the next under the filter, though the open frame does not match any more', async () => {
    const { frames, main } = project(30);
    const list = useStudyList();
    await list.setFilter({ states: ['proposed'] });
    await list.first();
    const before = list.current as FrameSummary;
    const accepted = frameOf(before.id, { review: 'accepted' });
    frames[before.id - 1] = accepted;
    main.tell('frames.changed', { frames: [accepted] });
    expect(list.current?.review).toBe('accepted');
    await list.go('next');
    expect(list.current?.review).toBe('proposed');
    expect(list.current?.id).toBeGreaterThan(before.id);
  });

  it('finds the next unreviewed frame round the end, and says when there is none', async () => {
    const { frames } = project(6);
    const list = useStudyList();
    for (const { id } of frames) frames[id - 1] = frameOf(id, { review: 'accepted' });
    frames[1] = frameOf(2, { review: 'corrected' });
    list.select(frames[4] as FrameSummary);
    expect(await list.goNextUnreviewed()).toBe(true);
    expect(list.current?.id).toBe(2);
    frames[1] = frameOf(2, { review: 'rejected' });
    expect(await list.goNextUnreviewed()).toBe(false);
    expect(list.current?.id).toBe(2);
  });

  it('reaches the last of 20,000 without reading those between', async () => {
    const { main } = project(20_000);
    const list = useStudyList();
    await list.reload();
    await list.selectAt(19_999);
    expect(list.current?.id).toBe(20_000);
    expect(list.currentIndex).toBe(19_999);
    expect(listRequests(main)).toBe(2);
  });

  it('stays where it is at the end', async () => {
    const { frames } = project(3);
    const list = useStudyList();
    list.select(frames[2] as FrameSummary);
    await list.go('next');
    expect(list.current?.id).toBe(3);
  });

  it('knows the frames around the open one, next before previous', async () => {
    const { frames } = project(20);
    const list = useStudyList();
    await list.reload();
    list.select(frames[9] as FrameSummary, 9);
    expect(list.neighbours(4)).toEqual([11, 9, 12, 8]);
  });
});

describe('while a folder is being indexed', () => {
  it('reads the list again now and then, not at every event', async () => {
    const { frames, main } = project(10);
    const list = useStudyList();
    await list.reload();
    const before = listRequests(main);
    for (let i = 0; i < 50; i++) {
      frames.push(frameOf(frames.length + 1));
      main.tell('frames.changed', { frames: null });
    }
    await vi.advanceTimersByTimeAsync(1_000);
    expect(listRequests(main) - before).toBe(1);
    expect(list.total).toBe(60);
  });
});

describe('what main refuses', () => {
  it('is shown by its code, with the name of the file and what to do', async () => {
    const { main } = project(3);
    main.answers['frames.list'] = () => {
      throw new AppError('project-corrupt', '/data/a.sonomask', 'SQLITE_CORRUPT: malformed');
    };
    await useStudyList().reload();
    const [toast] = useToasts().shown;
    expect(toast?.title).toContain('a.sonomask');
    expect(toast?.title).not.toContain('SQLITE');
    expect(toast?.advice).not.toBe('');
    expect(toast?.subject).toBe('/data/a.sonomask');
  });
});
