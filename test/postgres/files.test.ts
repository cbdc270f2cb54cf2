/** Heads and pseudonyms of a team: what one computer has made, all have. */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, it, onTestFinished, vi } from 'vitest';
import { parsePlace } from '../../main/project/server/place';
import { openServerDatabase } from '../../main/project/server/server-database';
import { TINY_HEAD } from '../support/tiny-model';
import { hashOf, temporaryFolder } from '../unit/main/project/support';
import { Hospital } from './hospital';

const HEAD = { config: TINY_HEAD, encoderId: hashOf('e'), decoderId: hashOf('d'), report: null, ownVersion: null };

it('a head that an administrator adds is on every other computer when it is asked for, whole or not at all', async () => {
  const hospital = new Hospital();
  await hospital.open();
  const ada = await hospital.as('ada');
  const sha256 = hashOf('weights');
  const add = () => ada.heads.add({ ...HEAD, labelId: 1, sha256 }, ada.user!);
  await expect(add()).rejects.toMatchObject({ code: 'file-not-found' });
  expect(await ada.heads.ofLabel(1)).toEqual([]);
  writeFileSync(ada.headFile(sha256), 'weights');
  const { id } = await add();
  await ada.heads.activate(1, id, ada.user!);

  const owner = await openServerDatabase(parsePlace(hospital.place));
  onTestFinished(() => owner.close());
  vi.stubEnv('SONOMASK_SHARED_FOLDER', temporaryFolder());
  const ann = await hospital.as('ann');
  expect(ann.folder).not.toBe(ada.folder);
  expect(await ann.heads.active()).toMatchObject([{ version: 'v1', sha256 }]);
  expect(readFileSync(ann.headFile(sha256), 'utf8')).toBe('weights');
  const key = (folder: string): string => readFileSync(join(folder, 'deidentification.key'), 'utf8');
  expect(key(ann.folder)).toMatch(/^[0-9a-f]{64}\n$/);
  expect(key(ann.folder)).toBe(key(ada.folder));

  expect(statSync(ann.folder).mode & 0o077).toBe(0);
  // Another project had this name before, and its key is still here.
  writeFileSync(join(ann.folder, 'deidentification.key'), `${'0'.repeat(64)}\n`);
  expect(key((await hospital.as('ann')).folder)).toBe(key(ada.folder));

  rmSync(ann.headFile(sha256));
  await sql`update project_files set bytes = 'x' where name like 'heads/%'`.execute(owner.db);
  await expect(ann.heads.get(id)).rejects.toMatchObject({ code: 'project-corrupt' });
  await expect(ann.heads.activate(1, null, ann.user!)).rejects.toMatchObject({ code: 'not-permitted' });
  const attack = await hospital.attacker('ann');
  expect(await attack(`insert into project_files values ('heads/x', 'x')`)).toBe('refused 42501');
  expect(await attack(`update project_files set bytes = 'y'`)).toBe('refused 42501');
});
