/**
 * The life of a project's database in a file: made whole or not at all, opened for one process, checked, migrated after a
 * backup. Not what is in the tables.
 */
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { Kysely } from 'kysely';
import { AppError } from '../../shared/errors';
import { forgetSum, hasChangedSinceClosing, writeSum } from './closing-sum';
import { APPLICATION_ID, checkHeader, checkOurs, checkWhole, DATABASE_NAME, fsyncPath } from './database-file';
import { lockProject } from './lock';
import { pendingMigrations, runMigrations } from './migrate';
import { MIGRATIONS } from './migrations';
import type { Migrations } from './migrations';
import type { ProjectDb, ProjectTables } from './schema';
import { Watch } from './seals/watch';
import { sqliteDialect, translateSqliteError, translating } from './sqlite';

/** A database up to this size is looked through when it is opened (0.7 s on two slow cores); a larger one with its next backup. */
const CHECKED_AT_ONCE_BYTES = 128 * 1024 * 1024;
export const FOLDER_SUFFIX = '.sonomask';

/** A project's tables, in a file or on a server. */
export interface OpenDatabase {
  readonly db: ProjectDb;
  /** The file is not what it was when it was closed last: the disk has failed, or another program was at it. */
  readonly changedOutside?: boolean;
  /** Waits for what was begun, and gives the project free. */
  close(): Promise<void>;
}

/** From here on a commit that returned is on the disk. */
function makeDurable(database: DatabaseSyncInstance, path: string): void {
  translating(path, () => {
    database.exec('pragma journal_mode = wal');
    database.exec('pragma synchronous = full');
    // On macOS fsync alone leaves data in the drive's cache; elsewhere these do nothing.
    database.exec('pragma fullfsync = on; pragma checkpoint_fullfsync = on');
  });
}

/**
 * Closes the file and leaves `project.db` without a log. @photostructure/sqlite holds a closed file until its statements
 * are collected as garbage, and SQLite would put the log away only then.
 *
 * @returns whether the log is gone
 */
function disconnect(database: DatabaseSyncInstance): boolean {
  try {
    database.exec('pragma journal_mode = delete');
    return true;
  } catch {
    // Another program reads the file, or the disk is full: what was committed is in the log, and safe there.
    return false;
  } finally {
    database.close();
  }
}

function removeIfThere(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // What cannot be removed could not be made either; the reason for that is what the caller reports.
  }
}

/** Copies the whole database into a new file that is then on the disk, closed. */
function copyInto(database: DatabaseSyncInstance, target: string): void {
  database.prepare('vacuum into ?').run(target);
  fsyncPath(target);
}

/** Copies the database, as it is before a migration, beside itself; complete or absent. */
function backUp(database: DatabaseSyncInstance, path: string, firstPending: string): void {
  const target = join(dirname(path), `project.before-${firstPending}.db`);
  const partial = `${target}.partial`;
  try {
    rmSync(partial, { force: true });
    copyInto(database, partial);
    renameSync(partial, target);
    fsyncPath(dirname(path));
  } catch (error) {
    rmSync(partial, { force: true });
    const known = translateSqliteError(error, target);
    if (known instanceof AppError) throw known;
    throw new AppError('write-failed', target, `cannot back up ${path} to ${target}`, { cause: error });
  }
}

/** Names of the migrations the file has been through. */
function appliedMigrations(database: DatabaseSyncInstance, path: string): string[] {
  const rows: unknown[] = translating(path, () => {
    const known = database.prepare(`select 1 from sqlite_schema where name = 'kysely_migration'`).all();
    return known.length === 0 ? [] : database.prepare('select name from kysely_migration order by name').all();
  });
  return rows.map((row) => String((row as { name: unknown }).name));
}

/**
 * Makes a project folder with an empty database. It is made under another name and then renamed, so that a folder of
 * this name is a whole project.
 *
 * @throws AppError `usage` when the name does not end in `.sonomask` or is taken, `disk-full`, `write-failed`.
 */
