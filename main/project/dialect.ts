/** Which of the two databases a project is in, for the few statements that each says in its own words. */
import { PostgresAdapter, sql } from 'kysely';
import pg from 'pg';
import type { DialectAdapter, QueryExecutorProvider, RawBuilder } from 'kysely';
import type { ProjectDb, ProjectTables, ProjectTransaction } from './schema';

/** Whoever writes is kept waiting for no longer than this by somebody who reads. */
const READER_PATIENCE_MS = 300;
const LOCK_NOT_AVAILABLE = '55P03';

/** True on a PostgreSQL server, false in a file. */
export function isOnServer(db: { getExecutor(): { readonly adapter: DialectAdapter } }): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}

/** A column as `foldedText` makes it: SQLite alone folds no letters but those of ASCII. */
export function folded(db: ProjectDb, column: string): RawBuilder<string> {
  return isOnServer(db) ? sql`lower(normalize(${sql.ref(column)}))` : sql`folded(${sql.ref(column)})`;
}

/** As whom a server knows us. */
export async function sessionUser(db: QueryExecutorProvider): Promise<string> {
  const { rows } = await sql<{ user: string }>`select session_user as "user"`.execute(db);
  return rows[0]?.user ?? '';
}

/**
 * Others wait with their changes of the frame until this transaction is over, and what is read from here on is what they
 * left. A file has one writer anyhow.
 */
export async function holdFrame(trx: ProjectTransaction, frameId: number): Promise<void> {
  if (isOnServer(trx)) await sql`select id from frames where id = ${frameId} for no key update`.execute(trx);
}

/**
 * Rows of a table as they are when nobody is about to add any: a server gives ids before it shows their rows, so one with a
 * higher id may be seen before one with a lower, and whoever goes on after the highest would never see the other. Where a
 * writer takes long there are none this time.
 */
export async function afterWriters<Row>(
  db: ProjectDb,
  table: keyof ProjectTables,
  read: (db: ProjectDb) => Promise<Row[]>,
): Promise<Row[]> {
  if (!isOnServer(db)) return read(db);
  try {
    return await db.transaction().execute(async (trx) => {
      await sql.raw(`set local lock_timeout = ${READER_PATIENCE_MS}`).execute(trx);
      await sql`lock table ${sql.table(table)} in share mode`.execute(trx);
      return read(trx);
    });
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === LOCK_NOT_AVAILABLE) return [];
    throw error;
  }
}
