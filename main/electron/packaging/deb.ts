/**
 * The Debian package, out of the unpacked program: `npx tsx main/electron/packaging/deb.ts [PROGRAM OUT.deb]` (default: what
 * `npm run dist` has just made for Linux, beside it). Needs dpkg-deb. The same program gives the same bytes. It has no maintainer scripts: menus and file types are renewed by the triggers of their own packages.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { control, debianArchitecture, documents, EPOCH } from './deb-documents';

const root = resolve(import.meta.dirname, '../../..');
const release = z
  .object({ version: z.string(), description: z.string() })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));

/** @param quick packs loosely, for tests: minutes less */
export function makeDeb(program: string, out: string, quick = false): void {
  const tree = mkdtempSync(join(tmpdir(), 'sonomask-deb-'));
  try {
    cpSync(program, join(tree, 'opt', 'SonoMask'), { recursive: true, verbatimSymlinks: true });
    for (const [path, text] of Object.entries(documents(release))) put(tree, path, text);
    putIcons(tree);
    mkdirSync(join(tree, 'usr/bin'), { recursive: true });
    symlinkSync('/opt/SonoMask/sonomask', join(tree, 'usr/bin/sonomask'));
    const bytes = normalise(tree);
    put(tree, 'DEBIAN/control', control(release, Math.ceil(bytes / 1024)));
    put(tree, 'DEBIAN/md5sums', sums(tree).join(''));
    // Chromium's sandbox where the kernel lets users make no namespaces; it does nothing else.
    chmodSync(join(tree, 'opt/SonoMask/chrome-sandbox'), 0o4755);
    mkdirSync(dirname(resolve(out)), { recursive: true });
    execFileSync(
      'dpkg-deb',
      ['--root-owner-group', ...(quick ? ['-Zgzip', '-z1'] : ['-Zxz', '-z6']), '--build', tree, out],
      {
        env: { ...process.env, SOURCE_DATE_EPOCH: String(EPOCH) },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

function put(tree: string, path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  // At its best, as Debian has it; Node writes no time into it.
  writeFileSync(join(tree, path), path.endsWith('.gz') ? gzipSync(text, { level: 9 }) : text, { mode: 0o644 });
}

function putIcons(tree: string): void {
  const icons = join(root, 'main/electron/packaging/icons');
  for (const name of readdirSync(icons)) {
    const folder = join(tree, 'usr/share/icons/hicolor', name.replace('.png', ''), 'apps');
    mkdirSync(folder, { recursive: true });
    cpSync(join(icons, name), join(folder, 'sonomask.png'));
  }
}

/** For `dpkg --verify`: MD5 is what dpkg knows. */
function sums(tree: string): string[] {
  const files = readdirSync(tree, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  const paths = files.map((each) => relative(tree, join(each.parentPath ?? each.path, each.name)));
  return paths
    .filter((path) => !path.startsWith('DEBIAN'))
    .sort()
    .map(
      (path) =>
        `${createHash('md5')
          .update(readFileSync(join(tree, path)))
          .digest('hex')}  ${path}\n`,
    );
}

/** Modes and times that do not depend on who packs, and when. Answers how many bytes there are. */
function normalise(path: string): number {
  const found = lstatSync(path);
  if (found.isSymbolicLink()) return 0;
  const bytes = found.isDirectory()
    ? readdirSync(path).reduce((sum, name) => sum + normalise(join(path, name)), 4096)
    : found.size;
  const isProgram = (found.mode & 0o100) !== 0 && !/\.so(\.\d+)*$/.test(path);
  chmodSync(path, found.isDirectory() || isProgram ? 0o755 : 0o644);
  utimesSync(path, EPOCH, EPOCH);
  return bytes;
}

if (process.argv[1] === import.meta.filename) {
  const suffix = process.arch === 'x64' ? '' : `-${process.arch}`;
  const name = `SonoMask-${release.version}-linux-${debianArchitecture()}.deb`;
  const [program = join(root, 'dist', `linux${suffix}-unpacked`), out = join(root, 'dist', name)] =
    process.argv.slice(2);
  if (process.platform === 'linux') makeDeb(resolve(program), resolve(out));
}
