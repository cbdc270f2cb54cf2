// @vitest-environment happy-dom
/** Which keys labels are given: digits, as long as there are any; never one that a command or another label has. */
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, it } from 'vitest';
import { useLabels } from '../../../../renderer/stores/labels';
import { useSettings } from '../../../../renderer/stores/settings';
import { STANDARD_KEYBOARD, withoutShortcut } from '../../../../shared/keymap';
import { fakeMain } from './fake-main';

const label = (id: number, shortcut: string | null) =>
  ({ id, name: `label ${id}`, colour: '#ff0000', shortcut, instances: 'single', head: null }) as const;

let stored: ReturnType<typeof label>[];

beforeEach(async () => {
  setActivePinia(createPinia());
  stored = [];
  fakeMain({
    'labels.list': () => stored,
    'labels.create': ({ label: { shortcut = null } }) => label(99, shortcut),
  });
});

async function project(...shortcuts: (string | null)[]) {
  stored = shortcuts.map((shortcut, i) => label(i + 1, shortcut));
  const labels = useLabels();
  await labels.load();
  return labels;
}

it('are the ten digits in turn, and none after them: every letter is a command’s', async () => {
  const labels = await project('1', null, '3');
  expect(labels.freeKeys(null)).toEqual([...'24567890']);
  expect((await labels.create({ name: 'next' })).shortcut).toBe('2');
  expect((await project(...'1234567890')).freeKeys(null)).toEqual([]);
});

it('leave a label the one it has', async () => {
  const labels = await project(...'1234567890');
  expect(labels.freeKeys(4)).toEqual(['4']);
});

it('are letters, too, where their commands have lost them', async () => {
  const labels = await project(...'1234567890');
  const settings = useSettings();
  const keyboard = withoutShortcut(STANDARD_KEYBOARD, 'tool.brush', 'B');
  settings.effective = { ...settings.effective, settings: { ...settings.effective.settings, keyboard } };
  expect(labels.freeKeys(null)).toEqual(['b']);
});
