import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHANNELS } from '../../shared/ipc';
import { openDesktop, PROJECT_ROOT, SANDBOX_FLAGS, stringEnv, type Desktop } from '../support/desktop';
import { resolveElectron } from '../support/electron-runtime';

let desktop: Desktop;

beforeAll(async () => {
  desktop = await openDesktop();
});

afterAll(async () => {
  await desktop.close();
});

/** What the page gets from main, whatever it sends: bypasses the types on purpose. */
function ask(channel: unknown, payload?: unknown): Promise<unknown> {
  return desktop.page.evaluate(
    ([name, sent]) => window.sonomask.invoke(name as never, sent as never) as Promise<unknown>,
    [channel, payload],
  );
}

const menuLabels = (): Promise<string[]> =>
  desktop.app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.items.map(({ label }) => label) ?? []);

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
        told.push(content);
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
    spawn(executablePath, [...flags, join(folder, 'b')], { env: stringEnv(), stdio: 'ignore' });
    const told = () => own.app.evaluate(() => (globalThis as unknown as { told: unknown[] }).told);
    await expect
      .poll(told, { timeout: 20_000 })
      .toEqual(expect.arrayContaining([['files.given', { paths: [join(folder, 'b')] }]]));
    await own.close();
  });

  it('takes a port from main', async () => {
    const answer = desktop.page.evaluate(
      () =>
        new Promise((resolve) => {
          window.addEventListener('message', ({ data, ports }) => {
            if ((data as { type?: string }).type !== 'sonomask:port') return;
            ports[0]!.onmessage = (event) => resolve([data, event.data]);
            ports[0]!.postMessage(new Float32Array([1, 2]));
          });
        }),
    );
    await desktop.app.evaluate(({ BrowserWindow, MessageChannelMain }) => {
      const { port1, port2 } = new MessageChannelMain();
      port1.on('message', ({ data }) => port1.postMessage((data as Float32Array).length));
      port1.start();
      BrowserWindow.getAllWindows()[0]!.webContents.postMessage('sonomask:port', 'prompt', [port2]);
    });
    expect(await answer).toEqual([{ type: 'sonomask:port', port: 'prompt' }, 2]);
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

describe('a page can not', () => {
  it('reach Node or Electron', async () => {
    const found = await desktop.page.evaluate(() =>
      ['require', 'process', 'module', 'Buffer', 'global', 'ipcRenderer'].filter((name) => name in window),
    );
    expect(found).toEqual([]);
    expect(await desktop.page.evaluate(() => Object.keys(window.sonomask).sort())).toEqual([
      'invoke',
      'on',
      'pathForFile',
    ]);
  });

  it('run in a window without isolation and sandbox', async () => {
    const preferences = await desktop.app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]!.webContents as unknown as {
        getLastWebPreferences(): Record<string, unknown>;
      };
      const { sandbox, contextIsolation, nodeIntegration, webSecurity } = contents.getLastWebPreferences();
      return { sandbox, contextIsolation, nodeIntegration, webSecurity };
    });
    expect(preferences).toEqual({ sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true });
  });

  it('run inline or evaluated script, or load a script from elsewhere', async () => {
    const policy = await desktop.page.evaluate(async () =>
      (await fetch('app://sonomask/index.html')).headers.get('content-security-policy'),
    );
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    const blocked = await desktop.page.evaluate(async () => {
      const violations: string[] = [];
      document.addEventListener('securitypolicyviolation', (event) => violations.push(event.effectiveDirective));
      const inline = document.createElement('script');
      inline.textContent = 'window.inlineRan = true';
      const remote = document.createElement('script');
      remote.src = 'https://example.com/x.js';
      document.head.append(inline, remote);
      // Outside the debugger's own evaluation, which may do what a page may not.
      const evaluated = await new Promise((tell) =>
        setTimeout(() => {
          try {
            tell(new Function('return true')());
          } catch {
            tell(false);
          }
        }),
      );
      await new Promise((resolve) => setTimeout(resolve, 300));
      return { violations: violations.length, ran: 'inlineRan' in window, evaluated };
    });
    expect(blocked).toMatchObject({ ran: false, evaluated: false });
    expect(blocked.violations).toBeGreaterThanOrEqual(2);
  });

  it('read files outside the interface', async () => {
    const statuses = await desktop.page.evaluate(() =>
      Promise.all(
        ['/../main/main.cjs', '/%2e%2e/main/main.cjs', '/..%2fmain%2fmain.cjs', '/nothing.js', '/etc/passwd'].map(
          async (path) => (await fetch(`app://sonomask${path}`)).status,
        ),
      ),
    );
    expect(statuses.every((status) => status === 403 || status === 404)).toBe(true);
    expect(
      await desktop.page.evaluate(() =>
        fetch('file:///etc/passwd').then(
          () => 'read',
          () => 'refused',
        ),
      ),
    ).toBe('refused');
  });

  it('leave for another page', async () => {
    for (const url of ['https://example.com/', 'file:///etc/passwd', 'data:text/html,x', 'app://other/index.html']) {
      await desktop.page.evaluate((to) => void (location.href = to), url);
      await desktop.page.waitForTimeout(200);
      expect(desktop.page.url()).toBe('app://sonomask/index.html');
    }
  });

  it('open another window', async () => {
    const opened = await desktop.page.evaluate(() =>
      ['https://example.com/', 'app://sonomask/index.html', 'about:blank'].map((url) => window.open(url) !== null),
    );
    expect(opened).toEqual([false, false, false]);
    expect(desktop.app.windows()).toHaveLength(1);
  });

  it('get a permission', async () => {
    const answers = await desktop.page.evaluate(async () => ({
      camera: await navigator.mediaDevices.getUserMedia({ video: true }).then(
        () => 'granted',
        (error: Error) => error.name,
      ),
      notifications: await Notification.requestPermission(),
    }));
    expect(answers.camera).not.toBe('granted');
    expect(answers.notifications).toBe('denied');
  });
});

