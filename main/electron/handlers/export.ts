/** Writing the project's masks into a folder of the user's choice. */
import { exportPictures, exportProject, type ExportApi } from '../../export';
import { actingUser, assertSeesOthers } from '../acting-user';
import type { Handlers } from '../ipc';
import type { Page } from '../page';
import type { PreferenceStore } from '../preferences';
import type { ProjectSession } from '../project-session';
import type { Workstation } from '../workstation';
import { askOwnWorker, LongRun } from './long-run';

export function exportHandlers(
  session: ProjectSession,
  workstation: Workstation,
  preferences: PreferenceStore,
  page: Page,
): Pick<Handlers, 'export.pictures' | 'export.run' | 'export.cancel'> {
  const exporting = new LongRun('export', workstation);
  return {
    'export.pictures': ({ include }) => {
      assertSeesOthers(session);
      return exportPictures(session.store, include);
    },
    'export.run': (request) =>
      exporting.start(async (signal) => {
        assertSeesOthers(session);
        const { store } = session;
        return exportProject(store, request, {
          signal,
          user: actingUser(session, preferences),
          onProgress: (progress) => page.tell('export.progress', progress),
          write: (plan, folder, tools) => askOwnWorker<ExportApi, 'write'>('export', 'write', { plan, folder }, tools),
        });
      }),
    'export.cancel': () => exporting.cancel(),
  };
}
