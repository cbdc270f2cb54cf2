/**
 * The chain of seals as somebody would attack it who has the database in hand: every column of every table changed, rows removed
 * and added, seals exchanged and cut off. In a file and on a server.
 */
import { writeFileSync } from 'node:fs';
import { Kysely, sql, type Insertable } from 'kysely';
import { expect, inject, it, onTestFinished } from 'vitest';
import { ProjectStore } from '../../../../main/project';
import { TABLES, keyColumn, keyOf, type Row, type Table } from '../../../../main/project/rows';
import type { ProjectDb, ProjectTables } from '../../../../main/project/schema';
import { putFile } from '../../../../main/project/server/files';
import type { MaskChange } from '../../../../shared/domain';
import { cli } from '../../../support/cli';
import { attacker, findings } from './attacker';
import { hashOf, newPlace, openTables, projectWithFrame, USER } from './support';
import { maskOfBits } from './support-masks';

type Sealed = Exclude<Table, 'seals'>;
const signed = { user_name: 'Ann', created_at: '2026-11-29T07:00:00.000Z' };
/** One of each; a table that is not here does not compile, and is not tested to be sealed. */
const ROWS: { readonly [T in Sealed]: Insertable<ProjectTables[T]> } = {
  studies: { key: 'k', name: 'n', patient: 'p' },
  series: { study_id: 1, key: 'k', name: 'B-mode' },
  images: {
    ...{ series_id: 1, absolute_path: '/a/b.dcm', relative_path: 'b.dcm', size_bytes: 5_000_000_000, mtime_ms: 0.1 },
    ...{ frame_count: 2, frame_time_ms: 33.3, calibration: '{}', manual_calibration: '{}' },
  },
  frames: {
    ...{ image_id: 1, frame_index: 0, sort_key: 'a', width_px: 4, height_px: 3, sha256: 'f', review: 'unopened' },
    ...{ problem: 'changed', problem_detail: 'two\nlines' },
  },
  labels: { name: 'Läsion 病灶 🫀', colour: '#000000', shortcut: '1', instances: 'single' },
  readings: { name: 'bob', blind: 1, created_at: 't' },
  masks: { frame_id: 1, label_id: 1, reading_id: 1 },
  revisions: {
    ...{ mask_id: 1, previous_id: null, restored_from_id: null, state: 'drawn', width_px: 4, height_px: 3 },
    ...{ rle_counts: '0c', area_px: 12, quality: -0.5, origin: '{}', tool: 'brush', ...signed },
  },
  prompts: { revision_id: 1, ordinal: 0, kind: 'box', positive: 1, x0: 1e-7, y0: 1e21, x1: 0.1 + 0.2, y1: 3 },
  measurements: { frame_id: 1, reading_id: 1, measured: '[]', ...signed },
  visits: { frame_id: 1, active_ms: 5, why: 'mix', ...signed },
  rounds: {
    ...{ label_id: 1, state: 'finished', settings: '{}', plan: '{}', report: '{}', problem: 'p', last_revision_id: 1 },
    ...{ user_name: 'Ann', started_at: 's', finished_at: 'f' },
  },
  heads: {
    ...{
      label_id: 1,
      version: 'v1',
      encoder_id: 'e',
      decoder_id: 'd',
      config: '{}',
      sha256: 's',
      round_id: 1,
      active: 0,
    },
    ...{ report: '{}', created_at: 't', removed_at: 't' },
  },
  learning_groups: { key: 'patient', side: 'train' },
  learning_frames: { frame_id: 1, group_id: 1 },
  looks: { frame_id: 1, frame_sha256: 'f', encoder_id: 'e', sketch: new Uint8Array([0, 255, 10]) },
  proposal_scores: {
    ...{ frame_id: 1, label_id: 1, frame_sha256: 'f', model_id: 'm', head: 'h', predicted_iou: 0.9, stability: 1 },
    flip_dice: 0.5,
  },
  reading_frames: { reading_id: 1, frame_id: 1, review: 'accepted' },
  comments: { frame_id: 1, reading_id: 1, x: 0, y: 2.5 },
  comment_edits: { comment_id: 1, text: '', state: 'open', ...signed },
  adjudications: {
    ...{
      frame_id: 1,
      label_id: 1,
      first_reading_id: 1,
      second_reading_id: 2,
      choice: 'union',
      review_before: 'accepted',
    },
    ...{ revisions: '[1]', ...signed },
  },
  batches: { reading_id: 1, state: 'finished', plan: '{}', problem: '{}', finished_at: 'f', ...signed },
  batch_items: {
    ...{ batch_id: 1, frame_id: 1, state: 'failed', deaths: 0, masks: 1, problem: 'disk-full', problem_detail: 'd' },
    ended_at: 'e',
  },
  settings: { key: 'a-b', value: '{"a":"\\u0001"}' },
  audit: { ...signed, action: 'export', subject: 's', detail: '{}' },
};
const drawn = (labelId: number): MaskChange => ({
  ...{ kind: 'add', labelId, state: 'drawn', rle: maskOfBits(5), origin: { tool: 'brush' } },
  prompt: { points: [{ x: 1, y: 1, positive: true }] },
});
const SEALED = TABLES.filter((table): table is Sealed => table !== 'seals');

