/**
 * One process at a time in a project folder. The lock is SQLite's own lock on the small `lock.db`, which the operating
 * system drops when the process ends, however it ends: there is no stale lock to clear. `lock.json` beside it only tells
 * others who holds it.
 *
 * Nothing else may open `lock.db` or `project.db` in this process: POSIX drops a process's locks on a file when *any* of
 * its handles on that file is closed.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { z } from 'zod';
import { AppError } from '../../shared/errors';
import { sqliteCode, translateSqliteError } from './sqlite';

const SQLITE_BUSY = 5;

const lockHolder = z.object({ pid: z.int(), host: z.string(), since: z.string() });

/** A held lock; `release` may be called once. */
export interface ProjectLock {
  release(): void;
}

function describeHolder(folder: string): string {
  try {
    const { pid, host, since } = lockHolder.parse(JSON.parse(readFileSync(join(folder, 'lock.json'), 'utf8')));
    return `process ${pid} on ${host}, since ${since}`;
  } catch {
    // Between taking the lock and writing its name, or on a disk where that failed: the lock holds all the same.
    return 'another process';
  }
}

/**
 * Takes the project for this process.
 *
 * @throws AppError `project-locked` naming the process that has it, `write-failed` where the folder cannot be written.
 */
export function lockProject(folder: string): ProjectLock {
  const path = join(folder, 'lock.db');
  let database: DatabaseSyncInstance | undefined;
  try {
    database = new DatabaseSync(path);
    database.exec('begin exclusive');
  } catch (error) {
    database?.close();
    if (sqliteCode(error) !== SQLITE_BUSY) throw translateSqliteError(error, path);
    throw new AppError('project-locked', folder, `${folder} is open in ${describeHolder(folder)}`, { cause: error });
  }
  const held = database;
  const infoPath = join(folder, 'lock.json');
  const holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  try {
    writeFileSync(infoPath, JSON.stringify(holder));
  } catch (error) {
    held.close();
    throw new AppError('write-failed', infoPath, `cannot write ${infoPath}`, { cause: error });
  }
  return {
    release() {
      rmSync(infoPath, { force: true });
      held.close();
    },
  };
}
