/** The import under way: at most one, with its progress. */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { ImportReport, ImportRequest } from '../../shared/ipc';
import { call, listen } from '../ipc';
import { useEditor } from './editor';
import { useToasts } from './toasts';

export const useImporting = defineStore('importing', () => {
  const toasts = useToasts();
  const editor = useEditor();
  const progress = shallowRef<{ readonly done: number; readonly total: number } | null>(null);
  const running = computed(() => progress.value !== null);

  /** Undefined where it failed or was cancelled, and the reason is shown. */
  async function run(request: ImportRequest): Promise<ImportReport | undefined> {
    progress.value = { done: 0, total: 0 };
    try {
      // An edit still on its way is work, which an import leaves alone.
      if (!(await editor.flush())) return undefined;
      return await toasts.attempt(() => call('import.run', request));
    } finally {
      progress.value = null;
      await toasts.attempt(showImported);
    }
  }

  /** The frame on screen has been read already. */
  async function showImported(): Promise<void> {
    const { id: frameId, sha256 } = editor.frame ?? {};
    if (frameId === undefined || !sha256) return;
    editor.editor.receive(frameId, sha256, await call('masks.ofFrame', { frameId }));
  }

  const cancel = (): Promise<unknown> => toasts.attempt(() => call('import.cancel'));

  listen('import.progress', (now) => {
    if (running.value) progress.value = now;
  });

  return { progress, running, run, cancel };
});
