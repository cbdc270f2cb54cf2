/**
 * Puts a backup in the place of a project's database. What was there is kept beside the backups, whole or damaged as it is, and
 * can be restored in turn. At no moment is there no database: the checked copy is renamed over it.
 */
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { isAppError } from '../../shared/errors';
import { writeAtomically, writeError } from '../files';
import { checkWhole, DATABASE_NAME, forgetSum, fsyncPath, lockProject } from '../project';
import { editsSince, reading } from './contents';
import { bringHeadsBack, linkOrCopy } from './kept-heads';
import { BACKUPS, backupFile, newName } from './shelf';

export interface Restored {
  /** What the present state is called now among the backups. */
  readonly setAside: string;
  /** Edits of masks that only what was set aside has; null where it cannot be read. */
  readonly editsLost: number | null;
}

/**
 * @param project its folder; nobody may have it open
 * @throws AppError `project-locked`, `usage`, `file-not-found`; `project-corrupt` for a backup that is damaged itself,
 *   `disk-full`, `write-failed`: the project is then as it was
 */
export async function restoreBackup(project: string, name: string, nowMs: number): Promise<Restored> {
  const lock = lockProject(project);
  try {
    const backup = backupFile(project, name);
    const path = join(project, DATABASE_NAME);
    foldLog(path);
    const editsLost = editsSince(project, name);
    const setAside = newName(project, nowMs, true);
    await writeAtomically(
      path,
      () => Promise.resolve(),
      (draft) => {
        // What was set aside after a crash has a log beside it, which this reads, too.
        reading(backup.path, (database) => database.prepare('vacuum into ?').run(draft));
        fsyncPath(draft);
        reading(draft, (copy) => checkWhole(copy, backup.path, 'integrity_check'));
        bringHeadsBack(project);
        keepAside(path, join(project, BACKUPS, setAside));
        return Promise.resolve();
      },
    );
    return { setAside, editsLost };
  } catch (error) {
    throw isAppError(error) ? error : writeError(project, error);
  } finally {
    lock.release();
  }
}

/** What a crash left in the log goes into the file; a damaged file keeps its log. */
function foldLog(path: string): void {
  if (!existsSync(path)) return;
  try {
    const database = new DatabaseSync(path);
    try {
      database.exec('pragma journal_mode = delete');
    } finally {
      database.close();
    }
  } catch {
    // Then the log is set aside with its database.
  }
}

function keepAside(path: string, aside: string): void {
  mkdirSync(join(aside, '..'), { recursive: true });
  if (existsSync(path)) linkOrCopy(path, aside);
  const log = `${path}-wal`;
  // Left here it would be taken for the log of the database that comes.
  if (existsSync(log) && statSync(log).size > 0) renameSync(log, `${aside}-wal`);
  for (const rest of [log, `${path}-shm`, `${path}-journal`]) rmSync(rest, { force: true });
  if (existsSync(aside)) fsyncPath(aside);
  fsyncPath(join(aside, '..'));
  forgetSum(path);
}
