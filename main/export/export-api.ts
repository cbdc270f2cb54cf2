/** What the export worker does: one export, so that neither the window nor the reading of frames waits for it. */
import type { WorkerContext } from '../../shared/worker-protocol';
import type { ExportPlan } from './export-plan';
import { writeExport, type WrittenExport } from './write-export';

interface Asked {
  readonly plan: ExportPlan;
  readonly folder: string;
}

export const exportApi = {
  /** Reports `{ done, total }`. @throws AppError as `writeExport` does */
  write: ({ plan, folder }: Asked, { signal, report }: WorkerContext): Promise<WrittenExport> =>
    writeExport(plan, folder, { signal, onProgress: report }),
};

export type ExportApi = typeof exportApi;
