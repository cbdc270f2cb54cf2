/**
 * The life of a project on a PostgreSQL server: one schema a project, made whole or not at all, opened by many at once.
 * Not who may do what there (`team.ts`), nor what is in the tables.
 */
import { sql, type Kysely } from 'kysely';
import { TEAM_ROLES, type TeamRole } from '../../../shared/domain';
import { AppError, isAppError } from '../../../shared/errors';
import type { OpenDatabase } from '../database';
import { pendingMigrations, runMigrations } from '../migrate';
import { MIGRATIONS } from '../migrations';
import type { Migrations } from '../migrations';
import { TABLES } from '../rows';
import type { ProjectDb, ProjectTables } from '../schema';
import { putFile, type ProjectFile } from './files';
import { placeText, schemaOf, type ServerPlace } from './place';
import { openPostgres } from './postgres';
import { rightsSql, roleName } from './rights';
import { sessionUser } from '../dialect';
import { sealRules, type Column } from './seal-rules';

const TRIES = 5;

export interface OpenServerDatabase extends OpenDatabase {
  /** As whom the server knows us: work is written down under this name and no other. */
  readonly user: string;
  /** The highest that we have; the owner is an administrator. */
  readonly role: TeamRole;
}

/**
 * Makes the project's schema with its tables and the rights to them, or brings those of an older version up to date. Only
 * who may make schemas in the database, and roles, can.
 *
 * @throws AppError `not-permitted`, `server-unreachable`, `login-refused`, `certificate-refused`, `project-newer`
 */
export async function prepareServerDatabase(place: ServerPlace, migrations: Migrations = MIGRATIONS): Promise<void> {
  const schema = schemaOf(place);
  const { db, close } = openPostgres<ProjectTables>(place);
  try {
    await sql`create schema if not exists ${sql.ref(schema)}`.execute(db);
    const applied = await appliedMigrations(db, schema);
    // None: whoever made the schema did not come to its end.
    if (applied !== null && applied.length > 0) pendingMigrations(applied, migrations, placeText(place));
    await again(() =>
      db.transaction().execute(async (trx) => {
        // Nobody changes what is being sealed before its rules are there.
        for (const table of await tablesOf(trx, schema)) await sql`lock table ${sql.table(table)}`.execute(trx);
        await runMigrations(trx, migrations, placeText(place), schema);
        await giveRights(trx, schema);
      }),
    );
  } finally {
    await close();
  }
}

/**
 * Makes a project that `fill` brings the rows of, under another name until it is whole; `record` notes that it was moved.
 *
 * @throws AppError `usage` where the name is taken, `project-locked` while another is being made under it, and as
 *   `prepareServerDatabase`
 */
export async function makeServerProject(
  place: ServerPlace,
  fill: (db: ProjectDb) => Promise<void>,
  files: readonly ProjectFile[],
  record: (db: ProjectDb, user: string) => Promise<void>,
): Promise<void> {
  const [schema, shown] = [schemaOf(place), placeText(place)];
  const draft = { ...place, project: `${place.project}_moving` };
  const { db, close } = openPostgres<ProjectTables>(place);
  try {
    await db.connection().execute(async (one) => {
      const lock = sql<{ free: boolean }>`select pg_try_advisory_lock(hashtext(${schemaOf(draft)})) as free`;
      if (!(await lock.execute(one)).rows[0]?.free)
        throw new AppError('project-locked', shown, `${shown} is being made`);
      const taken = await sql`select from pg_namespace where nspname = ${schema}`.execute(one);
      if (taken.rows.length > 0) throw new AppError('usage', shown, `${shown} is there already`);
      // What somebody who was killed has left.
      const removed = sql`drop schema if exists ${sql.ref(schemaOf(draft))} cascade`;
      await removed.execute(one);
      try {
        await makeDraft(one, draft, fill);
        await one.transaction().execute(async (trx) => {
          await sql`alter schema ${sql.ref(schemaOf(draft))} rename to ${sql.ref(schema)}`.execute(trx);
          await giveRights(trx, schema);
          // A new project has a key of its own already.
          for (const file of files) await sql`delete from project_files where name = ${file.name}`.execute(trx);
          for (const file of files) await putFile(trx, file);
          await record(trx, await sessionUser(trx));
        });
      } catch (error) {
        await removed.execute(one).catch(() => undefined);
        throw error;
      }
    });
  } finally {
    await close();
  }
}