describe('a request to main', () => {
  it('with the wrong payload is answered with a typed error and never reaches its handler', async () => {
    const wrong: [string, unknown][] = [
      ['settings.set', { language: 'klingon' }],
      ['settings.set', { theme: 'dark', admin: true }],
      ['settings.set', null],
      ['project.open', { path: '' }],
      ['project.open', '/tmp'],
      ['project.create', { folder: tmpdir(), name: '../escape' }],
      ['project.create', { folder: tmpdir(), name: 'a/b' }],
      ['menu.setState', { disabled: ['no.such.command'], checked: [] }],
    ];
    for (const [channel, payload] of wrong) {
      expect(await ask(channel, payload)).toMatchObject({ ok: false, error: { code: 'usage', subject: channel } });
    }
    expect(await ask('settings.get')).toMatchObject({ value: { settings: { language: 'system', theme: 'dark' } } });
  });

  it('on a channel that does not exist is refused, also one that every object has', async () => {
    for (const channel of ['no.such', '__proto__', 'toString', 'constructor', 7, null]) {
      expect(await ask(channel)).toMatchObject({ ok: false, error: { code: 'usage' } });
    }
  });

  it('from a frame inside the page is refused', async () => {
    const frames = await desktop.app.evaluate(async ({ BrowserWindow, ipcMain }) => {
      const handlers = (ipcMain as unknown as { _invokeHandlers: Map<string, (...args: unknown[]) => unknown> })
        ._invokeHandlers;
      const contents = BrowserWindow.getAllWindows()[0]!.webContents;
      const main = contents.mainFrame;
      const answers = [
        { senderFrame: { url: 'app://sonomask/index.html', parent: main } },
        { senderFrame: { url: 'https://example.com/', parent: null } },
        { senderFrame: null },
      ].map((event) => handlers.get('sonomask:invoke')!({ sender: contents, ...event }, 'app.info', undefined));
      return Promise.all(answers);
    });
    for (const answer of frames) expect(answer).toMatchObject({ ok: false, error: { code: 'usage' } });
  });

  it('is answered in the form the contract says', async () => {
    for (const channel of ['app.info', 'settings.get', 'project.recent', 'project.current'] as const) {
      const { value } = (await ask(channel)) as { value: unknown };
      expect(CHANNELS[channel].response.parse(value)).toEqual(value);
    }
  });
});

