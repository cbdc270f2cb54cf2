import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHANNELS } from '../../shared/ipc';
import { openDesktop, type Desktop } from '../support/desktop';
import { answerTo } from '../support/journey/workplace';

let desktop: Desktop;

beforeAll(async () => {
  desktop = await openDesktop();
});

afterAll(() => desktop.close());

const ask = (channel: unknown, payload?: unknown): Promise<unknown> => answerTo(desktop.page, channel, payload);

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
