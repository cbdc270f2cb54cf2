import { describe, expect, it } from 'vitest';
import {
  COMMANDS,
  isPlainKey,
  keyBinding,
  rendererShortcuts,
  shortcutText,
  type Command,
} from '../../../shared/commands';

const all: readonly Command[] = COMMANDS;

describe('the list of commands', () => {
  it('names each command once', () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  });

  it('gives no shortcut to two commands', () => {
    const shortcuts = all.flatMap((command) => command.shortcuts);
    expect(shortcuts.filter((shortcut, index) => shortcuts.indexOf(shortcut) !== index)).toEqual([]);
  });

  it('has every name in both languages, the Chinese ones in Chinese', () => {
    for (const { title } of all) {
      expect(title.en).toMatch(/[A-Z]/);
      expect(title['zh-CN']).toMatch(/\p{Script=Han}/u);
    }
  });

  it('binds every shortcut exactly once: in the menu or in the renderer', () => {
    for (const command of all) {
      const byMenu = command.shortcuts.slice(0, 1).filter((shortcut) => !isPlainKey(shortcut));
      expect([...byMenu, ...rendererShortcuts(command)].sort()).toEqual([...command.shortcuts].sort());
    }
  });
});

describe('a shortcut', () => {
  it('is plain when it also types or moves a cursor', () => {
    expect(['V', 'Delete', 'Right', 'Shift+/', '['].every(isPlainKey)).toBe(true);
    expect(['CmdOrCtrl+Z', 'CmdOrCtrl+Alt+O', 'Alt+Left'].some(isPlainKey)).toBe(false);
  });

  it.each([
    ['CmdOrCtrl+Shift+Z', '$mod+Shift+z'],
    ['Right', 'ArrowRight'],
    ['V', 'v'],
    ['Shift+/', 'Shift+?'],
    ['F1', 'F1'],
    ['Esc', 'Escape'],
    ['PageDown', 'PageDown'],
  ])('%s is the key binding %s', (shortcut, binding) => {
    expect(keyBinding(shortcut)).toBe(binding);
  });

  it('reads as people of the platform write it', () => {
    expect(shortcutText('CmdOrCtrl+Shift+Z', 'linux')).toBe('Ctrl+Shift+Z');
    expect(shortcutText('CmdOrCtrl+Shift+Z', 'darwin')).toBe('⌘⇧Z');
    expect(shortcutText('Shift+/', 'win32')).toBe('?');
  });
});
