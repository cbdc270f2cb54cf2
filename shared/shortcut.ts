/**
 * Shortcuts as text and as key presses: which shortcut a press is, how one is written for people and for a native menu.
 * Which command has which shortcut is not here (`keymap.ts`).
 *
 * A shortcut is written as an Electron accelerator with its modifiers in a fixed order (`CmdOrCtrl+Shift+Z`, `PageDown`,
 * `V`). Without Ctrl, Cmd or Alt a letter, digit or sign means the *place* where a US keyboard has it, so that the keys
 * lie under the same fingers on AZERTY and QWERTZ; people read the letter their own keyboard has there. With one of them
 * it means the character, as in every other program. `?` is the one sign meant as a character also without.
 */

/** A press, as far as it tells which shortcut it is; a `KeyboardEvent` has this form. */
export interface KeyPress {
  /** What it types, or the key's name. */
  readonly key: string;
  /** Where the key is: `KeyQ` is the one right of Tab, whatever is printed on it. */
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  getModifierState(key: 'AltGraph'): boolean;
}

/** What the user's keyboard has where a US one has the sign that is the property's name: `{ Q: 'A' }` on AZERTY. */
export type Letters = Readonly<Record<string, string>>;

const ALPHABET = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const DIGITS = [...'0123456789'];

/** Where each sign of a US keyboard is, as `KeyboardEvent.code`. */
export const POSITIONS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(ALPHABET.map((letter) => [`Key${letter}`, letter])),
  ...Object.fromEntries(DIGITS.map((digit) => [`Digit${digit}`, digit])),
  Minus: '-',
  Equal: '=',
  BracketLeft: '[',
  BracketRight: ']',
  Backslash: '\\',
  Semicolon: ';',
  Quote: "'",
  Backquote: '`',
  Comma: ',',
  Period: '.',
  Slash: '/',
  IntlBackslash: 'IntlBackslash',
};

/** Keys of the number pad: first as themselves, then as the key elsewhere that does the same. */
const NUMBER_PAD: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(DIGITS.map((digit) => [`Numpad${digit}`, [`num${digit}`, digit]])),
  NumpadDecimal: ['numdec', '.'],
  NumpadAdd: ['numadd', '='],
  NumpadSubtract: ['numsub', '-'],
  NumpadMultiply: ['nummult'],
  NumpadDivide: ['numdiv'],
  NumpadEnter: ['numenter', 'Enter'],
};

const KEY_NAMES: Readonly<Record<string, string>> = {
  ArrowRight: 'Right',
  ArrowLeft: 'Left',
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  Escape: 'Esc',
  ' ': 'Space',
};

/** Keys that only change others, or that say nothing. */
const NO_KEYS: ReadonlySet<string> = new Set([
  ...['Shift', 'Control', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'NumLock', 'ScrollLock', 'Fn', 'FnLock'],
  ...['Dead', 'Process', 'Unidentified', 'Compose'],
]);

/**
 * The shortcuts that a press may be, best first: the first one that means anything is meant.
 * @param platform as Node's `process.platform`
 */
export function shortcutsOfPress(press: KeyPress, platform: string): readonly string[] {
  const mac = platform === 'darwin';
  // AltGr types, and keys with the Windows key are the system's.
  if (press.getModifierState('AltGraph') || (press.metaKey && !mac)) return [];
  const modifiers = [
    ...((mac ? press.metaKey : press.ctrlKey) ? ['CmdOrCtrl'] : []),
    ...(mac && press.ctrlKey ? ['Ctrl'] : []),
    ...(press.altKey ? ['Alt'] : []),
  ];
  const plain = modifiers.length === 0;
  const shifted = press.shiftKey ? [...modifiers, 'Shift'] : modifiers;
  const names = plain ? plainNames(press) : modifiedNames(press);
  const shortcuts = names.map((name) => [...shifted, name].join('+'));
  // Where digits are typed with Shift (AZERTY), typing one means it as well.
  return plain && press.shiftKey && /^\d$/.test(press.key) ? [...shortcuts, press.key] : shortcuts;
}

function plainNames(press: KeyPress): readonly string[] {
  if (press.key === '?' && press.shiftKey) return ['/'];
  const place = POSITIONS[press.code];
  return place === undefined ? namedKeys(press) : [place];
}

