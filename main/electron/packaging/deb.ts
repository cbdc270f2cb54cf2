/**
 * A Debian package out of the unpacked program, for machines where electron-builder cannot fetch its own tool for it:
 * `npx tsx main/electron/packaging/deb.ts PROGRAM OUT.deb` (PROGRAM: `dist/linux-unpacked`). Needs dpkg-deb. The same program
 * gives the same bytes. It has no maintainer scripts: menus and file types are renewed by the triggers of their own packages.
 */
import { execFileSync } from 'node:child_process';
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
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';

const root = resolve(import.meta.dirname, '../../..');
const { version, description } = z
  .object({ version: z.string(), description: z.string() })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));

/** As electron-builder has them, and what Chromium itself links against. */
const DEPENDS =
  'libgtk-3-0, libnotify4, libnss3, libxss1, libxtst6, xdg-utils, libatspi2.0-0, libuuid1, libsecret-1-0, libasound2, libgbm1';
/** Of every file: 1 January 2026. */
const EPOCH = 1_767_225_600;
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

const DESKTOP = `[Desktop Entry]
Type=Application
Name=SonoMask
Comment=Annotation workstation for ultrasound
Comment[zh_CN]=超声标注工作站
Exec=/opt/SonoMask/sonomask %F
Icon=sonomask
Terminal=false
StartupWMClass=SonoMask
Categories=Science;
MimeType=application/x-sonomask-project;
`;

const MIME = `<?xml version="1.0" encoding="utf-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="application/x-sonomask-project">
    <comment>SonoMask project</comment>
    <comment xml:lang="zh_CN">SonoMask 项目</comment>
    <glob pattern="*.sonomask"/>
  </mime-type>
</mime-info>
`;

const COPYRIGHT = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: SonoMask

Files: *
Copyright: SonoMask contributors
License: Apache-2.0
 See /usr/share/common-licenses/Apache-2.0. What others made of the program, and under which licences, is in
 out/THIRD-PARTY.txt inside /opt/SonoMask/resources/app.asar and in /opt/SonoMask/LICENSES.chromium.html.
`;

/** @param quick packs loosely, for tests: minutes less */
export function makeDeb(program: string, out: string, quick = false): void {
  const tree = mkdtempSync(join(tmpdir(), 'sonomask-deb-'));
  try {
    cpSync(program, join(tree, 'opt', 'SonoMask'), { recursive: true, verbatimSymlinks: true });
    put(tree, 'usr/share/applications/sonomask.desktop', DESKTOP);
    put(tree, 'usr/share/mime/packages/sonomask.xml', MIME);
    put(tree, 'usr/share/doc/sonomask/copyright', COPYRIGHT);
    putIcons(tree);
    mkdirSync(join(tree, 'usr/bin'), { recursive: true });
    symlinkSync('/opt/SonoMask/sonomask', join(tree, 'usr/bin/sonomask'));
    const bytes = normalise(tree);
    put(tree, 'DEBIAN/control', control(Math.ceil(bytes / 1024)));
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

function control(kib: number): string {
  return `Package: sonomask
Version: ${version.replace(/-/g, '~')}
Architecture: ${ARCHITECTURES[process.arch] ?? process.arch}
Maintainer: SonoMask contributors <sonomask@sonomask.invalid>
Installed-Size: ${kib}
Depends: ${DEPENDS}
Recommends: libvulkan1
Section: science
Priority: optional
Homepage: https://sonomask.invalid
Description: annotation workstation for ultrasound
 ${description}.
`;
}

function put(tree: string, path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), text, { mode: 0o644 });
}

function putIcons(tree: string): void {
  const icons = join(root, 'main/electron/packaging/icons');
  for (const name of readdirSync(icons)) {
    const folder = join(tree, 'usr/share/icons/hicolor', name.replace('.png', ''), 'apps');
    mkdirSync(folder, { recursive: true });
    cpSync(join(icons, name), join(folder, 'sonomask.png'));
  }
}

/** Modes and times that do not depend on who packs, and when. Answers how many bytes there are. */
function normalise(path: string): number {
  const found = lstatSync(path);
  if (found.isSymbolicLink()) return 0;
  const bytes = found.isDirectory()
    ? readdirSync(path).reduce((sum, name) => sum + normalise(join(path, name)), 4096)
    : found.size;
  chmodSync(path, found.isDirectory() || (found.mode & 0o100) !== 0 ? 0o755 : 0o644);
  utimesSync(path, EPOCH, EPOCH);
  return bytes;
}

if (process.argv[1] === import.meta.filename) {
  const [program, out] = process.argv.slice(2);
  if (!program || !out) throw new Error('usage: deb.ts PROGRAM OUT.deb');
  makeDeb(resolve(program), resolve(out));
}
