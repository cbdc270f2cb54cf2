import { describe, expect, it } from 'vitest';
import { COMMANDS, type Command } from '../../../shared/commands';
import { isReserved, isShortcut } from '../../../shared/shortcut';

const all: readonly Command[] = COMMANDS;

describe('the list of commands', () => {
  it('names each command once', () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  });

  it('gives no shortcut to two commands', () => {
    const shortcuts = all.flatMap((command) => command.defaultShortcuts);
    expect(shortcuts.filter((shortcut, index) => shortcuts.indexOf(shortcut) !== index)).toEqual([]);
  });

  it('writes shortcuts as they are written, and takes none that the system needs', () => {
    const shortcuts = all.filter(({ id }) => id !== 'tool.cancel').flatMap((command) => command.defaultShortcuts);
    expect(shortcuts.filter((shortcut) => !isShortcut(shortcut) || isReserved(shortcut))).toEqual([]);
  });

  it('has every name in both languages, the Chinese ones in Chinese', () => {
    for (const { title } of all) {
      expect(title.en).toMatch(/[A-Z]/);
      expect(title['zh-CN']).toMatch(/\p{Script=Han}/u);
    }
  });
});
