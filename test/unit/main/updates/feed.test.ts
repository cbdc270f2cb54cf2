/** What is taken for a list of updates, and what never is. */
import { generateKeyPairSync, sign, createPrivateKey } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseUpdate } from '../../../../main/updates/choice';
import { readFeed, type Feed } from '../../../../main/updates/feed';
import { openPlace } from '../../../../main/updates/place';
import { updateShare, type UpdateShare } from '../../../support/update-share';

const NAME = 'latest-linux.yml';
const NEVER = new AbortController().signal;
const SHA512 = `${'a'.repeat(86)}==`;
const FILE = { url: 'SonoMask-0.2.0-linux-x64.tar.gz', sha512: SHA512, size: 10 };

let share: UpdateShare;
const at = (name: string): string => join(share.folder, name);
const read = (key = readFileSync(share.publicKey, 'utf8')): Promise<Feed> =>
  readFeed(openPlace(share.folder, fetch), NAME, key, NEVER);

/** Anything, with the right signature. */
function signed(text: string): void {
  const key = createPrivateKey(readFileSync(share.privateKey));
  writeFileSync(at(NAME), text);
  writeFileSync(at(`${NAME}.sig`), sign(null, Buffer.from(text), key).toString('base64'));
}

beforeEach(() => {
  share = updateShare();
  share.publish('0.2.0', 'Sharper outlines.\n<b>No</b> mark-up.');
});
afterEach(() => share.remove());

describe('the signature of a feed', () => {
  it('lets what was signed through, notes as they were written', async () => {
    const { version, files, releaseNotes } = await read();
    expect({ version, releaseNotes }).toEqual({
      version: '0.2.0',
      releaseNotes: 'Sharper outlines.\n<b>No</b> mark-up.',
    });
    expect(files.map(({ url }) => url)).toContain('SonoMask-0.2.0-linux-x64.tar.gz');
  });

  it('must be there', async () => {
    rmSync(at(`${NAME}.sig`));
    await expect(read()).rejects.toMatchObject({ code: 'update-unsigned', subject: NAME });
  });

  it.each([
    [
      'one byte of the feed is another',
      () => writeFileSync(at(NAME), readFileSync(at(NAME), 'utf8').replace('0.2.0', '0.2.1')),
    ],
    ['something was added to the feed', () => writeFileSync(at(NAME), `${readFileSync(at(NAME), 'utf8')}\n`)],
    ['it is of another feed', () => writeFileSync(at(`${NAME}.sig`), readFileSync(at('latest.yml.sig')))],
    ['it is empty', () => writeFileSync(at(`${NAME}.sig`), '')],
    ['it is no base64', () => writeFileSync(at(`${NAME}.sig`), '?'.repeat(88))],
    [
      'somebody else made it',
      () => {
        const { privateKey } = generateKeyPairSync('ed25519');
        writeFileSync(at(`${NAME}.sig`), sign(null, readFileSync(at(NAME)), privateKey).toString('base64'));
      },
    ],
  ])('is refused where %s', async (_what, change) => {
    change();
    await expect(read()).rejects.toMatchObject({ code: 'update-forged' });
  });

  it('is not looked at where the feed is too large to be one', async () => {
    writeFileSync(at(NAME), '#'.repeat(300_000));
    await expect(read()).rejects.toMatchObject({ code: 'update-malformed' });
  });

  it('is looked at before anything else: what is no YAML at all is forged, not malformed', async () => {
    writeFileSync(at(NAME), '{{{');
    await expect(read()).rejects.toMatchObject({ code: 'update-forged' });
  });
});

