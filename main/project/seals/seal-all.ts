/** Where a chain of seals begins: all rows of a project's tables sealed as they are. Not the seals of later changes. */
import { userInfo } from 'node:os';
import type { Kysely } from 'kysely';
import { isOnServer, sessionUser } from '../dialect';
import { keyOf, pages } from '../rows';
import type { ProjectDb, ProjectTables } from '../schema';
import { changeText, digestOf, nextSeal, type Seal } from './canonical';

/** The account that this program runs under; '' where the system has no name for it. */
export function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}

/**
 * Seals every row of the tables as it is now, in the caller's transaction. For the migration that begins the chain, and for a
 * later one that changes or adds rows of these tables by statements of its own.
 */
export async function sealAll(db: Kysely<unknown>, tables: readonly string[]): Promise<void> {
  const project = db as unknown as Kysely<ProjectTables>;
  let last = await lastSeal(project);
  const user = isOnServer(db) ? await sessionUser(db) : accountName();
  for (const table of tables) {
    for await (const rows of pages(project, table)) {
      const changes = rows.map((row) => changeText(table, keyOf(table, row), digestOf(table, row))).join('');
      const seal = nextSeal(last, user, changes);
      await project.insertInto('seals').values(seal).execute();
      last = seal;
    }
  }
}

/** Undefined where there is none yet. */
export function lastSeal(db: ProjectDb): Promise<Pick<Seal, 'id' | 'hash'> | undefined> {
  return db.selectFrom('seals').select(['id', 'hash']).orderBy('id', 'desc').limit(1).executeTakeFirst();
}
