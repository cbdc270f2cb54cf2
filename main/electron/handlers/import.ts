/** Reading masks of other programs into the open project. */
import { AppError } from '../../../shared/errors';
import { importMasks, type ImportApi } from '../../import';
import { WorkerHost } from '../../inference';
import { actingUser } from '../acting-user';
import type { Handlers } from '../ipc';
import type { Page } from '../page';
import type { PreferenceStore } from '../preferences';
import type { ProjectSession } from '../project-session';
import { utilityWorker } from '../utility-transport';
import type { Workstation } from '../workstation';

type Progress = { done: number; total: number };

export function importHandlers(
  session: ProjectSession,
  workstation: Workstation,
  preferences: PreferenceStore,
  page: Page,
): Pick<Handlers, 'import.run' | 'import.cancel'> {
  let running: AbortController | undefined;
  return {
    'import.run': async (request) => {
      if (running) throw new AppError('usage', 'import', 'an import is under way');
      const { store } = session;
      const { projectSignal, source, inference } = workstation;
      const { project, labels } = inference;
      if (!source || !project || !labels) throw new AppError('usage', 'project', 'no project is open');
      const controller = new AbortController();
      const stop = (): void => controller.abort();
      const worker = new WorkerHost<ImportApi>('import', utilityWorker('import'));
      projectSignal.addEventListener('abort', stop, { once: true });
      running = controller;
      try {
        const report = await importMasks(store, request, {
          ...{ signal: controller.signal, user: actingUser(session, preferences) },
          onProgress: (progress) => page.tell('import.progress', progress),
          read: (asked, { signal, onProgress }) =>
            worker.request('read', asked, {
              ...{ signal, onAbort: 'kill' },
              onProgress: (progress) => onProgress(progress as Progress),
            }),
          open: (frameId) => source.open(frameId),
          save: (edit) => project.proposer.save(edit),
        });
        const { files, masks, frames } = report;
        const detail = { files, masks, frames };
        await store.audit.append({
          user: actingUser(session, preferences),
          action: 'import',
          subject: request.paths[0] ?? '',
          detail,
        });
        return report;
      } finally {
        running = undefined;
        worker.dispose();
        projectSignal.removeEventListener('abort', stop);
        // Also what was saved before it was cancelled or failed; not where the project was closed meanwhile.
        if (!projectSignal.aborted) {
          page.tell('labels.changed', { labels: await labels.list() });
          page.tell('frames.changed', { frames: null });
          workstation.noteWork();
        }
      }
    },
    'import.cancel': () => running?.abort(),
  };
}
