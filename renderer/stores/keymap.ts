/** The shortcuts in effect, as the interface shows, binds and changes them; main keeps the choice with the settings. */
import { defineStore } from 'pinia';
import { computed, shallowRef, watch } from 'vue';
import { isMenuShortcut, keymapOf, type Keyboard } from '../../shared/keymap';
import { POSITIONS, shortcutsOfPress, shortcutText, type KeyPress, type Letters } from '../../shared/shortcut';
import type { CommandId } from '../../shared/commands';
import { call } from '../ipc';
import { platform } from '../platform';
import { useSettings } from './settings';
import { useToasts } from './toasts';

/** What Chromium knows of the keyboard's layout; absent where it does not. */
interface LayoutSource {
  getLayoutMap(): Promise<Iterable<readonly [code: string, sign: string]>>;
}

export const useKeymap = defineStore('keymap', () => {
  const settings = useSettings();
  const toasts = useToasts();

  const keyboard = computed(() => settings.effective.settings.keyboard);
  const keymap = computed(() => keymapOf(keyboard.value));
  const letters = shallowRef<Letters>({});

  async function readLayout(): Promise<void> {
    const source = (navigator as { keyboard?: LayoutSource }).keyboard;
    // Without it, keys are shown as a US keyboard has them; they work by their place all the same.
    const layout = await source?.getLayoutMap().catch(() => undefined);
    if (layout) letters.value = lettersOf(layout);
  }

  /** Asked again with the focus: people change the layout elsewhere. */
  window.addEventListener('focus', () => void readLayout());
  void readLayout();
  watch(letters, (now) => void toasts.attempt(() => call('menu.setLetters', now)));

  return {
    keyboard,
    keymap,
    letters,
    /** The first is the one to show. */
    shortcutsOf: (id: CommandId): readonly string[] => keymap.value.shortcutsOf(id),
    /** As the user's keyboard has it. */
    text: (shortcut: string): string => shortcutText(shortcut, platform, letters.value),
    /** The command that a label's key (`3`, `d`) belongs to, so that it cannot pick the label. */
    commandOfLabelKey: (key: string): CommandId | undefined => keymap.value.commandOf(key.toUpperCase()),
    /** Whether the press runs this command. */
    isPress: (press: KeyPress, id: CommandId): boolean => {
      const meant = shortcutsOfPress(press, platform).find((shortcut) => keymap.value.commandOf(shortcut));
      return meant !== undefined && keymap.value.commandOf(meant) === id && !isMenuShortcut(keymap.value, meant);
    },
    change: (changed: Keyboard): Promise<void> => settings.change({ keyboard: changed }),
  };
});

/** What the layout has where a US keyboard has each sign, as far as it is another. */
export function lettersOf(layout: Iterable<readonly [code: string, sign: string]>): Letters {
  const letters: Record<string, string> = {};
  for (const [code, sign] of layout) {
    const name = POSITIONS[code];
    const upper = sign.toUpperCase();
    // ß has no capital of one letter.
    const shown = upper.length === 1 ? upper : sign;
    if (name !== undefined && shown !== '' && shown !== name) letters[name] = shown;
  }
  return letters;
}
