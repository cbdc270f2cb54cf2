/** Backups: listed, made and restored by a worker of its own, so that this process never opens a database twice. */
import type { BackupApi } from '../../backup';
import { AppError } from '../../../shared/errors';
import { actingUser } from '../acting-user';
import type { Handlers } from '../ipc';
import type { PreferenceStore } from '../preferences';
import type { ProjectSession } from '../project-session';
import type { Workstation } from '../workstation';
import { askOwnWorker } from './long-run';

type Channels = 'backup.list' | 'backup.make' | 'backup.editsSince' | 'backup.restore';

export function backupHandlers(
  session: ProjectSession,
  workstation: Workstation,
  preferences: PreferenceStore,
): Pick<Handlers, Channels> {
  const tools = { signal: new AbortController().signal, onProgress: () => undefined };
  return {
    'backup.list': ({ path }) => askOwnWorker<BackupApi, 'list'>('backup', 'list', { project: path }, tools),
    'backup.make': () => {
      const { backups } = workstation;
      if (!backups) throw new AppError('usage', 'backup', 'no project in a folder is open');
      return backups.make();
    },
    'backup.editsSince': ({ path, name }) =>
      askOwnWorker<BackupApi, 'editsSince'>('backup', 'editsSince', { project: path, name }, tools),
    'backup.restore': async ({ path, name }) => {
      const user = actingUser(session, preferences);
      const asked = { project: path, name };
      const { project, put } = await session.restore(path, () =>
        askOwnWorker<BackupApi, 'restore'>('backup', 'restore', asked, tools),
      );
      await session.store.audit.append({ user, action: 'restore', subject: name, detail: { ...put } });
      return project;
    },
  };
}
