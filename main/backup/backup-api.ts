/**
 * What the backup worker does, one question a process: nothing in the window waits for the disk, and the process that has the
 * project open never opens its file a second time.
 */
import type { Backup } from '../../shared/domain';
import { editsSince, listBackups } from './contents';
import { makeBackup } from './make-backup';
import { restoreBackup, type Restored } from './restore-backup';

interface Of {
  /** Absolute folder. */
  readonly project: string;
}

interface Named extends Of {
  readonly name: string;
}

/** Each throws what the function behind it throws. */
export const backupApi = {
  list: ({ project }: Of): Backup[] => listBackups(project),
  make: ({ project }: Of): Promise<string | null> => makeBackup(project, Date.now()),
  editsSince: ({ project, name }: Named): number | null => editsSince(project, name),
  restore: ({ project, name }: Named): Promise<Restored> => restoreBackup(project, name, Date.now()),
};

export type BackupApi = typeof backupApi;
