/**
 * PostgreSQL for Kysely: a pool of `pg` behind Kysely's own dialect, values as SQLite's driver gives them, and the server's
 * refusals as `AppError`s. Knows nothing of projects' tables.
 */
import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { Kysely, PostgresDialect } from 'kysely';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { AppError, isAppError, type ErrorCode } from '../../../shared/errors';
import { placeText, schemaOf, type ServerPlace } from './place';

/** A window reads a page while it saves; more would only wait for the same disk. */
const CONNECTIONS = 4;
/** After this a silent server counts as gone. */
const PATIENCE_MS = 60_000;
const CONNECT_MS = 15_000;
const LOOK_MS = 10;
const INT8 = 20;
/** Parameters of a statement that the server keeps. */
const MOST_NAMED = 30;

/** Beginnings of SQLSTATE (https://www.postgresql.org/docs/15/errcodes-appendix.html), the longest that fits counts. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  '08': 'server-unreachable',
  '28': 'login-refused',
  '57P': 'server-unreachable', // shutting down, or starting up
  '53100': 'disk-full',
  '53300': 'server-unreachable', // too many connections
  '3D000': 'project-unknown',
  '3F000': 'project-unknown',
  '42P01': 'project-unknown', // its tables are gone
  '42501': 'not-permitted',
  // Two did the same at the same time, and the other was first.
  '23505': 'revision-conflict',
  '40': 'revision-conflict',
  // Raised by the rules of `rights.ts`.
  SM001: 'frame-leased',
  SM002: 'revision-conflict',
};

/** What Node says of a connection that is not there, or not any more. */
const LOST = /ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH/;
const LOST_TEXT =
  /Connection terminated|timeout exceeded when trying to connect|read timeout|not queryable|has been closed/;

/** The error as an `AppError` about `subject` where it means something to the user, else as it is. */
export function translatePostgresError(error: unknown, subject: string): unknown {
  if (!(error instanceof Error) || isAppError(error)) return error;
  const code = codeOf(error);
  return code === undefined ? error : new AppError(code, subject, `${subject}: ${error.message}`, { cause: error });
}

function codeOf(error: Error): ErrorCode | undefined {
  const state = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (error instanceof pg.DatabaseError) {
    const known = Object.keys(CODES).filter((start) => state.startsWith(start));
    return CODES[known.sort((a, b) => b.length - a.length)[0] ?? ''];
  }
  if (LOST.test(state) || LOST_TEXT.test(error.message)) return 'server-unreachable';
  if (/CERT|SSL|TLS|ALTNAME/.test(state) || /certificate|SSL/.test(error.message)) return 'certificate-refused';
  return undefined;
}

/** How to reach the server; `search_path` holds the project's schema alone. */
export function connectionOf(place: ServerPlace): pg.PoolConfig {
  const { host, port, database, user, password, tls } = place;
  const secret = password ?? process.env['PGPASSWORD'];
  return {
    ...{ host, port, database, user },
    ...(secret === undefined ? {} : { password: secret }),
    // libpq's verify-full. `pg` alone would look for "localhost" in the certificate of a host named by its number.
    ssl: tls ? { rejectUnauthorized: true, host, ...(tls.ca === undefined ? {} : { ca: tls.ca }) } : false,
    application_name: 'SonoMask',
    options: `-c search_path=${schemaOf(place)},pg_temp -c idle_in_transaction_session_timeout=${PATIENCE_MS}`,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: PATIENCE_MS,
    keepAlive: true,
    types: {
      getTypeParser: ((id: number, format?: 'text') =>
        id === INT8 ? integer : pg.types.getTypeParser(id, format)) as typeof pg.types.getTypeParser,
    },
  };
}

/** As `allRows` of `sqlite.ts` gives it: a bigint where no number tells it from its neighbours. */
function integer(text: string): number | bigint {
  return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
}

/**
 * Planned once a connection: a frame of a batch costs the server 2.2 ms of its processor instead of 3.7. Statements with long
 * lists are each asked once, and would pile up.
 */
function named(text: string, parameters: readonly unknown[] = []): pg.QueryConfig {
  if (parameters.length === 0 || parameters.length > MOST_NAMED) return { text, values: [...parameters] };
  return { text, values: [...parameters], name: createHash('sha1').update(text).digest('base64') };
}

/** A pool whose errors are `AppError`s. One of its connections that breaks is replaced when it is next wanted. */
class TranslatingPool implements PostgresPool {
  readonly options = {};
  /** Connections that are in use, or being made to be used. */
  #busy = 0;
  readonly #pool: pg.Pool;
  readonly #subject: string;

  constructor(place: ServerPlace) {
    this.#subject = placeText(place);
    this.#pool = new pg.Pool({ ...connectionOf(place), max: CONNECTIONS });
    // Connections break when the server restarts: whoever has a question under way is told by its answer.
    this.#pool.on('error', () => undefined);
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  async connect(): Promise<PostgresPoolClient> {
    this.#busy++;
    const client = await this.#translating(() => this.#pool.connect()).catch((error: unknown) => {
      this.#busy--;
      throw error;
    });
    let broken = false;
    const query = async (sql: string, parameters: readonly unknown[]): Promise<unknown> => {
      if (broken && sql === 'rollback') return { command: 'ROLLBACK', rows: [] };
      try {
        return await this.#translating(() => client.query(named(sql, parameters)));
      } catch (error) {
        // The server rolls back by itself; a second complaint would hide the first.
        broken ||= isAppError(error) && error.code === 'server-unreachable';
        throw error;
      }
    };
    return {
      query: query as PostgresPoolClient['query'],
      release: () => {
        this.#busy--;
        client.release(broken);
      },
    };
  }

  /** Resolved when everything that was begun is over. */
  async settled(): Promise<void> {
    do await setTimeout(LOOK_MS);
    while (this.#busy > 0);
  }

  async end(): Promise<void> {
    await this.#pool.end();
  }

  async #translating<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw translatePostgresError(error, this.#subject);
    }
  }
}

/** A project's tables by Kysely, over a pool of connections to the place. */
export interface PostgresDatabase<Tables> {
  readonly db: Kysely<Tables>;
  /** Waits for what was begun. */
  close(): Promise<void>;
}

export function openPostgres<Tables>(place: ServerPlace): PostgresDatabase<Tables> {
  const pool = new TranslatingPool(place);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const close = async (): Promise<void> => {
    await pool.settled();
    await db.destroy();
  };
  return { db, close };
}
