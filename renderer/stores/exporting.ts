/** The export under way: at most one, with its progress. */
import { defineStore } from 'pinia';
import type { ExportRequest, ExportResult } from '../../shared/ipc';
import { call } from '../ipc';
import { exchangeOf } from './exchange';

export const useExporting = defineStore('exporting', () => {
  const { track, ...exchange } = exchangeOf('export');

  /** Undefined where it failed or was cancelled: nothing was written then, and the reason is shown. */
  const run = (request: ExportRequest): Promise<ExportResult | undefined> => track(() => call('export.run', request));

  return { ...exchange, run };
});
