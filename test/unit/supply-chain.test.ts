/**
 * What `npm ci` may bring: packages whose content the lock file fixes, no script at installation that nobody has read, and
 * nothing shipped that is known to be seriously vulnerable.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface LockedPackage {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

const root = join(import.meta.dirname, '../..');
const read = (file: string): unknown => JSON.parse(readFileSync(join(root, file), 'utf8'));
const { packages } = read('package-lock.json') as { packages: Record<string, LockedPackage> };
const locked = Object.entries(packages).filter(([path]) => path !== '');

/** The program works where none of these has run (`npm ci --ignore-scripts`). */
const KNOWN_SCRIPTS = [
  'node_modules/@photostructure/sqlite', // looks for its prebuilt binary
  'node_modules/core-js-pure', // prints a request
  'node_modules/electron-winstaller', // chooses a binary of Windows' installer
  'node_modules/esbuild', // checks its binary
  'node_modules/onnxruntime-node', // fetches CUDA libraries; switched off in .npmrc and package.json
];

describe('package-lock.json', () => {
  it('fixes the content of every package by a SHA-512', () => {
    expect(locked.length).toBeGreaterThan(100);
    const loose = locked.filter(([, { integrity, link }]) => link === true || !/^sha512-/.test(integrity ?? ''));
    expect(loose.map(([path]) => path)).toEqual([]);
  });

  it('takes packages from the registry alone', () => {
    const elsewhere = locked.filter(
      ([, { resolved }]) => resolved !== undefined && !/^https:\/\/registry\.npmjs\.org\//.test(resolved),
    );
    expect(elsewhere.map(([path]) => path)).toEqual([]);
  });

  it('brings no script at installation but those that were read', () => {
    const scripts = locked.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => path);
    expect(scripts.filter((path) => !KNOWN_SCRIPTS.includes(path))).toEqual([]);
  });

  it('has every dependency at one exact version', () => {
    const { dependencies, devDependencies } = read('package.json') as Record<string, Record<string, string>>;
    const ranges = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
    );
    expect(ranges).toEqual([]);
  });
});

interface Audit {
  readonly message?: string;
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string }>>;
}

// The policy: no advisory of these severities for what is shipped. Lesser ones, and those of tools, are looked at by hand.
const REFUSED = ['high', 'critical'];

it('ships no package with a serious advisory', ({ skip }) => {
  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { cwd: root, encoding: 'utf8', shell: true });
  const { vulnerabilities, message = 'no answer' } = JSON.parse(stdout || '{}') as Audit;
  if (!vulnerabilities) return skip(`the registry gives no advisories: ${message}`);
  const serious = Object.entries(vulnerabilities).filter(([, { severity }]) => REFUSED.includes(severity));
  expect(serious.map(([name]) => name)).toEqual([]);
}, 60_000);
