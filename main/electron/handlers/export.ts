/** Writing the project's masks into a folder of the user's choice. */
import { AppError } from '../../../shared/errors';
import { exportProject } from '../../export';
import type { Handlers } from '../ipc';
import type { Page } from '../page';
import type { PreferenceStore } from '../preferences';
import type { ProjectSession } from '../project-session';
import type { Workstation } from '../workstation';

export function exportHandlers(
  session: ProjectSession,
  workstation: Workstation,
  preferences: PreferenceStore,
  page: Page,
): Pick<Handlers, 'export.run' | 'export.cancel'> {
  let running: AbortController | undefined;
  return {
    'export.run': async (request) => {
      if (running) throw new AppError('usage', 'export', 'an export is under way');
      const controller = new AbortController();
      const stop = (): void => controller.abort();
      const { store } = session;
      const { projectSignal, studyWorker } = workstation;
      projectSignal.addEventListener('abort', stop, { once: true });
      running = controller;
      try {
        const { signal } = controller;
        const result = await exportProject(store, request, {
          signal,
          onProgress: (progress) => page.tell('export.progress', progress),
          writePng: (path, rle) => studyWorker.request('writeMask', { path, rle }, { signal }),
        });
        const { folder, frames, masks } = result;
        const detail = { formats: request.formats, include: request.include, frames, masks };
        await store.audit.append({ user: preferences.userName, action: 'export', subject: folder, detail });
        return result;
      } finally {
        running = undefined;
        projectSignal.removeEventListener('abort', stop);
      }
    },
    'export.cancel': () => running?.abort(),
  };
}