export async function createDatabase(folder: string, migrations: Migrations = MIGRATIONS): Promise<void> {
  if (!folder.endsWith(FOLDER_SUFFIX)) {
    throw new AppError('usage', folder, `a project's name ends in ${FOLDER_SUFFIX}: ${folder}`);
  }
  if (existsSync(folder)) throw new AppError('usage', folder, `${folder} exists already`);
  const making = `${folder}.making-${process.pid}`;
  try {
    rmSync(making, { recursive: true, force: true });
    for (const name of ['cache', 'heads']) mkdirSync(join(making, name), { recursive: true });
    const path = join(making, DATABASE_NAME);
    // In memory first: a file that was open a moment ago keeps Windows from renaming its folder (see `disconnect`).
    const database = new DatabaseSync(':memory:');
    const db = new Kysely<ProjectTables>({ dialect: sqliteDialect(database, path) });
    try {
      database.exec(`pragma application_id = ${APPLICATION_ID}`);
      await runMigrations(db, migrations, path);
      translating(path, () => copyInto(database, path));
    } finally {
      await db.destroy();
    }
    fsyncPath(making);
    renameSync(making, folder);
    fsyncPath(dirname(folder));
  } catch (error) {
    removeIfThere(making);
    if (error instanceof AppError) throw error;
    throw new AppError('write-failed', folder, `cannot make ${folder}`, { cause: error });
  }
}

/**
 * Opens a project folder for this process alone.
 *
 * @throws AppError `file-not-found`, `project-locked`, `project-corrupt`, `project-newer`, `disk-full`, `write-failed`.
 */
export async function openDatabase(folder: string, migrations: Migrations = MIGRATIONS): Promise<OpenDatabase> {
  const path = join(folder, DATABASE_NAME);
  if (!existsSync(path))
    throw new AppError('file-not-found', path, `${folder} is no project: it has no ${DATABASE_NAME}`);
  const lock = lockProject(folder);
  let database: DatabaseSyncInstance | undefined;
  try {
    checkHeader(path);
    const log = `${path}-wal`;
    // A process that closes its database leaves no log behind.
    const crashed = existsSync(log) && statSync(log).size > 0;
    const isSmall = statSync(path).size <= CHECKED_AT_ONCE_BYTES;
    const changedOutside = !crashed && isSmall && hasChangedSinceClosing(path);
    const opened = translating(path, () => new DatabaseSync(path, { timeout: 1_000 }));
    database = opened;
    checkOurs(opened, path);
    if (crashed || isSmall) checkWhole(opened, path);
    const pending = pendingMigrations(appliedMigrations(opened, path), migrations, path);
    // Not a byte of a file that is not ours to open has been written so far.
    forgetSum(path);
    makeDurable(opened, path);
    const watch = new Watch(opened);
    const db = new Kysely<ProjectTables>({ dialect: sqliteDialect(opened, path, () => watch.seal()) });
    if (pending[0] !== undefined) {
      backUp(opened, path, pending[0]);
      await runMigrations(db, migrations, path);
    }
    // Tests open projects as they were before there were seals.
    if ('0010-seals' in migrations) translating(path, () => watch.begin());
    return {
      db,
      changedOutside,
      async close() {
        // Kysely hands its one connection out in turn: what was begun before is done when this gets it.
        try {
          const isAlone = await db.connection().execute(() => {
            watch.end();
            return Promise.resolve(disconnect(opened));
          });
          if (isAlone && statSync(path).size <= CHECKED_AT_ONCE_BYTES) writeSum(path);
        } finally {
          await db.destroy();
          lock.release();
        }
      },
    };
  } catch (error) {
    if (database?.isOpen === true) database.close();
    lock.release();
    throw error;
  }
}

/**
 * A connection that only reads, beside whoever has the project open: in a log's snapshot nobody waits for the other. Not in the
 * process that has it open (`lock.ts`).
 */
export function openForReading(folder: string): OpenDatabase {
  const path = join(folder, DATABASE_NAME);
  const opened = translating(path, () => new DatabaseSync(path, { readOnly: true, timeout: 5_000 }));
  const db = new Kysely<ProjectTables>({ dialect: sqliteDialect(opened, path) });
  return { db, close: () => db.destroy() };
}

/**
 * A second connection beside the process that has the project open, to read how a batch is and to ask it to stop: the
 * database's own locks let each see what the other has committed. No lock of the project, no migration.
 *
 * @throws AppError `project-newer`, also where the project is older than this program: whoever has it open is as well.
 */
export function openBeside(folder: string, migrations: Migrations = MIGRATIONS): OpenDatabase {
  const path = join(folder, DATABASE_NAME);
  const opened = translating(path, () => new DatabaseSync(path, { timeout: 5_000 }));
  const watch = new Watch(opened);
  try {
    if (pendingMigrations(appliedMigrations(opened, path), migrations, path).length > 0) {
      throw new AppError('project-newer', path, `${path} is open in another version of SonoMask`);
    }
    translating(path, () => {
      opened.exec('pragma synchronous = full');
      watch.begin();
    });
  } catch (error) {
    opened.close();
    throw error;
  }
  const db = new Kysely<ProjectTables>({ dialect: sqliteDialect(opened, path, () => watch.seal()) });
  return { db, close: () => db.destroy() };
}
