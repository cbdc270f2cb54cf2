/** What is in a backup, read without changing it, and what a restore of it would lose. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { z } from 'zod';
import { PROPOSING_USER, type Backup } from '../../shared/domain';
import { checkOurs, checkWhole, DATABASE_NAME, translating } from '../project';
import { backupFile, backupFiles, type BackupFile } from './shelf';

/**
 * Opens a database for reading beside whoever works in it: in a log's snapshot nobody waits for the other. Not in the process
 * that has the project open: a closed file of @photostructure/sqlite is held until its statements are collected as garbage, and
 * so long that project could not put its log away.
 *
 * @throws AppError `project-corrupt`, `file-not-found`
 */
export function reading<T>(path: string, use: (database: DatabaseSyncInstance) => T): T {
  const database = translating(path, () => new DatabaseSync(path, { readOnly: true, timeout: 5_000 }));
  try {
    checkOurs(database, path);
    return translating(path, () => use(database));
  } finally {
    database.close();
  }
}

/** The number in the only column of the only row. */
export function numberOf(database: DatabaseSyncInstance, sql: string, ...parameters: string[]): number {
  const row: unknown = database.prepare(sql).get(...parameters);
  return z
    .record(z.string(), z.coerce.number())
    .transform((found) => Object.values(found)[0] ?? 0)
    .parse(row);
}

/**
 * How many rows were ever added, in all tables with ids: it grows with every edit, review and audit line, whichever project is
 * compared with an earlier state of itself.
 */
export function rowsEverAdded(database: DatabaseSyncInstance): number {
  return numberOf(database, 'select coalesce(sum(seq), 0) as n from sqlite_sequence');
}

/** All of a project's backups, latest first. */
export function listBackups(project: string): Backup[] {
  return backupFiles(project).map((file) => ({
    ...{ name: file.name, timeMs: file.timeMs, aside: file.aside },
    sizeBytes: statSync(file.path).size,
    masks: masksIn(file),
  }));
}

function masksIn({ path }: BackupFile): number | null {
  try {
    return reading(path, (database) => numberOf(database, 'select count(*) as n from masks'));
  } catch {
    // Whatever is wrong with it: it cannot be restored, and is shown as damaged.
    return null;
  }
}

/**
 * How many edits that people made of masks the present database has and the backup has not; null where the present one cannot
 * be read.
 *
 * @throws AppError `usage`, `file-not-found`, `project-corrupt` where the backup itself cannot be read
 */
export function editsSince(project: string, name: string): number | null {
  const backup = backupFile(project, name);
  reading(backup.path, () => undefined);
  const path = join(project, DATABASE_NAME);
  if (!existsSync(path)) return null;
  try {
    return reading(path, (database) => {
      checkWhole(database, path);
      database.prepare('attach ? as backup').run(backup.path);
      return numberOf(
        database,
        `select count(*) as n from main.revisions as now where user_name <> ? and not exists
          (select 1 from backup.revisions as old where old.id = now.id and old.created_at = now.created_at)`,
        PROPOSING_USER,
      );
    });
  } catch {
    return null;
  }
}
