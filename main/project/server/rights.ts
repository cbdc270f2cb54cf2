/**
 * Who may do what to a shared project, as the server enforces it: whatever a client says, also plain SQL. Roles build on each
 * other: a reader draws, a reviewer accepts and adjudicates, an administrator keeps images, labels and heads; a worker is
 * a reader that takes jobs. Not who has which role (`team.ts`).
 */
import { PROPOSING_USER, MAIN_READING, TEAM_ROLES, type TeamRole } from '../../../shared/domain';
import type { ProjectTables } from '../schema';
import { KEY_FILE } from './files';
import type { Column } from './seal-rules';

/** Everybody of the team reads all tables. `id`s are the server's to give. */
interface TableRights {
  /** The least role that adds rows. */
  readonly insert?: TeamRole;
  readonly update?: TeamRole;
  /** Columns that may be changed; default: all but `id`. */
  readonly columns?: readonly string[];
  readonly delete?: TeamRole;
  /** Rows carry the name of who adds them, and it must be true. */
  readonly signed?: true;
  /** Rows belong to a reading: to the main one, or to the one that has the user's name. */
  readonly ofReading?: true;
}

const ITEM_COLUMNS = ['state', 'deaths', 'masks', 'problem', 'problem_detail', 'ended_at'];
const FRAME_COLUMNS = ['review', 'sha256', 'width_px', 'height_px', 'problem', 'problem_detail'];

/** Rights of a table that is not named here would be nobody's, hence all are. */
export const RIGHTS: Readonly<Record<keyof ProjectTables, TableRights>> = {
  studies: { insert: 'admin', update: 'admin' },
  series: { insert: 'admin', update: 'admin' },
  images: { insert: 'admin', update: 'admin' },
  frames: { insert: 'admin', update: 'reader', columns: FRAME_COLUMNS },
  labels: { insert: 'admin', update: 'admin', delete: 'admin' },
  masks: { insert: 'reader', ofReading: true },
  // What may be written as whose revision is `guard_revision`'s matter.
  revisions: { insert: 'reader' },
  prompts: { insert: 'reader' },
  measurements: { insert: 'reader', signed: true, ofReading: true },
  visits: { insert: 'reader', signed: true },
  heads: { insert: 'admin', update: 'admin' },
  rounds: { insert: 'admin', update: 'admin' },
  learning_groups: { insert: 'admin' },
  learning_frames: { insert: 'admin' },
  looks: { insert: 'reader', delete: 'reader' },
  proposal_scores: { insert: 'reader', delete: 'reader' },
  readings: { insert: 'admin' },
  reading_frames: { insert: 'reader', update: 'reader', columns: ['review'], ofReading: true },
  comments: { insert: 'reader', ofReading: true },
  comment_edits: { insert: 'reader', signed: true },
  adjudications: { insert: 'reviewer', signed: true },
  // Whoever may propose may have many frames proposed on; workers note what came of them.
  batches: { insert: 'reader', update: 'reader', columns: ['state', 'problem', 'finished_at'], ofReading: true },
  batch_items: { insert: 'reader', update: 'reader', columns: ITEM_COLUMNS },
  settings: { insert: 'admin', update: 'admin' },
  audit: { insert: 'reader', signed: true },
  // The server itself writes them (`seal-rules.ts`).
  seals: {},
};

/** The server's role for a role of the project. */
export function roleName(schema: string, role: TeamRole): string {
  return `${schema}_${role}`;
}

/**
 * Statements that give the project's tables exactly the rights above, however they were before; to be run in one transaction
 * by the tables' owner.
 *
 * @param schema letters, digits and _ alone
 * @param columns of all tables
 */
export function rightsSql(schema: string, columns: ReadonlyMap<string, readonly Column[]>): string[] {
  const reader = roleName(schema, 'reader');
  return [
    ...TEAM_ROLES.map((role) => createRole(roleName(schema, role))),
    `grant ${reader} to ${roleName(schema, 'reviewer')}`,
    `grant ${roleName(schema, 'reviewer')} to ${roleName(schema, 'admin')}`,
    `grant ${reader} to ${roleName(schema, 'worker')}`,
    `revoke all on schema ${schema} from public`,
    `grant usage on schema ${schema} to ${reader}`,
    `revoke all on all tables in schema ${schema} from public, ${TEAM_ROLES.map((role) => roleName(schema, role)).join(', ')}`,
    ...leases(schema),
    ...files(schema),
    ...guards(schema),
    `grant select on all tables in schema ${schema} to ${reader}`,
    `grant select on all sequences in schema ${schema} to ${reader}`,
    ...Object.entries(RIGHTS).flatMap(([table, rights]) =>
      tableRights(
        schema,
        table,
        rights,
        (columns.get(table) ?? []).map(({ name }) => name),
      ),
    ),
  ];
}

