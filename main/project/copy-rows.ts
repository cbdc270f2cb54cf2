/**
 * All rows of a project, copied into the empty tables of another one and summed up, whichever databases they are in. Ids stay,
 * and go on where they were. Not the files (`move.ts`).
 */
import { createHash } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import { isOnServer } from './dialect';
import { liftAppendOnly, makeAppendOnly } from './migrations/ddl';
import type { ProjectDb, ProjectTables } from './schema';
import { ROWS_PER_STATEMENT } from './sqlite';

type Row = Readonly<Record<string, unknown>>;
type Table = keyof ProjectTables;

/** Every table, after those that it refers to. */
const TABLES = Object.keys({
  studies: 0,
  series: 0,
  images: 0,
  frames: 0,
  labels: 0,
  readings: 0,
  masks: 0,
  revisions: 0,
  prompts: 0,
  measurements: 0,
  visits: 0,
  rounds: 0,
  heads: 0,
  learning_groups: 0,
  learning_frames: 0,
  looks: 0,
  proposal_scores: 0,
  reading_frames: 0,
  comments: 0,
  comment_edits: 0,
  adjudications: 0,
  batches: 0,
  batch_items: 0,
  settings: 0,
  audit: 0,
} satisfies Record<Table, 0>) as Table[];

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
  for (const table of TABLES) if (table !== 'settings') last.set(table, await lastId(db, table));
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
  // The main reading is there from the beginning, and not since when the original's is.
  await liftAppendOnly(tables, 'readings');
  await to.deleteFrom('readings').execute();
  for (const table of TABLES) {
    for await (const rows of pages(from, table)) {
      await untyped.insertInto(table).values(rows).execute();
      onRows(rows.length);
    }
    const id = last.get(table);
    if (id !== undefined) await countOnFrom(to, table, id);
  }
  await makeAppendOnly(tables, 'readings');
}

export async function countRows(db: ProjectDb): Promise<number> {
  let rows = 0;
  for (const table of TABLES) {
    const row = await db
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow();
    rows += Number(row.n);
  }
  return rows;
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

/** In the order of ids, or of keys byte by byte. */
async function* pages(db: ProjectDb, table: Table): AsyncGenerator<Row[]> {
  const source = sql.table(table);
  if (table === 'settings') {
    const { rows } = await sql<Row & { key: string }>`select * from ${source}`.execute(db);
    if (rows.length > 0) yield rows.sort((a, b) => (a.key < b.key ? -1 : 1));
    return;
  }
  for (let last = 0; ;) {
    const page = sql<Row & { id: number }>`select * from ${source} where id > ${last} order by id
      limit ${ROWS_PER_STATEMENT}`;
    const { rows } = await page.execute(db);
    if (rows.length > 0) yield rows;
    if (rows.length < ROWS_PER_STATEMENT) return;
    last = rows.at(-1)?.id ?? last;
  }
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
