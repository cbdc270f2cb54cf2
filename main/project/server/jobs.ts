/**
 * The queue of a shared project's batches: stretches of frames that workers on any machine take, by pg-boss in a schema beside
 * the project's. A worker that falls silent loses its stretch to another; a stretch that fails is tried again, later each time,
 * and in the end put aside. What was done is in the journal (`batches.ts`), so a stretch taken twice is done once.
 */
import { sql } from 'kysely';
import type { PgBoss } from 'pg-boss';
import { z } from 'zod';
import { rowId, type TeamRole } from '../../../shared/domain';
import { parsePlace, placeText, schemaOf, type ServerPlace } from './place';
import { connectionOf, openPostgres, translatePostgresError } from './postgres';
import { roleName } from './rights';
import type { ProjectTables } from '../schema';

/** Items of a batch, both ends included. */
const stretch = z.strictObject({ batchId: rowId, first: rowId, last: rowId });
export type Stretch = z.infer<typeof stretch>;
const counted = z.object({ state: z.string(), n: z.int() });
const given = z.object({ data: stretch, output: z.object({ message: z.string() }).nullable().catch(null) });

/** How many stretches wait, are being worked on, or were given up. */
export interface JobCounts {
  readonly waiting: number;
  readonly active: number;
  readonly dead: number;
}

/** A stretch that was given up, and why. */
export interface DeadJob extends Stretch {
  readonly reason: string;
}

const QUEUE = 'frames';
/** A worker says every half of it that it is alive. */
const HEARTBEAT_SECONDS = 20;
const SUPERVISE_SECONDS = 5;
const POLL_SECONDS = 2;
/** 5 s, 10 s, 20 s ... at most 5 min apart: some 20 minutes in all. */
const RETRIES = { retryLimit: 8, retryDelay: 5, retryBackoff: true, retryDelayMax: 300 };
/** A stretch of a slow machine; the heartbeat is what finds dead ones. */
const LONGEST_SECONDS = 6 * 3_600;
/** So long the list of what was given up is kept. */
const KEPT_SECONDS = 30 * 86_400;
/** Who may put in and take out. */
const WORKING: readonly TeamRole[] = ['admin', 'worker'];

function jobsSchema(place: ServerPlace): string {
  return `${schemaOf(place)}_jobs`;
}

/** Loaded when it is wanted: the window has no use for it. @throws AppError as `ProjectStore.open` does, `not-permitted` */
async function bossOf(place: ServerPlace, asOwner: boolean): Promise<PgBoss> {
  const { PgBoss: Boss } = await import('pg-boss');
  const { types: _, query_timeout: _t, ...connection } = connectionOf(place);
  const { host, port, database, user, password, ssl, options } = connection;
  const boss = new Boss({
    ...{
      host,
      port,
      database,
      user,
      ssl,
      options,
      max: 3,
      schema: jobsSchema(place),
      application_name: 'SonoMask worker',
    },
    ...(typeof password === 'string' ? { password } : {}),
    ...{ migrate: asOwner, createSchema: asOwner, schedule: false, reindex: false, monitorVacuum: false },
    ...{ supervise: !asOwner, superviseIntervalSeconds: SUPERVISE_SECONDS, monitorIntervalSeconds: SUPERVISE_SECONDS },
  } as ConstructorParameters<typeof Boss>[0]);
  // A server that is away: it is asked again by itself.
  boss.on('error', () => undefined);
  try {
    await boss.start();
  } catch (error) {
    throw translatePostgresError(error, placeText(place));
  }
  return boss;
}

/**
 * Makes the queue, or brings it up to date, and gives administrators and workers the rights to it. Only who made the project
 * can. @param text `postgres://…?project=NAME`
 */
export async function prepareJobs(text: string): Promise<void> {
  const place = parsePlace(text);
  const [schema, jobs] = [schemaOf(place), jobsSchema(place)];
  const boss = await bossOf(place, true);
  try {
    const beats = { heartbeatSeconds: HEARTBEAT_SECONDS, expireInSeconds: LONGEST_SECONDS };
    if (!(await boss.getQueue(QUEUE)))
      await boss.createQueue(QUEUE, { ...RETRIES, ...beats, deleteAfterSeconds: KEPT_SECONDS });
  } finally {
    await boss.stop({ graceful: false });
  }
  const { db, close } = openPostgres<ProjectTables>(place);
  try {
    const team = WORKING.map((role) => roleName(schema, role)).join(', ');
    const statements = [
      `revoke all on schema ${jobs} from public`,
      `grant usage on schema ${jobs} to ${team}`,
      `grant select, insert, update, delete on all tables in schema ${jobs} to ${team}`,
      `grant usage on all sequences in schema ${jobs} to ${team}`,
      `grant execute on all functions in schema ${jobs} to ${team}`,
    ];
    await sql.raw(statements.join(';\n')).execute(db);
  } finally {
    await close();
  }
}

export class Jobs {
  #stopped: Promise<void> | undefined;

  private constructor(
    private readonly boss: PgBoss,
    private readonly schema: string,
  ) {}

  /** @param text `postgres://…?project=NAME` */
  static async open(text: string): Promise<Jobs> {
    const place = parsePlace(text);
    return new Jobs(await bossOf(place, false), jobsSchema(place));
  }

  async put(stretches: readonly Stretch[]): Promise<void> {
    await this.boss.insert(
      QUEUE,
      stretches.map((data) => ({ data })),
    );
  }

  /** Takes back what nobody has begun; what was given up is forgotten. */
  async clear(): Promise<void> {
    await this.boss.deleteQueuedJobs(QUEUE);
    await this.boss.deleteStoredJobs(QUEUE);
  }

  /**
   * Works off one stretch after the other until `stop` is called, which waits for the one in hand.
   *
   * @param work rejects where something of the stretch is left: it is tried again later. The signal aborts when the stretch
   *   was given to another worker, since nothing was heard of this one.
   */
  async work(work: (stretch: Stretch, signal: AbortSignal) => Promise<void>): Promise<void> {
    await this.boss.work<unknown>(QUEUE, { pollingIntervalSeconds: POLL_SECONDS, batchSize: 1 }, async (taken) => {
      for (const { data, signal } of taken) await work(stretch.parse(data), signal);
    });
  }

  async counts(): Promise<JobCounts> {
    // pg-boss's own figures are up to a minute old.
    const rows = await this.#select('state, count(*)::int as n', 'true group by state');
    const known = new Map(
      z
        .array(counted)
        .parse(rows)
        .map(({ state, n }) => [state, n]),
    );
    const of = (state: string): number => known.get(state) ?? 0;
    return { waiting: of('created') + of('retry'), active: of('active'), dead: of('failed') };
  }

  /** Those that were given up first. */
  async dead(limit: number): Promise<DeadJob[]> {
    const rows = await this.#select('data, output', `state = 'failed' order by completed_on limit ${limit}`);
    return z
      .array(given)
      .parse(rows)
      .map(({ data, output }) => ({ ...data, reason: output?.message ?? '' }));
  }

  /** Resolved when what is in hand has ended. */
  stop(): Promise<void> {
    this.#stopped ??= this.boss.stop({ graceful: true, timeout: 600_000 });
    return this.#stopped;
  }

  async #select(columns: string, which: string): Promise<unknown[]> {
    const query = `select ${columns} from ${this.schema}.job where name = $1 and ${which}`;
    return (await this.boss.getDb().executeSql(query, [QUEUE])).rows;
  }
}
