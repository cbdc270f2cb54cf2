/** The latest batch of the open project as main tells of it, and what can be done about it. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { BatchFailure } from '../../shared/domain';
import type { BatchStatus, RequestInput } from '../../shared/ipc';
import { i18n, noticeOf } from '../i18n';
import { endedOf } from '../i18n/batch-words';
import { call, listen } from '../ipc';
import { useDialogs } from './dialogs';
import { useToasts } from './toasts';

export const useBatch = defineStore('batch', () => {
  const toasts = useToasts();
  const dialogs = useDialogs();
  const status = shallowRef<BatchStatus | null>(null);
  const failures = shallowRef<readonly BatchFailure[]>([]);
  /** An act of the user is under way. */
  const busy = ref(false);
  /** Answers of an older project are dropped. */
  let generation = 0;

  /** Running, paused or interrupted; null where none is. */
  const unfinished = computed(() => {
    const state = status.value?.batch.state;
    return state === 'running' || state === 'paused' ? status.value : null;
  });
  const working = computed(() => status.value?.working ?? false);
  const failed = computed(() => (status.value ? endedOf(status.value.batch).failed : 0));

  async function load(): Promise<void> {
    const asked = ++generation;
    const now = await call('batch.status');
    if (asked === generation) await take(now);
  }

  async function take(now: BatchStatus | null): Promise<void> {
    const before = status.value;
    status.value = now;
    if (!now) return;
    const isSame = before?.batch.id === now.batch.id && endedOf(before.batch).failed === endedOf(now.batch).failed;
    if (!isSame) await readFailures();
    if (before?.batch.id === now.batch.id && before.working && !now.working) tellEnd(now);
  }

  async function readFailures(): Promise<void> {
    const asked = generation;
    const found = failed.value > 0 ? await toasts.attempt(() => call('batch.failures')) : [];
    if (asked === generation && found) failures.value = found;
  }

  /** Where the dialog does not show it. */
  function tellEnd({ batch }: BatchStatus): void {
    if (dialogs.open === 'batch') return;
    const { t, n } = i18n.global;
    const { failed: without } = endedOf(batch);
    if (batch.problem) toasts.warning(t('batch.hasStopped', { why: noticeOf(batch.problem.code, 'SonoMask').title }));
    else if (batch.state === 'finished' && without > 0) {
      toasts.warning(t('batch.hasFailures', { n: n(without) }, without));
    } else if (batch.state === 'finished') {
      toasts.news(t('batch.hasFinished', { masks: t('batch.masks', { n: n(batch.masks) }, batch.masks) }));
    }
  }

  async function act(ask: () => Promise<BatchStatus | void>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    const asked = generation;
    try {
      const answer = await toasts.attempt(async () => (await ask()) ?? (await call('batch.status')));
      if (answer !== undefined && asked === generation) await take(answer);
      return answer !== undefined;
    } finally {
      busy.value = false;
    }
  }

  listen('batch.progress', (now) => void take(now));
  listen('project.changed', (project) => {
    generation++;
    status.value = null;
    failures.value = [];
    if (project) void toasts.attempt(load);
  });

  return {
    status,
    failures,
    busy,
    unfinished,
    working,
    failed,
    load,
    start: (request: RequestInput<'batch.start'>) => act(() => call('batch.start', request)),
    pause: () => act(() => call('batch.pause')),
    resume: () => act(() => call('batch.resume')),
    cancel: () => act(() => call('batch.cancel')),
    retry: () => act(() => call('batch.retry')),
  };
});
