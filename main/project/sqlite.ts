/**
 * SQLite for Kysely: a `DatabaseSync` (the API of `node:sqlite`) behind Kysely's own SQLite dialect, and SQLite's result
 * codes as `AppError`s. Knows nothing of projects' tables.
 */
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import { SqliteAdapter, SqliteDialect } from 'kysely';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import { AppError } from '../../shared/errors';
import type { ErrorCode } from '../../shared/errors';
import { foldedText } from './natural-key';

/** SQLite takes 32,766 parameters a statement, PostgreSQL 65,535: bulk inserts and `in` lists stay below both. */
export const ROWS_PER_STATEMENT = 500;

/** A statement that changes rows, wherever it may stand alone. */
const WRITES = /^\s*(insert|update|delete|replace|with)\b/i;

/** How many prepared statements are kept for reuse. */
const KEPT_STATEMENTS = 200;

/** Primary result codes of https://sqlite.org/rescode.html that mean something to the user. */
const CODES: ReadonlyMap<number, ErrorCode> = new Map([
  [3, 'write-failed'], // PERM
  [5, 'project-locked'], // BUSY
  [6, 'project-locked'], // LOCKED
  [8, 'write-failed'], // READONLY
  [10, 'write-failed'], // IOERR
  [11, 'project-corrupt'], // CORRUPT
  [13, 'disk-full'], // FULL
  [14, 'write-failed'], // CANTOPEN
  [26, 'project-corrupt'], // NOTADB
]);

/** `all` and `get` of @photostructure/sqlite 1.2.1 lose the code of an error; SQLite's texts for them are fixed. */
const CODE_OF_TEXT: ReadonlyMap<string, number> = new Map([
  ['database is locked', 5],
  ['database table is locked', 6],
  ['attempt to write a readonly database', 8],
  ['disk I/O error', 10],
  ['database disk image is malformed', 11],
  ['database or disk is full', 13],
  ['unable to open database file', 14],
  ['file is not a database', 26],
]);

/** The primary result code of an SQLite error, or null for any other error. */
export function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'ERR_SQLITE_ERROR') return null;
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff;
  return CODE_OF_TEXT.get(error.message) ?? null;
}

/** The error as an `AppError` about `path` where its code means something to the user, else as it is. */
export function translateSqliteError(error: unknown, path: string): unknown {
  const code = CODES.get(sqliteCode(error) ?? -1);
  if (code === undefined || !(error instanceof Error)) return error;
  return new AppError(code, path, `${path}: ${error.message}`, { cause: error });
}

/** What @photostructure/sqlite says of an integer beyond 2^53 - 1 that is to be a number. */
const TOO_LARGE = 'Value is too large to be represented as a JavaScript number';

/** Rows of a statement that reads. An integer beyond 2^53 - 1, which only another program writes, is a bigint, no other is. */
export function allRows(statement: StatementSyncInstance, parameters: readonly unknown[] = []): unknown[] {
  try {
    return statement.all(...parameters);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith(TOO_LARGE)) throw error;
  }
  statement.setReadBigInts(true);
  try {
    return statement.all(...parameters).map(withNumbers);
  } finally {
    statement.setReadBigInts(false);
  }
}

function withNumbers(row: unknown): unknown {
  const narrowed = (value: unknown): unknown =>
    typeof value === 'bigint' && BigInt(Number(value)) === value && Number.isSafeInteger(Number(value))
      ? Number(value)
      : value;
  return Object.fromEntries(Object.entries(row as object).map(([name, value]) => [name, narrowed(value)]));
}

/** Runs `act`, turning SQLite's errors into `AppError`s about `path`. */
export function translating<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw translateSqliteError(error, path);
  }
}

/**
 * Kysely's view of an open database; closing Kysely closes it.
 *
 * Statements are kept and used again: it is faster, and @photostructure/sqlite frees one only when it is collected as
 * garbage, so that one a query would pile up.
 */
class SqliteForKysely implements SqliteDatabase {
  private readonly kept = new Map<string, SqliteStatement>();

  constructor(
    private readonly database: DatabaseSyncInstance,
    private readonly path: string,
    private readonly beforeCommit: () => void,
  ) {}

  close(): void {
    this.kept.clear();
    if (this.database.isOpen) this.database.close();
  }

  prepare(sql: string): SqliteStatement {
    // After a full disk SQLite has rolled back by itself; a second rollback would hide why.
    if (sql === 'rollback' && !this.database.isTransaction) return this.prepare('select 1 where 0');
    const statement = this.kept.get(sql) ?? this.prepareNew(sql);
    // Used last, dropped last: a Map lists its keys in the order of their setting.
    this.kept.delete(sql);
    this.kept.set(sql, statement);
    const oldest = this.kept.keys().next();
    if (this.kept.size > KEPT_STATEMENTS && oldest.done !== true) this.kept.delete(oldest.value);
    return statement;
  }

  private prepareNew(sql: string): SqliteStatement {
    const { database, path } = this;
    const statement = translating(path, () => database.prepare(sql));
    const within = <T>(act: () => T): T => translating(path, () => this.#within(sql, act));
    return {
      reader: statement.columns().length > 0,
      // Read again where it must be, which what writes may not be.
      all: (parameters) =>
        within(() => (WRITES.test(sql) ? statement.all(...parameters) : allRows(statement, parameters))),
      run: (parameters) => within(() => statement.run(...parameters)),
      iterate: (parameters) => translating(path, () => statement.iterate(...parameters)),
    };
  }

  /** A statement that writes by itself is a transaction, too, and has something done before its commit. */
  #within<T>(sql: string, act: () => T): T {
    const { database, beforeCommit } = this;
    if (sql === 'commit') beforeCommit();
    if (database.isTransaction || !WRITES.test(sql)) return act();
    database.exec('begin immediate');
    try {
      const result = act();
      beforeCommit();
      database.exec('commit');
      return result;
    } catch (error) {
      if (database.isTransaction) database.exec('rollback');
      throw error;
    }
  }
}

class TransactionalSqliteAdapter extends SqliteAdapter {
  /** Kysely says no for SQLite; SQLite does roll back DDL, so that a migration is done whole or not at all. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class ProjectDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new TransactionalSqliteAdapter();
  }
}

/**
 * The Kysely dialect over an open database file at `path`.
 *
 * @param beforeCommit called last in every transaction
 */
export function sqliteDialect(
  database: DatabaseSyncInstance,
  path: string,
  beforeCommit: () => void = () => undefined,
): SqliteDialect {
  database.function('folded', { deterministic: true }, (text: unknown) => foldedText(String(text)));
  return new ProjectDialect({ database: new SqliteForKysely(database, path, beforeCommit) });
}
