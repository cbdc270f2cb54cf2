/**
 * Plain keys: which of them run a command or pick a label, and when they do not, because somebody types or a dialog is
 * open. Shortcuts with a modifier are the native menu's and do not come here.
 */
import { tinykeys } from 'tinykeys';
import { COMMANDS, keyBinding, rendererShortcuts, type CommandId } from '../shared/commands';

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

/** The letters and digits no label may have, because a command has them. */
export const COMMAND_KEYS: ReadonlySet<string> = new Set(
  COMMANDS.flatMap(rendererShortcuts)
    .filter((shortcut) => shortcut.length === 1)
    .map((shortcut) => shortcut.toLowerCase()),
);

export interface KeyActions {
  run(id: CommandId): void;
  /** Picks the label with this shortcut (`3`, `d`); false where no label has it. */
  pickLabel(key: string): boolean;
  /** True while a dialog is open, which then has the keyboard to itself. */
  blocked(): boolean;
}

/** Listens until the answered function is called. */
export function bindKeys(target: Window, actions: KeyActions): () => void {
  const ignore = (event: KeyboardEvent): boolean =>
    event.defaultPrevented || event.isComposing || actions.blocked() || belongsElsewhere(event);
  const bindings = Object.fromEntries(
    COMMANDS.flatMap((command) =>
      rendererShortcuts(command).map((shortcut) => [
        keyBinding(shortcut),
        (event: KeyboardEvent): void => {
          event.preventDefault();
          if (!event.repeat || REPEATING.has(command.id)) actions.run(command.id);
        },
      ]),
    ),
  );
  const pickLabel = (event: KeyboardEvent): void => {
    if (ignore(event) || event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const key = event.key.toLowerCase();
    if (/^[0-9a-z]$/.test(key) && !COMMAND_KEYS.has(key) && actions.pickLabel(key)) event.preventDefault();
  };
  const unbind = tinykeys(target, bindings, { ignore });
  target.addEventListener('keydown', pickLabel);
  return () => {
    unbind();
    target.removeEventListener('keydown', pickLabel);
  };
}

function belongsElsewhere(event: KeyboardEvent): boolean {
  const { target, key } = event;
  if (!(target instanceof Element)) return false;
  // Escape leaves a field; it cancels nothing on the image.
  if (target.closest(TYPING)) return true;
  if (key.startsWith('Arrow') && target.closest(ARROWS_INSIDE)) return true;
  return (key === 'Enter' || key === ' ') && target.closest(PRESSABLE) !== null;
}
