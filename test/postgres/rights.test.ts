/**
 * Roles, as an attacker would try them: plain SQL over a connection of one's own, past every client. What may be done is
 * done through the store, so that the refusals do not come from refusing everything.
 */
import pg from 'pg';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ProjectStore } from '../../main/project';
import { addMember, members, removeMember } from '../../main/project/server/team';
import { sourceImage } from '../unit/main/project/support';
import { drawn, Hospital, SHA } from './hospital';

let hospital: Hospital;
beforeEach(async () => {
  hospital = new Hospital();
  await hospital.open();
});

const DENIED = 'refused 42501';

describe('a reader', () => {
  it('draws under the own name, reads everything of the project, and knows as whom', async () => {
    const ann = await hospital.as('ann');
    expect(ann.user).toBe(hospital.login('ann'));
    const saved = await ann.masks.save(hospital.edit(ann.user!, [drawn(1)], 'corrected'));
    expect(await (await hospital.as('bob')).masks.ofFrame(hospital.frameId)).toEqual(saved.masks);
    await ann.comments.add({ frameId: hospital.frameId, x: 1, y: 1, text: 'look' }, ann.user!);
    await ann.visits.record({ frameId: hospital.frameId, frameSha256: SHA, activeMs: 5, why: null }, ann.user!);
  });

  it('cannot sign with another name, also not through the store', async () => {
    const ann = await hospital.as('ann');
    const forged = ann.masks.save(hospital.edit(hospital.login('bob'), [drawn(1)]));
    await expect(forged).rejects.toMatchObject({ code: 'not-permitted' });
    expect(await ann.masks.ofFrame(hospital.frameId)).toEqual([]);
    const attack = await hospital.attacker('ann');
    for (const [table, columns, values] of [
      ['audit', 'created_at, user_name, action, subject, detail', `'t', 'rita', 'review', 'frame 1', '{}'`],
      ['visits', 'frame_id, active_ms, user_name, created_at', `${hospital.frameId}, 1, 'bob', 't'`],
      ['measurements', 'frame_id, measured, user_name, created_at', `${hospital.frameId}, '[]', 'bob', 't'`],
    ]) {
      expect(await attack(`insert into ${table} (${columns}) values (${values})`)).toBe(DENIED);
    }
  });

  it('cannot change or remove what was written once, nor give it an id, nor add to it', async () => {
    const bob = await hospital.as('bob');
    const { masks } = await bob.masks.save(hospital.edit(bob.user!, [drawn(1)]));
    const { id: maskId, current } = masks[0]!;
    const attack = await hospital.attacker('ann');
    const revision = (columns: string, values: string): string =>
      `insert into revisions (${columns} mask_id, previous_id, state, width_px, height_px, rle_counts, area_px, origin, tool,
         user_name, created_at)
       select ${values} from revisions where id = ${current.id}`;
    const rest = `width_px, height_px, rle_counts, area_px, origin, tool`;
    for (const text of [
      `update revisions set state = 'deleted'`,
      `delete from revisions`,
      `truncate revisions cascade`,
      `update masks set reading_id = 2`,
      `delete from audit`,
      `alter table revisions disable trigger all`,
      `alter table revisions disable row level security`,
      `drop trigger guard_revision on revisions`,
      `create or replace function guard_revision() returns trigger language plpgsql as 'begin return new; end'`,
      `insert into revisions select * from revisions on conflict (id) do update set state = 'deleted'`,
      revision('id,', `2000000000, mask_id, id, 'drawn', ${rest}, session_user, 't'`),
      `select setval('revisions_id_seq', 2000000000)`,
      `do $$ begin lock table revisions in access exclusive mode; end $$`,
      `insert into prompts (revision_id, ordinal, kind, positive, x0, y0) values (${current.id}, 7, 'point', 1, 0, 0)`,
      `set session authorization ${pg.escapeIdentifier(hospital.login('bob'))}`,
      `set role ${hospital.schema}_admin`,
      `grant ${hospital.schema}_admin to ${pg.escapeIdentifier(hospital.login('ann'))}`,
    ]) {
      expect(`${await attack(text)}: ${text}`).toBe(`${DENIED}: ${text}`);
    }
    // Not on top of one that is not the newest, and not as a second beginning.
    const second = revision('', `mask_id, id, 'corrected', ${rest}, session_user, 't'`);
    expect(await attack(second)).toBe('done: 1');
    expect(await attack(second)).toBe('refused SM002');
    expect(await attack(revision('', `mask_id, null, 'drawn', ${rest}, session_user, 't'`))).toBe('refused SM002');
    expect((await bob.masks.history(maskId))[0]).toEqual(current);
  });

  it('cannot stand for a head where a human has worked, nor say that what a head drew is accepted', async () => {
    const bob = await hospital.as('bob');
    const { masks } = await bob.masks.save(hospital.edit(bob.user!, [drawn(1)]));
    const attack = await hospital.attacker('ann');
    const asHead = (state: string, tool: string, previous: string): string =>
      `insert into revisions (mask_id, previous_id, state, width_px, height_px, rle_counts, area_px, origin, tool,
         user_name, created_at)
       select mask_id, ${previous}, '${state}', width_px, height_px, rle_counts, area_px, origin, '${tool}', 'AutoSAMUS', 't'
       from revisions where id = ${masks[0]!.current.id}`;
    expect(await attack(asHead('proposed', 'proposal', 'id'))).toBe(DENIED);
    expect(await attack(asHead('accepted', 'review', 'id'))).toBe(DENIED);
  });

  it('cannot act as reviewer: accept, change what is accepted, adjudicate, say that other pixels are right', async () => {
    const rita = await hospital.as('rita');
    await rita.masks.save(hospital.edit(rita.user!, [drawn(1, 'accepted')], 'accepted'));
    const ann = await hospital.as('ann');
    await expect(ann.frames.setReview(hospital.frameId, 'corrected', ann.user!)).rejects.toMatchObject({
      code: 'not-permitted',
    });
    const other = { frameId: hospital.otherFrameId, frameSha256: SHA, user: ann.user! };
    await expect(ann.masks.save({ ...other, changes: [drawn(1, 'accepted')] })).rejects.toMatchObject({
      code: 'not-permitted',
    });
    const attack = await hospital.attacker('ann');
    const mask = (await ann.masks.ofFrame(hospital.frameId))[0]!;
    for (const text of [
      `update frames set review = 'accepted' where id = ${hospital.otherFrameId}`,
      `update frames set review = 'rejected' where id = ${hospital.frameId}`,
      `update frames set sha256 = 'x' where id = ${hospital.frameId}`,
      `update frames set sort_key = 'x'`,
      `insert into revisions (mask_id, previous_id, state, width_px, height_px, rle_counts, area_px, origin, tool,
         user_name, created_at)
       select mask_id, id, 'deleted', width_px, height_px, rle_counts, area_px, origin, tool, session_user, 't'
       from revisions where id = ${mask.current.id}`,
      `insert into adjudications (frame_id, label_id, first_reading_id, second_reading_id, review_before, revisions,
         user_name, created_at) values (${hospital.frameId}, 1, 2, 3, 'accepted', '[]', session_user, 't')`,
      `update labels set name = 'x'`,
      `insert into readings (name, blind, created_at) values ('x', 0, 't')`,
      `insert into settings values ('a', '1')`,
    ]) {
      expect(`${await attack(text)}: ${text}`).toBe(`${DENIED}: ${text}`);
    }
    expect(await rita.masks.ofFrame(hospital.frameId)).toEqual([mask]);
  });

  it('accepts in the own reading, and writes nothing into another’s', async () => {
    const bob = await hospital.as('bob', 3);
    const saved = await bob.masks.save(hospital.edit(bob.user!, [drawn(1, 'accepted')], 'accepted'));
    expect(saved.review).toBe('accepted');
    const ann = await hospital.as('ann', 3);
    await expect(ann.masks.save(hospital.edit(ann.user!, [drawn(1)]))).rejects.toMatchObject({ code: 'not-permitted' });
    const attack = await hospital.attacker('ann');
    expect(await attack(`update reading_frames set review = 'rejected'`)).toBe('done: 0');
    expect(await attack(`insert into masks (frame_id, label_id, reading_id) values (${hospital.frameId}, 1, 3)`)).toBe(
      DENIED,
    );
    expect((await bob.frames.get(hospital.frameId)).review).toBe('accepted');
  });

  it('is not deceived by tables of somebody’s own that have the names of the project’s', async () => {
    const attack = await hospital.attacker('ann');
    await attack(`create temporary table readings (id integer, name text)`);
    await attack(`insert into pg_temp.readings values (3, session_user)`);
    expect(await attack(`insert into masks (frame_id, label_id, reading_id) values (${hospital.frameId}, 1, 3)`)).toBe(
      DENIED,
    );
  });
});

