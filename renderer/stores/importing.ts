/** The import under way: at most one, with its progress. */
import { defineStore } from 'pinia';
import type { ImportReport, ImportRequest } from '../../shared/ipc';
import { call } from '../ipc';
import { useEditor } from './editor';
import { exchangeOf } from './exchange';
import { useToasts } from './toasts';

export const useImporting = defineStore('importing', () => {
  const toasts = useToasts();
  const editor = useEditor();
  const { track, ...exchange } = exchangeOf('import');

  /** Undefined where it failed or was cancelled, and the reason is shown. */
  async function run(request: ImportRequest): Promise<ImportReport | undefined> {
    // An edit still on its way is work, which an import leaves alone.
    const report = await track(async () => ((await editor.flush()) ? call('import.run', request) : undefined));
    // Also after a failure: what was saved before it stays.
    await toasts.attempt(showImported);
    return report;
  }

  /** The frame on screen has been read already. */
  async function showImported(): Promise<void> {
    const { id: frameId, sha256 } = editor.frame ?? {};
    if (frameId === undefined || !sha256) return;
    const { frame, masks } = await call('frames.open', { frameId });
    editor.editor.receive(frameId, sha256, masks);
    editor.editor.reviewStored(frameId, frame.review);
  }

  return { ...exchange, run };
});
