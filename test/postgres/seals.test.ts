/** Seals on a server: of whatever a member writes, also by plain SQL, under the member's own login; and no member makes one. */
import { sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { ProjectStore } from '../../main/project';
import { checkProject } from '../../main/verify';
import { runMigrations } from '../../main/project/migrate';
import { MIGRATIONS } from '../../main/project/migrations';
import { parsePlace, placeText, schemaOf } from '../../main/project/server/place';
import { openPostgres } from '../../main/project/server/postgres';
import { prepareServerDatabase } from '../../main/project/server/server-database';
import type { ProjectTables } from '../../main/project/schema';
import { newPlace, openTables } from '../unit/main/project/support';
import { drawn, Hospital } from './hospital';

async function opened(): Promise<{ hospital: Hospital; owner: ProjectStore }> {
  const hospital = new Hospital();
  await hospital.open();
  const owner = await ProjectStore.open(hospital.place);
  onTestFinished(() => owner.close());
  return { hospital, owner };
}

it('no member changes, removes, makes or forges one, nor what is noted for it', async () => {
  const { hospital, owner } = await opened();
  const { head } = await owner.verify();
  for (const name of ['ann', 'rita', 'ada', 'wall-e']) {
    const attack = await hospital.attacker(name);
    for (const text of [
      `update seals set changes = ''`,
      `delete from seals where id = 1`,
      `truncate seals`,
      `insert into seals values (100, 't', session_user, '', 'h')`,
      `insert into unsealed (changes) values ('frames 1 -' || chr(10))`,
      `delete from unsealed`,
      `alter table frames disable trigger all`,
      `drop trigger note_update on frames`,
      `create or replace function seal() returns trigger language plpgsql as 'begin return null; end'`,
      `set session_replication_role = replica`,
    ]) {
      expect(`${await attack(text)}: ${text}`).toBe(`refused 42501: ${text}`);
    }
  }
  expect(await owner.verify()).toMatchObject({ findings: [], head });
});

it('plain SQL is sealed as the store’s work is, with the login of who sent it', async () => {
  const { hospital, owner } = await opened();
  const attack = await hospital.attacker('ann');
  const { seals } = await owner.verify();
  expect(await attack(`update frames set review = 'corrected' where id = ${hospital.frameId}`)).toBe('done: 1');
  for (const text of ['begin isolation level repeatable read', 'set constraints all immediate'])
    expect(await attack(text)).toMatch(/^done/);
  expect(await attack(`update frames set review = 'proposed'`)).toBe('done: 2');
  expect(await attack(`update frames set review = 'unopened' where id = 0`)).toBe('done: 0');
  expect(await attack('commit')).toMatch(/^done/);
  expect(await owner.verify()).toMatchObject({ findings: [], seals: seals + 2 });
  const { db, close } = await openTables(hospital.place);
  onTestFinished(() => close());
  const last = db.selectFrom('seals').select(['user_name', 'created_at']).orderBy('id', 'desc');
  const { user_name, created_at } = await last.executeTakeFirstOrThrow();
  expect(user_name).toBe(hospital.login('ann'));
  expect(new Date(created_at).toISOString()).toBe(created_at);
  const left = await sql`select from unsealed`.execute(db);
  expect(left.rows).toEqual([]);
});

it('is one chain without a gap, however many write at once, also where some are refused', async () => {
  const { hospital, owner } = await opened();
  const stores = await Promise.all(['ann', 'bob', 'rita', 'wall-e'].map((name) => hospital.as(name)));
  const before = await owner.verify();
  const outcomes = await Promise.allSettled(
    stores.flatMap((store) =>
      Array.from({ length: 15 }, () => store.masks.save(hospital.edit(store.user!, [drawn(1)], 'corrected'))),
    ),
  );
  const saved = outcomes.filter(({ status }) => status === 'fulfilled').length;
  expect(saved).toBeGreaterThan(10);
  const after = await owner.verify({ expect: before.head });
  expect(after).toMatchObject({ findings: [], seals: before.seals + saved });
});

it('is checked by any member, as the window does it, and told with the image', async () => {
  const { hospital, owner } = await opened();
  const store = await hospital.as('ann');
  await store.masks.save(hospital.edit(store.user!, [drawn(1)], 'corrected'));
  const place = hospital.url('ann');
  const tools = { signal: new AbortController().signal, onProgress: () => undefined };
  expect(await checkProject({ place, expect: await owner.head() }, tools)).toMatchObject({ findingCount: 0 });
  const { db, close } = await openTables(hospital.place);
  onTestFinished(() => close());
  await sql`alter table masks disable trigger all`.execute(db);
  await sql`update masks set label_id = 2`.execute(db);
  const { findings } = await checkProject({ place }, tools);
  expect(findings).toMatchObject([{ kind: 'changed', where: 'masks', image: { path: expect.any(String) as string } }]);
});

it('begins where a project of an older version is brought up to date', async () => {
  const place = newPlace();
  const at = parsePlace(place);
  const { db, close } = openPostgres<ProjectTables>(at);
  await sql`create schema ${sql.ref(schemaOf(at))}`.execute(db);
  const { '0010-seals': _, ...older } = MIGRATIONS;
  const before = Object.fromEntries(Object.entries(older).filter(([name]) => name < '0010'));
  await runMigrations(db, before, placeText(at), schemaOf(at));
  await db.insertInto('labels').values({ name: 'lesion', colour: '#000000', instances: 'single' }).execute();
  await close();
  await prepareServerDatabase(at);
  const store = await ProjectStore.open(place);
  onTestFinished(() => store.close());
  expect(await store.verify()).toMatchObject({ findings: [], seals: 2 });
});
