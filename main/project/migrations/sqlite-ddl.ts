/**
 * What SQLite says differently from PostgreSQL when tables are made: identity columns, byte order of text and append-only
 * tables. A server's database needs these in its own words, and nothing else of the migrations.
 */
import { sql } from 'kysely';
import type { CreateTableBuilder, Kysely } from 'kysely';

/** Text that is compared byte by byte, whatever language the database speaks. */
export const BYTEWISE_TEXT = 'text';

export const BYTES = 'blob';

/** `column in ('a', 'b', ...)` for a check constraint. */
export function oneOf(column: string, values: readonly string[]): ReturnType<typeof sql<boolean>> {
  return sql<boolean>`${sql.ref(column)} in (${sql.join(values.map((value) => sql.lit(value)))})`;
}

/** A table with an `id` that counts up and is never given twice, also after a row is deleted. */
export function createTableWithId(db: Kysely<unknown>, table: string): CreateTableBuilder<string, 'id'> {
  return db.schema.createTable(table).addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement());
}

/**
 * Refuses every UPDATE and DELETE of a table's rows, by whatever connection. The third trigger closes the side door of
 * `INSERT OR REPLACE`, whose implicit delete fires no delete trigger.
 */
export async function makeAppendOnly(db: Kysely<unknown>, table: string): Promise<void> {
  const name = (event: string): ReturnType<typeof sql.ref> => sql.ref(`${table}_no_${event}`);
  const refuse = sql`begin select raise(abort, ${sql.lit(`${table} is append-only`)}); end`;
  const target = sql.table(table);
  await sql`create trigger ${name('update')} before update on ${target} ${refuse}`.execute(db);
  await sql`create trigger ${name('delete')} before delete on ${target} ${refuse}`.execute(db);
  const replaces = sql`exists (select 1 from ${target} where id = new.id)`;
  await sql`create trigger ${name('replace')} before insert on ${target} when ${replaces} ${refuse}`.execute(db);
}
