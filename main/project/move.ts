/**
 * A project copied from a folder to a server, or back: complete or absent, with proof that both say the same. What it was made
 * from stays as it is.
 */
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AppError, isAppError } from '../../shared/errors';
import { writeAtomically, writeError } from '../files';
import { recordAudit } from './books';
import { copyRows, lastIds, sumOf, type RowSum } from './copy-rows';
import { createDatabase, FOLDER_SUFFIX, openDatabase } from './database';
import { countRows } from './rows';
import type { ProjectDb } from './schema';
import { accountName } from './seals/seal-all';
import { filesInFolder, filesOnServer, type ProjectFile } from './server/files';
import { isServerPlace, parsePlace } from './server/place';
import { makeServerProject, openServerDatabase } from './server/server-database';

export interface Moved extends RowSum {
  readonly files: number;
}

interface Source {
  readonly db: ProjectDb;
  readonly files: readonly ProjectFile[];
}

type OnProgress = (done: number, total: number) => void;

/**
 * @param from, to a folder `NAME.sonomask`, or `postgres://…?project=NAME`; there must be nothing at `to`
 * @throws AppError what `ProjectStore.open` and `ProjectStore.create` throw; `internal` where the copy is not what it was
 *   made from, and is then not there
 */
export async function moveProject(
  from: string,
  to: string,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<Moved> {
  return withSource(from, async (source) => {
    const total = await countRows(source.db);
    const last = await lastIds(source.db);
    const sum = await sumOf(source.db, last);
    let done = 0;
    const fill = async (db: ProjectDb): Promise<void> => {
      await copyRows(source.db, db, last, (rows) => {
        if (signal.aborted) throw new AppError('cancelled', to, 'cancelled');
        onProgress((done += rows), total);
      });
      const copied = await sumOf(db, await lastIds(db));
      if (copied.sha256 !== sum.sha256) throw new AppError('internal', to, `the copy is not the same: ${to}`);
    };
    const detail = { from: isServerPlace(from) ? 'server' : 'folder', ...sum };
    const record = (db: ProjectDb, user: string): Promise<void> =>
      recordAudit(db, { user, action: 'move-project', subject: 'project', detail });
    await (isServerPlace(to)
      ? makeServerProject(parsePlace(to), fill, source.files, record)
      : makeFolder(to, fill, source.files, record));
    return { ...sum, files: source.files.length };
  });
}

/** Everything as it is at one moment, whoever else works there meanwhile. */
async function withSource<T>(from: string, use: (source: Source) => Promise<T>): Promise<T> {
  const isServer = isServerPlace(from);
  const database = await (isServer ? openServerDatabase(parsePlace(from)) : openDatabase(resolve(from)));
  try {
    const snapshot = database.db.transaction();
    return await (
      isServer ? snapshot.setIsolationLevel('repeatable read').setAccessMode('read only') : snapshot
    ).execute(async (db) => use({ db, files: await (isServer ? filesOnServer(db) : filesInFolder(resolve(from))) }));
  } finally {
    await database.close();
  }
}

/** Under another name until it is whole. */
async function makeFolder(
  to: string,
  fill: (db: ProjectDb) => Promise<void>,
  files: readonly ProjectFile[],
  record: (db: ProjectDb, user: string) => Promise<void>,
): Promise<void> {
  const folder = resolve(to);
  if (!folder.endsWith(FOLDER_SUFFIX) || existsSync(folder)) {
    throw new AppError('usage', to, `${to}: a name that ends in ${FOLDER_SUFFIX} and is not taken is needed`);
  }
  const making = join(dirname(folder), `.moving-${process.pid}${FOLDER_SUFFIX}`);
  await rm(making, { recursive: true, force: true });
  try {
    await createDatabase(making);
    const { db, close } = await openDatabase(making);
    try {
      await db.transaction().execute(fill);
      await record(db, accountName() || 'command line');
    } finally {
      await close();
    }
    for (const { name, bytes } of files) await writeAtomically(join(making, name), (write) => write(bytes));
    await rename(making, folder);
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    throw isAppError(error) ? error : writeError(folder, error);
  }
}
