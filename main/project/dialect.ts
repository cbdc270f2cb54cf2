/** Which of the two databases a project is in, for the few statements that each says in its own words. */
import { PostgresAdapter, sql } from 'kysely';
import type { DialectAdapter } from 'kysely';
import type { ProjectTransaction } from './schema';

/** True on a PostgreSQL server, false in a file. */
export function isOnServer(db: { getExecutor(): { readonly adapter: DialectAdapter } }): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}

/**
 * Others wait with their changes of the frame until this transaction is over, and what is read from here on is what they
 * left. A file has one writer anyhow.
 */
export async function holdFrame(trx: ProjectTransaction, frameId: number): Promise<void> {
  if (isOnServer(trx)) await sql`select id from frames where id = ${frameId} for no key update`.execute(trx);
}
