/**
 * Plain keys: which of them run a command or pick a label, and when they do not, because somebody types or a dialog is
 * open. Shortcuts that the native menu has do not come here.
 */
import type { CommandId } from '../shared/commands';
import { isMenuShortcut, type Keymap } from '../shared/keymap';
import { shortcutsOfPress } from '../shared/shortcut';

/** Commands that go on while their key is held; any other acts once a press, so that nothing is accepted by a heavy hand. */
const REPEATING: ReadonlySet<CommandId> = new Set([
  'go.nextFrame',
  'go.previousFrame',
  'cine.nextFrame',
  'cine.previousFrame',
  'view.zoomIn',
  'view.zoomOut',
  'view.moreOpaque',
  'view.lessOpaque',
  'tool.larger',
  'tool.smaller',
  'edit.redo',
]);

/** Where a key types or moves something itself. */
const TYPING =
  'input, textarea, select, [contenteditable="true"], [role="textbox"], [role="combobox"], [role="slider"]';
/** What Enter and Delete belong to when it has the focus. */
const PRESSABLE = 'button, a[href], summary, [role="button"], [role="menuitem"], [role="radio"], [role="checkbox"]';
/** Arrow keys move inside these. */
const ARROWS_INSIDE = '[role="radiogroup"], [role="separator"], [role="menu"]';

export interface KeyActions {
  /** Asked at every press: the user may change keys at any time. */
  keymap(): Keymap;
  run(id: CommandId): void;
  /** Picks the label with this shortcut (`3`, `d`); false where no label has it. */
  pickLabel(key: string): boolean;
  /** True while a dialog is open, which then has the keyboard to itself. */
  blocked(): boolean;
}

/** Listens until the answered function is called. */
export function bindKeys(target: Window, platform: string, actions: KeyActions): () => void {
  function press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || actions.blocked() || belongsElsewhere(event)) return;
    const keymap = actions.keymap();
    const shortcuts = shortcutsOfPress(event, platform);
    const meant = shortcuts.find((shortcut) => keymap.commandOf(shortcut));
    const id = meant && keymap.commandOf(meant);
    if (id && !isMenuShortcut(keymap, meant)) {
      event.preventDefault();
      if (!event.repeat || REPEATING.has(id)) actions.run(id);
    } else if (!id && !event.repeat) {
      const label = shortcuts.find((shortcut) => /^[0-9A-Z]$/.test(shortcut));
      if (label && actions.pickLabel(label.toLowerCase())) event.preventDefault();
    }
  }
  target.addEventListener('keydown', press);
  return () => target.removeEventListener('keydown', press);
}

function belongsElsewhere(event: KeyboardEvent): boolean {
  const { target, key } = event;
  if (!(target instanceof Element)) return false;
  // Escape leaves a field; it cancels nothing on the image.
  if (target.closest(TYPING)) return true;
  if (key.startsWith('Arrow') && target.closest(ARROWS_INSIDE)) return true;
  return (key === 'Enter' || key === ' ') && target.closest(PRESSABLE) !== null;
}
