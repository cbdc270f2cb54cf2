/** Migrations run and compared, whichever database a project is in. Not what they do (`migrations/`). */
import { Migrator } from 'kysely/migration';
import { AppError, isAppError } from '../../shared/errors';
import type { Migrations } from './migrations';
import type { ProjectDb } from './schema';

/** Brings the tables up to date, wholly or not at all. @param schema where they are, on a server */
export async function runMigrations(
  db: ProjectDb,
  migrations: Migrations,
  place: string,
  schema?: string,
): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
    ...(schema === undefined ? {} : { migrationTableSchema: schema }),
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  if (isAppError(error)) throw error;
  throw new AppError('project-corrupt', place, `${place} cannot be brought up to date`, { cause: error });
}

/**
 * Names of the migrations that a project still needs, in order.
 *
 * @param applied those that it has been through
 * @throws AppError `project-newer` when it has been through one unknown here, `project-corrupt` when through none.
 */
export function pendingMigrations(applied: readonly string[], migrations: Migrations, place: string): string[] {
  if (applied.length === 0) throw new AppError('project-corrupt', place, `${place} holds no project`);
  const unknown = applied.filter((name) => !(name in migrations));
  if (unknown.length > 0) {
    const message = `${place} was made by a newer SonoMask: it has ${unknown.join(', ')}, which this one does not know`;
    throw new AppError('project-newer', place, message);
  }
  return Object.keys(migrations)
    .filter((name) => !applied.includes(name))
    .sort();
}
