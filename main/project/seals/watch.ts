/**
 * Seals in a file: each transaction of this connection that changes rows ends with a seal of what they are then. Temporary
 * triggers, which are the connection's and not the file's, note which rows those are; a rollback takes the notes back, too.
 */
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { keyColumn, keyOf, TABLES, type Key, type Row } from '../rows';
import { changeText, digestOf, nextSeal, type Seal } from './canonical';
import { accountName } from './seal-all';
import { allRows } from '../sqlite';

type Statement = ReturnType<DatabaseSyncInstance['prepare']>;

export class Watch {
  readonly #statements = new Map<string, Statement>();
  readonly #user = accountName();
  #watching = false;

  constructor(private readonly database: DatabaseSyncInstance) {}

  /** From now on. The tables are there, as they are after the last migration. */
  begin(): void {
    this.database.exec('pragma temp_store = memory; create temp table touched (table_name text, key)');
    for (const table of TABLES.filter((each) => each !== 'seals')) {
      for (const [event, row] of [
        ['insert', 'new'],
        ['update', 'new'],
        ['delete', 'old'],
      ]) {
        this.database.exec(`create temp trigger ${table}_${event} after ${event} on main.${table}
          begin insert into touched values ('${table}', ${row}.${keyColumn(table)}); end`);
      }
    }
    this.#watching = true;
  }

  /** To be called in every transaction, last of all. */
  seal(): void {
    if (!this.#watching) return;
    const touched = this.#rows('select distinct table_name, key from touched') as { table_name: string; key: Key }[];
    if (touched.length === 0) return;
    const keys = new Map<string, Key[]>();
    for (const { table_name, key } of touched) {
      const others = keys.get(table_name);
      if (others) others.push(key);
      else keys.set(table_name, [key]);
    }
    const changes = [...keys].map(([table, those]) => this.#changes(table, those)).join('');
    const [last] = this.#rows('select id, hash from seals order by id desc limit 1') as Pick<Seal, 'id' | 'hash'>[];
    const { id, created_at, user_name, changes: text, hash } = nextSeal(last, this.#user, changes);
    const insert = 'insert into seals (id, created_at, user_name, changes, hash) values (?, ?, ?, ?, ?)';
    this.#prepared(insert).run(id, created_at, user_name, text, hash);
    this.#prepared('delete from touched').run();
  }

  /** Lets the database go: see `SqliteForKysely`. */
  end(): void {
    this.#statements.clear();
  }

  #changes(table: string, keys: readonly Key[]): string {
    const touched = `select key from touched where table_name = '${table}'`;
    const rows = this.#rows(`select * from ${table} where ${keyColumn(table)} in (${touched})`) as Row[];
    const digests = new Map(rows.map((row) => [keyOf(table, row), digestOf(table, row)]));
    return keys.map((key) => changeText(table, key, digests.get(key) ?? null)).join('');
  }

  #rows(text: string): unknown[] {
    return allRows(this.#prepared(text));
  }

  #prepared(text: string): Statement {
    const statement = this.#statements.get(text) ?? this.database.prepare(text);
    this.#statements.set(text, statement);
    return statement;
  }
}
