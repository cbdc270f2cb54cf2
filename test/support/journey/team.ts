/**
 * A team at work on one project: two readers who edit frames under leases and workers who take a batch from the queue, while
 * workers are killed and the database crashes once. Afterwards the database is asked whether anything was lost or done twice,
 * and whether a lock is left.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import { addMember, Jobs, prepareJobs, ProjectStore } from '../../../main/project';
import { parsePlace } from '../../../main/project/server/place';
import { openServerDatabase } from '../../../main/project/server/server-database';
import { addStudy, frameHash, readImage, type StudyApi } from '../../../main/study';
import { forkProcess, WorkerHost } from '../../../main/inference';
import { PROPOSING_USER, type FrameDetail, type MaskChange } from '../../../shared/domain';
import { isAppError } from '../../../shared/errors';
import { cocoRle } from '../../../shared/mask';
import { WORKERS, writeImage } from '../../unit/main/inference/support';
import { cli } from '../cli';
import { PROJECT_ROOT } from '../desktop';
import type { TestServer } from '../postgres-server';
import { writeTinyModel } from '../tiny-model';

export interface TeamOptions {
  readonly server: TestServer;
  /** An empty one. */
  readonly folder: string;
  readonly frames: number;
  /** How long readers work and workers are killed; then the batch is worked off. */
  readonly seconds: number;
  readonly secondsBetweenKills: number;
  /** Numbers in [0, 1). */
  readonly chance: () => number;
}

export interface TeamReport {
  readonly kills: number;
  /** Of those, workers that had a stretch in hand. */
  readonly killsAtWork: number;
  readonly frames: number;
  readonly acts: ReaderActs;
  /** What must be nothing. */
  readonly wrong: readonly string[];
}

interface ReaderActs {
  /** Shown as saved. */
  saved: number;
  /** The frame was somebody else's. */
  leased: number;
  /** Refused: others were faster, or the server was away. */
  refused: number;
}

/** What a reader did: the number is the revision's quality, which nothing else writes so. */
interface Acts extends ReaderActs {
  readonly savedAs: Map<number, number>;
  /** Refused while it was being saved: there at most once. */
  readonly unsure: Set<number>;
}

const PICTURES = 24;
const READERS = ['ann', 'bob'];
const WORKER_COUNT = 3;
const LABELS = ['breast lesion', 'fetal head'];

export async function teamAtWork(options: TeamOptions): Promise<TeamReport> {
  const { server, seconds, secondsBetweenKills, chance, frames } = options;
  const place = server.url('team');
  const modelFolder = await prepare(options, place);
  const [worker = '', ...readers] = await Promise.all(
    ['wall-e', ...READERS].map((name, i) => login(place, name, i === 0 ? 'worker' : 'reader')),
  );
  const submitted = await cli(['batch', 'submit', worker, '--chunk', '4', '--model', modelFolder]);
  if (submitted.code !== 0) throw new Error(submitted.stderr);

  const over = new AbortController();
  const acts = readers.map((): Acts => ({ saved: 0, leased: 0, refused: 0, savedAs: new Map(), unsure: new Set() }));
  const reading = readers.map((url, i) => read(url, i, acts[i] as Acts, chance, over.signal));
  const crew = Array.from({ length: WORKER_COUNT }, () => startWorker(worker, modelFolder));
  let [kills, killsAtWork] = [0, 0];
  try {
    const end = Date.now() + 1_000 * seconds;
    let crashed = false;
    while (Date.now() < end) {
      await setTimeout(1_000 * secondsBetweenKills);
      const victim = Math.floor(chance() * crew.length);
      if (await isAtWork(place)) killsAtWork++;
      await kill(crew[victim] as ChildProcess, chance() < 0.5);
      kills++;
      crew[victim] = startWorker(worker, modelFolder);
      if (crashed || Date.now() < end - 500 * seconds) continue;
      crashed = true;
      await server.stop('SIGQUIT');
      await setTimeout(1_000);
      await server.again();
    }
    over.abort();
    await Promise.all(reading);
    await Promise.all(crew.map((each) => (each.exitCode === null ? once(each, 'exit') : undefined)));
  } finally {
    over.abort();
    for (const each of crew) if (each.exitCode === null) await kill(each, true);
  }
  const sum = (of: keyof ReaderActs): number => acts.reduce((total, each) => total + each[of], 0);
  const told = { saved: sum('saved'), leased: sum('leased'), refused: sum('refused') };
  return { kills, killsAtWork, frames, acts: told, wrong: await whatIsWrong(place, frames, acts) };
}

