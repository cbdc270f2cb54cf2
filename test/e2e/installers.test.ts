/**
 * The packages for Linux, unpacked and used by an ordinary user. `npm run test:long -- installers` makes and runs deb and
 * tar.gz; the unpacked program is run by packaged.test.ts each time.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../main/cli';
import { makeDeb } from '../../main/electron/packaging/deb';
import { PROJECT_ROOT } from '../support/desktop';
import { readAsOrdinaryUser } from '../support/journey/packed-program';

const isAsked = process.env['SONOMASK_INSTALLERS'] === '1' && process.platform === 'linux';
const SEVEN_ZIP = '/usr/bin/7za';
const LINTIAN = '/usr/bin/lintian';
const MAN = '/usr/bin/man';
let output: string;
const run = (command: string, args: string[], env = {}): string =>
  execFileSync(command, args, {
    ...{ cwd: PROJECT_ROOT, encoding: 'utf8', maxBuffer: 2 ** 26 },
    env: { ...process.env, ...env },
  });

/** Files anywhere in the system with the program's name. */
const named = (): string => run('find', ['/opt', '/usr', '/etc', '/var/lib', '-xdev', '-iname', '*sonomask*']);

/** What the desktop's databases of file types and icons, where they are kept, know of the program. */
function knownToDesktop(): boolean[] {
  const databases = ['/usr/share/mime/globs2', '/usr/share/icons/hicolor/icon-theme.cache'].filter((path) =>
    existsSync(path),
  );
  return databases.map((path) => readFileSync(path).includes('sonomask'));
}

describe.skipIf(!isAsked)('the packages for Linux', () => {
  beforeAll(() => {
    // Others must be able to read what they run.
    output = mkdtempSync('/var/tmp/sonomask-installers-');
    run('chmod', ['755', output]);
    run('npx', ['tsx', 'main/electron/packaging/package.ts', `-c.directories.output=${output}`]);
  }, 600_000);

  afterAll(() => rmSync(output, { recursive: true, force: true }));

  describe('a deb', () => {
    let deb: string;
    let root: string;

    beforeAll(() => {
      deb = join(output, 'sonomask.deb');
      root = join(output, 'root');
      makeDeb(join(output, 'linux-unpacked'), deb, true);
      run('dpkg-deb', ['-x', deb, root]);
    }, 600_000);

    it('says what it needs, and runs nothing when it is installed', () => {
      const info = run('dpkg-deb', ['--info', deb]);
      expect(info).toMatch(/Package: sonomask/);
      expect(info).toMatch(/Depends: .*libgtk-3-0.*libnss3/);
      expect(info).not.toMatch(/postinst|preinst|postrm|prerm/);
    });

    it('belongs to root, and nobody else may write into it', () => {
      const lines = run('dpkg-deb', ['--contents', deb]).trim().split('\n');
      expect(lines.filter((line) => !/ root\/root /.test(line))).toEqual([]);
      expect(lines.filter((line) => /^-.{4}w|^-.{7}w|^d.{4}w|^d.{7}w/.test(line))).toEqual([]);
      const withMoreRights = lines.filter((line) => /^-..[sS]|^-.{5}[sS]/.test(line));
      expect(withMoreRights.map((line) => line.split(' ').at(-1))).toEqual(['./opt/SonoMask/chrome-sandbox']);
      expect(lines.find((line) => line.includes('usr/bin/sonomask'))).toMatch(/-> \/opt\/SonoMask\/sonomask$/);
      for (const path of ['applications/sonomask.desktop', 'mime/packages/sonomask.xml', 'doc/sonomask/copyright']) {
        expect(existsSync(join(root, 'usr/share', path)), path).toBe(true);
      }
      expect(readdirSync(join(root, 'usr/share/icons/hicolor')).length).toBe(7);
    });

    it.skipIf(!existsSync(LINTIAN))("has nothing that Debian's checker of packages minds (needs lintian)", () => {
      expect(run(LINTIAN, ['--no-cfg', '--allow-root', '--display-info', '--fail-on', 'none', deb])).toBe('');
    });

    it.skipIf(!existsSync(MAN))('has a manual of every command that man shows without a warning (needs man)', () => {
      const page = join(root, 'usr/share/man/man1/sonomask.1.gz');
      const { stdout, stderr } = spawnSync(MAN, ['--warnings', '-l', page], {
        ...{ encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8', MANPAGER: 'cat' } },
      });
      expect(stderr).toBe('');
      for (const { name } of COMMANDS) expect(stdout.replace(/\s+/g, ' ')).toContain(`sonomask ${name} `);
    });

    it('is the same to the byte when it is made again', () => {
      const again = join(output, 'again.deb');
      makeDeb(join(output, 'linux-unpacked'), again, true);
      const sum = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
      expect(sum(again)).toBe(sum(deb));
      rmSync(again);
    }, 600_000);

    it.skipIf(process.getuid?.() !== 0 || existsSync('/opt/SonoMask'))(
      'is installed, works for an ordinary user, and leaves nothing when it is removed (needs root, and no SonoMask)',
      async () => {
        const before = named();
        // Not each machine of tests has what only a desktop needs.
        run('dpkg', ['--force-depends', '--install', deb]);
        try {
          expect(run('dpkg', ['--verify', 'sonomask'])).toBe('');
          expect(run('/usr/bin/sonomask', ['help'])).toContain('sonomask <command>');
          expect(knownToDesktop()).not.toContain(false);
          await readAsOrdinaryUser('/usr/bin/sonomask');
        } finally {
          run('dpkg', ['--purge', 'sonomask']);
        }
        expect(named()).toBe(before);
        expect(knownToDesktop()).not.toContain(true);
      },
      600_000,
    );
  });

  describe.skipIf(!existsSync(SEVEN_ZIP))('a tar.gz (needs 7za)', () => {
    it('works for an ordinary user where it was unpacked', async () => {
      const builder = join(PROJECT_ROOT, 'node_modules/electron-builder/cli.js');
      const from = [`--prepackaged=${join(output, 'linux-unpacked')}`, `-c.directories.output=${join(output, 'tar')}`];
      run(process.execPath, [builder, '--linux', 'tar.gz', ...from], {
        ...{ ELECTRON_BUILDER_7ZIP_PATH: SEVEN_ZIP, ELECTRON_BUILDER_COMPRESSION_LEVEL: '1' },
      });
      const archive = readdirSync(join(output, 'tar')).find((name) => name.endsWith('.tar.gz'))!;
      const place = join(output, 'place');
      mkdirSync(place);
      run('tar', ['-xzf', join(output, 'tar', archive), '-C', place, '--strip-components=1', '--no-same-permissions']);
      await readAsOrdinaryUser(join(place, 'sonomask'));
    }, 600_000);
  });
});