it('a reviewer accepts and adjudicates, and is no administrator', async () => {
  const rita = await hospital.as('rita');
  for (const [name, reading] of [
    ['ann', 2],
    ['bob', 3],
  ] as const) {
    const store = await hospital.as(name, reading);
    await store.masks.save(hospital.edit(store.user!, [drawn(1, 'accepted')], 'accepted'));
  }
  const place = { frameId: hospital.frameId, labelId: 1, readers: [2, 3] as [number, number] };
  expect(await rita.adjudications.decide(place, 'union', rita.user!)).toHaveLength(1);
  await expect(rita.labels.create({ name: 'cyst' })).rejects.toMatchObject({ code: 'not-permitted' });
  const ada = await hospital.as('ada');
  await ada.labels.create({ name: 'cyst' });
  await ada.images.add([sourceImage('p/3.png')]);
});

it('another tenant sees nothing, and roles given in one project count in no other', async () => {
  const other = new Hospital();
  await other.open();
  const url = new URL(other.url('ada'));
  url.searchParams.set('project', hospital.schema.replace('sonomask_', ''));
  await expect(ProjectStore.open(url.href)).rejects.toMatchObject({ code: 'not-a-member' });
  const attack = await other.attacker('ada');
  for (const table of ['studies', 'revisions', 'kysely_migration', 'frame_leases']) {
    expect(await attack(`select * from ${hospital.schema}.${table}`)).toBe(DENIED);
  }
  expect(await attack(`select ${hospital.schema}.take_lease(1, 'x', 60)`)).toBe(DENIED);
  expect(await attack(`select pg_read_file('/etc/passwd')`)).toBe(DENIED);
  expect(await attack(`create table ${hospital.schema}.mine (id integer)`)).toBe(DENIED);
});

