/** The export under way: at most one, with its progress. */
import { defineStore } from 'pinia';
import type { ExportRequest, ExportResult } from '../../shared/ipc';
import { call } from '../ipc';
import { useEditor } from './editor';
import { exchangeOf } from './exchange';

export const useExporting = defineStore('exporting', () => {
  const editor = useEditor();
  const { track, ...exchange } = exchangeOf('export');

  /**
   * An edit still on its way is work that goes along. Undefined where it failed or was cancelled: nothing was written then,
   * and the reason is shown.
   */
  const run = (request: ExportRequest): Promise<ExportResult | undefined> =>
    track(async () => ((await editor.flush()) ? call('export.run', request) : undefined));

  return { ...exchange, run };
});
