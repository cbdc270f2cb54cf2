/**
 * Makes one backup of a project, whoever has it open: a second connection reads one state of the database (`VACUUM INTO`; in a
 * log readers and writers do not wait for each other, and the copy has no free pages), the copy is forced to the disk and
 * checked, and only then named, and only after that older ones go. SQLite's own backup API was left: it starts again when
 * another connection writes, and over the program's own one it would hold up its edits. When is another file's matter.
 */
import { rmSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError } from '../../shared/errors';
import { writeAtomically } from '../files';
import { checkWhole, DATABASE_NAME, fsyncPath } from '../project';
import { reading, rowsEverAdded } from './contents';
import { dropUnusedHeads, keepHeads } from './kept-heads';
import { timesKept } from './rotation';
import { BACKUPS, backupFiles, newName } from './shelf';

/** A backup must not take the space that the next edits need. */
const LEFT_FREE_BYTES = 64 * 1024 * 1024;

/**
 * @param project its folder; it may be open, here or elsewhere
 * @returns the backup's name; null where nothing has been done since the last one
 * @throws AppError `disk-full`, `write-failed`, `project-corrupt` where the database is damaged: then all older backups stay.
 */
export async function makeBackup(project: string, nowMs: number): Promise<string | null> {
  const path = join(project, DATABASE_NAME);
  const last = backupFiles(project).find(({ aside }) => !aside);
  const added = reading(path, rowsEverAdded);
  if (added === (last ? rowsIn(last.path) : 0)) return null;
  await checkSpace(project, statSync(path).size);
  const name = newName(project, nowMs, false);
  // An empty file is what VACUUM INTO takes as well as none.
  const nothing = (): Promise<void> => Promise.resolve();
  await writeAtomically(join(project, BACKUPS, name), nothing, (draft) => {
    reading(path, (database) => {
      checkWhole(database, path);
      database.prepare('vacuum into ?').run(draft);
    });
    fsyncPath(draft);
    reading(draft, (copy) => checkWhole(copy, draft, 'integrity_check'));
    keepHeads(project);
    return Promise.resolve();
  });
  rotate(project);
  return name;
}

function rowsIn(path: string): number | null {
  try {
    return reading(path, rowsEverAdded);
  } catch {
    // Damaged: as if there were none.
    return null;
  }
}

async function checkSpace(project: string, sizeBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(project);
  if (bavail * bsize >= sizeBytes + LEFT_FREE_BYTES) return;
  throw new AppError('disk-full', project, `no space for a backup of ${basename(project)} beside what edits need`);
}

/** A damaged copy counts for nothing: it may not push out a sound one. */
function rotate(project: string): void {
  const automatic = backupFiles(project).filter(({ aside, path }) => !aside && rowsIn(path) !== null);
  const kept = new Set(timesKept(automatic.map(({ timeMs }) => timeMs)));
  const gone = automatic.filter(({ timeMs }) => !kept.has(timeMs));
  for (const { path } of gone) rmSync(path, { force: true });
  if (gone.length > 0) dropUnusedHeads(project);
}
