/**
 * What SQLite and PostgreSQL say differently when tables are made: identity columns, bytes, byte order of text and
 * append-only tables. Migrations need nothing else of either.
 */
import { sql } from 'kysely';
import type { CreateTableBuilder, Kysely } from 'kysely';
import { isOnServer } from '../dialect';

type ColumnType = ReturnType<typeof sql>;

/** Text that is compared byte by byte, whatever language the database speaks. */
export function bytewiseText(db: Kysely<unknown>): ColumnType {
  return isOnServer(db) ? sql`text collate "C"` : sql`text`;
}

export function bytes(db: Kysely<unknown>): ColumnType {
  return isOnServer(db) ? sql`bytea` : sql`blob`;
}

/** `column in ('a', 'b', ...)` for a check constraint. */
export function oneOf(column: string, values: readonly string[]): ReturnType<typeof sql<boolean>> {
  return sql<boolean>`${sql.ref(column)} in (${sql.join(values.map((value) => sql.lit(value)))})`;
}

/** A table with an `id` that counts up and is never given twice, also after a row is deleted. */
export function createTableWithId(db: Kysely<unknown>, table: string): CreateTableBuilder<string, 'id'> {
  return db.schema.createTable(table).addColumn('id', 'integer', (column) => {
    const key = column.primaryKey();
    return isOnServer(db) ? key.generatedByDefaultAsIdentity() : key.autoIncrement();
  });
}

/** Refuses every UPDATE and DELETE of a table's rows, by whatever connection. */
export async function makeAppendOnly(db: Kysely<unknown>, table: string): Promise<void> {
  await (isOnServer(db) ? refuseOnServer(db, table) : refuseInFile(db, table));
}

/** Until `makeAppendOnly` again: for a copy of a project, which begins with the rows of the original. */
export async function liftAppendOnly(db: Kysely<unknown>, table: string): Promise<void> {
  if (isOnServer(db)) {
    await sql`drop trigger ${sql.ref(`${table}_append_only`)} on ${sql.table(table)}`.execute(db);
    return;
  }
  for (const event of ['update', 'delete', 'replace']) {
    await sql`drop trigger ${sql.ref(`${table}_no_${event}`)}`.execute(db);
  }
}

/** The third trigger closes the side door of `INSERT OR REPLACE`, whose implicit delete fires no delete trigger. */
async function refuseInFile(db: Kysely<unknown>, table: string): Promise<void> {
  const name = (event: string): ReturnType<typeof sql.ref> => sql.ref(`${table}_no_${event}`);
  const refuse = sql`begin select raise(abort, ${sql.lit(`${table} is append-only`)}); end`;
  const target = sql.table(table);
  await sql`create trigger ${name('update')} before update on ${target} ${refuse}`.execute(db);
  await sql`create trigger ${name('delete')} before delete on ${target} ${refuse}`.execute(db);
  const replaces = sql`exists (select 1 from ${target} where id = new.id)`;
  await sql`create trigger ${name('replace')} before insert on ${target} when ${replaces} ${refuse}`.execute(db);
}

/** Once a statement, so that TRUNCATE is refused, too. */
async function refuseOnServer(db: Kysely<unknown>, table: string): Promise<void> {
  const body = `begin raise exception '% is append-only', tg_table_name; end`;
  await sql`create or replace function refuse_change() returns trigger language plpgsql as ${sql.lit(body)}`.execute(
    db,
  );
  await sql`create trigger ${sql.ref(`${table}_append_only`)} before update or delete or truncate on ${sql.table(table)}
    for each statement execute function refuse_change()`.execute(db);
}
