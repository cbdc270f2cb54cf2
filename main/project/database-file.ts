/**
 * A project's database as a file: where it is, how it is told from others, whether it is whole, and its bytes on the disk.
 * Opens nothing for work.
 */
import { closeSync, fsyncSync, openSync, readSync, statSync } from 'node:fs';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { AppError } from '../../shared/errors';
import { translating } from './sqlite';

/** `PRAGMA application_id` of a project: "SNMK". */
export const APPLICATION_ID = 0x534e4d4b;
export const DATABASE_NAME = 'project.db';

/** Makes what was written in a file or a folder's list of names survive power loss. */
export function fsyncPath(path: string): void {
  // Windows keeps its folders' lists itself and has no handle to flush.
  if (process.platform === 'win32' && statSync(path).isDirectory()) return;
  const handle = openSync(path, process.platform === 'win32' ? 'r+' : 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

export function pragma(database: DatabaseSyncInstance, name: string): unknown {
  const row: unknown = database.prepare(`pragma ${name}`).get();
  return typeof row === 'object' && row !== null ? Object.values(row)[0] : undefined;
}

/**
 * An empty or foreign file is told before SQLite, which would make a new database of an empty one.
 *
 * @throws AppError `project-corrupt`
 */
export function checkHeader(path: string): void {
  const header = Buffer.alloc(16);
  const handle = openSync(path, 'r');
  try {
    readSync(handle, header, 0, header.length, 0);
  } finally {
    closeSync(handle);
  }
  if (header.toString('latin1') !== 'SQLite format 3\0') {
    throw new AppError('project-corrupt', path, `${path} is no SQLite database`);
  }
}

/** @throws AppError `project-corrupt` when the database is not ours. */
export function checkOurs(database: DatabaseSyncInstance, path: string): void {
  if (translating(path, () => pragma(database, 'application_id')) === APPLICATION_ID) return;
  throw new AppError('project-corrupt', path, `${path} is a database, but of no SonoMask project`);
}

/**
 * @param check `quick_check` walks all trees of pages; `integrity_check` compares indices with tables, too
 * @throws AppError `project-corrupt` when the database is not whole.
 */
export function checkWhole(
  database: DatabaseSyncInstance,
  path: string,
  check: 'quick_check' | 'integrity_check' = 'quick_check',
): void {
  const verdict = translating(path, () => pragma(database, `${check}(1)`));
  if (verdict !== 'ok') throw new AppError('project-corrupt', path, `${path} is damaged: ${String(verdict)}`);
}
