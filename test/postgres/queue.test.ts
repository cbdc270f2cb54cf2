/** Batches worked off by workers on a queue: the same as on one machine, each frame once, whatever happens on the way. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { sql } from 'kysely';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Jobs, ProjectStore } from '../../main/project';
import { parsePlace } from '../../main/project/server/place';
import { openServerDatabase } from '../../main/project/server/server-database';
import { addMember } from '../../main/project/server/team';
import { cli } from '../support/cli';
import { writeTinyModel } from '../support/tiny-model';
import { everythingOn, openDesk, writeBatchPlace } from '../unit/main/batch/support';
import { newPlace, temporaryFolder } from '../unit/main/project/support';

const NAMES = Array.from({ length: 14 }, (_, i) => `p${i % 3}/f${String(i).padStart(2, '0')}.png`);

/** A project on the server, the same one in a folder, and what a worker's login reaches it by. */
async function sharedBatchPlace() {
  const place = newPlace();
  const made = await writeBatchPlace(temporaryFolder(), NAMES);
  expect((await cli(['project', 'migrate', made.project, place])).code).toBe(0);
  const url = new URL(place);
  url.username = `wall-e of ${url.searchParams.get('project')}`;
  url.password = (await addMember(place, decodeURIComponent(url.username), 'worker')) ?? '';
  const owner = await openServerDatabase(parsePlace(place));
  onTestFinished(() => owner.close());
  return { ...made, place, worker: url.href, db: owner.db };
}

const work = (worker: string, modelFolder: string) =>
  cli(['worker', worker, '--until-done', '--lanes', '1', '--model', modelFolder, '--json']);

