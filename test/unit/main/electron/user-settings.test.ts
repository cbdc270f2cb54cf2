import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { settingsHandlers } from '../../../../main/electron/handlers/settings';
import type { PreferenceStore } from '../../../../main/electron/preferences';
import { ProjectSession } from '../../../../main/electron/project-session';
import { RecentProjects } from '../../../../main/electron/recent-projects';
import { UserSettings } from '../../../../main/electron/user-settings';
import type { Theme } from '../../../../shared/ipc';
import { STANDARD_KEYBOARD } from '../../../../shared/keymap';

const DEFAULTS = {
  ...{ language: 'system', theme: 'dark', pseudonyms: false, keyboard: STANDARD_KEYBOARD },
  ...{ updatePlace: '', updatesAtStart: false },
};

let profile: string;

beforeEach(() => {
  profile = mkdtempSync(join(tmpdir(), 'profile-'));
});

describe('settings', () => {
  it("follow the system's language at first, dark", () => {
    expect(new UserSettings(profile, ['zh-Hans-CN', 'en-US']).effective).toEqual({
      settings: DEFAULTS,
      language: 'zh-CN',
    });
    expect(new UserSettings(profile, ['de-DE', 'en-GB', 'zh-CN']).effective.language).toBe('en');
    expect(new UserSettings(profile, ['de-DE']).effective.language).toBe('en');
  });

  it('are there again after a restart, and whoever listens hears of a change', async () => {
    const settings = new UserSettings(profile, ['en']);
    const heard: string[] = [];
    settings.onChange(({ language }) => heard.push(language));
    await settings.change({ language: 'zh-CN' });
    await settings.change({ theme: 'light' });
    expect(heard).toEqual(['zh-CN', 'zh-CN']);
    expect(new UserSettings(profile, ['en']).effective).toEqual({
      settings: { ...DEFAULTS, language: 'zh-CN', theme: 'light' },
      language: 'zh-CN',
    });
  });

  it('about pseudonyms are written down in the open project, by whom and when', async () => {
    const settings = new UserSettings(profile, ['en']);
    const session = new ProjectSession(new RecentProjects(profile), () => undefined);
    const handlers = settingsHandlers(settings, session, { userName: 'Ann' } as PreferenceStore);
    await handlers['settings.set']({ pseudonyms: true });
    await session.create(profile, 'Breast');
    await handlers['settings.set']({ theme: 'light' });
    expect(await session.store.audit.latest(5)).toEqual([]);
    await handlers['settings.set']({ pseudonyms: false });
    await handlers['settings.set']({ pseudonyms: false });
    const entry = { user: 'Ann', action: 'set-pseudonyms', detail: { pseudonyms: false } };
    expect(await session.store.audit.latest(5)).toMatchObject([entry]);
    await session.close();
  });

  it('are written in order when changed faster than the disk', async () => {
    const settings = new UserSettings(profile, ['en']);
    const themes = Array.from({ length: 20 }, (_, i): Theme => (i % 2 ? 'light' : 'dark'));
    await Promise.all(themes.map((theme) => settings.change({ theme })));
    expect(JSON.parse(readFileSync(join(profile, 'settings.json'), 'utf8'))).toMatchObject({ theme: 'light' });
    expect(existsSync(join(profile, 'settings.json.new'))).toBe(false);
  });

  it('keep what is right when the keys are not', () => {
    const keyboard = { preset: 'left-handed', keys: { 'tool.brush': ['J'], 'no.such': ['K'] } };
    writeFileSync(join(profile, 'settings.json'), JSON.stringify({ theme: 'light', keyboard }));
    expect(new UserSettings(profile, ['en']).effective.settings).toMatchObject({
      theme: 'light',
      keyboard: { preset: 'left-handed', keys: { 'tool.brush': ['J'] } },
    });
    writeFileSync(join(profile, 'settings.json'), '{"theme":"light","keyboard":7}');
    expect(new UserSettings(profile, ['en']).effective.settings).toMatchObject({
      theme: 'light',
      keyboard: STANDARD_KEYBOARD,
    });
  });

  it.each(['', '{"theme":', '{"theme":"pink"}', '[]'])('start with defaults when the file is %j', (content) => {
    writeFileSync(join(profile, 'settings.json'), content);
    expect(new UserSettings(profile, ['en']).effective.settings).toEqual(DEFAULTS);
  });
});

describe('recent projects', () => {
  it('come last opened first, each once, and say when they are not there', async () => {
    const recent = new RecentProjects(profile);
    await recent.add('/nowhere/Breast 2026.sonomask');
    await recent.add(profile);
    await recent.add('/nowhere/Breast 2026.sonomask');
    expect(new RecentProjects(profile).list()).toMatchObject([
      { name: 'Breast 2026', path: '/nowhere/Breast 2026.sonomask', present: false },
      { path: profile, present: true },
    ]);
  });

  it('are at most twelve', async () => {
    const recent = new RecentProjects(profile);
    for (let i = 0; i < 15; i++) await recent.add(`/p/${i}.sonomask`);
    expect(recent.list().map(({ name }) => name)).toEqual([
      '14',
      '13',
      '12',
      '11',
      '10',
      '9',
      '8',
      '7',
      '6',
      '5',
      '4',
      '3',
    ]);
    await recent.clear();
    expect(recent.list()).toEqual([]);
  });
});