function createRole(name: string): string {
  return `do $$ begin
    if not exists (select from pg_roles where rolname = '${name}') then create role ${name} nologin; end if;
  end $$`;
}

function tableRights(schema: string, table: string, rights: TableRights, all: readonly string[]): string[] {
  const { insert, update, columns, delete: remove, signed, ofReading } = rights;
  const target = `${schema}.${table}`;
  const given = all.filter((column) => column !== 'id');
  const own = [signed && 'user_name = session_user', ofReading && `${schema}.may_write_in(reading_id)`].filter(Boolean);
  const check = own.join(' and ') || 'true';
  const policies: [string, TeamRole | undefined, string][] = [
    ['select', 'reader', 'using (true)'],
    ['insert', insert, `with check (${check})`],
    ['update', update, `using (${check}) with check (${check})`],
    ['delete', remove, `using (${check})`],
  ];
  return [
    `alter table ${target} enable row level security`,
    ...policies.flatMap(([event, role, rule]) => [
      `drop policy if exists may_${event} on ${target}`,
      ...(role ? [`create policy may_${event} on ${target} for ${event} to ${roleName(schema, role)} ${rule}`] : []),
    ]),
    ...(insert ? [`grant insert (${given.join(', ')}) on ${target} to ${roleName(schema, insert)}`] : []),
    ...(update ? [`grant update (${(columns ?? given).join(', ')}) on ${target} to ${roleName(schema, update)}`] : []),
    ...(remove ? [`grant delete on ${target} to ${roleName(schema, remove)}`] : []),
  ];
}

/** Who works on a frame now; changed by `take_lease` and `give_lease` alone, so that nobody takes one that is held. */
function leases(schema: string): string[] {
  return [
    `create table if not exists ${schema}.frame_leases (
      frame_id integer primary key references ${schema}.frames (id),
      user_name text not null,
      session text not null,
      since timestamptz not null,
      expires_at timestamptz not null
    )`,
    ...trusted(
      schema,
      `take_lease(frame integer, by_session text, seconds double precision)
        returns table (mine boolean, holder text, held_since timestamptz)`,
      `declare found frame_leases;
      begin
        insert into frame_leases as held values
          (frame, session_user, by_session, clock_timestamp(), clock_timestamp() + make_interval(secs => least(seconds, 600)))
        on conflict (frame_id) do update set
          since = case when held.user_name = excluded.user_name and held.session = excluded.session
            then held.since else excluded.since end,
          user_name = excluded.user_name, session = excluded.session, expires_at = excluded.expires_at
        where held.expires_at < clock_timestamp()
          or (held.user_name = excluded.user_name and held.session = excluded.session);
        select * into found from frame_leases where frame_id = frame;
        return query select found.user_name = session_user and found.session = by_session, found.user_name, found.since;
      end`,
    ),
    ...trusted(
      schema,
      'give_lease(frame integer, by_session text) returns void',
      `begin
        delete from frame_leases where frame_id = frame and user_name = session_user and session = by_session;
      end`,
    ),
  ];
}

/** Heads and the key of pseudonyms, for `files.ts`. Administrators add to them; the key comes with the project. */
function files(schema: string): string[] {
  const key = `encode(sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')), 'hex') || E'\\n'`;
  return [
    `create table if not exists ${schema}.project_files (name text primary key, bytes bytea not null)`,
    `insert into ${schema}.project_files values ('${KEY_FILE}', convert_to(${key}, 'UTF8')) on conflict do nothing`,
    `grant insert on ${schema}.project_files to ${roleName(schema, 'admin')}`,
  ];
}

