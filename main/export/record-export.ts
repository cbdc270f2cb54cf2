/** The line of the audit about masks, and perhaps de-identified images, that have left a project. */
import type { ExportRequest, ExportResult } from '../../shared/ipc';
import type { ProjectStore } from '../project';

/** Counts alone: no name of a patient, of a file or of a copy. */
export function recordExport(
  store: ProjectStore,
  user: string,
  { formats, include, images: asked }: ExportRequest,
  { folder, frames, masks, images }: ExportResult,
): Promise<void> {
  const deidentified = images && {
    ...{ files: images.files, leftOut: images.failedCount, textLikely: images.textCount },
    blanked: asked !== undefined && asked.keep !== 'everything',
  };
  const detail = { formats, include, frames, masks, deidentified: deidentified ?? null };
  return store.audit.append({ user, action: 'export', subject: folder, detail });
}
