/** What the import worker does: reads mask files, so that the window does not wait for them. */
import type { WorkerContext } from '../../shared/worker-protocol';
import { readMasks, type ImportAsked, type ReadMasks } from './read-masks';

export const importApi = {
  /** Reports `{ done, total }`. @throws AppError as `readMasks` does */
  read: (asked: ImportAsked, { signal, report }: WorkerContext): Promise<ReadMasks> =>
    readMasks(asked, { signal, onProgress: report }),
};

export type ImportApi = typeof importApi;