async function prepare({ folder, frames }: TeamOptions, place: string): Promise<string> {
  const modelFolder = join(folder, 'tiny');
  await writeTinyModel(modelFolder, LABELS);
  for (let i = 0; i < frames; i++) {
    const patient = join(folder, 'images', `p${i % 50}`);
    mkdirSync(patient, { recursive: true });
    await writeImage(join(patient, `${i}.png`), 1 + (i % PICTURES));
  }
  const store = await ProjectStore.create(place);
  await prepareJobs(place);
  const studyWorker = new WorkerHost<StudyApi>('study', forkProcess(WORKERS.study));
  try {
    const signal = new AbortController().signal;
    await addStudy(store, studyWorker, [join(folder, 'images')], { signal, onProgress: () => undefined });
    for (const name of LABELS) await store.labels.create({ name });
    await store.labels.create({ name: 'by hand', instances: 'multiple' });
  } finally {
    studyWorker.dispose();
    await store.close();
  }
  return modelFolder;
}

async function login(place: string, user: string, role: string): Promise<string> {
  const url = new URL(place);
  url.password = (await addMember(place, user, role)) ?? '';
  url.username = user;
  return url.href;
}

function startWorker(url: string, modelFolder: string): ChildProcess {
  const command = [join(PROJECT_ROOT, 'main', 'cli', 'main.ts'), 'worker', url, '--until-done', '--lanes', '1'];
  return spawn(process.execPath, ['--import', 'tsx', ...command, '--model', modelFolder], {
    cwd: PROJECT_ROOT,
    stdio: 'ignore',
    // A group of its own, so that it can be killed with its processes.
    detached: true,
  });
}

/** @param whole with the processes that compute for it; else they are left to notice */
async function kill(child: ChildProcess, whole: boolean): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const gone = once(child, 'exit');
  process.kill(whole ? -child.pid : child.pid, 'SIGKILL');
  await gone;
}

async function isAtWork(place: string): Promise<boolean> {
  const jobs = await Jobs.open(place);
  try {
    return (await jobs.counts()).active > 0;
  } finally {
    await jobs.stop();
  }
}

/** Edits one frame after the other, each under a lease, until the signal. */
async function read(url: string, reader: number, acts: Acts, chance: () => number, over: AbortSignal): Promise<void> {
  const store = await ProjectStore.open(url);
  const { frames } = await store.frames.list({ filter: {}, limit: 1_000, offset: 0 });
  const labels = await store.labels.list();
  const byHand = labels.find(({ name }) => name === 'by hand')?.id ?? 0;
  try {
    for (let act = 0; !over.aborted; act++) {
      const frame = frames[Math.floor(chance() * frames.length)];
      if (!frame) return;
      try {
        await editOne(store, frame.id, byHand, (2 * act + reader + 1) / 1e6, acts, chance);
      } catch (error) {
        if (!isAppError(error)) throw error;
        if (error.code === 'frame-leased') acts.leased++;
        else acts.refused++;
        if (error.code === 'server-unreachable') await setTimeout(300);
      } finally {
        await giveBack(store, frame.id);
      }
      await setTimeout(50 + 200 * chance());
    }
  } finally {
    await store.close();
  }
}

/** Also when the server is back only after a while. */
async function giveBack({ leases }: ProjectStore, frameId: number): Promise<void> {
  for (let tries = 0; tries < 60; tries++) {
    const given = leases?.give(frameId).then(
      () => true,
      () => false,
    );
    if (await given) return;
    await setTimeout(500);
  }
}

