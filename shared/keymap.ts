/**
 * Which command has which shortcuts: the table's own, or those of a preset, with the user's changes. The native menu, the
 * bindings in the page, tooltips, palette and sheet all ask here. How shortcuts are written is `shortcut.ts`.
 */
import { z } from 'zod';
import { COMMANDS, type CommandId } from './commands';
import { acceleratorOf, isPlainKey, isShortcut } from './shortcut';

export const KEY_PRESETS = ['standard', 'left-handed'] as const;
export type KeyPreset = (typeof KEY_PRESETS)[number];

type Shortcuts = readonly string[];

/** What the user chose. Kept with the settings. */
export interface Keyboard {
  readonly preset: KeyPreset;
  /** All shortcuts of each command that the user has changed; of the others, the preset's hold. */
  readonly keys: Readonly<Partial<Record<CommandId, Shortcuts>>>;
}

export const STANDARD_KEYBOARD: Keyboard = { preset: 'standard', keys: {} };

/** Commands this version does not know and shortcuts that are none are left out, the rest holds. */
export const keyboardSchema: z.ZodType<Keyboard> = z.object({
  preset: z.enum(KEY_PRESETS).catch('standard'),
  keys: z.record(z.string(), z.unknown()).transform(knownKeys),
});

function knownKeys(stored: Readonly<Record<string, unknown>>): Keyboard['keys'] {
  const shortcuts = z.array(z.string());
  return Object.fromEntries(
    COMMANDS.flatMap(({ id }) => {
      const { data } = shortcuts.safeParse(stored[id]);
      return data ? [[id, [...new Set(data.filter(isShortcut))]]] : [];
    }),
  );
}

/** What lies under the left hand, and under the same finger of the right one. P, B and N are within the right hand's reach. */
const FINGERS = ['Q\\', "Z'", 'WO', 'EI', 'RU', 'TY', 'A;', 'SL', 'DK', 'FJ', 'GH', 'X.', 'C,', 'VM'] as const;
const TOOL_KEYS = new Set<string>(
  COMMANDS.flatMap(({ menu, defaultShortcuts }) => (menu === 'tool' ? defaultShortcuts : [])),
);

/**
 * For the right hand alone, the pointer being in the left: a key changes places with the one under the same finger where
 * that brings a tool to the right. As keys only change places, no two commands can come to share one, whatever is added
 * to the table.
 */
const MIRROR = new Map(
  FINGERS.filter(([left = '', right = '']) => TOOL_KEYS.has(left) && !TOOL_KEYS.has(right)).flatMap(
    ([left = '', right = '']) => [[left, right] as const, [right, left] as const],
  ),
);

/** The thumb's keys of the number pad: yes and no. */
const NUMBER_PAD: Readonly<Partial<Record<CommandId, string>>> = {
  'mask.acceptAndNext': 'numadd',
  'mask.rejectAndNext': 'numsub',
};

function leftHanded(id: CommandId, shortcuts: Shortcuts): Shortcuts {
  const mirrored = shortcuts.map((shortcut) => {
    const key = shortcut.slice(-1);
    return isPlainKey(shortcut) && /^(Shift\+)?.$/.test(shortcut)
      ? shortcut.slice(0, -1) + (MIRROR.get(key) ?? key)
      : shortcut;
  });
  const pad = NUMBER_PAD[id];
  return pad ? [pad, ...mirrored] : mirrored;
}

const STANDARD = new Map<CommandId, Shortcuts>(COMMANDS.map(({ id, defaultShortcuts }) => [id, defaultShortcuts]));
const PRESETS: Readonly<Record<KeyPreset, ReadonlyMap<CommandId, Shortcuts>>> = {
  standard: STANDARD,
  'left-handed': new Map([...STANDARD].map(([id, shortcuts]) => [id, leftHanded(id, shortcuts)])),
};

export interface Keymap {
  /** The first is the one shown; the others work as well. */
  shortcutsOf(id: CommandId): Shortcuts;
  commandOf(shortcut: string): CommandId | undefined;
}

/** No shortcut has two commands: what the user chose comes first, then the preset, in the table's order. */
export function keymapOf({ preset, keys }: Keyboard): Keymap {
  const byShortcut = new Map<string, CommandId>();
  const byCommand = new Map<CommandId, Shortcuts>();
  const take = (id: CommandId, wanted: Shortcuts): void => {
    const free = wanted.filter((shortcut) => !byShortcut.has(shortcut));
    for (const shortcut of free) byShortcut.set(shortcut, id);
    byCommand.set(id, free);
  };
  for (const { id } of COMMANDS) if (keys[id]) take(id, keys[id]);
  for (const { id } of COMMANDS) if (!keys[id]) take(id, PRESETS[preset].get(id) ?? []);
  return { shortcutsOf: (id) => byCommand.get(id) ?? [], commandOf: (shortcut) => byShortcut.get(shortcut) };
}

/**
 * Whether the native menu runs the command when the shortcut is pressed; otherwise the page must. Plain keys are the
 * page's, because they also type, and a menu item carries only one.
 */
export function isMenuShortcut(keymap: Keymap, shortcut: string): boolean {
  const id = keymap.commandOf(shortcut);
  const shown = id && keymap.shortcutsOf(id)[0] === shortcut;
  return shown === true && !isPlainKey(shortcut) && acceleratorOf(shortcut, {}) !== null;
}

/**
 * Gives the shortcut to the command, in the place of `replaced` or else beside those it has; whoever had it loses it.
 */
export function withShortcut(keyboard: Keyboard, id: CommandId, shortcut: string, replaced?: string): Keyboard {
  const before = keymapOf(keyboard);
  const loser = before.commandOf(shortcut);
  if (loser === id) return keyboard;
  const freed = loser ? withoutShortcut(keyboard, loser, shortcut) : keyboard;
  const own = before.shortcutsOf(id);
  const shortcuts = own.map((other) => (other === replaced ? shortcut : other));
  return changed(freed, id, shortcuts.includes(shortcut) ? shortcuts : [...own, shortcut]);
}

export function withoutShortcut(keyboard: Keyboard, id: CommandId, shortcut: string): Keyboard {
  const rest = keymapOf(keyboard).shortcutsOf(id);
  return changed(
    keyboard,
    id,
    rest.filter((other) => other !== shortcut),
  );
}

/** The command as the preset has it; its shortcuts come back from whoever has them now. */
export function withPresetShortcuts(keyboard: Keyboard, id: CommandId): Keyboard {
  return presetShortcuts(keyboard, id).reduce(
    (result, shortcut) => withShortcut(result, id, shortcut),
    changed(keyboard, id, []),
  );
}

/** What the preset gives the command. */
export function presetShortcuts({ preset }: Keyboard, id: CommandId): Shortcuts {
  return PRESETS[preset].get(id) ?? [];
}

/** What is as in the preset is not kept, so that it follows another preset. */
function changed(keyboard: Keyboard, id: CommandId, shortcuts: Shortcuts): Keyboard {
  const { [id]: _before, ...keys } = keyboard.keys;
  const same = shortcuts.join(' ') === presetShortcuts(keyboard, id).join(' ');
  return { ...keyboard, keys: same ? keys : { ...keys, [id]: shortcuts } };
}
