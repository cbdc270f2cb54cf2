/** All rows of a project's tables, in an order that a file and a server agree on. Not what is done with them. */
import { sql, type QueryExecutorProvider } from 'kysely';
import type { ProjectDb, ProjectTables } from './schema';
import { ROWS_PER_STATEMENT } from './sqlite';

export type Row = Readonly<Record<string, unknown>>;
export type Table = keyof ProjectTables;
export type Key = number | string;

/** Every table, after those that it refers to. */
export const TABLES = Object.keys({
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
  seals: 0,
} satisfies Record<Table, 0>) as Table[];

/** The column that tells a table's rows apart. */
export function keyColumn(table: string): 'id' | 'key' {
  return table === 'settings' ? 'key' : 'id';
}

/** An id beyond 2^53 - 1 as text. */
export function keyOf(table: string, row: Row): Key {
  const key = row[keyColumn(table)];
  return typeof key === 'number' ? key : String(key);
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

/** In the order of ids, or of keys byte by byte. */
export async function* pages(db: QueryExecutorProvider, table: string): AsyncGenerator<Row[]> {
  const source = sql.table(table);
  if (table === 'settings') {
    const { rows } = await sql<Row & { key: string }>`select * from ${source}`.execute(db);
    if (rows.length > 0) yield rows.sort((a, b) => (a.key < b.key ? -1 : 1));
    return;
  }
  for (let last: number | bigint | undefined; ;) {
    // Of any sign and size: nobody hides a row by its id.
    const after = last === undefined ? sql`true` : sql`id > cast(${last} as bigint)`;
    const page = sql<Row & { id: number | bigint }>`select * from ${source} where ${after} order by id
      limit ${ROWS_PER_STATEMENT}`;
    const { rows } = await page.execute(db);
    if (rows.length > 0) yield rows;
    if (rows.length < ROWS_PER_STATEMENT) return;
    last = rows.at(-1)?.id;
  }
}
