/**
 * Starts the built program in a real Electron under Playwright, on a display of its own where the machine has none.
 * For end-to-end tests and screenshots.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { resolveElectron } from './electron-runtime';

export const PROJECT_ROOT = resolve(import.meta.dirname, '..', '..');

export interface Desktop {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** The profile folder: settings, window state, recent projects. */
  readonly profile: string;
  /** Ends the program; the profile is deleted unless `keepProfile`. */
  close(options?: { keepProfile?: boolean }): Promise<void>;
}

export interface LaunchOptions {
  /** A profile of an earlier launch; a new one otherwise. */
  readonly profile?: string;
  /** Added to the command line: flags and paths. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The program's own folder, where it is not this checkout. */
  readonly program?: string;
}

/** Electron's own flags for this machine: Chromium refuses to sandbox for root. */
export const SANDBOX_FLAGS: readonly string[] = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

/** Opens the program and answers once its first page is loaded. The build must be there (test/support/build.ts). */
export async function openDesktop({
  profile,
  args = [],
  env = {},
  program = PROJECT_ROOT,
}: LaunchOptions = {}): Promise<Desktop> {
  const folder = profile ?? mkdtempSync(join(tmpdir(), 'sonomask-profile-'));
  const { executablePath } = await resolveElectron();
  const app = await launch({
    executablePath,
    args: [...SANDBOX_FLAGS, `--user-data-dir=${folder}`, program, ...args],
    cwd: PROJECT_ROOT,
    env: { ...stringEnv(), LANGUAGE: 'en', ...env },
  });
  const page = await app.firstWindow();
  await page.waitForLoadState('load');
  return {
    app,
    page,
    profile: folder,
    async close({ keepProfile = false } = {}) {
      await app.close();
      // A second start that was turned away may still be writing into it.
      if (!keepProfile) rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

/**
 * Now and then Playwright connects to both debuggers of this Electron and waits for ever all the same, while the program has
 * its window: it ends that process then, and a new one answers. A program that does not start fails here every time.
 */
async function launch(options: Parameters<typeof _electron.launch>[0], tries = 3): Promise<ElectronApplication> {
  try {
    return await _electron.launch({ ...options, timeout: 60_000 });
  } catch (error) {
    if (tries === 1) throw error;
    return launch(options, tries - 1);
  }
}

/** The environment without what is undefined, as Playwright wants it. */
export function stringEnv(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => !!entry[1]));
}

/**
 * Gives this process a display: the one it has, or a new Xvfb. Sets `DISPLAY`; the answered function ends the server
 * that was started.
 */
export async function ensureDisplay(): Promise<() => void> {
  if (process.platform !== 'linux' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']) return () => undefined;
  // Xvfb itself finds a free number and tells it on the file descriptor.
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const number = await displayNumber(server);
  process.env['DISPLAY'] = `:${number}`;
  return () => {
    delete process.env['DISPLAY'];
    server.kill();
  };
}

function displayNumber(server: ChildProcess): Promise<string> {
  return new Promise((found, failed) => {
    server.once('error', (cause) => failed(new Error('no DISPLAY, and Xvfb is not installed', { cause })));
    server.once('exit', (code) => failed(new Error(`Xvfb ended with ${code} before it was ready`)));
    server.stdio[3]?.once('data', (line: Buffer) => found(line.toString().trim()));
  });
}
