/** The export under way: at most one, with its progress. */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { ExportRequest, ExportResult } from '../../shared/ipc';
import { call, listen } from '../ipc';
import { useToasts } from './toasts';

export const useExporting = defineStore('exporting', () => {
  const toasts = useToasts();
  const progress = shallowRef<{ readonly done: number; readonly total: number } | null>(null);
  const running = computed(() => progress.value !== null);

  /** Undefined where it failed or was cancelled: nothing was written then, and the reason is shown. */
  async function run(request: ExportRequest): Promise<ExportResult | undefined> {
    progress.value = { done: 0, total: 0 };
    try {
      return await toasts.attempt(() => call('export.run', request));
    } finally {
      progress.value = null;
    }
  }

  const cancel = (): Promise<unknown> => toasts.attempt(() => call('export.cancel'));

  listen('export.progress', (now) => {
    if (running.value) progress.value = now;
  });

  return { progress, running, run, cancel };
});
