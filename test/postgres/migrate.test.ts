/** `sonomask project migrate`: to a server and back without loss, whole or not at all. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { ProjectStore } from '../../main/project';
import { lastIds, sumOf } from '../../main/project/copy-rows';
import { openDatabase } from '../../main/project/database';
import { TABLES, type Table } from '../../main/project/rows';
import type { ProjectDb } from '../../main/project/schema';
import { rowText } from '../../main/project/seals/canonical';
import { parsePlace } from '../../main/project/server/place';
import { openServerDatabase } from '../../main/project/server/server-database';
import { cli } from '../support/cli';
import { writeLargeProject } from '../support/large-project';
import { newPlace, temporaryFolder } from '../unit/main/project/support';
import { TestServer } from '../support/postgres-server';

const KEY = `${'0123456789abcdef'.repeat(4)}\n`;
const HEAD = new Uint8Array([0, 1, 2, 255]);
const HEAD_FILE = `${createHash('sha256').update(HEAD).digest('hex')}.safetensors`;

/** A project with work of every kind, files, ids that were given and taken back, and text that sorts by no language. */
async function workedProject(): Promise<string> {
  const folder = join(temporaryFolder(), 'study');
  mkdirSync(folder);
  const project = await writeLargeProject(folder, 700);
  const store = await ProjectStore.open(project);
  const frameId = (await store.frames.list({ filter: {}, limit: 1, offset: 0 })).frames[0]!.id;
  const gone = await store.labels.create({ name: 'gone' });
  await store.labels.remove(gone.id);
  await store.labels.create({ name: 'Ältere Läsion ’"\\%_ 病灶 🫀' });
  await store.settings.set('b', { text: 'ä' });
  await store.settings.set('aB', [1, 2.5, null]);
  await store.settings.set('a-b', true);
  const sketch = Float32Array.from({ length: 64 }, (_, i) => i / 7);
  await store.scores.putLook({ frameId, frameSha256: 'f'.repeat(64), encoderId: 'e', sketch });
  await store.readings.create({ name: 'Bob', blind: true }, 'Ann');
  await store.comments.add({ frameId, x: 0.1 + 0.2, y: 1, text: 'two\nlines' }, 'Ann');
  await store.close();
  writeFileSync(join(project, 'deidentification.key'), KEY);
  writeFileSync(join(project, 'heads', HEAD_FILE), HEAD);
  writeFileSync(join(project, 'heads', 'notes.txt'), 'not the project’s');
  return project;
}

async function rowsOf(db: ProjectDb, table: Table): Promise<string[]> {
  const rows = await db.selectFrom(table).selectAll().execute();
  return rows.map((row) => rowText(table, row)).sort();
}

/** All rows, and those that only say what was done apart. */
async function contentOf(folder: string) {
  const { db, close } = await openDatabase(folder);
  const content: Record<string, string[]> = {};
  for (const table of TABLES) content[table] = await rowsOf(db, table);
  await close();
  const { audit = [], seals = [], ...rest } = content;
  return { audit, seals, rest };
}

async function verified(place: string) {
  const { code, json } = await cli(['project', 'verify', place, '--json']);
  return { code, verified: json() as { seals: number; head: string } };
}

async function sumAt(folder: string) {
  const { db, close } = await openDatabase(folder);
  const sum = await sumOf(db, await lastIds(db));
  await close();
  return sum;
}

it('goes to the server and back without loss, and the next ids go on where they were', async () => {
  const project = await workedProject();
  const [before, content] = [await sumAt(project), await contentOf(project)];
  const place = newPlace();
  const there = await cli(['project', 'migrate', project, place, '--json']);
  expect(there.json()).toEqual({ ...before, files: 2 });
  expect(there.stderr).toContain('rows');

  const back = join(temporaryFolder(), 'back.sonomask');
  const rows = before.rows + 2;
  expect((await cli(['project', 'migrate', place, back, '--json'])).json()).toMatchObject({ rows, files: 2 });
  const { audit, seals, rest } = await contentOf(back);
  expect(rest).toEqual(content.rest);
  // The chain goes on where it was, by an entry that says what was done.
  expect(audit).toEqual(expect.arrayContaining(content.audit));
  expect(audit.filter((text) => text.includes('move-project'))).toHaveLength(2);
  expect(audit).toHaveLength(content.audit.length + 2);
  expect(seals).toEqual(expect.arrayContaining(content.seals));
  const [here, , moved] = await Promise.all([project, place, back].map(verified));
  expect(here).toMatchObject({ code: 0, verified: { findings: [] } });
  expect(moved).toMatchObject({ code: 0, verified: { findings: [], seals: here!.verified.seals + 2 } });
  expect(await verified(place)).toMatchObject({ code: 0, verified: { seals: here!.verified.seals + 1 } });
  expect((await cli(['project', 'verify', back, '--expect', here!.verified.head])).code).toBe(0);
  expect((await cli(['project', 'verify', project, '--expect', moved!.verified.head])).code).toBe(1);
  expect(await sumAt(project)).toEqual(before);
  expect(readFileSync(join(back, 'deidentification.key'), 'utf8')).toBe(KEY);
  expect(readdirSync(join(back, 'heads'))).toEqual([HEAD_FILE]);
  expect(new Uint8Array(readFileSync(join(back, 'heads', HEAD_FILE)))).toEqual(HEAD);

  const stores = [project, place, back].map((each) => ProjectStore.open(each));
  const made = await Promise.all(
    stores.map(async (opening) => {
      const store = await opening;
      const label = await store.labels.create({ name: 'next' });
      await expect(store.readings.create({ name: 'Bob', blind: true }, 'Ann')).rejects.toMatchObject({ code: 'usage' });
      await store.close();
      return label;
    }),
  );
  expect(new Set(made.map(({ id }) => id)).size).toBe(1);
  expect(readFileSync(join(await openedFolder(place), 'deidentification.key'), 'utf8')).toBe(KEY);
});

