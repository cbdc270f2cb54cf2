/** What an import, an export and a check have in common: at most one under way, how far it is, and its withdrawal. */
import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue';
import type { EventOf } from '../../shared/ipc';
import { call, listen } from '../ipc';
import { useToasts } from './toasts';

type Progress = EventOf<'export.progress' | 'import.progress' | 'verify.progress'>;

/** As a store has it: unwrapped. */
export interface Exchange {
  readonly progress: Progress | null;
  readonly running: boolean;
  cancel(): Promise<unknown>;
}

export function exchangeOf(name: 'export' | 'import' | 'verify'): {
  progress: ShallowRef<Progress | null>;
  running: ComputedRef<boolean>;
  /** Undefined where it failed or was cancelled, and the reason is shown. */
  track<T>(work: () => Promise<T | undefined>): Promise<T | undefined>;
  cancel(): Promise<unknown>;
} {
  const toasts = useToasts();
  const progress = shallowRef<Progress | null>(null);
  const running = computed(() => progress.value !== null);

  async function track<T>(work: () => Promise<T | undefined>): Promise<T | undefined> {
    progress.value = { done: 0, total: 0 };
    try {
      return await toasts.attempt(work);
    } finally {
      progress.value = null;
    }
  }

  listen(`${name}.progress`, (now) => {
    if (running.value) progress.value = now;
  });

  return { progress, running, track, cancel: () => toasts.attempt(() => call(`${name}.cancel`)) };
}
