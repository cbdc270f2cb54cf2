/** Servers that the user named: kept over a restart, secrets only encrypted, and only for the server they were given for. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Archives } from '../../../../main/electron/archives';
import type { Vault } from '../../../../main/electron/vault';
import type { PacsServer } from '../../../../shared/ipc';

const SECRET = 'open sesame';
const SERVER: PacsServer = {
  ...{ id: '0190a5ae-7f6e-4c3c-9d53-7b5f6a2b1c01', name: 'Clinic', url: 'https://pacs.example.org/dicom-web' },
  ...({ login: 'basic', user: 'anna', caFile: null, allowPlaintext: false } as const),
};

/** Encrypts as a system does, in the eyes of a file; another key cannot read it. */
function vaultOf(key: string): Vault {
  return {
    canEncrypt: () => true,
    encrypt: (secret) => Buffer.from(`${key}:${secret}`).toString('base64'),
    decrypt(encrypted) {
      const text = Buffer.from(encrypted, 'base64').toString();
      return text.startsWith(`${key}:`) ? text.slice(key.length + 1) : undefined;
    },
  };
}
const NO_VAULT: Vault = {
  canEncrypt: () => false,
  encrypt: () => {
    throw new Error('nothing may be encrypted here');
  },
  decrypt: () => undefined,
};

let profile: string;
beforeEach(() => (profile = mkdtempSync(join(tmpdir(), 'profile-'))));
afterEach(() => rmSync(profile, { recursive: true, force: true }));

const file = (): string => readFileSync(join(profile, 'archives.json'), 'utf8');

describe('a secret', () => {
  it('is there after a restart, encrypted, and never told', async () => {
    const archives = new Archives(profile, vaultOf('a'));
    await archives.save(SERVER, SECRET, true);
    expect(archives.list()).toEqual({ servers: [{ ...SERVER, hasSecret: true }], canRemember: true });
    expect(file()).not.toContain(SECRET);
    const later = new Archives(profile, vaultOf('a'));
    expect(later.reach(later.get(SERVER.id), undefined).credentials).toEqual({
      ...{ kind: 'basic', user: 'anna', password: SECRET },
    });
  });

  it('that the system cannot encrypt, or that is not to be remembered, ends with the program', async () => {
    for (const [vault, remember] of [
      [NO_VAULT, true],
      [vaultOf('a'), false],
    ] as const) {
      const archives = new Archives(profile, vault);
      await archives.save(SERVER, SECRET, remember);
      expect(archives.list().servers).toMatchObject([{ hasSecret: true }]);
      expect(JSON.parse(file())).toMatchObject({ secrets: {} });
      const later = new Archives(profile, vault);
      expect(later.list().servers).toMatchObject([{ hasSecret: false }]);
      expect(() => later.reach(SERVER, undefined)).toThrow(expect.objectContaining({ code: 'pacs-login' }));
    }
  });

  it('that another user encrypted is asked for again', async () => {
    await new Archives(profile, vaultOf('a')).save(SERVER, SECRET, true);
    expect(new Archives(profile, vaultOf('b')).list().servers).toMatchObject([{ hasSecret: false }]);
  });

  it('stays when the name changes, and does not go to another address or user', async () => {
    const archives = new Archives(profile, vaultOf('a'));
    await archives.save(SERVER, SECRET, true);
    await archives.save({ ...SERVER, name: 'Hospital' }, undefined, true);
    expect(archives.list().servers).toMatchObject([{ name: 'Hospital', hasSecret: true }]);
    for (const change of [{ url: 'https://thief.example.org/' }, { user: 'bob' }, { login: 'bearer' }] as const) {
      await archives.save(SERVER, SECRET, false);
      await archives.save({ ...SERVER, ...change }, undefined, true);
      expect(archives.list().servers).toMatchObject([{ hasSecret: false }]);
      await archives.save(SERVER, SECRET, true);
      await archives.save({ ...SERVER, ...change }, undefined, true);
      expect(archives.list().servers).toMatchObject([{ hasSecret: false }]);
    }
  });

  it('goes with its server', async () => {
    const archives = new Archives(profile, vaultOf('a'));
    await archives.save(SERVER, SECRET, true);
    await archives.remove(SERVER.id);
    expect(archives.list().servers).toEqual([]);
    expect(JSON.parse(file())).toEqual({ servers: [], secrets: {} });
  });
});

it('an address that cannot be used is not kept', async () => {
  const archives = new Archives(profile, NO_VAULT);
  const save = (url: string, allowPlaintext = false) =>
    archives.save({ ...SERVER, url, allowPlaintext }, undefined, true);
  await expect(save('http://pacs.example.org/')).rejects.toMatchObject({ code: 'pacs-plaintext' });
  await expect(save('file:///etc/passwd')).rejects.toMatchObject({ code: 'usage' });
  expect(existsSync(join(profile, 'archives.json'))).toBe(false);
  await save('http://pacs.example.org/', true);
  expect(archives.list().servers).toHaveLength(1);
});
