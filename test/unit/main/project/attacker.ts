/** Somebody who has a project's database in hand, and what is found of what they did there. */
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { Kysely, sql } from 'kysely';
import { inject, onTestFinished } from 'vitest';
import type { ProjectStore } from '../../../../main/project';
import type { ProjectDb, ProjectTables } from '../../../../main/project/schema';
import { parsePlace, schemaOf } from '../../../../main/project/server/place';
import { openServerDatabase } from '../../../../main/project/server/server-database';
import { sqliteDialect } from '../../../../main/project/sqlite';

/** A connection to which nothing is forbidden and of which nothing is noted. */
export async function attacker(store: ProjectStore): Promise<ProjectDb> {
  if (inject('postgres')) {
    const { db, close } = await openServerDatabase(parsePlace(store.place));
    onTestFinished(() => close());
    const alone = await new Promise<ProjectDb>((resolve) => {
      void db.connection().execute(async (one) => {
        resolve(one);
        await new Promise<void>((done) => onTestFinished(() => done()));
      });
    });
    await sql`set session_replication_role = replica`.execute(alone);
    const checks = sql<{ on: string; name: string }>`select conrelid::regclass::text as "on", conname as name
      from pg_constraint where contype = 'c' and connamespace = ${schemaOf(parsePlace(store.place))}::regnamespace`;
    for (const { on, name } of (await checks.execute(alone)).rows)
      await sql`alter table ${sql.table(on)} drop constraint ${sql.ref(name)}`.execute(alone);
    return alone;
  }
  const path = join(store.folder, 'project.db');
  // Open until the project is closed: see `lock.ts`.
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: false, timeout: 5_000 });
  database.exec('pragma ignore_check_constraints = on');
  const triggers = database.prepare(`select name from sqlite_schema where type = 'trigger'`).all() as {
    name: string;
  }[];
  for (const { name } of triggers) database.exec(`drop trigger ${name}`);
  const db = new Kysely<ProjectTables>({ dialect: sqliteDialect(database, path) });
  onTestFinished(() => db.destroy());
  return db;
}

export const findings = async (store: ProjectStore, expected?: string) =>
  (await store.verify(expected === undefined ? {} : { expect: expected })).findings.map(
    ({ kind, where, what }) => `${where} ${what} ${kind}`,
  );
