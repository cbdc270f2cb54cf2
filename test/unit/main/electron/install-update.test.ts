/**
 * The hand-over of a package to whoever installs it, as far as that goes without Windows, without macOS and without an
 * administrator: what is started, with which bytes, and what happens where it fails. Stand-ins take the place of pkexec and of
 * Windows' installer.
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { howInstalled, installUpdate } from '../../../../main/electron/install-update';
import type { Update } from '../../../../main/updates';

const childProcess = createRequire(import.meta.url)('node:child_process') as typeof import('node:child_process');

const hasDpkg = process.getuid?.() === 0 && childProcess.spawnSync('dpkg-deb', ['--version']).status === 0;

let folder: string;
let ended: string[];
const bytes = Buffer.from('a package');
const program = {
  ...{ version: '0.1.0', quit: () => void ended.push('quit'), relaunch: () => void ended.push('relaunch') },
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sonomask it's-"));
  ended = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function fetched(url: string): readonly [Update, string] {
  const path = join(folder, url);
  writeFileSync(path, bytes);
  const sha512 = createHash('sha512').update(bytes).digest('base64');
  return [{ version: '0.2.0', notes: '', file: { url, sha512, size: bytes.length } }, path];
}

describe('the package of a program', () => {
  const exists = (path: string): boolean => !path.startsWith('/opt');
  it.each([
    ['win32', 'C:\\SonoMask\\SonoMask.exe', undefined, 'exe', 'nsis'],
    ['darwin', '/Applications/SonoMask.app/Contents/MacOS/SonoMask', undefined, 'zip', 'squirrel'],
    ['linux', '/opt/SonoMask/sonomask', undefined, 'deb', 'dpkg'],
    ['linux', '/home/ann/SonoMask/sonomask', undefined, 'tar.gz', undefined],
    ['linux', '/tmp/.mount/sonomask', '/home/ann/SonoMask.AppImage', 'AppImage', undefined],
  ])('on %s in %s is known', (platform, execPath, appImage, kind, by) => {
    expect(howInstalled({ platform, execPath, appImage, isPackaged: true, exists })).toEqual({ kind, by });
  });

  it('has to be installed by hand where nothing says how it came there', () => {
    const bare = { appImage: undefined, exists: () => false };
    for (const platform of ['win32', 'darwin', 'linux']) {
      const isPackaged = platform !== 'darwin';
      expect(howInstalled({ platform, execPath: '/opt/SonoMask/sonomask', isPackaged, ...bare }).by).toBeUndefined();
    }
  });
});

describe.skipIf(process.platform === 'win32')('a deb', () => {
  const standIn = (end: string): string => {
    const path = join(folder, 'pkexec');
    writeFileSync(
      path,
      `#!/bin/sh\necho "$*" > '${folder.replaceAll("'", `'\\''`)}/asked'\ncat "$3" >> "\${0%/*}/asked"\n${end}\n`,
    );
    chmodSync(path, 0o755);
    return path;
  };

  it('is installed by dpkg as root, from a copy that was checked; then the program starts anew', async () => {
    const [update, path] = fetched('SonoMask-0.2.0-linux-amd64.deb');
    await installUpdate('dpkg', update, path, program, standIn('exit 0'));
    const [command, content] = readFileSync(join(folder, 'asked'), 'utf8').split('\n');
    expect(command).toMatch(/^\/usr\/bin\/dpkg --install .*install-\w+\/SonoMask-0\.2\.0-linux-amd64\.deb$/);
    expect(content).toBe('a package');
    expect(ended).toEqual(['relaunch', 'quit']);
    expect(readdirSync(folder).sort()).toEqual(['SonoMask-0.2.0-linux-amd64.deb', 'asked', 'pkexec']);
  });

  it.skipIf(!hasDpkg)(
    'takes the place of the version before (by dpkg itself, as root, into a root of its own)',
    async () => {
      const root = join(folder, 'root');
      const dpkg = `dpkg --root='${root.replaceAll("'", `'\\''`)}' --log=/dev/null --force-script-chrootless --install`;
      for (const part of ['info', 'updates', 'triggers'])
        mkdirSync(join(root, 'var/lib/dpkg', part), { recursive: true });
      writeFileSync(join(root, 'var/lib/dpkg/status'), '');
      childProcess.execFileSync('sh', ['-c', `${dpkg} "$0"`, smallDeb('0.1.0')], { stdio: 'ignore' });
      const installed = (): string => readFileSync(join(root, 'opt/SonoMask/version'), 'utf8');
      expect(installed()).toBe('0.1.0');
      const path = smallDeb('0.2.0');
      const content = readFileSync(path);
      const sha512 = createHash('sha512').update(content).digest('base64');
      const file = { url: basename(path), sha512, size: content.length };
      await installUpdate('dpkg', { version: '0.2.0', notes: '', file }, path, program, standIn(`exec ${dpkg} "$3"`));
      expect(installed()).toBe('0.2.0');
      expect(ended).toEqual(['relaunch', 'quit']);
    },
  );

  function smallDeb(version: string): string {
    const tree = join(folder, version);
    for (const part of ['DEBIAN', 'opt/SonoMask']) mkdirSync(join(tree, part), { recursive: true });
    const lines = [
      'Package: sonomask',
      `Version: ${version}`,
      'Architecture: all',
      'Maintainer: nobody',
      'Description: x',
    ];
    writeFileSync(join(tree, 'DEBIAN/control'), `${lines.join('\n')}\n`);
    writeFileSync(join(tree, 'opt/SonoMask/version'), version);
    const path = join(folder, `SonoMask-${version}-linux-amd64.deb`);
    childProcess.execFileSync('dpkg-deb', ['--build', tree, path], { stdio: 'ignore' });
    return path;
  }

  it('is not installed without a password, and the program goes on', async () => {
    const [update, path] = fetched('SonoMask-0.2.0-linux-amd64.deb');
    const installing = installUpdate('dpkg', update, path, program, standIn('exit 126'));
    await expect(installing).rejects.toMatchObject({ code: 'update-refused', subject: path });
    expect(ended).toEqual([]);
    expect(readdirSync(folder).filter((name) => name.startsWith('install-'))).toEqual([]);
  });

  it('that was changed after it came is not handed to anybody', async () => {
    const [update, path] = fetched('SonoMask-0.2.0-linux-amd64.deb');
    writeFileSync(path, 'a Package');
    const installing = installUpdate('dpkg', update, path, program, standIn('exit 0'));
    await expect(installing).rejects.toMatchObject({ code: 'update-damaged' });
    expect(existsSync(join(folder, 'asked'))).toBe(false);
    expect(ended).toEqual([]);
  });
});

describe('an installer of Windows, by electron-updater', () => {
  const { spawn } = childProcess;
  let started: { command: string; args: readonly string[]; content: string }[];

  beforeEach(() => {
    started = [];
    childProcess.spawn = ((command: string, args: readonly string[]) => {
      started.push({ command, args, content: readFileSync(command, 'utf8') });
      return spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    }) as typeof spawn;
  });
  afterEach(() => void (childProcess.spawn = spawn));

  it('is started from a copy that was checked, to start the program anew; then the program ends', async () => {
    const [update, path] = fetched('SonoMask-0.2.0-win-x64.exe');
    await installUpdate('nsis', update, path, program);
    expect(started).toEqual([
      {
        command: join(folder, 'installer', 'package', 'pending', 'SonoMask-0.2.0-win-x64.exe'),
        ...{ args: ['--updated', '--force-run'], content: 'a package' },
      },
    ]);
    expect(ended).toEqual(['quit']);
  });

  it('that was changed after it came is not started', async () => {
    const [update, path] = fetched('SonoMask-0.2.0-win-x64.exe');
    writeFileSync(path, 'a Package');
    await expect(installUpdate('nsis', update, path, program)).rejects.toMatchObject({ code: 'update-damaged' });
    expect([started, ended]).toEqual([[], []]);
  });
});
