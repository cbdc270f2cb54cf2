/**
 * What a team's PostgreSQL bears: processor time of the server for a frame that is written, for a stretch of the queue and for
 * a worker that waits; 1 to 1,000 simulated workers on the real queue; and what that comes to for so many workers. Nothing is
 * computed on images: a core's pace with the bundled model is taken as given.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import { PgBoss } from 'pg-boss';
import { Jobs, prepareJobs, ProjectStore } from '../../../main/project';
import { parsePlace } from '../../../main/project/server/place';
import { openServerDatabase } from '../../../main/project/server/server-database';
import { seededRandom } from '../../../models/training';
import { cocoRle } from '../../../shared/mask';
import { SUPERUSER, TestServer } from '../../support/postgres-server';

/** Cautious towards the server: `bench:scale -- batch` has 2.2 a core of an Intel Xeon, faster cores have more. */
const FRAMES_A_CORE = 3.2;
const FRAMES_A_STRETCH = 32;
const FRAMES = 6_000;
const SIDE_PX = 256;

interface Costs {
  readonly frameMs: number;
  readonly stretchMs: number;
  /** Of a worker, a second. */
  readonly waitingMs: number;
}

/** @param say prints a line */
export async function benchQueue(say: (line: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sonomask-scale-'));
  process.env['SONOMASK_SHARED_FOLDER'] = folder;
  const server = await TestServer.start({ durable: true });
  try {
    const place = server.url('scale');
    const frameMs = await writeFrames(server, place, say);
    await prepareJobs(place);
    const waitingMs = await wait(server, place, say);
    const stretchMs = await simulate(server, say);
    plan({ frameMs, stretchMs, waitingMs }, say);
  } finally {
    await server.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As workers write them: mask, scores, sketch and journal in one transaction a frame. */
async function writeFrames(server: TestServer, place: string, say: (line: string) => void): Promise<number> {
  const store = await ProjectStore.create(place);
  const owner = await openServerDatabase(parsePlace(place));
  await sql`insert into studies (key, name, patient) values ('s', 's', 'p')`.execute(owner.db);
  await sql`insert into series (study_id, key, name) values (1, 'b', 'b')`.execute(owner.db);
  await sql`insert into images (series_id, absolute_path, relative_path, size_bytes, mtime_ms, frame_count)
    select 1, '/data/' || n, n || '.png', 1, 1, 1 from generate_series(1, ${FRAMES}) as n`.execute(owner.db);
  await sql`insert into frames (image_id, frame_index, sort_key, review)
    select id, 0, lpad(id::text, 8, '0'), 'unopened' from images`.execute(owner.db);
  const label = await store.labels.create({ name: 'lesion' });
  const labels = [{ labelId: label.id, head: 'lesion', version: '1' }];
  const batch = await store.batches.create({ labels, existing: 'skip', modelId: 'm' }, SUPERUSER);
  const rle = blob();
  const sketch = Float32Array.from({ length: 512 }, (_, i) => i / 512);
  const one = async (frameId: number): Promise<void> => {
    await store.batches.complete({
      ...{ batchId: batch.id, frameId, pixels: { sha256: frameId.toString(16).padStart(64, '0'), ...size } },
      decide: () => [{ kind: 'add', labelId: label.id, state: 'proposed', rle, origin: { tool: 'proposal' } }],
      scores: [{ labelId: label.id, head: 'lesion', predictedIou: 0.9, stability: 0.9, flipDice: null }],
      look: { encoderId: 'e', sketch },
    });
  };
  const size = { widthPx: SIDE_PX, heightPx: SIDE_PX };
  let next = 1;
  const costs: number[] = [];
  for (const writers of [1, 4]) {
    const [begun, cpu, first] = [performance.now(), server.cpuSeconds(), next];
    const until = next + FRAMES / 2;
    await Promise.all(
      Array.from({ length: writers }, async () => {
        while (next < until) await one(next++);
      }),
    );
    const [frames, seconds] = [next - first, (performance.now() - begun) / 1_000];
    const ms = (1_000 * (server.cpuSeconds() - cpu)) / frames;
    costs.push(ms);
    say(
      `frames written, ${writers} at once: ${(frames / seconds).toFixed(0)}/s, ${ms.toFixed(2)} ms of the server's processor each`,
    );
  }
  const { rows } = await sql<{ bytes: number }>`select pg_database_size(current_database()) as bytes`.execute(owner.db);
  say(`database: ${((rows[0]?.bytes ?? 0) / FRAMES / 1_024).toFixed(1)} KiB a frame`);
  await owner.close();
  await store.close();
  return Math.max(...costs);
}

function blob() {
  const data = Uint8Array.from({ length: SIDE_PX * SIDE_PX }, (_, i) => {
    const [x, y] = [(i % SIDE_PX) - SIDE_PX / 2, Math.floor(i / SIDE_PX) - SIDE_PX / 2];
    return Math.hypot(x, y) < 60 + 8 * Math.sin(7 * Math.atan2(y, x)) ? 1 : 0;
  });
  const size = { widthPx: SIDE_PX, heightPx: SIDE_PX };
  return { ...size, counts: cocoRle({ ...size, data }).counts };
}

/** Workers with nothing to do: they ask for work, and see to it that those who fell silent are noticed. */
async function wait(server: TestServer, place: string, say: (line: string) => void): Promise<number> {
  const count = 20;
  const jobs = await Promise.all(Array.from({ length: count }, () => Jobs.open(place)));
  await Promise.all(jobs.map((each) => each.work(() => Promise.resolve())));
  await setTimeout(5_000);
  const [cpu, before, seconds] = [server.cpuSeconds(), await transactions(server), 30];
  await setTimeout(1_000 * seconds);
  const asked = (await transactions(server)) - before;
  const ms = (1_000 * (server.cpuSeconds() - cpu)) / seconds / count;
  const client = await server.connect();
  const { rows } = await client.query<{ n: number }>(
    `select count(*)::int as n from pg_stat_activity where application_name = 'SonoMask worker'`,
  );
  await client.end();
  say(
    `a worker that waits: ${(asked / seconds / count).toFixed(1)} transactions/s, ${ms.toFixed(2)} ms of the server's processor a second, ${((rows[0]?.n ?? 0) / count).toFixed(1)} connections`,
  );
  await Promise.all(jobs.map((each) => each.stop()));
  return ms;
}

/** Each simulated worker takes a stretch, is busy as long as one takes, and gives it back done. */
async function simulate(server: TestServer, say: (line: string) => void): Promise<number> {
  const seconds = FRAMES_A_STRETCH / FRAMES_A_CORE;
  const url = new URL(server.url('scale'));
  url.search = '';
  const boss = new PgBoss({
    ...{ connectionString: url.href, schema: 'sonomask_scale_jobs', max: 40, schedule: false, supervise: false },
    ...{ migrate: false },
  });
  boss.on('error', (error) => say(String(error)));
  await boss.start();
  let cost = 0;
  for (const workers of [1, 10, 100, 1_000]) {
    cost = (await run(boss, server, workers, seconds, say)) ?? cost;
  }
  // As fast as it goes: what the queue itself bears.
  await run(boss, server, 40, 0, say);
  await boss.stop({ graceful: false });
  return cost;
}

async function run(
  boss: PgBoss,
  server: TestServer,
  workers: number,
  busySeconds: number,
  say: (line: string) => void,
): Promise<number> {
  const chance = seededRandom(`queue ${workers}`);
  const span = 30;
  const queued = Math.max(2_000, 4 * workers * Math.ceil(span / Math.max(busySeconds, 1)));
  for (let i = 0; i < queued; i += 1_000) {
    const data = { batchId: 1, first: 1, last: FRAMES_A_STRETCH };
    await boss.insert(
      'frames',
      Array.from({ length: 1_000 }, () => ({ data })),
    );
  }
  const waits: number[] = [];
  let done = 0;
  const [end, cpu, begun] = [Date.now() + 1_000 * span, server.cpuSeconds(), performance.now()];
  const work = async (): Promise<void> => {
    await setTimeout(1_000 * busySeconds * chance());
    while (Date.now() < end) {
      const asked = performance.now();
      const [job] = await boss.fetch('frames');
      waits.push(performance.now() - asked);
      if (!job) return;
      await setTimeout(1_000 * busySeconds);
      await boss.complete('frames', job.id);
      done++;
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  const seconds = (performance.now() - begun) / 1_000;
  const ms = (1_000 * (server.cpuSeconds() - cpu)) / Math.max(1, done);
  waits.sort((a, b) => a - b);
  const at = (part: number): string => (waits[Math.floor(part * (waits.length - 1))] ?? 0).toFixed(0);
  const pace = busySeconds > 0 ? `${busySeconds} s a stretch` : 'nothing to do for a stretch';
  say(
    `${workers} workers, ${pace}: ${(done / seconds).toFixed(1)} stretches/s, a stretch is had after ${at(0.5)} ms (median), ${at(0.95)} ms (95 %), ${ms.toFixed(2)} ms of the server's processor each`,
  );
  await boss.deleteAllJobs('frames');
  return ms;
}

async function transactions(server: TestServer): Promise<number> {
  const client = await server.connect();
  await client.query('select pg_stat_clear_snapshot()');
  const { rows } = await client.query<{ n: string }>(
    `select xact_commit + xact_rollback as n from pg_stat_database where datname = 'postgres'`,
  );
  await client.end();
  return Number(rows[0]?.n ?? 0);
}

/** What so many workers of one core need of the database server. */
function plan({ frameMs, stretchMs, waitingMs }: Costs, say: (line: string) => void): void {
  const load = (workers: number): number => {
    const frames = workers * FRAMES_A_CORE;
    return (frames * frameMs + (frames / FRAMES_A_STRETCH) * stretchMs + workers * waitingMs) / 1_000;
  };
  say('');
  say('| workers of one core | frames/s | 20,000 frames take | server cores busy |');
  say('| ------------------: | -------: | -----------------: | ----------------: |');
  for (const workers of [1, 10, 100, 1_000]) {
    const frames = workers * FRAMES_A_CORE;
    const minutes = 20_000 / frames / 60;
    const time = minutes < 1 ? `${(60 * minutes).toFixed(0)} s` : `${minutes.toFixed(0)} min`;
    say(`| ${workers} | ${frames.toFixed(1)} | ${time} | ${load(workers).toFixed(2)} |`);
  }
  say('');
  say(`A server core is full at ${Math.floor(1 / load(1))} workers of one core.`);
}