it('everybody knows in which role, the owner as an administrator', async () => {
  const roleOf = async (name: string) => (await hospital.as(name)).member?.role;
  const names = ['ann', 'rita', 'ada', 'wall-e'];
  expect(await Promise.all(names.map(roleOf))).toEqual(['reader', 'reviewer', 'admin', 'worker']);
  const owner = await ProjectStore.open(hospital.place);
  onTestFinished(() => owner.close());
  expect(owner.member).toEqual({ user: owner.user, role: 'admin' });
});

it('the team is listed, changed and left', async () => {
  const list = async () => Object.fromEntries((await members(hospital.place)).map(({ user, role }) => [user, role]));
  const ann = hospital.login('ann');
  expect(await list()).toMatchObject({ [ann]: 'reader', [hospital.login('ada')]: 'admin' });
  expect(await addMember(hospital.place, ann, 'reviewer')).toBeNull();
  expect((await list())[ann]).toBe('reviewer');
  await removeMember(hospital.place, ann);
  expect(await list()).not.toHaveProperty([ann]);
  const owner = await ProjectStore.open(hospital.place);
  onTestFinished(() => owner.close());
  const [left, changed] = await owner.audit.latest(2);
  expect(left).toMatchObject({ action: 'give-role', subject: ann, detail: { role: null } });
  expect(changed).toMatchObject({ action: 'give-role', subject: ann, detail: { role: 'reviewer' } });
  await expect(hospital.as('ann')).rejects.toMatchObject({ code: 'not-a-member' });
  await expect(removeMember(hospital.place, ann)).rejects.toMatchObject({ code: 'usage' });
  const asAda = hospital.url('ada');
  await expect(addMember(asAda, 'x', 'admin')).rejects.toMatchObject({ code: 'not-permitted' });
});
