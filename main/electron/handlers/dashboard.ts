/** Visits of frames, figures of the work, and files of charts where the user wants them. */
import { dialog, type BrowserWindow } from 'electron';
import { extname } from 'node:path';
import type { Channel } from '../../../shared/ipc';
import type { Language } from '../../../shared/language';
import { writeAtomically } from '../../files';
import { actingUser } from '../acting-user';
import type { Handlers } from '../ipc';
import type { PreferenceStore } from '../preferences';
import type { ProjectSession } from '../project-session';
import { TEXTS } from '../texts';

type Channels = Extract<Channel, `dashboard.${string}` | `visits.${string}`>;

export function dashboardHandlers(
  session: ProjectSession,
  preferences: PreferenceStore,
  window: () => BrowserWindow,
  language: () => Language,
): Pick<Handlers, Channels> {
  return {
    'visits.record': (visit) => session.store.visits.record(visit, actingUser(session, preferences)),
    'dashboard.statistics': () => session.store.statistics.all(),
    'dashboard.saveFile': async ({ name, file }) => {
      const { kind } = file;
      const { canceled, filePath } = await dialog.showSaveDialog(window(), {
        title: TEXTS.saveChart[language()],
        defaultPath: `${name}.${kind}`,
        filters: [{ name: TEXTS[kind][language()], extensions: [kind] }],
      });
      if (canceled || !filePath) return null;
      // Not every system's dialog adds the ending.
      const path = extname(filePath) === '' ? `${filePath}.${kind}` : filePath;
      await writeAtomically(path, (write) => write(file.kind === 'png' ? file.bytes : file.text));
      return path;
    },
  };
}
