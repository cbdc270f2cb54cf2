/** Team servers and passwords: what is kept, in which form, and for whom a password is used. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TeamLogins } from '../../../../main/electron/team-logins';
import type { Vault } from '../../../../main/electron/vault';
import { parsePlace, placeText } from '../../../../main/project/server/place';
import { teamPlaceParts } from '../../../../shared/domain';
import { temporaryFolder } from '../project/support';

/** Turns secrets around: enough to tell what is kept from what was given. */
const turn = (text: string): string => [...text].reverse().join('');
const vault = (isSafe: boolean): Vault => ({ canEncrypt: () => isSafe, encrypt: turn, decrypt: turn });
const LOGIN = { server: 'db.example.org:5433/lab', project: 'breast', user: 'Dr. Müller 100%', caFile: null };
const PLACE = placeText(parsePlace(new TeamLogins('/nowhere', vault(false), {}).addressOf(LOGIN, 'x')));

describe('a login', () => {
  it('becomes a connection string, and a connection string a login', () => {
    const logins = new TeamLogins(temporaryFolder(), vault(true), {});
    const address = logins.addressOf(LOGIN, 'p@ss:w/rd %');
    expect(parsePlace(address)).toMatchObject({
      host: 'db.example.org',
      port: 5433,
      user: LOGIN.user,
      project: 'breast',
    });
    expect(parsePlace(address).password).toBe('p@ss:w/rd %');
    expect(teamPlaceParts(address)).toEqual({ ...LOGIN, password: 'p@ss:w/rd %' });
    expect(PLACE).not.toContain(':x@');
    for (const text of ['db.example.org/lab', '/data/a.sonomask', 'https://a/b', 'postgres://[']) {
      expect(teamPlaceParts(text)).toBeUndefined();
    }
  });

  it('is kept encrypted where that is wanted and possible, and used for the same server and user alone', async () => {
    const folder = temporaryFolder();
    await new TeamLogins(folder, vault(true), {}).remember(PLACE, LOGIN, 'hunter two', true);
    expect(readFileSync(join(folder, 'team.json'), 'utf8')).not.toContain('hunter two');
    const again = new TeamLogins(folder, vault(true), {});
    expect(again.known(PLACE)).toEqual({ login: LOGIN, hasPassword: true, canKeep: true });
    expect(again.known(null)).toMatchObject({ login: LOGIN });
    expect(parsePlace(again.addressOf(LOGIN, null)).password).toBe('hunter two');
    for (const other of [{ server: 'evil.example.org/lab' }, { user: 'ann' }, { project: 'b' }]) {
      expect(() => again.addressOf({ ...LOGIN, ...other }, null)).toThrow(
        expect.objectContaining({ code: 'login-refused' }),
      );
    }
    // Opened again with the known one it stays; without "keep" it goes.
    await again.remember(PLACE, LOGIN, null, true);
    expect(again.known(PLACE).hasPassword).toBe(true);
    await again.remember(PLACE, LOGIN, null, false);
    expect(again.known(PLACE).hasPassword).toBe(false);
  });

  it('has no password kept where the system has no safe place for it', async () => {
    const folder = temporaryFolder();
    const logins = new TeamLogins(folder, vault(false), {});
    await logins.remember(PLACE, LOGIN, 'hunter two', true);
    expect(logins.known(PLACE)).toEqual({ login: LOGIN, hasPassword: false, canKeep: false });
    const text = readFileSync(join(folder, 'team.json'), 'utf8');
    for (const form of ['hunter two', turn('hunter two')]) expect(text).not.toContain(form);
  });

  it('comes from SONOMASK_DATABASE_URL where that says one', () => {
    const url = 'postgres://ann:s3cret@db.example.org/lab?project=thyroid';
    const logins = new TeamLogins(temporaryFolder(), vault(true), { SONOMASK_DATABASE_URL: url });
    const { login, hasPassword } = logins.known(null);
    expect([login, hasPassword]).toEqual([
      { server: 'db.example.org/lab', project: 'thyroid', user: 'ann', caFile: null },
      true,
    ]);
    expect(parsePlace(logins.addressOf({ ...login, project: 'breast' }, null))).toMatchObject({
      password: 's3cret',
      project: 'breast',
    });
  });
});
