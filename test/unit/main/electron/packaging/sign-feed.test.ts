/** What is published: keys that are never written over, and feeds that only the program's own key may sign. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeKeys, signFolder } from '../../../../../main/electron/packaging/sign-feed';
import { updateShare, type UpdateShare } from '../../../../support/update-share';

let share: UpdateShare;
beforeEach(() => void (share = updateShare()));
afterEach(() => share.remove());

it('signs one feed a platform, of the packages of this version alone', () => {
  share.publish('0.1.0');
  share.publish('0.2.0', 'Sharper outlines.');
  const read = (name: string): unknown => load(readFileSync(join(share.folder, name), 'utf8'));
  const names = (end: string[]): object[] => end.map((each) => ({ url: `SonoMask-0.2.0-${each}`, size: 300_000 }));
  expect(read('latest-linux.yml')).toMatchObject({
    ...{ version: '0.2.0', releaseNotes: 'Sharper outlines.', path: 'SonoMask-0.2.0-linux-amd64.deb' },
    files: names(['linux-amd64.deb', 'linux-arm64.tar.gz', 'linux-x64.tar.gz']),
  });
  expect(read('latest.yml')).toMatchObject({ version: '0.2.0', files: names(['win-x64.exe']) });
  expect(readdirSync(share.folder)).not.toContain('latest-mac.yml');
});

it('keeps the private key to its owner, and never writes over a key', () => {
  if (process.platform !== 'win32') expect(statSync(share.privateKey).mode & 0o777).toBe(0o600);
  expect(readFileSync(share.publicKey, 'utf8')).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
  expect(() => makeKeys(join(share.folder, 'new.pem'), share.publicKey)).toThrow('is there already');
  expect(() => makeKeys(share.privateKey, join(share.folder, 'new.pem'))).toThrow('is there already');
});

it('refuses a key that the program does not trust, and a folder without packages', () => {
  const other = join(share.folder, 'other');
  mkdirSync(other);
  const sign = (key: string, publicFile: string): unknown => signFolder(other, key, '0.2.0', { publicFile });
  expect(() => sign(share.privateKey, share.publicKey)).toThrow('no package of version 0.2.0');
  writeFileSync(join(other, 'SonoMask-0.2.0-win-x64.exe'), 'x');
  makeKeys(join(other, 'private.pem'), join(other, 'public.pem'));
  expect(() => sign(join(other, 'private.pem'), share.publicKey)).toThrow('is not the other half');
  expect(() => sign(share.privateKey, join(other, 'none.pem'))).toThrow('is not the other half');
  copyFileSync(share.publicKey, join(other, 'trusted.pem'));
  expect(sign(share.privateKey, join(other, 'trusted.pem'))).toEqual(['latest.yml', 'latest.yml.sig']);
});
