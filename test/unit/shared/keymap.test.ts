import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMANDS, COMMAND_IDS, type CommandId } from '../../../shared/commands';
import {
  isMenuShortcut,
  KEY_PRESETS,
  keyboardSchema,
  keymapOf,
  presetShortcuts,
  STANDARD_KEYBOARD,
  withoutShortcut,
  withPresetShortcuts,
  withShortcut,
  type Keyboard,
} from '../../../shared/keymap';
import { isPlainKey } from '../../../shared/shortcut';

const LEFT: Keyboard = { preset: 'left-handed', keys: {} };

describe.each(KEY_PRESETS)('the preset %s', (preset) => {
  it('gives every command all its shortcuts: none is wanted by two', () => {
    const keyboard: Keyboard = { preset, keys: {} };
    const keymap = keymapOf(keyboard);
    for (const id of COMMAND_IDS) {
      expect(keymap.shortcutsOf(id)).toEqual(presetShortcuts(keyboard, id));
      for (const shortcut of keymap.shortcutsOf(id)) expect(keymap.commandOf(shortcut)).toBe(id);
    }
  });

  it('has two keys that do the whole loop', () => {
    const keymap = keymapOf({ preset, keys: {} });
    expect(keymap.commandOf('F13')).toBe('mask.acceptAndNext');
    expect(keymap.commandOf('F14')).toBe('mask.rejectAndNext');
  });
});

describe('the left-handed preset', () => {
  /** Under the right hand, or at the right end of the keyboard. */
  const RIGHT =
    /^(Shift\+)?([YUIOPHJKLNMB;',./[\]\\]|Enter|Delete|Backspace|num\w+|Left|Right|Up|Down|PageUp|PageDown)$/;

  it('has every tool, and what is pressed on every frame, under the right hand', () => {
    const keymap = keymapOf(LEFT);
    const often = COMMANDS.filter(({ id, menu }) => menu === 'tool' && id !== 'tool.cancel').map(({ id }) => id);
    const loop: CommandId[] = ['mask.accept', 'mask.reject', 'go.nextUnreviewed', 'go.nextFrame', 'mask.acceptAndNext'];
    const far = [...often, ...loop].filter((id) => {
      const [shown] = keymap.shortcutsOf(id);
      return shown !== undefined && isPlainKey(shown) && !RIGHT.test(shown);
    });
    expect(far).toEqual([]);
  });

  it('only lets keys change places: with Ctrl everything is as it was', () => {
    expect(keymapOf(LEFT).commandOf('CmdOrCtrl+Z')).toBe('edit.undo');
    expect(keymapOf(LEFT).commandOf('Shift+/')).toBe('help.shortcuts');
  });
});

describe('a changed key', () => {
  it('is the command’s, and no longer anybody else’s', () => {
    const keyboard = withShortcut(STANDARD_KEYBOARD, 'view.fit', 'B');
    const keymap = keymapOf(keyboard);
    expect(keymap.commandOf('B')).toBe('view.fit');
    expect(keymap.shortcutsOf('view.fit')).toEqual(['CmdOrCtrl+0', 'F', 'B']);
    expect(keymap.shortcutsOf('tool.brush')).toEqual([]);
  });

  it('takes the place of the one it replaces, which is free then', () => {
    const keyboard = withShortcut(STANDARD_KEYBOARD, 'tool.brush', 'J', 'B');
    expect(keymapOf(keyboard).shortcutsOf('tool.brush')).toEqual(['J']);
    expect(keymapOf(keyboard).commandOf('B')).toBeUndefined();
  });

  it('comes back where it was with its command’s usual keys', () => {
    const taken = withShortcut(STANDARD_KEYBOARD, 'view.fit', 'B');
    const back = withPresetShortcuts(taken, 'tool.brush');
    expect(keymapOf(back).commandOf('B')).toBe('tool.brush');
    expect(keymapOf(back).shortcutsOf('view.fit')).toEqual(['CmdOrCtrl+0', 'F']);
    expect(back).toEqual(STANDARD_KEYBOARD);
  });

  it('stays the user’s when a later version gives the key to a new command', () => {
    const keymap = keymapOf({ preset: 'standard', keys: { 'help.about': ['V'] } });
    expect(keymap.commandOf('V')).toBe('help.about');
    expect(keymap.shortcutsOf('tool.select')).toEqual([]);
  });

  const change = fc.record({
    id: fc.constantFrom(...COMMAND_IDS),
    shortcut: fc.constantFrom('A', 'B', 'Shift+S', 'F13', 'CmdOrCtrl+Z', 'num4', 'Enter'),
    kind: fc.constantFrom('give', 'take', 'reset'),
  });
  const act = (
    keyboard: Keyboard,
    { id, shortcut, kind }: { id: CommandId; shortcut: string; kind: string },
  ): Keyboard =>
    kind === 'give'
      ? withShortcut(keyboard, id, shortcut)
      : kind === 'take'
        ? withoutShortcut(keyboard, id, shortcut)
        : withPresetShortcuts(keyboard, id);

  it('never leaves a key with two commands, whatever is changed in what order, and survives the disk', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KEY_PRESETS), fc.array(change, { maxLength: 12 }), (preset, changes) => {
        const keyboard = changes.reduce(act, { preset, keys: {} } as Keyboard);
        const keymap = keymapOf(keyboard);
        const all = COMMAND_IDS.flatMap((id) => keymap.shortcutsOf(id));
        expect(new Set(all).size).toBe(all.length);
        expect(keyboardSchema.parse(JSON.parse(JSON.stringify(keyboard)))).toEqual(keyboard);
        // What was changed is all that differs.
        for (const [id, shortcuts] of Object.entries(keyboard.keys)) {
          expect(keymap.shortcutsOf(id as CommandId)).toEqual(shortcuts);
        }
      }),
    );
  });
});

describe('what is stored', () => {
  it('loses what this version does not know, and nothing else', () => {
    const stored = {
      preset: 'octopus',
      keys: {
        'tool.brush': ['J', 'J', 'Shift+CmdOrCtrl+J', 'nonsense'],
        'tool.laser': ['L'],
        'view.fit': 'F',
        'mask.accept': [],
      },
    };
    expect(keyboardSchema.parse(stored)).toEqual({
      preset: 'standard',
      keys: { 'tool.brush': ['J'], 'mask.accept': [] },
    });
  });
});

describe('the native menu', () => {
  it('runs first shortcuts with a modifier, the page everything else', () => {
    const keymap = keymapOf(STANDARD_KEYBOARD);
    expect(isMenuShortcut(keymap, 'CmdOrCtrl+Shift+Z')).toBe(true);
    expect(['CmdOrCtrl+Y', 'V', 'F1', 'Enter'].some((shortcut) => isMenuShortcut(keymap, shortcut))).toBe(false);
    const odd = keymapOf(withShortcut(STANDARD_KEYBOARD, 'help.about', 'Alt+numenter'));
    expect(isMenuShortcut(odd, 'Alt+numenter')).toBe(false);
  });
});
