import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDesktop, PROJECT_ROOT, SANDBOX_FLAGS, stringEnv, type Desktop } from '../support/desktop';
import { resolveElectron } from '../support/electron-runtime';

let desktop: Desktop;

beforeAll(async () => {
  desktop = await openDesktop();
});

afterAll(() => desktop.close());

describe('the window', () => {
  it('shows the interface, named SonoMask, with nothing on the console', async () => {
    const complaints: string[] = [];
    desktop.page.on('console', (message) => complaints.push(message.text()));
    desktop.page.on('pageerror', (error) => complaints.push(error.message));
    await desktop.page.reload();
    await desktop.page.waitForSelector('#app > *');
    expect(await desktop.page.title()).toBe('SonoMask');
    expect(desktop.page.url()).toBe('app://sonomask/index.html');
    expect(complaints).toEqual([]);
    const visible = await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible());
    expect(visible).toBe(true);
  });

  it('opens where it was closed', async () => {
    const first = await openDesktop();
    const bounds = { x: 40, y: 30, width: 1100, height: 700 };
    await first.app.evaluate(({ BrowserWindow }, to) => BrowserWindow.getAllWindows()[0]!.setBounds(to), bounds);
    await first.page.waitForTimeout(800);
    await first.close({ keepProfile: true });
    const second = await openDesktop({ profile: first.profile });
    const found = await second.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.getBounds());
    await second.close();
    expect(found).toEqual(bounds);
  });

  it('comes back after its process was killed, and is told so once it listens', async () => {
    const own = await openDesktop();
    const gone = own.page.waitForEvent('crash');
    await own.app.evaluate(({ BrowserWindow }) => {
      const { webContents } = BrowserWindow.getAllWindows()[0]!;
      const told: unknown[] = [];
      Object.assign(globalThis, { told });
      const send = webContents.send.bind(webContents);
      webContents.send = (channel, ...content) => {
        // On a slow machine what the model is doing is told in between.
        if (content[0] === 'worker.restarted') told.push(content);
        send(channel, ...content);
      };
      process.kill(webContents.getOSProcessId(), 'SIGKILL');
    });
    await gone;
    const shown = () =>
      own.app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0]!.webContents.executeJavaScript("document.querySelector('#app > *') !== null"),
      );
    await expect.poll(shown, { timeout: 20_000 }).toBe(true);
    const told = () => own.app.evaluate(() => (globalThis as unknown as { told: unknown[] }).told);
    await expect.poll(told).toEqual([['worker.restarted', { worker: 'interface', reason: 'killed' }]]);
    await own.close();
  });

  it('hears of files that were given while it was away', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'study-'));
    const own = await openDesktop();
    await own.app.evaluate(({ BrowserWindow }) => {
      const { webContents } = BrowserWindow.getAllWindows()[0]!;
      const told: unknown[] = [];
      Object.assign(globalThis, { told });
      const send = webContents.send.bind(webContents);
      webContents.send = (channel, ...content) => (told.push(content), send(channel, ...content));
    });
    const { executablePath } = await resolveElectron();
    const flags = [...SANDBOX_FLAGS, `--user-data-dir=${own.profile}`, PROJECT_ROOT];
    // The page is away while the second start gives its files; they wait for it.
    await own.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]!.webContents.forcefullyCrashRenderer(),
    );
    const second = spawn(executablePath, [...flags, join(folder, 'b')], { env: stringEnv(), stdio: 'ignore' });
    const turnedAway = once(second, 'exit');
    const told = () => own.app.evaluate(() => (globalThis as unknown as { told: unknown[] }).told);
    await expect
      .poll(told, { timeout: 20_000 })
      .toEqual(expect.arrayContaining([['files.given', { paths: [join(folder, 'b')] }]]));
    // Until then it writes into the profile, which goes now.
    await turnedAway;
    await own.close();
  });

  it('takes a port from main', async () => {
    // Two steps, the first awaited: the page listens before main, asked on another way, sends.
    await desktop.page.evaluate(() => {
      const answer = new Promise((resolve) => {
        window.addEventListener('message', ({ data, ports }) => {
          // The prompt worker's own port may come just now.
          if ((data as { port?: string }).port !== 'of the test') return;
          ports[0]!.onmessage = (event) => resolve([data, event.data]);
          ports[0]!.postMessage(new Float32Array([1, 2]));
        });
      });
      Object.assign(window, { answer });
    });
    await desktop.app.evaluate(({ BrowserWindow, MessageChannelMain }) => {
      const { port1, port2 } = new MessageChannelMain();
      port1.on('message', ({ data }) => port1.postMessage((data as Float32Array).length));
      port1.start();
      BrowserWindow.getAllWindows()[0]!.webContents.postMessage('sonomask:port', 'of the test', [port2]);
    });
    const answer = await desktop.page.evaluate(() => (window as unknown as { answer: Promise<unknown> }).answer);
    expect(answer).toEqual([{ type: 'sonomask:port', port: 'of the test' }, 2]);
  });

  it('knows the path of a file the user gave the page, and none for one the page made', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'study-')), 'a.png');
    writeFileSync(file, 'x');
    await desktop.page.evaluate(() => {
      const input = document.createElement('input');
      input.type = 'file';
      input.id = 'given';
      document.body.append(input);
    });
    await desktop.page.setInputFiles('#given', file);
    const paths = await desktop.page.evaluate(() => {
      const input = document.querySelector<HTMLInputElement>('#given')!;
      const found = [input.files![0]!, new File(['x'], 'made.png')].map((given) => window.sonomask.pathForFile(given));
      input.remove();
      return found;
    });
    expect(paths).toEqual([file, '']);
  });
});

describe('a second start', () => {
  it('brings the first window to the front and hands over its files', async () => {
    await desktop.page.evaluate(() => {
      const given: string[][] = [];
      Object.assign(window, { given });
      window.sonomask.on('files.given', ({ paths }) => given.push(paths));
    });
    const { executablePath } = await resolveElectron();
    const folder = mkdtempSync(join(tmpdir(), 'study-'));
    writeFileSync(join(folder, 'a.png'), '');
    const second = spawn(
      executablePath,
      [...SANDBOX_FLAGS, `--user-data-dir=${desktop.profile}`, PROJECT_ROOT, join(folder, 'a.png')],
      { env: stringEnv(), stdio: 'ignore' },
    );
    expect(await new Promise((done) => second.once('exit', done))).toBe(0);
    const given = () => desktop.page.evaluate(() => (window as unknown as { given: string[][] }).given);
    await expect.poll(given).toEqual([[join(folder, 'a.png')]]);
    expect(desktop.app.windows()).toHaveLength(1);
  });

  it('with another profile is a program of its own', async () => {
    const other = await openDesktop();
    expect(other.app.windows()).toHaveLength(1);
    await other.close();
  });
});
