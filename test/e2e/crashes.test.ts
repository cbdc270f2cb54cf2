/** Crash reports of real deaths: they lie in the profile, five at most, and nothing sends them. */
import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDesktop, type Desktop } from '../support/desktop';
import { ask } from '../support/journey/workplace';
import { until, WindowHands } from '../support/journey/window-hands';
import { disc, imageOf, temporaryFolder, writeAt } from '../support/study-folder';

const WAIT = { timeout: 60_000 };
let desktop: Desktop;

beforeAll(async () => {
  const study = join(temporaryFolder(), 'study');
  writeAt(join(study, 'scan.png'), imageOf(disc(160, 120, 70, 60, 24)));
  desktop = await openDesktop({ args: [study] });
  // The worker has answered: a process that is struck while it starts leaves no report.
  const page = { filter: {}, limit: 1, offset: 0 };
  await until(
    'the study',
    async () => (await ask(desktop.page, 'frames.list', page).catch(() => ({ frames: [] }))).frames.length,
    (n) => n === 1,
    WAIT.timeout,
  );
});

// Playwright's own closing may wait for ever for a page that has crashed.
afterAll(async () => {
  const program = desktop.app.process();
  const ended = new Promise((resolve) => program.once('exit', resolve));
  program.kill('SIGKILL');
  await ended;
  rmSync(desktop.profile, { recursive: true, force: true, maxRetries: 10 });
});

const crashes = (): string => join(desktop.profile, 'crashes');

function reports(): string[] {
  return readdirSync(crashes(), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.dmp'));
}

it('the crash of a worker leaves one, on this computer', async () => {
  const before = reports().length;
  const worker = await until(
    'a worker',
    () => new WindowHands(desktop.app).pidOf('study'),
    (pid) => !!pid,
  );
  // Not SIGSEGV, which V8 takes for a trap of WebAssembly.
  process.kill(worker!, 'SIGILL');
  await expect.poll(() => reports().length, WAIT).toBe(before + 1);
  for (const name of reports()) expect(readFileSync(join(crashes(), name)).subarray(0, 4).toString()).toBe('MDMP');
});

it('no report is sent, and no process is told where to', async () => {
  const told = await desktop.app.evaluate(({ crashReporter }) => ({
    sends: crashReporter.getUploadToServer(),
    // Those that were not sent are listed, too, and have no number of a server's.
    sent: crashReporter.getUploadedReports().filter(({ id }) => id !== ''),
  }));
  expect(told).toEqual({ sends: false, sent: [] });
  if (process.platform !== 'linux') return;
  const handlers = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    })
    .filter(([program = '', ...rest]) => program.includes('crashpad') && rest.join(' ').includes(desktop.profile));
  expect(handlers.length).toBeGreaterThan(0);
  for (const words of handlers) {
    expect(words).toContain('--no-rate-limit');
    expect(words.filter((word) => /^--url=.+/.test(word))).toEqual([]);
  }
});

it('five at most are kept, the newest, whenever somebody looks', async () => {
  const folder = join(crashes(), 'pending');
  mkdirSync(folder, { recursive: true });
  for (let n = 0; n < 7; n++) {
    const path = join(folder, `old-${n}.dmp`);
    writeFileSync(path, 'memory');
    utimesSync(path, Date.now() / 1_000 - 86_400 - n, Date.now() / 1_000 - 86_400 - n);
  }
  const real = reports().filter((name) => !name.includes('old-'));
  const { page } = desktop;
  await page.waitForLoadState('load');
  await expect
    .poll(() => ask(page, 'diagnostics.text').catch(() => ''), WAIT)
    .toContain('Crash reports on this computer: 5');
  expect(reports()).toHaveLength(5);
  expect(reports()).toEqual(expect.arrayContaining(real));
});

it('the crash of the page leaves one as well', async () => {
  const before = new Set(reports());
  await desktop.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]!.webContents.forcefullyCrashRenderer(),
  );
  await expect.poll(() => reports().filter((name) => !before.has(name)).length, WAIT).toBe(1);
});