it('two workers leave what one machine leaves, each frame done once', async () => {
  const { place, worker, project, modelFolder } = await sharedBatchPlace();
  const alone = await openDesk({ project, modelFolder });
  await alone.desk.start({ existing: 'skip' });
  await alone.desk.settled();
  const expected = await everythingOn(alone.store);
  await alone.close();

  const submitted = await cli(['batch', 'submit', worker, '--chunk', '3', '--model', modelFolder, '--json']);
  expect(submitted.json()).toMatchObject({ frames: 14, queue: { waiting: 5, active: 0, dead: 0 } });
  const runs = await Promise.all([work(worker, modelFolder), work(worker, modelFolder)]);
  const counts = runs.map((run) => run.json<{ done: number; left: number }>());
  expect(runs.map(({ code }) => code)).toEqual([0, 0]);
  expect(counts.reduce((sum, { done }) => sum + done, 0)).toBe(14);
  const status = await cli(['batch', 'status', place, '--json']);
  expect(status.json()).toMatchObject({
    ...{ state: 'finished', frames: { waiting: 0, done: 14, failed: 0, setAside: 0 } },
    ...{ queue: { waiting: 0, active: 0, dead: 0 }, dead: [] },
  });
  const store = await ProjectStore.open(place);
  onTestFinished(() => store.close());
  expect(await everythingOn(store)).toEqual(expected);
  expect(expected.length).toBeGreaterThan(0);

  // And what leaves the project is the same, file by file.
  const exported = async (from: string): Promise<Record<string, string>> => {
    const out = join(temporaryFolder(), 'out');
    expect((await cli(['export', from, '--out', out, '--format', 'png,coco', '--all'])).code).toBe(0);
    const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return Object.fromEntries(
      files.map(({ parentPath, name }) => {
        const path = join(parentPath, name);
        // In a folder that is named after the project.
        return [relative(out, path).replace(/^[^/]+\//, ''), readFileSync(path, 'base64')];
      }),
    );
  };
  const [ours, theirs] = [await exported(place), await exported(project)];
  const masks = (files: Record<string, string>) => Object.entries(files).filter(([name]) => name.endsWith('.png'));
  expect(masks(ours)).toEqual(masks(theirs));
  expect(masks(ours).length).toBeGreaterThan(0);
});

it('put in twice, or again after everything was done, changes nothing', async () => {
  const { place, worker, modelFolder, db } = await sharedBatchPlace();
  await cli(['batch', 'submit', worker, '--chunk', '4', '--model', modelFolder]);
  const [row] = (
    await sql<{ id: number; last: number }>`select batch_id as id, max(id) as last from batch_items
    group by batch_id`.execute(db)
  ).rows;
  const jobs = await Jobs.open(place);
  const all = { batchId: row!.id, first: 1, last: row!.last };
  await jobs.put([all, all]);
  await Promise.all([work(worker, modelFolder), work(worker, modelFolder)]);
  expect(await jobs.counts()).toEqual({ waiting: 0, active: 0, dead: 0 });
  await jobs.stop();
  const { rows } = await sql<{ n: number }>`select count(*) as n from revisions group by mask_id`.execute(db);
  expect(rows.every(({ n }) => n === 1)).toBe(true);
  expect((await work(worker, modelFolder)).json()).toMatchObject({ done: 0 });
});

it('cancelled: workers end, what was done stays, and nothing waits in the queue', async () => {
  const { place, worker, modelFolder } = await sharedBatchPlace();
  await cli(['batch', 'submit', worker, '--chunk', '2', '--model', modelFolder]);
  const cancelled = await cli(['batch', 'cancel', place, '--json']);
  expect(cancelled.json()).toMatchObject({ state: 'cancelled', frames: { waiting: 14, done: 0 } });
  expect((await work(worker, modelFolder)).json()).toEqual({ done: 0, left: 0, failed: 0, setAside: 0 });
});

it('a frame that somebody works on is done when they have left it', async () => {
  const { place, worker, modelFolder, db } = await sharedBatchPlace();
  await sql`update ${sql.table(`sonomask_${parsePlace(place).project}_jobs.queue`)}
    set retry_delay = 1, retry_backoff = false`.execute(db);
  const reader = await ProjectStore.open(place);
  onTestFinished(() => reader.close());
  const { frames } = await reader.frames.list({ filter: {}, limit: 1, offset: 5 });
  await cli(['batch', 'submit', worker, '--chunk', '14', '--model', modelFolder]);
  // The owner of the tables may write anyway: somebody else's name stands for a reader's.
  await reader.leases!.take(frames[0]!.id);
  const working = work(worker, modelFolder);
  await expect.poll(async () => (await reader.batches.latest())!.counts.waiting, { timeout: 120_000 }).toBe(1);
  await reader.leases!.give(frames[0]!.id);
  expect((await working).json()).toMatchObject({ done: 14 });
  expect((await reader.batches.latest())!.state).toBe('finished');
});

it('a stretch that fails again and again is given up by name, and put in anew by hand', async () => {
  const { place, worker, modelFolder, db } = await sharedBatchPlace();
  await cli(['batch', 'submit', worker, '--chunk', '14', '--model', modelFolder]);
  const jobs = `sonomask_${parsePlace(place).project}_jobs`;
  await sql`update ${sql.table(`${jobs}.job`)} set retry_limit = 0`.execute(db);
  const otherModel = join(temporaryFolder(), 'other');
  await writeTinyModel(otherModel, ['breast lesion']);
  const ending = new AbortController();
  const wrong = cli(['worker', worker, '--lanes', '1', '--model', otherModel], { signal: ending.signal });
  const dead = async () => (await cli(['batch', 'status', place, '--json'])).json<{ dead: unknown[] }>().dead;
  await expect.poll(dead, { timeout: 120_000, interval: 1_000 }).toHaveLength(1);
  ending.abort();
  await wrong;
  expect(await dead()).toMatchObject([{ first: 1, last: 14, reason: expect.stringContaining('another model') }]);
  await cli(['batch', 'submit', worker, '--model', modelFolder]);
  expect((await work(worker, modelFolder)).json()).toMatchObject({ done: 14 });
  expect(await dead()).toEqual([]);
});

it('a reader can neither put stretches in nor look at the queue', async () => {
  const { place } = await sharedBatchPlace();
  const url = new URL(place);
  url.username = `ann of ${url.searchParams.get('project')}`;
  url.password = (await addMember(place, decodeURIComponent(url.username), 'reader')) ?? '';
  vi.stubEnv('PGPASSWORD', '');
  await expect(Jobs.open(url.href)).rejects.toMatchObject({ code: 'not-permitted' });
});
