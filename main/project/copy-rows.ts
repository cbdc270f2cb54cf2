/**
 * All rows of a project, copied into the empty tables of another one and summed up, whichever databases they are in. Ids stay,
 * and go on where they were. Not the files (`move.ts`).
 */
import { createHash } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import { isOnServer } from './dialect';
import { liftAppendOnly, makeAppendOnly } from './migrations/ddl';
import { pages, TABLES, type Row, type Table } from './rows';
import type { ProjectDb } from './schema';

/** Tables whose rows bring what tells them apart. */
const UNCOUNTED: readonly Table[] = ['settings', 'seals'];
/** Those that have rows from the beginning. */
const FIRST = ['readings', 'seals'] as const;

/** How many rows there are, and a hash of all that they say. */
export interface RowSum {
  readonly rows: number;
  readonly sha256: string;
}

/** The last id that was ever given in each table, also to a row that is gone; 0: none. */
export type LastIds = ReadonlyMap<Table, number>;

/** On a server what is given meanwhile counts, whatever the transaction sees: to be asked once for a copy. */
export async function lastIds(db: ProjectDb): Promise<LastIds> {
  const last = new Map<Table, number>();
  for (const table of TABLES) if (!UNCOUNTED.includes(table)) last.set(table, await lastId(db, table));
  return last;
}

/**
 * @param to a project without any row but those that its migrations made
 * @param last of `from`
 * @param onRows told how many went over, bit by bit
 */
export async function copyRows(
  from: ProjectDb,
  to: ProjectDb,
  last: LastIds,
  onRows: (rows: number) => void,
): Promise<void> {
  const tables = to as unknown as Kysely<unknown>;
  const untyped = to as unknown as Kysely<Record<string, Row>>;
  // The main reading is there from the beginning, and not since when the original's is; nor is its seal.
  for (const table of FIRST) {
    await liftAppendOnly(tables, table);
    await to.deleteFrom(table).execute();
  }
  for (const table of TABLES) {
    for await (const rows of pages(from, table)) {
      await untyped.insertInto(table).values(rows).execute();
      onRows(rows.length);
    }
    const id = last.get(table);
    if (id !== undefined) await countOnFrom(to, table, id);
  }
  for (const table of FIRST) await makeAppendOnly(tables, table);
  // What came is sealed already.
  if (!isOnServer(to)) await sql`delete from touched`.execute(to);
}

/** The same for the same rows and last ids, whichever database they are in. */
export async function sumOf(db: ProjectDb, last: LastIds): Promise<RowSum> {
  const hash = createHash('sha256');
  let count = 0;
  for (const table of TABLES) {
    hash.update(`${table} ${last.get(table) ?? ''}\n`);
    for await (const rows of pages(db, table)) {
      for (const row of rows) hash.update(lineOf(row));
      count += rows.length;
    }
  }
  return { rows: count, sha256: hash.digest('hex') };
}

function lineOf(row: Row): string {
  const names = Object.keys(row).sort();
  const values = names.map((name) => {
    const value = row[name];
    return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
  });
  return `${JSON.stringify([names, values])}\n`;
}

async function lastId(db: ProjectDb, table: Table): Promise<number> {
  const asked = isOnServer(db)
    ? sql<{ last: number }>`select case when is_called then last_value else 0 end as last
        from ${sql.table(`${table}_id_seq`)}`
    : sql<{ last: number }>`select seq as last from sqlite_sequence where name = ${table}`;
  return Number((await asked.execute(db)).rows[0]?.last ?? 0);
}

async function countOnFrom(db: ProjectDb, table: Table, last: number): Promise<void> {
  if (isOnServer(db)) {
    await sql`select setval(${`${table}_id_seq`}::regclass, ${Math.max(1, last)}, ${last > 0})`.execute(db);
    return;
  }
  await sql`delete from sqlite_sequence where name = ${table}`.execute(db);
  if (last > 0) await sql`insert into sqlite_sequence (name, seq) values (${table}, ${last})`.execute(db);
}
