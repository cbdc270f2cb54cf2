/** Writing the project's masks into a folder of the user's choice. */
import { AppError } from '../../../shared/errors';
import { exportProject, type ExportApi } from '../../export';
import { WorkerHost } from '../../inference';
import { actingUser, assertSeesOthers } from '../acting-user';
import type { Handlers } from '../ipc';
import type { Page } from '../page';
import type { PreferenceStore } from '../preferences';
import type { ProjectSession } from '../project-session';
import { utilityWorker } from '../utility-transport';
import type { Workstation } from '../workstation';

type Progress = { done: number; total: number };

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
      assertSeesOthers(session);
      const controller = new AbortController();
      const stop = (): void => controller.abort();
      const { store } = session;
      const { projectSignal } = workstation;
      const worker = new WorkerHost<ExportApi>('export', utilityWorker('export'));
      projectSignal.addEventListener('abort', stop, { once: true });
      running = controller;
      try {
        const result = await exportProject(store, request, {
          signal: controller.signal,
          onProgress: (progress) => page.tell('export.progress', progress),
          write: (plan, folder, { signal, onProgress }) =>
            // Killed before its folder is removed: it would go on writing into it.
            worker.request(
              'write',
              { plan, folder },
              { signal, onAbort: 'kill', onProgress: (progress) => onProgress(progress as Progress) },
            ),
        });
        const { folder, frames, masks } = result;
        const detail = { formats: request.formats, include: request.include, frames, masks };
        await store.audit.append({ user: actingUser(session, preferences), action: 'export', subject: folder, detail });
        return result;
      } finally {
        running = undefined;
        worker.dispose();
        projectSignal.removeEventListener('abort', stop);
      }
    },
    'export.cancel': () => running?.abort(),
  };
}