/** Kysely looks for its tables among those of all schemas, and fails where somebody else's are renamed or removed meanwhile. */
async function again(act: () => Promise<void>): Promise<void> {
  for (let left = TRIES; ; left--) {
    try {
      return await act();
    } catch (error) {
      if (left === 0 || !isAppError(error) || error.code !== 'project-unknown') throw error;
    }
  }
}

async function makeDraft(
  owner: Kysely<ProjectTables>,
  draft: ServerPlace,
  fill: (db: ProjectDb) => Promise<void>,
): Promise<void> {
  await sql`create schema ${sql.ref(schemaOf(draft))}`.execute(owner);
  const { db, close } = openPostgres<ProjectTables>(draft);
  try {
    await again(() => runMigrations(db, MIGRATIONS, placeText(draft), schemaOf(draft)));
    await db.transaction().execute(fill);
  } finally {
    await close();
  }
}

/**
 * Opens a project beside whoever else has it open.
 *
 * @throws AppError `project-unknown` where the server has no such project, `not-a-member` where it does not show it to us,
 *   `project-newer`, `project-older`, `server-unreachable`, `login-refused`, `certificate-refused`
 */
export async function openServerDatabase(
  place: ServerPlace,
  migrations: Migrations = MIGRATIONS,
): Promise<OpenServerDatabase> {
  const shown = placeText(place);
  const { db, close } = openPostgres<ProjectTables>(place);
  try {
    const applied = await appliedMigrations(db, schemaOf(place));
    if (applied === null) throw await notShown(db, place);
    const pending = pendingMigrations(applied, migrations, shown);
    if (pending.length > 0) {
      const message = `${shown} needs ${pending.join(', ')}: its administrator runs "sonomask team init" once`;
      throw new AppError('project-older', shown, message);
    }
    return { db, user: await sessionUser(db), role: await roleIn(db, schemaOf(place)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Names of schemas can be seen by every login, their contents by the team alone. */
async function notShown(db: Kysely<ProjectTables>, place: ServerPlace): Promise<AppError> {
  const { rows } = await sql`select from pg_namespace where nspname = ${schemaOf(place)}`.execute(db);
  const shown = placeText(place);
  return rows.length === 0
    ? new AppError('project-unknown', place.project, `${shown}: there is no such project`)
    : new AppError('not-a-member', place.project, `${shown}: you are not of its team`);
}

async function roleIn(db: Kysely<ProjectTables>, schema: string): Promise<TeamRole> {
  const names = TEAM_ROLES.map((role) => roleName(schema, role));
  const { rows } = await sql<{ owns: boolean; roles: TeamRole[] }>`select
    pg_has_role(session_user, (select nspowner from pg_namespace where nspname = ${schema}), 'member') as owns,
    array(select role from unnest(${[...TEAM_ROLES]}::text[], ${names}::text[]) as team (role, name)
      where pg_has_role(session_user, name, 'member')) as roles`.execute(db);
  const { owns, roles } = rows[0] ?? { owns: false, roles: [] };
  const highest = (['admin', 'reviewer', 'worker'] as const).find((role) => roles.includes(role));
  return owns ? 'admin' : (highest ?? 'reader');
}

async function giveRights(db: Kysely<ProjectTables>, schema: string): Promise<void> {
  const { rows } = await sql<{ table: string; columns: Column[] }>`select table_name as "table",
    json_agg(json_build_object('name', column_name, 'type', data_type)) as columns from information_schema.columns
    where table_schema = ${schema} group by table_name`.execute(db);
  const columns = new Map(rows.map((row) => [row.table, row.columns]));
  // As one query the server takes them as one transaction.
  await sql.raw([...rightsSql(schema, columns), ...sealRules(schema, columns)].join(';\n')).execute(db);
}

/** Those that are there so far. */
async function tablesOf(db: Kysely<ProjectTables>, schema: string): Promise<string[]> {
  const { rows } = await sql<{
    name: string;
  }>`select tablename as name from pg_tables where schemaname = ${schema}`.execute(db);
  return rows.map(({ name }) => name).filter((name) => TABLES.some((table) => table === name));
}

/** Names of the migrations that the schema has been through; null where there is none that we may look into. */
async function appliedMigrations(db: Kysely<ProjectTables>, schema: string): Promise<string[] | null> {
  const seen = sql<{ seen: boolean }>`select has_schema_privilege(schemas.oid, 'usage') as seen
    from pg_namespace as schemas join pg_class as tables on tables.relnamespace = schemas.oid
    where nspname = ${schema} and relname = 'kysely_migration'`;
  if (!(await seen.execute(db)).rows[0]?.seen) return null;
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(`${schema}.kysely_migration`)}
    order by name`.execute(db);
  return rows.map(({ name }) => name);
}
