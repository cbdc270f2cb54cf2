import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDesktop, type Desktop } from '../support/desktop';
import { answerTo, menu } from '../support/journey/workplace';

let desktop: Desktop;

beforeAll(async () => {
  desktop = await openDesktop();
});

afterAll(() => desktop.close());

const ask = (channel: unknown, payload?: unknown): Promise<unknown> => answerTo(desktop.page, channel, payload);

const menuLabels = (): Promise<string[]> =>
  desktop.app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.items.map(({ label }) => label) ?? []);

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
      pseudonyms: false,
      updatePlace: '',
      updatesAtStart: false,
      keyboard: { preset: 'standard', keys: {} },
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

describe('all commands', () => {
  it('are found by a part of their name, and run by Enter', async () => {
    await menu(desktop.app, 'help.palette');
    const field = desktop.page.getByRole('combobox', { name: 'Type a part of a name' });
    await field.fill('keyb short');
    await field.press('Enter');
    await desktop.page.getByText('Brightness, contrast').waitFor();
    await desktop.page.keyboard.press('Escape');
    await expect.poll(() => desktop.page.getByText('Brightness, contrast').count()).toBe(0);
  });
});

describe('the menu', () => {
  it('has every menu, and tells the page which command was chosen', async () => {
    expect(await menuLabels()).toEqual([
      'File',
      'Edit',
      'View',
      'Display',
      'Tools',
      'Mask',
      'Cine',
      'Review',
      'Learning',
      'Go',
      'Help',
    ]);
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

describe('a project', () => {
  it('is made, closed, opened again and remembered', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'projects-'));
    const path = join(folder, 'Breast 2026.sonomask');
    const project = { path, name: 'Breast 2026', reading: { id: 1, name: 'main', blind: false }, team: null };
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
    expect(known.value[0]).toMatchObject({ path, name: 'Breast 2026', present: true });
    const recent = await desktop.app.evaluate(
      ({ Menu }) => Menu.getApplicationMenu()!.getMenuItemById('recent')!.submenu!.items[0]!.label,
    );
    expect(recent).toBe(`Breast 2026  (${path})`);
  });
});
