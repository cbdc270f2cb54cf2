/**
 * Seals on a server (`seals/canonical.ts` says what they are): the server makes them itself, of whatever changes rows, also of
 * plain SQL, under the login of who did it. Not who may change what (`rights.ts`).
 *
 * Each statement's changes are noted beside the tables. The seal of a transaction is made in its commit, which waits for that
 * of another: the chain has one order, and whoever works is not kept waiting by whoever works as well.
 */
import { keyColumn, TABLES } from '../rows';

export interface Column {
  readonly name: string;
  /** As the information schema names it. */
  readonly type: string;
}

/**
 * Statements that make the rules, however they were before; to be run in one transaction by the tables' owner.
 *
 * @param columns of all tables
 */
export function sealRules(schema: string, columns: ReadonlyMap<string, readonly Column[]>): string[] {
  const ofSeal = (columns.get('seals') ?? []).filter(({ name }) => name !== 'hash');
  return [
    // Empty between transactions. Nobody has rights to it.
    `create table if not exists ${schema}.unsealed (
      id bigint generated always as identity primary key,
      xact xid8 not null default pg_current_xact_id(),
      changes text not null
    )`,
    `create index if not exists unsealed_by_xact on ${schema}.unsealed (xact)`,
    owned(
      schema,
      'seal',
      `declare written text; last seals; next seals;
      begin
        with taken as (delete from unsealed where xact = pg_current_xact_id() returning id, changes)
          select string_agg(changes, '' order by id) into written from taken;
        -- Nothing: the first of the transaction's statements has taken the others' notes, too.
        if written is null then return null; end if;
        perform pg_advisory_xact_lock(hashtextextended('seals of ${schema}', 0));
        select * into last from seals order by id desc limit 1;
        next.id := coalesce(last.id, 0) + 1;
        next.created_at := to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
        next.user_name := session_user;
        next.changes := written;
        next.hash := ${sha256(`coalesce(last.hash, '') || chr(10) || ${rowText('seals', 'next', ofSeal)}`)};
        insert into seals select next.*;
        return null;
      end`,
    ),
    `drop trigger if exists seal on ${schema}.unsealed`,
    `create constraint trigger seal after insert on ${schema}.unsealed deferrable initially deferred
      for each row execute function ${schema}.seal()`,
    ...TABLES.filter((table) => table !== 'seals').flatMap((table) =>
      noteChanges(schema, table, columns.get(table) ?? []),
    ),
  ];
}

function noteChanges(schema: string, table: string, columns: readonly Column[]): string[] {
  const column = keyColumn(table);
  const key = column === 'id' ? `id::text` : `to_json(${column})::text`;
  const note = (of: string, digest: string): string => `insert into unsealed (changes)
    select string_agg('${table} ' || ${key} || ' ' || ${digest} || chr(10), '' order by ${column})
    from ${of} having count(*) > 0`;
  const run = `note_${table}`;
  const trigger = (event: string, rows: string): string[] => [
    `drop trigger if exists note_${event} on ${schema}.${table}`,
    `create trigger note_${event} after ${event} on ${schema}.${table} referencing ${rows}
      for each statement execute function ${schema}.${run}()`,
  ];
  return [
    owned(
      schema,
      run,
      `begin
        if tg_op = 'DELETE' then ${note('old_rows', `'-'`)};
        else ${note('new_rows', sha256(rowText(table, 'new_rows', columns)))}; end if;
        return null;
      end`,
    ),
    ...trigger('insert', 'new table as new_rows'),
    ...trigger('update', 'new table as new_rows'),
    ...trigger('delete', 'old table as old_rows'),
  ];
}

/** `rowText` of `seals/canonical.ts`. */
function rowText(table: string, row: string, columns: readonly Column[]): string {
  const sorted = [...columns].sort((a, b) => (a.name < b.name ? -1 : 1));
  const lines = sorted.map(
    ({ name, type }) => `coalesce('${name} ' || ${valueText(`${row}.${name}`, type)} || chr(10), '')`,
  );
  return [`'${table}' || chr(10)`, ...lines].join(' || ');
}

function valueText(value: string, type: string): string {
  const most = Number.MAX_SAFE_INTEGER;
  if (type === 'bytea') return `'b' || encode(${value}, 'hex')`;
  if (type === 'text') return `'t' || octet_length(convert_to(${value}, 'UTF8')) || ' ' || ${value}`;
  const double = `'d' || encode(float8send(${value}::double precision + 0), 'hex')`;
  if (type !== 'bigint') return double;
  return `case when ${value} between -${most} and ${most} then ${double} else 'i' || ${value} end`;
}

function sha256(text: string): string {
  return `encode(sha256(convert_to(${text}, 'UTF8')), 'hex')`;
}

/** Runs with the owner's rights. `pg_temp` last: nobody's own tables stand in for the project's. */
function owned(schema: string, name: string, body: string): string {
  return `create or replace function ${schema}.${name}() returns trigger language plpgsql security definer
    set search_path = ${schema}, pg_temp as $body$ ${body} $body$`;
}