/** A project with a row in every table, put there as the program does, and open. */
async function fullProject(): Promise<ProjectStore> {
  const place = newPlace();
  await (await ProjectStore.create(place)).close();
  const { db, close } = await openTables(place);
  for (const table of SEALED)
    await (db as unknown as Kysely<never>)
      .insertInto(table as never)
      .values(ROWS[table] as never)
      .execute();
  await close();
  const store = await ProjectStore.open(place);
  onTestFinished(() => store.close().catch(() => undefined));
  return store;
}

function other(value: unknown): unknown {
  if (value === null) return 1;
  if (typeof value === 'number') return 2 * value + 1;
  return value instanceof Uint8Array ? Buffer.concat([value, new Uint8Array([0])]) : `${String(value)} `;
}

const rowsOf = async (db: ProjectDb, table: Table): Promise<Row[]> =>
  (await sql<Row>`select * from ${sql.table(table)} order by ${sql.ref(keyColumn(table))}`.execute(db)).rows;

it('finds nothing where only the program has worked: rows changed, removed, rolled back, reopened', async () => {
  const { store, lesion, cyst, edit } = await projectWithFrame();
  await store.masks.save(edit([drawn(lesion.id)], 'accepted'));
  await expect(store.masks.save(edit([drawn(cyst.id), drawn(77)]))).rejects.toMatchObject({ code: 'label-unknown' });
  const gone = await store.labels.create({ name: 'gone' });
  await store.labels.remove(gone.id);
  await store.settings.set('theme', 'dark');
  await store.settings.set('theme', 'light');
  const before = await store.verify();
  expect(before.findings).toEqual([]);
  expect(before.head).toBe(await store.head());
  await store.settings.set('theme', 'dark');
  await store.close();
  const again = await ProjectStore.open(store.place);
  onTestFinished(() => again.close());
  const after = await again.verify({ expect: before.head });
  expect(after).toMatchObject({ findings: [], seals: before.seals + 1 });
  expect(after.head).not.toBe(before.head);
});

it.each(SEALED)('finds and names every column that was changed, a row removed and one added: %s', async (table) => {
  const store = await fullProject();
  const db = (await attacker(store)) as unknown as Kysely<Record<string, Row>>;
  expect(await findings(store)).toEqual([]);
  const row = (await rowsOf(db as unknown as ProjectDb, table)).at(-1)!;
  const column = keyColumn(table);
  const key = keyOf(table, row);
  for (const name of Object.keys(row)) {
    const changed = other(row[name]);
    await db
      .updateTable(table)
      .set({ [name]: changed })
      .where(column, '=', key)
      .execute();
    const found = await findings(store);
    if (name === column)
      expect(found.sort()).toEqual([`${table} ${String(changed)} added`, `${table} ${key} removed`].sort());
    else expect(found).toEqual([`${table} ${key} changed`]);
    const at = name === column ? (changed as number) : key;
    await db
      .updateTable(table)
      .set({ [name]: row[name] })
      .where(column, '=', at)
      .execute();
  }
  await db.deleteFrom(table).where(column, '=', key).execute();
  expect(await findings(store)).toEqual([`${table} ${key} removed`]);
  await db.insertInto(table).values(row).execute();
  expect(await findings(store)).toEqual([]);
  const planted = Object.fromEntries(Object.entries(row).map(([name, value]) => [name, other(value)]));
  const place = column === 'id' ? { ...planted, id: -5 } : planted;
  await db.insertInto(table).values(place).execute();
  expect(await findings(store)).toEqual([`${table} ${keyOf(table, place)} added`]);
});

