// @vitest-environment happy-dom
/** How long frames are worked on: pauses, frames passed by, frames read again, and what led to a frame. */
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ActiveTime } from '../../../../renderer/active-time';
import { useEditor } from '../../../../renderer/stores/editor';
import { useLearning } from '../../../../renderer/stores/learning';
import { useVisits } from '../../../../renderer/stores/visits';
import type { FrameDetail } from '../../../../shared/domain';
import { settle } from '../support';
import { fakeMain, type FakeMain } from './fake-main';

let main: FakeMain;
const frame = (id: number, sha256: string | null = `hash ${id}`) => ({ id, sha256 }) as unknown as FrameDetail;
const visits = () => main.asked.filter(({ channel }) => channel === 'visits.record').map(({ payload }) => payload);
const key = () => window.dispatchEvent(new KeyboardEvent('keydown', { key: 'a' }));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  main = fakeMain({ 'visits.record': () => undefined, 'learning.next': () => ({ frameId: 2, why: 'control' }) });
  setActivePinia(createPinia());
  useVisits();
});
afterEach(() => vi.useRealTimers());

it('is the time until the frame is left, told once', async () => {
  const editor = useEditor();
  editor.frame = frame(1);
  vi.advanceTimersByTime(5_000);
  editor.frame = frame(2);
  vi.advanceTimersByTime(2_000);
  editor.frame = null;
  await settle();
  expect(visits()).toEqual([
    { frameId: 1, frameSha256: 'hash 1', activeMs: 5_000, why: null },
    { frameId: 2, frameSha256: 'hash 2', activeMs: 2_000, why: null },
  ]);
});

it('counts a pause as a minute at most', async () => {
  const time = new ActiveTime(0);
  time.act(59_000);
  time.act(59_000 + 3_600_000);
  time.act(59_000 + 3_600_000 + 1_000);
  expect(time.ms).toBe(120_000);

  const editor = useEditor();
  editor.frame = frame(1);
  vi.advanceTimersByTime(600_000);
  key();
  vi.advanceTimersByTime(1_000);
  editor.frame = null;
  await settle();
  expect(visits()).toMatchObject([{ activeMs: 61_000 }]);
});

it('is nothing for a frame passed by, or one without pixels', async () => {
  const editor = useEditor();
  editor.frame = frame(1);
  vi.advanceTimersByTime(100);
  editor.frame = frame(2, null);
  vi.advanceTimersByTime(5_000);
  editor.frame = null;
  await settle();
  expect(visits()).toEqual([]);
});

it('goes on while the same frame is read again, and says that a control was drawn', async () => {
  const editor = useEditor();
  await useLearning().next(null);
  editor.frame = frame(2);
  vi.advanceTimersByTime(1_000);
  editor.frame = frame(2);
  vi.advanceTimersByTime(1_000);
  await useVisits().end();
  expect(visits()).toEqual([{ frameId: 2, frameSha256: 'hash 2', activeMs: 2_000, why: 'control' }]);
});