async function openedFolder(place: string): Promise<string> {
  const store = await ProjectStore.open(place);
  await store.close();
  return store.folder;
}

it('sees every difference of a value, a type, an id or the next id', async () => {
  const project = await workedProject();
  const before = await sumAt(project);
  for (const change of [
    sql`update images set mtime_ms = mtime_ms + 0.0005 where id = 3`,
    sql`update frames set problem = '' where id = 5`,
    sql`update settings set key = 'aC' where key = 'aB'`,
    sql`update sqlite_sequence set seq = seq + 1 where name = 'visits'`,
    sql`update looks set sketch = x'00' || sketch`,
  ]) {
    const copy = join(temporaryFolder(), 'copy.sonomask');
    cpSync(project, copy, { recursive: true });
    const { db, close } = await openDatabase(copy);
    await change.execute(db);
    await close();
    expect((await sumAt(copy)).sha256).not.toBe(before.sha256);
  }
});

it('takes no name that is taken, and leaves what is there', async () => {
  const project = await workedProject();
  const place = newPlace();
  await (await ProjectStore.create(place)).close();
  for (const to of [project, place, join(temporaryFolder(), 'no-suffix')]) {
    expect((await cli(['project', 'migrate', project, to])).code).toBe(2);
  }
  const store = await ProjectStore.open(place);
  onTestFinished(() => store.close());
  expect(await store.labels.list()).toEqual([]);
});

it('that is broken off leaves nothing, on a server or in a folder, and can be begun anew', async () => {
  const project = await workedProject();
  const place = newPlace();
  const parent = temporaryFolder();
  const folder = join(parent, 'b.sonomask');
  const stop = (to: string, from: string) => {
    const ending = new AbortController();
    return cli(['project', 'migrate', from, to], { signal: ending.signal, onError: () => ending.abort() });
  };
  expect((await stop(place, project)).code).toBe(130);
  await expect(ProjectStore.open(place)).rejects.toMatchObject({ code: 'project-unknown' });
  expect((await cli(['project', 'migrate', project, place])).code).toBe(0);
  expect((await stop(folder, place)).code).toBe(130);
  expect(readdirSync(parent)).toEqual([]);
  expect(existsSync(folder)).toBe(false);
});

it('to a server that crashes in the middle: no project is there afterwards', async () => {
  const server = await TestServer.start({ durable: true });
  onTestFinished(() => server.remove());
  const project = await workedProject();
  newPlace();
  const place = server.url('crashed');
  const crash = { done: false };
  const moving = cli(['project', 'migrate', project, place], {
    onError: () => {
      if (!crash.done) void server.stop('SIGQUIT');
      crash.done = true;
    },
  });
  expect((await moving).code).toBe(1);
  await server.again();
  await expect(ProjectStore.open(place)).rejects.toMatchObject({ code: 'project-unknown' });
  expect((await cli(['project', 'migrate', project, place])).code).toBe(0);
});

it('is of one moment, also while somebody works on the server', async () => {
  const project = await workedProject();
  const place = newPlace();
  expect((await cli(['project', 'migrate', project, place])).code).toBe(0);
  const owner = await openServerDatabase(parsePlace(place));
  onTestFinished(() => owner.close());
  let busy = true;
  const working = (async () => {
    for (let i = 0; busy; i++) {
      await owner.db
        .insertInto('settings')
        .values({ key: `k${i}`, value: '1' })
        .execute();
      await owner.db
        .insertInto('labels')
        .values({ name: `l${i}`, colour: '#000000', instances: 'single' })
        .execute();
    }
  })();
  const folder = join(temporaryFolder(), 'b.sonomask');
  expect((await cli(['project', 'migrate', place, folder])).code).toBe(0);
  busy = false;
  await working;
});