async function editOne(
  store: ProjectStore,
  frameId: number,
  labelId: number,
  quality: number,
  acts: Acts,
  chance: () => number,
): Promise<void> {
  if (!(await store.leases?.take(frameId))?.mine) {
    acts.leased++;
    return;
  }
  const frame = await store.frames.get(frameId);
  const { sha256, widthPx, heightPx } = await pixelsOf(store, frame);
  const data = Uint8Array.from({ length: widthPx * heightPx }, (_, i) => (i % 97 < 97 * chance() ? 1 : 0));
  const rle = { widthPx, heightPx, counts: cocoRle({ widthPx, heightPx, data }).counts };
  const held = (await store.masks.ofFrame(frameId)).filter(({ current }) => current.state !== 'deleted');
  const mask = chance() < 0.5 ? held[Math.floor(chance() * held.length)] : undefined;
  const content = { rle, quality, origin: { tool: 'brush' } } as const;
  const change: MaskChange = mask
    ? { kind: 'edit', maskId: mask.id, previousId: mask.current.id, state: 'corrected', ...content }
    : { kind: 'add', labelId, state: 'drawn', ...content };
  acts.unsure.add(quality);
  const edit = { frameId, frameSha256: sha256, user: store.user ?? '', changes: [change] };
  const saved = await store.masks.save(edit).catch((error: unknown) => {
    // The server itself said no: it is certainly not there.
    if (isAppError(error) && error.code !== 'server-unreachable') acts.unsure.delete(quality);
    throw error;
  });
  acts.unsure.delete(quality);
  acts.saved++;
  for (const { current } of saved.masks) acts.savedAs.set(current.id, quality);
}

async function pixelsOf(store: ProjectStore, { id, sha256, widthPx, heightPx, absolutePath }: FrameDetail) {
  if (sha256 !== null && widthPx !== null && heightPx !== null) return { sha256, widthPx, heightPx };
  const { frame } = await readImage(absolutePath);
  const pixels = { sha256: frameHash(frame), widthPx: frame.widthPx, heightPx: frame.heightPx };
  await store.frames.setHash(id, pixels);
  return pixels;
}

/** Everything that the database has against it, in words. */
async function whatIsWrong(place: string, frames: number, acts: readonly Acts[]): Promise<string[]> {
  const { db, close } = await openServerDatabase(parsePlace(place));
  const wrong: string[] = [];
  const expectNone = async (what: string, query: ReturnType<typeof sql>): Promise<void> => {
    const { rows } = await query.execute(db);
    if (rows.length > 0) wrong.push(`${what}: ${rows.length}, such as ${JSON.stringify(rows[0])}`);
  };
  try {
    const { rows: items } = await sql<{
      n: number;
    }>`select count(*) as n from batch_items where state = 'done'`.execute(db);
    if (items[0]?.n !== frames) wrong.push(`${items[0]?.n} of ${frames} frames are done`);
    await expectNone('batches that are not finished', sql`select id, state from batches where state <> 'finished'`);
    const proposals = sql`select frame_id, label_id, count(*) as n from masks join revisions on mask_id = masks.id
      where previous_id is null and user_name = ${PROPOSING_USER} group by frame_id, label_id`;
    await expectNone('proposed on twice', sql`select * from (${proposals}) as proposals where n > 1`);
    await expectNone(
      'journal and masks differ',
      sql`select batch_items.frame_id, masks, coalesce(n, 0) as n from batch_items
        left join (select frame_id, sum(n) as n from (${proposals}) as each group by frame_id) as made
        on made.frame_id = batch_items.frame_id where coalesce(masks, 0) <> coalesce(n, 0)`,
    );
    // The same picture gets the same proposals, unless a reader was there first.
    await expectNone(
      'the same picture proposed on differently',
      sql`select sha256, count(distinct found) as n from (
          select frames.id, sha256, string_agg(label_id || ' ' || rle_counts, ',' order by label_id) as found
          from frames left join masks on masks.frame_id = frames.id
          left join revisions on mask_id = masks.id and previous_id is null
          where frames.id not in (select frame_id from masks join revisions on mask_id = masks.id
            where user_name <> ${PROPOSING_USER}) group by frames.id) as drawn
        group by sha256 having count(distinct found) > 1`,
    );
    await expectNone(
      'proposed on after a human had worked there',
      sql`select masks.frame_id, revisions.id from revisions join masks on masks.id = mask_id
        where user_name = ${PROPOSING_USER} and revisions.id > (select min(human.id) from revisions as human
          join masks as theirs on theirs.id = human.mask_id
          where theirs.frame_id = masks.frame_id and human.user_name <> ${PROPOSING_USER})`,
    );
    await expectNone(
      'broken chains of revisions',
      sql`select id from (select id, previous_id, lag(id) over (partition by mask_id order by id) as before from revisions)
        as chain where previous_id is distinct from before`,
    );
    await expectNone('transactions that wait', sql`select pid from pg_locks where not granted`);
    await expectNone(
      'transactions left open',
      sql`select pid from pg_stat_activity where state like 'idle in transaction%'`,
    );
    wrong.push(...(await whatReadersLost(db, acts)), ...(await whatIsLeft(place, db)));
  } finally {
    await close();
  }
  return wrong;
}