describe('a feed with the right signature', () => {
  const feed = (change: object): string => dump({ version: '0.2.0', files: [FILE], ...change });

  it.each([
    ['no YAML', '{{{'],
    ['no map', '- 1'],
    ['a tag that makes an object', 'version: !!js/function "function () {}"'],
    ['no version', feed({ version: 'newest' })],
    ['a version with blanks', feed({ version: ' 0.2.0' })],
    ['no package', feed({ files: [] })],
    ['a path upwards', feed({ files: [{ ...FILE, url: '../SonoMask-0.2.0-linux-x64.tar.gz' }] })],
    ['a path upwards, coded', feed({ files: [{ ...FILE, url: 'SonoMask-%2e%2e%2fx.deb' }] })],
    ['a folder', feed({ files: [{ ...FILE, url: 'SonoMask-0/SonoMask-x64.deb' }] })],
    ['a backslash', feed({ files: [{ ...FILE, url: 'SonoMask-..\\x.exe' }] })],
    ['another host', feed({ files: [{ ...FILE, url: 'https://evil.example/SonoMask-0.2.0-linux-x64.tar.gz' }] })],
    ['another host without a scheme', feed({ files: [{ ...FILE, url: '//evil.example/SonoMask-1-x64.deb' }] })],
    ['a file of another kind', feed({ files: [{ ...FILE, url: 'SonoMask-0.2.0.sh' }] })],
    ['a checksum cut short', feed({ files: [{ ...FILE, sha512: 'YQ==' }] })],
    ['no size', feed({ files: [{ ...FILE, size: -1 }] })],
  ])('is malformed with %s', async (_what, text) => {
    signed(text);
    await expect(read()).rejects.toMatchObject({ code: 'update-malformed', subject: NAME });
  });

  it('that is not there is not reached', async () => {
    rmSync(at(NAME));
    await expect(read()).rejects.toMatchObject({ code: 'update-unreachable' });
  });
});

describe('an update', () => {
  const program = { version: '0.1.0', kind: 'tar.gz', arch: 'x64' } as const;
  const feed = (version: string): Feed => ({ version, files: [FILE], releaseNotes: '' });

  it('is newer, and the package of this kind and this processor', () => {
    expect(chooseUpdate(feed('0.2.0'), program, null)).toMatchObject({ version: '0.2.0', file: FILE });
    expect(chooseUpdate(feed('0.1.1-beta.1'), program, null)).toMatchObject({ version: '0.1.1-beta.1' });
    expect(chooseUpdate(feed('0.1.0'), program, null)).toBeNull();
  });

  it.each([
    ['than the program', '0.0.9', null],
    ['than the program, a preview of it', '0.1.0-rc.1', null],
    ['than one that was seen: a feed put back', '0.2.0', '0.3.0'],
    ['than one that was seen, though it is the program’s', '0.1.0', '0.3.0'],
  ])('is never older %s', (_what, version, seen) => {
    expect(() => chooseUpdate(feed(version), program, seen)).toThrow(expect.objectContaining({ code: 'update-older' }));
  });

  it.each([
    ['exe', 'x64', 'SonoMask-0.2.0-win-x64.exe'],
    ['zip', 'arm64', 'SonoMask-0.2.0-mac-universal.zip'],
    ['deb', 'x64', 'SonoMask-0.2.0-linux-amd64.deb'],
    ['deb', 'arm64', 'SonoMask-0.2.0-linux-arm64.deb'],
    ['AppImage', 'x64', 'SonoMask-0.2.0-linux-x86_64.AppImage'],
    ['tar.gz', 'x64', 'SonoMask-0.2.0-linux-x64.tar.gz'],
  ] as const)('for a %s on %s is what electron-builder calls %s', async (kind, arch, name) => {
    const others = ['SonoMask-0.2.0-linux-armv7l.deb', 'SonoMask-0.2.0-win-ia32.exe'];
    signed(dump({ version: '0.2.0', files: [...others, name].map((url) => ({ ...FILE, url })) }));
    expect(chooseUpdate(await read(), { version: '0.1.0', kind, arch }, null)?.file.url).toBe(name);
  });

  it('is not offered where no package fits', () => {
    for (const other of [{ kind: 'deb' } as const, { arch: 'arm64' }]) {
      const choose = () => chooseUpdate(feed('0.2.0'), { ...program, ...other }, null);
      expect(choose).toThrow(expect.objectContaining({ code: 'update-unfit' }));
    }
  });
});
