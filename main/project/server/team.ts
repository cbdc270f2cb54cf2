/**
 * The people and machines of a shared project: logins of the server and the role each has. What a role may do is
 * `rights.ts`. All of it is the act of whoever made the project.
 */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { shortText, TEAM_ROLES, teamRole, type TeamRole } from '../../../shared/domain';
import { AppError } from '../../../shared/errors';
import { recordAudit } from '../books';
import { parseInput } from '../parse';
import type { ProjectDb, ProjectTables } from '../schema';
import { parsePlace, placeText, schemaOf } from './place';
import { openPostgres } from './postgres';
import { roleName } from './rights';

export interface Member {
  readonly user: string;
  readonly role: TeamRole;
}

/** PostgreSQL cuts longer names off. */
const NAME_BYTES = 63;

/** By name. @param place `postgres://…?project=NAME`. @throws AppError as `ProjectStore.open` does */
export function members(place: string): Promise<Member[]> {
  return onServer(place, (db, schema) => membersOf(db, schema));
}

/**
 * Gives somebody a role in the project, in place of the one they had. Who is new to the server gets a login.
 *
 * @returns the password of the new login; null where there was one, which keeps its own
 * @throws AppError `usage` for a malformed name or role, `not-permitted`, and as `ProjectStore.open` does
 */
export function addMember(place: string, user: string, as: string): Promise<string | null> {
  const name = parseInput(shortText, user, 'user');
  const wanted = parseInput(teamRole, as, 'role');
  if (Buffer.byteLength(name) > NAME_BYTES) throw new AppError('usage', name, `${name} is longer than a login may be`);
  return onServer(place, (db, schema, by) =>
    db.transaction().execute(async (trx) => {
      const known = await sql`select from pg_roles where rolname = ${name}`.execute(trx);
      const password = known.rows.length === 0 ? randomBytes(18).toString('base64url') : null;
      if (password !== null) {
        const secret = sql.lit(scramSecret(password, randomBytes(16)));
        await sql`create role ${sql.id(name)} login password ${secret}`.execute(trx);
      }
      await takeRoles(trx, schema, name);
      await sql`grant ${sql.id(roleName(schema, wanted))} to ${sql.id(name)}`.execute(trx);
      await recordAudit(trx, { user: by, action: 'give-role', subject: name, detail: { role: wanted } });
      return password;
    }),
  );
}

/** Takes somebody's role away; their login stays, since other projects may know it. @throws AppError as `addMember` does */
export function removeMember(place: string, user: string): Promise<void> {
  return onServer(place, async (db, schema, by) => {
    const found = (await membersOf(db, schema)).some((member) => member.user === user);
    if (!found) throw new AppError('usage', user, `${user} has no role in the project`);
    await db.transaction().execute(async (trx) => {
      await takeRoles(trx, schema, user);
      await recordAudit(trx, { user: by, action: 'give-role', subject: user, detail: { role: null } });
    });
  });
}

async function membersOf(db: ProjectDb, schema: string): Promise<Member[]> {
  const names = new Map(TEAM_ROLES.map((each) => [roleName(schema, each), each]));
  const { rows } = await sql<{ user: string; granted: string }>`select member.rolname as "user", team.rolname as granted
    from pg_auth_members join pg_roles as member on member.oid = member join pg_roles as team on team.oid = roleid
    where member.rolcanlogin order by member.rolname`.execute(db);
  return rows.flatMap(({ user, granted }) => {
    const as = names.get(granted);
    return as ? [{ user, role: as }] : [];
  });
}

async function takeRoles(db: ProjectDb, schema: string, user: string): Promise<void> {
  const all = sql.join(TEAM_ROLES.map((each) => sql.id(roleName(schema, each))));
  await sql`revoke ${all} from ${sql.id(user)}`.execute(db);
}

async function onServer<T>(text: string, work: (db: ProjectDb, schema: string, by: string) => Promise<T>): Promise<T> {
  const place = parsePlace(text);
  const { db, close } = openPostgres<ProjectTables>(place);
  try {
    const schema = schemaOf(place);
    const made = await sql`select from pg_roles where rolname = ${roleName(schema, 'reader')}`.execute(db);
    if (made.rows.length === 0) {
      throw new AppError('file-not-found', placeText(place), `${placeText(place)}: there is no such project`);
    }
    return await work(db, schema, place.user);
  } finally {
    await close();
  }
}

/** What the server keeps of a password (RFC 5803), so that the password itself is in none of its logs. */
function scramSecret(password: string, salt: Buffer): string {
  const iterations = 4_096;
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const keyed = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(keyed('Client Key')).digest();
  const parts = [stored, keyed('Server Key')].map((bytes) => bytes.toString('base64'));
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${parts.join(':')}`;
}