type Db = Awaited<ReturnType<typeof openServerDatabase>>['db'];

async function whatReadersLost(db: Db, acts: readonly Acts[]): Promise<string[]> {
  const wrong: string[] = [];
  const rows = await db
    .selectFrom('revisions')
    .select(['id', 'quality', 'user_name'])
    .where('user_name', '!=', PROPOSING_USER)
    .execute();
  const stored = new Map(rows.map((row) => [row.id, row.quality]));
  const saved = acts.flatMap(({ savedAs }) => [...savedAs]);
  for (const [id, quality] of saved) {
    if (stored.get(id) !== quality) wrong.push(`revision ${id} was shown as saved and is not there`);
    stored.delete(id);
  }
  const unsure = new Set(acts.flatMap((each) => [...each.unsure]));
  for (const [id, quality] of stored) {
    // Saved at the moment when the server went away: there, though it could not be told.
    if (quality === null || !unsure.delete(quality)) wrong.push(`revision ${id} was made twice or by nobody`);
  }
  return wrong;
}

/** Leases end by themselves within a minute; stretches end with their batch. */
async function whatIsLeft(place: string, db: Db): Promise<string[]> {
  const wrong: string[] = [];
  const live = sql<{ frame_id: number }>`select frame_id from frame_leases where expires_at > clock_timestamp()`;
  for (let tries = 0; tries < 70 && (await live.execute(db)).rows.length > 0; tries++) await setTimeout(1_000);
  const held = (await live.execute(db)).rows;
  if (held.length > 0) wrong.push(`${held.length} leases are left`);
  const jobs = await Jobs.open(place);
  const counts = await jobs.counts();
  await jobs.stop();
  if (counts.waiting + counts.active + counts.dead > 0) wrong.push(`the queue is not empty: ${JSON.stringify(counts)}`);
  return wrong;
}

/** What docs/team.md says of it, at its end. */
export const TEAM_TITLE = '## What a team at work has survived';

export function teamReport({ kills, killsAtWork, frames, acts, wrong }: TeamReport, minutes: number): string {
  return `${TEAM_TITLE}

Two readers edit frames of a project on PostgreSQL 15 under leases, about five acts a second each at most, while three
\`sonomask worker\` processes propose on its ${frames} frames from the queue; every 30 s one of them is killed with SIGKILL, alone or with the
processes that compute for it, and once the database crashes (SIGQUIT) and is started again. Then the workers finish, and the
database is asked for frames not done or done twice, edits shown as saved that are not there, edits there twice, broken chains of
revisions, locks, open transactions, leases and stretches that are left.

- ${minutes.toFixed(0)} minutes; ${kills} workers killed, ${killsAtWork} times while stretches were in hand
- Edits: ${acts.saved} shown as saved, ${acts.leased} refused because somebody else had the frame, ${acts.refused} refused while the server was away or a worker was faster
- Found: ${wrong.length === 0 ? 'nothing' : wrong.join('; ')}
`;
}