function modifiedNames(press: KeyPress): readonly string[] {
  const { key, code, shiftKey } = press;
  if (/^[a-z]$/i.test(key)) return [key.toUpperCase()];
  if (key === '+') return ['Plus'];
  if (/^[0-9[\]\-=,./;'`\\]$/.test(key) && !shiftKey && NUMBER_PAD[code] === undefined) return [key];
  const place = POSITIONS[code];
  return place === undefined ? namedKeys(press) : [place];
}

function namedKeys({ key, code }: KeyPress): readonly string[] {
  const pad = NUMBER_PAD[code];
  // Without NumLock the number pad's keys are arrows and the like.
  if (pad && (key.length === 1 || key === 'Enter')) return pad;
  const name = KEY_NAMES[key] ?? key;
  return NO_KEYS.has(key) || !/^[A-Z]\w+$/.test(name) ? [] : [name];
}

const FORM =
  /^(CmdOrCtrl\+)?(Ctrl\+)?(Alt\+)?(Shift\+)?([A-Z0-9[\]\-=,./;'`\\]|num(\d|dec|add|sub|mult|div|enter)|(?!Shift$|Alt$|Ctrl$|CmdOrCtrl$)[A-Z]\w+)$/;

/** Whether this is a shortcut, written as shortcuts are. */
export function isShortcut(text: string): boolean {
  return FORM.test(text);
}

/** True for a shortcut without Ctrl, Cmd or Alt: a key that also types. */
export function isPlainKey(shortcut: string): boolean {
  return !/\b(CmdOrCtrl|Ctrl|Alt)\+/.test(shortcut);
}

/** What the interface cannot give away: moving between fields, leaving dialogs, and what every program does. */
const RESERVED: ReadonlySet<string> = new Set([
  ...['Tab', 'Shift+Tab', 'Space', 'Esc', 'Alt+F4', 'ContextMenu', 'Shift+F10'],
  ...['CmdOrCtrl+X', 'CmdOrCtrl+C', 'CmdOrCtrl+V', 'CmdOrCtrl+A', 'CmdOrCtrl+Q', 'CmdOrCtrl+W', 'CmdOrCtrl+H'],
]);

export function isReserved(shortcut: string): boolean {
  return RESERVED.has(shortcut);
}

const ACCELERATOR_KEYS =
  /^([A-Z0-9[\]\-=,./;'`\\]|F\d{1,2}|num(\d|dec|add|sub|mult|div)|Plus|Backspace|Delete|Insert|Enter|Up|Down|Left|Right|Home|End|PageUp|PageDown|Esc|Space|PrintScreen|MediaNextTrack|MediaPreviousTrack|MediaStop|MediaPlayPause|VolumeUp|VolumeDown|VolumeMute)$/;

/** The shortcut as a native menu shows it on this keyboard; null where Electron knows no such key. */
export function acceleratorOf(shortcut: string, letters: Letters): string | null {
  const parts = shortcut.split('+');
  const key = parts.pop() ?? '';
  const shown = isPlainKey(shortcut) && shortcut !== 'Shift+/' ? (letters[key] ?? key) : key;
  return ACCELERATOR_KEYS.test(shown) ? [...parts, shown].join('+') : null;
}

const KEY_GLYPHS: Readonly<Record<string, string>> = {
  Right: '→',
  Left: '←',
  Up: '↑',
  Down: '↓',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
  Delete: 'Del',
  Backspace: '⌫',
  Enter: '⏎',
  Plus: '+',
  IntlBackslash: '<',
  numdec: 'Num .',
  numadd: 'Num +',
  numsub: 'Num −',
  nummult: 'Num ×',
  numdiv: 'Num ÷',
  numenter: 'Num ⏎',
};

/** A shortcut as people of the platform read it on their keyboard: `Ctrl+Shift+Z`, on a Mac `⌘⇧Z`. */
export function shortcutText(shortcut: string, platform: string, letters: Letters = {}): string {
  if (shortcut === 'Shift+/') return '?';
  const mac = platform === 'darwin';
  const here = isPlainKey(shortcut) ? letters : {};
  const parts = shortcut.split('+').map((part) => {
    if (part === 'CmdOrCtrl') return mac ? '⌘' : 'Ctrl';
    if (part === 'Ctrl') return '⌃';
    if (part === 'Shift') return mac ? '⇧' : 'Shift';
    if (part === 'Alt') return mac ? '⌥' : 'Alt';
    return here[part] ?? KEY_GLYPHS[part] ?? part.replace(/^num(?=\d)/, 'Num ');
  });
  return parts.join(mac ? '' : '+');
}
