/** Reading masks of other programs into the open project. */
import { AppError } from '../../../shared/errors';
import { importMasks, type ImportApi } from '../../import';
import { actingUser } from '../acting-user';
import type { Handlers } from '../ipc';
import type { Page } from '../page';
import type { PreferenceStore } from '../preferences';
import type { ProjectSession } from '../project-session';
import type { Workstation } from '../workstation';
import { askOwnWorker, LongRun } from './long-run';

export function importHandlers(
  session: ProjectSession,
  workstation: Workstation,
  preferences: PreferenceStore,
  page: Page,
): Pick<Handlers, 'import.run' | 'import.cancel'> {
  const importing = new LongRun('import', workstation);
  return {
    'import.run': (request) =>
      importing.start(async (signal) => {
        const { store } = session;
        const { projectSignal, source, inference } = workstation;
        const { project, labels } = inference;
        if (!source || !project || !labels) throw new AppError('usage', 'project', 'no project is open');
        try {
          const report = await importMasks(store, request, {
            ...{ signal, user: actingUser(session, preferences) },
            onProgress: (progress) => page.tell('import.progress', progress),
            read: (asked, tools) => askOwnWorker<ImportApi, 'read'>('import', 'read', asked, tools),
            open: (frameId) => source.open(frameId),
            save: (edit) => project.proposer.save(edit),
          });
          const { files, masks, frames } = report;
          await store.audit.append({
            ...{ user: actingUser(session, preferences), action: 'import', subject: request.paths[0] ?? '' },
            detail: { files, masks, frames },
          });
          return report;
        } finally {
          // Also what was saved before it was cancelled or failed; not where the project was closed meanwhile.
          if (!projectSignal.aborted) {
            page.tell('labels.changed', { labels: await labels.list() });
            page.tell('frames.changed', { frames: null });
            workstation.noteWork();
          }
        }
      }),
    'import.cancel': () => importing.cancel(),
  };
}