/** Rules that compare a row with what was there before: policies see the new row alone. */
function guards(schema: string): string[] {
  const is = (role: TeamRole): string => `pg_has_role(session_user, '${roleName(schema, role)}', 'member')`;
  // The owner brings in whole projects; whoever owns the tables could change the rules anyway.
  const owner = `pg_has_role(session_user, (select nspowner from pg_namespace where nspname = '${schema}'), 'member')`;
  const refuse = (code: string, text: string): string => `raise exception '${text}' using errcode = '${code}'`;
  const leased = `if exists (select from frame_leases where frame_id = of_frame
      and user_name <> session_user and expires_at > clock_timestamp()) then ${refuse('SM001', 'the frame is leased')}; end if;`;
  return [
    checked(
      schema,
      'may_write_in(reading integer) returns boolean stable',
      `begin return reading = ${MAIN_READING} or exists (select from readings where id = reading and name = session_user); end`,
    ),
    checked(
      schema,
      'guard_revision() returns trigger',
      `declare before revisions; of_frame integer; of_reading integer;
      begin
        select frame_id, reading_id into of_frame, of_reading from masks where id = new.mask_id;
        select * into before from revisions where mask_id = new.mask_id order by id desc limit 1;
        if new.previous_id is distinct from before.id then ${refuse('SM002', 'the mask has a newer revision')}; end if;
        if ${owner} then return new; end if;
        ${leased}
        if not may_write_in(of_reading) then ${refuse('42501', "another reader''s mask")}; end if;
        if new.user_name = '${PROPOSING_USER}' then
          if new.state not in ('proposed', 'deleted') or new.tool not in ('proposal', 'delete')
            or before.user_name <> '${PROPOSING_USER}' then ${refuse('42501', 'no proposal')}; end if;
        elsif new.user_name <> session_user then ${refuse('42501', "another user''s name")}; end if;
        if of_reading = ${MAIN_READING} and 'accepted' in (new.state, before.state) and not ${is('reviewer')}
          then ${refuse('42501', "accepted is a reviewer''s word")}; end if;
        return new;
      end`,
    ),
    checked(
      schema,
      'guard_frame() returns trigger',
      `declare of_frame integer := old.id;
      begin
        if ${owner} then return new; end if;
        if new.review <> old.review then
          ${leased}
          if 'accepted' in (new.review, old.review) and not ${is('reviewer')}
            then ${refuse('42501', "accepted is a reviewer''s word")}; end if;
        end if;
        if (old.sha256, old.width_px, old.height_px) is distinct from (new.sha256, new.width_px, new.height_px)
          and not ${is('reviewer')} and (exists (select from masks where frame_id = old.id)
            or exists (select from measurements where frame_id = old.id))
          then ${refuse('42501', 'work was done on these pixels')}; end if;
        return new;
      end`,
    ),
    // A revision comes with its prompts or without: none is put to it later.
    checked(
      schema,
      'guard_prompt() returns trigger',
      `begin
        if ${owner} or exists (select from revisions
          where id = new.revision_id and xmin::text = pg_current_xact_id()::xid::text) then return new; end if;
        ${refuse('42501', 'the revision was made before')};
      end`,
    ),
    ...trigger(schema, 'revisions', 'before insert', 'guard_revision'),
    ...trigger(schema, 'prompts', 'before insert', 'guard_prompt'),
    ...trigger(schema, 'frames', 'before update', 'guard_frame'),
  ];
}

/** `pg_temp` last: nobody's own tables stand in for the project's. */
const language = (schema: string): string => `language plpgsql set search_path = ${schema}, pg_temp`;

/** Runs with the rights of who calls it. */
function checked(schema: string, signature: string, body: string): string {
  return `create or replace function ${schema}.${signature} ${language(schema)} as $body$ ${body} $body$`;
}

/** Runs with the owner's rights, for the team alone. */
function trusted(schema: string, signature: string, body: string): string[] {
  const name = signature.slice(0, signature.indexOf('('));
  return [
    `create or replace function ${schema}.${signature} ${language(schema)} security definer as $body$ ${body} $body$`,
    `revoke execute on function ${schema}.${name} from public`,
    `grant execute on function ${schema}.${name} to ${roleName(schema, 'reader')}`,
  ];
}

function trigger(schema: string, table: string, event: string, run: string): string[] {
  return [
    `drop trigger if exists ${run} on ${schema}.${table}`,
    `create trigger ${run} ${event} on ${schema}.${table} for each row execute function ${schema}.${run}()`,
  ];
}