describe('language and theme', () => {
  it('switch while the program runs, menu included, and last', async () => {
    const own = await openDesktop();
    const look = () =>
      own.page.evaluate(() => ({
        lang: document.documentElement.lang,
        theme: document.documentElement.dataset['theme'],
      }));
    expect(await look()).toEqual({ lang: 'en', theme: 'dark' });
    await own.app.evaluate(({ Menu }) => Menu.getApplicationMenu()!.getMenuItemById('language.zh-CN')!.click());
    await own.app.evaluate(({ Menu }) => Menu.getApplicationMenu()!.getMenuItemById('theme.light')!.click());
    await expect.poll(look).toEqual({ lang: 'zh-CN', theme: 'light' });
    const labels = () => own.app.evaluate(({ Menu }) => Menu.getApplicationMenu()!.items.map(({ label }) => label));
    expect(await labels()).toContain('编辑');
    await own.close({ keepProfile: true });
    expect(JSON.parse(readFileSync(join(own.profile, 'settings.json'), 'utf8'))).toEqual({
      language: 'zh-CN',
      theme: 'light',
    });
    const again = await openDesktop({ profile: own.profile });
    const seen = await again.page.evaluate(() => document.documentElement.lang);
    await again.close();
    expect(seen).toBe('zh-CN');
  });

  it("is the system's at first", async () => {
    const own = await openDesktop({ env: { LANGUAGE: 'zh_CN:en', LANG: 'zh_CN.UTF-8', LC_ALL: 'zh_CN.UTF-8' } });
    const lang = await own.page.evaluate(() => document.documentElement.lang);
    await own.close();
    expect(lang).toBe('zh-CN');
  });
});

describe('the menu', () => {
  it('has every menu, and tells the page which command was chosen', async () => {
    expect(await menuLabels()).toEqual(['File', 'Edit', 'View', 'Tools', 'Mask', 'Go', 'Help']);
    await desktop.page.evaluate(() => {
      const heard: string[] = [];
      Object.assign(window, { heard });
      window.sonomask.on('command', ({ id }) => heard.push(id));
    });
    await desktop.app.evaluate(({ Menu }) => {
      for (const id of ['go.nextFrame', 'mask.accept']) Menu.getApplicationMenu()!.getMenuItemById(id)!.click();
    });
    const heard = () => desktop.page.evaluate(() => (window as unknown as { heard: string[] }).heard);
    await expect.poll(heard).toEqual(['go.nextFrame', 'mask.accept']);
  });

  it('shows what the page says is possible and what is on', async () => {
    await ask('menu.setState', { disabled: ['edit.undo'], checked: ['tool.brush', 'view.outlinesOnly'] });
    const items = await desktop.app.evaluate(({ Menu }) =>
      ['edit.undo', 'edit.redo', 'tool.brush', 'tool.point', 'view.outlinesOnly'].map((id) => {
        const { enabled, checked } = Menu.getApplicationMenu()!.getMenuItemById(id)!;
        return [enabled, checked];
      }),
    );
    expect(items).toEqual([
      [false, false],
      [true, false],
      [true, true],
      [true, false],
      [true, true],
    ]);
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

describe('a project', () => {
  it('is made, closed, opened again and remembered', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'projects-'));
    const path = join(folder, 'Breast 2026.sonomask');
    const project = { path, name: 'Breast 2026' };
    expect(await ask('project.create', { folder, name: 'Breast 2026' })).toEqual({ ok: true, value: project });
    expect(await ask('project.current')).toMatchObject({ value: project });
    expect(await ask('project.create', { folder, name: 'Breast 2026' })).toMatchObject({ ok: false });
    expect(await ask('project.current')).toMatchObject({ value: project });
    expect(await ask('project.close')).toMatchObject({ ok: true });
    expect(await ask('project.current')).toMatchObject({ value: null });
    expect(await ask('project.open', { path: join(folder, 'none.sonomask') })).toMatchObject({
      error: { code: 'file-not-found' },
    });
    expect(await ask('project.open', { path })).toMatchObject({ value: project });
    // Other projects may have been opened before; this one was last.
    const known = (await ask('project.recent')) as { value: unknown[] };
    expect(known.value[0]).toMatchObject({ ...project, present: true });
    const recent = await desktop.app.evaluate(
      ({ Menu }) => Menu.getApplicationMenu()!.getMenuItemById('recent')!.submenu!.items[0]!.label,
    );
    expect(recent).toBe(`Breast 2026  (${path})`);
  });
});
