// @vitest-environment happy-dom
/** How texts name the way to a command: by the key the user has for it now, else by its name. */
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, it } from 'vitest';
import { useCommandNames } from '../../../../renderer/i18n/command-names';
import { useSettings } from '../../../../renderer/stores/settings';
import { STANDARD_KEYBOARD, type Keyboard } from '../../../../shared/keymap';
import { fakeMain } from '../stores/fake-main';

beforeEach(() => {
  setActivePinia(createPinia());
  fakeMain({});
});

function wayWith(keys: Keyboard['keys'], language: 'en' | 'zh-CN' = 'en'): string {
  const settings = useSettings();
  const keyboard = { ...STANDARD_KEYBOARD, keys };
  settings.effective = { settings: { ...settings.effective.settings, keyboard }, language };
  return useCommandNames().wayTo('review.comment');
}

it('is the key of the table or the user', () => {
  expect(wayWith({})).toBe('Shift+T');
  expect(wayWith({ 'review.comment': ['F8'] })).toBe('F8');
});

it('is the name where the user took the key away or gave it to another command: no text has a gap', () => {
  expect(wayWith({ 'review.comment': [] })).toBe('“Comment Here”');
  expect(wayWith({ 'tool.brush': ['Shift+T'] }, 'zh-CN')).toBe('“在此处添加批注”');
});
