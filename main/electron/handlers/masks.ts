/** Saving and reading masks; the name they are saved under. */
import { AppError } from '../../../shared/errors';
import { summaryOf } from '../../study';
import { actingUser } from '../acting-user';
import type { Handlers } from '../ipc';
import type { Page } from '../page';
import type { PreferenceStore } from '../preferences';
import type { ProjectSession } from '../project-session';
import type { Workstation } from '../workstation';

type Channels =
  | 'masks.save'
  | 'masks.ofFrame'
  | 'masks.history'
  | 'masks.historyOfFrame'
  | 'masks.progress'
  | 'user.get'
  | 'user.set';

export function maskHandlers(
  workstation: Workstation,
  session: ProjectSession,
  preferences: PreferenceStore,
  page: Page,
): Pick<Handlers, Channels> {
  return {
    'masks.save': async (edit) => {
      const { project } = workstation.inference;
      if (!project) throw new AppError('usage', 'project', 'no project is open');
      const { store } = session;
      const save = () => project.proposer.save({ ...edit, user: actingUser(session, preferences) });
      const saved = await (workstation.team?.save(edit.frameId, save) ?? save());
      workstation.noteWork();
      page.tell('frames.changed', { frames: [summaryOf(await store.frames.get(edit.frameId))] });
      return saved;
    },
    'masks.ofFrame': ({ frameId }) => session.store.masks.ofFrame(frameId),
    'masks.historyOfFrame': ({ frameId }) => session.store.masks.historyOfFrame(frameId),
    'masks.history': ({ maskId }) => session.store.masks.history(maskId),
    'masks.progress': () => session.store.masks.progress(),
    'user.get': () => ({ name: preferences.userName }),
    'user.set': async ({ name }) => {
      await preferences.change({ userName: name });
      return { name: preferences.userName };
    },
  };
}
