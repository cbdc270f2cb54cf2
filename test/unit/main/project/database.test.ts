/** The life of a project's folder: made, opened by one process, refused when damaged or newer, migrated after a backup. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ProjectStore } from '../../../../main/project';
import { createDatabase, openDatabase } from '../../../../main/project/database';
import { MIGRATIONS } from '../../../../main/project/migrations';
import type { MaskChange } from '../../../../shared/domain';
import { newProject, projectWithFrame, sourceImage, temporaryFolder } from './support';
import { maskOfBits } from './support-masks';

const addColumn: Migration = {
  up: (db) => db.schema.alterTable('studies').addColumn('scanner', 'text').execute(),
};
const failing: Migration = {
  async up(db) {
    await db.schema.createTable('half').addColumn('id', 'integer').execute();
    throw new Error('no further');
  },
};
const drawn = (labelId: number): MaskChange => ({
  kind: 'add',
  labelId,
  state: 'drawn',
  rle: maskOfBits(5),
  prompt: { points: [{ x: 1, y: 1, positive: true }] },
  origin: { tool: 'brush' },
});

describe('making a project', () => {
  it('gives a folder with database, cache and heads, and nothing else', async () => {
    const store = await newProject();
    expect(store.name).toBe('Breast 2026');
    await store.close();
    expect(readdirSync(store.folder).sort()).toEqual(['cache', 'heads', 'lock.db', 'project.db', 'project.db.sha256']);
    expect(readdirSync(join(store.folder, '..'))).toEqual(['Breast 2026.sonomask']);
  });

  it('refuses a name that is taken, also by an empty folder, and one without the ending', async () => {
    const parent = temporaryFolder();
    mkdirSync(join(parent, 'a.sonomask'));
    await expect(ProjectStore.create(join(parent, 'a.sonomask'))).rejects.toMatchObject({ code: 'usage' });
    await expect(ProjectStore.create(join(parent, 'a'))).rejects.toMatchObject({ code: 'usage' });
    expect(readdirSync(parent)).toEqual(['a.sonomask']);
  });

  it('says where it could not write, and leaves nothing', async () => {
    const parent = temporaryFolder();
    writeFileSync(join(parent, 'file'), '');
    const folder = join(parent, 'file', 'a.sonomask');
    await expect(ProjectStore.create(folder)).rejects.toMatchObject({ code: 'write-failed', subject: folder });
  });
});

describe('opening a project', () => {
  it('commits durably: write-ahead log, fsync at every commit, foreign keys', async () => {
    const store = await newProject();
    await store.close();
    const { db, close } = await openDatabase(store.folder);
    const pragma = async (name: string): Promise<unknown> => {
      const { rows } = await sql<Record<string, unknown>>`pragma ${sql.raw(name)}`.execute(db);
      return Object.values(rows[0]!)[0];
    };
    expect(await pragma('journal_mode')).toBe('wal');
    expect(await pragma('synchronous')).toBe(2);
    expect(await pragma('foreign_keys')).toBe(1);
    await close();
  });

  it('refuses a second process by naming the first, and opens when that was killed', async () => {
    const store = await newProject();
    await store.close();
    const script = join(import.meta.dirname, 'holding-process.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', script, store.folder]);
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    await expect(ProjectStore.open(store.folder)).rejects.toMatchObject({
      code: 'project-locked',
      subject: store.folder,
      message: expect.stringContaining(`process ${child.pid} on ${hostname()}`),
    });
    child.kill('SIGKILL');
    await once(child, 'close');
    const again = await ProjectStore.open(store.folder);
    expect(JSON.parse(readFileSync(join(store.folder, 'lock.json'), 'utf8'))).toMatchObject({ pid: process.pid });
    await again.close();
  });

  it('refuses a second opening in the same process, and the first goes on', async () => {
    const { store, lesion } = await projectWithFrame();
    await expect(ProjectStore.open(store.folder)).rejects.toMatchObject({ code: 'project-locked' });
    expect(await store.labels.list()).toContainEqual(lesion);
  });

  it('is over when everything begun before is done', async () => {
    const { store, lesion, frameId, edit } = await projectWithFrame();
    const saving = store.masks.save(edit([drawn(lesion.id)]));
    await store.close();
    const saved = await saving;
    const again = await ProjectStore.open(store.folder);
    expect(await again.masks.ofFrame(frameId)).toEqual(saved.masks);
    await again.close();
  });

  it('says so when there is no project', async () => {
    const folder = temporaryFolder();
    await expect(ProjectStore.open(folder)).rejects.toMatchObject({ code: 'file-not-found' });
    await expect(ProjectStore.open(join(folder, 'none'))).rejects.toMatchObject({ code: 'file-not-found' });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a damaged database is refused as such and left as it is:', () => {
  it.each<[string, (path: string) => void]>([
    ['empty', (path) => truncateSync(path, 0)],
    ['cut off', (path) => truncateSync(path, statSync(path).size - 4096)],
    ['cut off within the first page', (path) => truncateSync(path, 300)],
    ['garbage', (path) => writeFileSync(path, 'no database '.repeat(1000))],
    ['overwritten in its schema', (path) => overwrite(path, 100, 3000)],
    ['of another program', (path) => makeForeign(path)],
  ])('%s', async (_, damage) => {
    const store = await newProject();
    await store.images.add(Array.from({ length: 300 }, (_, i) => sourceImage(`p/${i}.png`)));
    await store.close();
    const path = join(store.folder, 'project.db');
    damage(path);
    const before = readFileSync(path);
    await expect(ProjectStore.open(store.folder)).rejects.toMatchObject({ code: 'project-corrupt', subject: path });
    expect(readFileSync(path).equals(before)).toBe(true);
    // The refusal gives the folder free again: the reason stays the same.
    await expect(ProjectStore.open(store.folder)).rejects.toMatchObject({ code: 'project-corrupt' });
  });

  it('damaged inside a table', async () => {
    const store = await newProject();
    await store.images.add(Array.from({ length: 2000 }, (_, i) => sourceImage(`p/${i}.png`)));
    await store.close();
    const path = join(store.folder, 'project.db');
    const pages = statSync(path).size / 4096;
    const from = 4096 * Math.floor(0.6 * pages);
    overwrite(path, from, 4096 * pages - from);
    await expect(ProjectStore.open(store.folder)).rejects.toMatchObject({ code: 'project-corrupt', subject: path });
  });

  it('a bit flipped in a name, which no structure shows: opened, and told; closed in order it is as it should be', async () => {
    const store = await newProject();
    await store.images.add([sourceImage('patient-seven/a.png')]);
    await store.close();
    const path = join(store.folder, 'project.db');
    const bytes = readFileSync(path);
    const at = bytes.lastIndexOf('patient-seven');
    writeFileSync(path, bytes.fill(bytes[at]! ^ 1, at, at + 1));
    const again = await ProjectStore.open(store.folder);
    expect(again.changedOutside).toBe(true);
    await again.close();
    const third = await ProjectStore.open(store.folder);
    expect(third.changedOutside).toBe(false);
    await third.close();
  });
});

function overwrite(path: string, from: number, length: number): void {
  const bytes = readFileSync(path);
  bytes.fill(0xa5, from, from + length);
  writeFileSync(path, bytes);
}

function makeForeign(path: string): void {
  writeFileSync(path, '');
  const other = new DatabaseSync(path);
  other.exec('create table notes (text)');
  other.close();
}

describe('a project of another version', () => {
  it('newer: refused, untouched', async () => {
    const folder = join(temporaryFolder(), 'a.sonomask');
    await createDatabase(folder, { ...MIGRATIONS, '9999-future': addColumn });
    const path = join(folder, 'project.db');
    const before = readFileSync(path);
    await expect(ProjectStore.open(folder)).rejects.toMatchObject({
      code: 'project-newer',
      message: expect.stringContaining('9999-future'),
    });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('older: migrated, with a whole copy of what it was', async () => {
    const { store, lesion, frameId, edit } = await projectWithFrame();
    const saved = await store.masks.save(edit([drawn(lesion.id)]));
    await store.close();

    const newer = { ...MIGRATIONS, '0999-scanner': addColumn };
    const { db, close } = await openDatabase(store.folder, newer);
    const { rows } = await sql`select scanner from studies`.execute(db);
    expect(rows).toEqual([{ scanner: null }]);
    await close();
    await expect(ProjectStore.open(store.folder)).rejects.toMatchObject({ code: 'project-newer' });

    const backup = join(store.folder, 'project.before-0999-scanner.db');
    expect(readdirSync(store.folder).filter((name) => name.endsWith('.partial'))).toEqual([]);
    const restored = join(temporaryFolder(), 'old.sonomask');
    mkdirSync(restored);
    writeFileSync(join(restored, 'project.db'), readFileSync(backup));
    const old = await ProjectStore.open(restored);
    expect(await old.masks.ofFrame(frameId)).toEqual(saved.masks);
    await old.close();
  });

  it('older, and the migration fails: the project is as it was and opens with the version that made it', async () => {
    const { store, lesion } = await projectWithFrame();
    await store.close();
    const broken = { ...MIGRATIONS, '0998-scanner': addColumn, '0999-half': failing };
    await expect(openDatabase(store.folder, broken)).rejects.toMatchObject({ cause: { message: 'no further' } });
    expect(existsSync(join(store.folder, 'project.before-0998-scanner.db'))).toBe(true);
    const again = await ProjectStore.open(store.folder);
    expect(await again.labels.list()).toContainEqual(lesion);
    await again.close();
  });
});

describe('what was written once', () => {
  it.each(['revisions', 'prompts', 'masks', 'audit'])('can be neither changed nor removed: %s', async (table) => {
    const { store, lesion, edit } = await projectWithFrame();
    await store.masks.save(edit([drawn(lesion.id)], 'accepted'));
    await store.close();
    const database = new DatabaseSync(join(store.folder, 'project.db'), { enableForeignKeyConstraints: false });
    onTestFinished(() => database.close());
    const rows = (): unknown[] => database.prepare(`select * from ${table}`).all();
    const before = rows();
    expect(before).toHaveLength(1);
    const refused = `${table} is append-only`;
    expect(() => database.exec(`update ${table} set id = 7`)).toThrow(refused);
    expect(() => database.exec(`delete from ${table}`)).toThrow(refused);
    expect(() => database.exec(`insert or replace into ${table} select * from ${table}`)).toThrow(refused);
    expect(rows()).toEqual(before);
  });
});

it('a full disk is told as such, and what was saved before stays', async () => {
  const { store, frameId, cyst, edit } = await projectWithFrame();
  const saved = await store.masks.save(edit([drawn(cyst.id)]));
  await store.close();
  const { db, close } = await openDatabase(store.folder);
  const { Masks } = await import('../../../../main/project/masks');
  const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(db);
  await sql`pragma max_page_count = ${sql.raw(String(rows[0]!.page_count))}`.execute(db);
  const masks = new Masks(db, 1);
  const many = edit(Array.from({ length: 500 }, () => drawn(cyst.id)));
  await expect(masks.save(many)).rejects.toMatchObject({ code: 'disk-full' });
  expect(await masks.ofFrame(frameId)).toEqual(saved.masks);
  await close();
});

it('a log of commits that the killed process left half-written at its end does no harm', async () => {
  const { store, frameId, lesion, edit } = await projectWithFrame();
  const saved = await store.masks.save(edit([drawn(lesion.id)]));
  // The folder as a crash leaves it: the database with its log, copied while open.
  const copy = join(temporaryFolder(), 'crashed.sonomask');
  mkdirSync(copy);
  for (const name of ['project.db', 'project.db-wal']) {
    writeFileSync(join(copy, name), readFileSync(join(store.folder, name)));
  }
  appendFileSync(join(copy, 'project.db-wal'), 'half a frame of the log'.repeat(50));
  const again = await ProjectStore.open(copy);
  expect(await again.masks.ofFrame(frameId)).toEqual(saved.masks);
  await again.close();
});