it('finds and names what was done to the seals themselves', async () => {
  const store = await fullProject();
  const db = await attacker(store);
  const all = await db.selectFrom('seals').selectAll().orderBy('id').execute();
  const [first, second] = [all[4]!, all[5]!];
  const put = async (seal: (typeof all)[number]): Promise<void> => {
    const { id, ...rest } = seal;
    await db.updateTable('seals').set(rest).where('id', '=', id).execute();
  };
  for (const name of ['created_at', 'user_name', 'changes'] as const) {
    await put({ ...first, [name]: `${first[name]} ` });
    expect((await findings(store))[0]).toBe(`seals ${first.id} changed`);
    await put(first);
  }
  await put({ ...first, hash: hashOf('other') });
  expect(await findings(store)).toEqual([`seals ${first.id} changed`, `seals ${second.id} changed`]);
  await put({ ...second, id: first.id });
  await put({ ...first, id: second.id });
  expect((await findings(store)).slice(0, 2)).toEqual([`seals ${first.id} changed`, `seals ${second.id} changed`]);
  await put(first);
  await put(second);
  await db.deleteFrom('seals').where('id', '=', first.id).execute();
  expect((await findings(store)).slice(0, 2)).toEqual([`seals ${first.id} removed`, `seals ${second.id} changed`]);
  await db.insertInto('seals').values(first).execute();
  await db
    .insertInto('seals')
    .values({ ...first, id: -1 })
    .execute();
  expect(await findings(store)).toEqual(['seals -1 added']);
  await db.deleteFrom('seals').where('id', '=', -1).execute();
  expect(await findings(store)).toEqual([]);
  await db.deleteFrom('seals').where('id', '>', 0).execute();
  expect((await findings(store)).slice(0, 2)).toEqual(['seals 1 removed', 'studies 1 added']);
});

it('finds an end that was cut off: by what it had sealed, and with that removed, too, by the head written down', async () => {
  const store = await fullProject();
  await store.audit.append({ user: USER, action: 'export', subject: 'away', detail: {} });
  const { head, seals } = await store.verify();
  const db = await attacker(store);
  await db.deleteFrom('seals').where('id', '=', seals).execute();
  expect(await findings(store, head)).toEqual([`chain ${head} unknown`, 'audit 2 added']);
  await db.deleteFrom('audit').where('id', '=', 2).execute();
  expect(await findings(store)).toEqual([]);
  expect(await findings(store, head)).toEqual([`chain ${head} unknown`]);
});

it('finds a head version whose file is another one or gone', async () => {
  const store = await fullProject();
  const sha256 = hashOf('head');
  const { db, close } = await (inject('postgres') ? openTables(store.place) : { db: null, close: () => undefined });
  const put = async (text: string): Promise<void> => {
    if (!db) return writeFileSync(store.headFile(sha256), text);
    await sql`delete from project_files where name like '%.safetensors'`.execute(db);
    await putFile(db, { name: `heads/${sha256}.safetensors`, bytes: Buffer.from(text) });
  };
  await put('head');
  const version = { ...ROWS.heads, version: 'v2', sha256, removed_at: null };
  const attack = await attacker(store);
  await attack.insertInto('heads').values(version).execute();
  expect(await findings(store)).toEqual(['heads 2 added']);
  await put('head!');
  expect(await findings(store)).toEqual(['heads 2 added', `heads/ ${sha256} changed`]);
  await attack
    .updateTable('heads')
    .set({ sha256: hashOf('no such') })
    .where('version', '=', 'v2')
    .execute();
  expect(await findings(store)).toEqual(['heads 2 added', `heads/ ${hashOf('no such')} removed`]);
  await close();
});

it('can be broken off, and tells how far it is', async () => {
  const store = await fullProject();
  const passed: number[] = [];
  const { rows } = await store.verify({ onProgress: (done, total) => passed.push(done / total) });
  expect(passed.at(-1)).toBe(1);
  expect(rows).toBeGreaterThan(SEALED.length * 2);
  await expect(store.verify({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
});

it('is told by the command line: what differs, which seal says so, and with 0 or 1', async () => {
  const store = await fullProject();
  const { head } = await store.verify();
  const db = await attacker(store);
  await db.updateTable('labels').set({ name: 'benign' }).where('id', '=', 1).execute();
  if (!inject('postgres')) await store.close();
  const told = await cli(['project', 'verify', store.place, '--expect', head]);
  expect(told.code).toBe(1);
  expect(told.stdout).toMatch(/^labels 1: changed \(seal \d+, 20.*\)\nNOT as it was sealed: 1 findings/);
  const name = ROWS.labels.name;
  const after = await openTables(store.place);
  await sql`update labels set name = ${name} where id = 1`.execute(after.db);
  await after.close();
  const fine = await cli(['project', 'verify', store.place, '--json']);
  expect(fine.json()).toMatchObject({ findings: [] });
  expect(fine.code).toBe(0);
});
