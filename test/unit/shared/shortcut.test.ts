import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  acceleratorOf,
  isPlainKey,
  isReserved,
  isShortcut,
  POSITIONS,
  shortcutsOfPress,
  shortcutText,
  type KeyPress,
} from '../../../shared/shortcut';

/** A press as Chromium tells it: what is typed, and where the key is. */
function press(key: string, code: string, held = ''): KeyPress {
  return {
    key,
    code,
    ctrlKey: held.includes('ctrl'),
    metaKey: held.includes('meta'),
    altKey: held.includes('alt'),
    shiftKey: held.includes('shift'),
    getModifierState: () => held.includes('altgr'),
  };
}

const first = (key: string, code: string, held?: string, platform = 'linux'): string | undefined =>
  shortcutsOfPress(press(key, code, held), platform)[0];

describe('a press on a QWERTY keyboard', () => {
  it.each([
    ['v', 'KeyV', '', 'V'],
    ['S', 'KeyS', 'shift', 'Shift+S'],
    ['[', 'BracketLeft', '', '['],
    ['?', 'Slash', 'shift', 'Shift+/'],
    ['ArrowRight', 'ArrowRight', 'shift', 'Shift+Right'],
    ['Escape', 'Escape', '', 'Esc'],
    ['PageDown', 'PageDown', '', 'PageDown'],
    ['F13', 'F13', '', 'F13'],
    ['z', 'KeyZ', 'ctrl', 'CmdOrCtrl+Z'],
    ['Z', 'KeyZ', 'ctrl shift', 'CmdOrCtrl+Shift+Z'],
    ['!', 'Digit1', 'ctrl shift', 'CmdOrCtrl+Shift+1'],
    [',', 'Comma', 'ctrl', 'CmdOrCtrl+,'],
    ['MediaTrackNext', 'MediaTrackNext', '', 'MediaTrackNext'],
  ])('%s (%s, %s) is %s', (key, code, held, shortcut) => {
    expect(first(key, code, held)).toBe(shortcut);
  });

  it('of a modifier alone, with AltGr or with the Windows key is nothing', () => {
    expect(shortcutsOfPress(press('Shift', 'ShiftLeft', 'shift'), 'linux')).toEqual([]);
    expect(shortcutsOfPress(press('@', 'KeyQ', 'altgr ctrl alt'), 'win32')).toEqual([]);
    expect(shortcutsOfPress(press('e', 'KeyE', 'meta'), 'win32')).toEqual([]);
  });

  it('with Command is the Mac’s', () => {
    expect(first('z', 'KeyZ', 'meta shift', 'darwin')).toBe('CmdOrCtrl+Shift+Z');
    expect(first('z', 'KeyZ', 'ctrl', 'darwin')).toBe('Ctrl+Z');
    // Option types another sign.
    expect(first('Ω', 'KeyZ', 'alt', 'darwin')).toBe('Alt+Z');
  });

  it('on the number pad is that key first, then the one that does the same', () => {
    expect(shortcutsOfPress(press('4', 'Numpad4'), 'linux')).toEqual(['num4', '4']);
    expect(shortcutsOfPress(press('Enter', 'NumpadEnter'), 'linux')).toEqual(['numenter', 'Enter']);
    expect(shortcutsOfPress(press('-', 'NumpadSubtract'), 'linux')).toEqual(['numsub', '-']);
    // NumLock is off.
    expect(shortcutsOfPress(press('ArrowLeft', 'Numpad4'), 'linux')).toEqual(['Left']);
  });
});

describe('a press on an AZERTY keyboard', () => {
  it('means the place without modifier: A lies where Q is elsewhere', () => {
    expect(first('a', 'KeyQ')).toBe('Q');
    expect(first('z', 'KeyW')).toBe('W');
    expect(first('A', 'KeyQ', 'shift')).toBe('Shift+Q');
    expect(first('Dead', 'BracketLeft')).toBe('[');
    expect(first('$', 'BracketRight')).toBe(']');
    expect(first(',', 'KeyM')).toBe('M');
  });

  it('means the character with Ctrl: Ctrl+Z is where Z is printed', () => {
    expect(first('z', 'KeyW', 'ctrl')).toBe('CmdOrCtrl+Z');
    expect(first('a', 'KeyQ', 'ctrl')).toBe('CmdOrCtrl+A');
  });

  it('picks labels by the digit row, with and without Shift', () => {
    expect(shortcutsOfPress(press('&', 'Digit1'), 'linux')).toEqual(['1']);
    expect(shortcutsOfPress(press('1', 'Digit1', 'shift'), 'linux')).toEqual(['Shift+1', '1']);
    expect(shortcutsOfPress(press('!', 'Digit1', 'shift'), 'linux')).toEqual(['Shift+1']);
  });

  it('finds ? where it is printed', () => {
    expect(shortcutsOfPress(press('?', 'KeyM', 'shift'), 'linux')).toEqual(['Shift+/']);
  });
});

describe('a press on a QWERTZ keyboard', () => {
  it('means the place without modifier, the character with Ctrl', () => {
    expect(first('z', 'KeyY')).toBe('Y');
    expect(first('z', 'KeyY', 'ctrl')).toBe('CmdOrCtrl+Z');
    expect(first('ü', 'BracketLeft')).toBe('[');
    expect(first('+', 'BracketRight')).toBe(']');
    expect(first('+', 'BracketRight', 'ctrl')).toBe('CmdOrCtrl+Plus');
    expect(first('ß', 'Minus')).toBe('-');
    expect(first('<', 'IntlBackslash')).toBe('IntlBackslash');
    expect(first('?', 'Minus', 'shift')).toBe('Shift+/');
  });
});

describe('a press on a Cyrillic keyboard', () => {
  it('means the place, also with Ctrl, as no Latin letter is printed', () => {
    expect(first('я', 'KeyZ')).toBe('Z');
    expect(first('я', 'KeyZ', 'ctrl')).toBe('CmdOrCtrl+Z');
  });
});

describe('a shortcut', () => {
  it('of any press is written as shortcuts are', () => {
    const codes = [...Object.keys(POSITIONS), 'Numpad7', 'NumpadAdd', 'F5', 'ArrowUp', 'Space', 'Enter'];
    const keys = fc.oneof(fc.constantFrom('a', 'Я', '+', '?', 'Enter', 'ArrowUp', 'F5', 'Dead', '1'), fc.string());
    const held = fc.subarray(['ctrl', 'alt', 'shift', 'meta']).map((names) => names.join(' '));
    const platforms = fc.constantFrom('linux', 'darwin', 'win32');
    fc.assert(
      fc.property(keys, fc.constantFrom(...codes), held, platforms, (key, code, modifiers, platform) => {
        expect(shortcutsOfPress(press(key, code, modifiers), platform).filter((one) => !isShortcut(one))).toEqual([]);
      }),
    );
    expect(['', 'Shift', 'Shift+CmdOrCtrl+Z', 'v', 'CmdOrCtrl+', '+'].some(isShortcut)).toBe(false);
  });

  it('is plain when it also types or moves a cursor', () => {
    expect(['V', 'Delete', 'Right', 'Shift+/', '['].every(isPlainKey)).toBe(true);
    expect(['CmdOrCtrl+Z', 'CmdOrCtrl+Alt+O', 'Alt+Left', 'Ctrl+Z'].some(isPlainKey)).toBe(false);
  });

  it('that every program has is not given away', () => {
    expect(['Tab', 'Esc', 'Space', 'CmdOrCtrl+C', 'Alt+F4'].every(isReserved)).toBe(true);
    expect(['F13', 'Enter', 'CmdOrCtrl+Z'].some(isReserved)).toBe(false);
  });

  it('reads as people of the platform write it', () => {
    expect(shortcutText('CmdOrCtrl+Shift+Z', 'linux')).toBe('Ctrl+Shift+Z');
    expect(shortcutText('CmdOrCtrl+Shift+Z', 'darwin')).toBe('⌘⇧Z');
    expect(shortcutText('Shift+/', 'win32')).toBe('?');
    expect(shortcutText('num4', 'linux')).toBe('Num 4');
    expect(shortcutText('CmdOrCtrl+Plus', 'linux')).toBe('Ctrl++');
  });

  it('reads as the user’s keyboard is printed where it means a place', () => {
    const azerty = { Q: 'A', A: 'Q', W: 'Z', Z: 'W', ']': '$' };
    expect(shortcutText('Q', 'linux', azerty)).toBe('A');
    expect(shortcutText('Shift+W', 'linux', azerty)).toBe('Shift+Z');
    expect(shortcutText(']', 'linux', azerty)).toBe('$');
    expect(shortcutText('CmdOrCtrl+Z', 'linux', azerty)).toBe('Ctrl+Z');
  });

  it('is an accelerator of the native menu where Electron knows the key', () => {
    expect(acceleratorOf('CmdOrCtrl+Shift+Z', {})).toBe('CmdOrCtrl+Shift+Z');
    expect(acceleratorOf('Q', { Q: 'A' })).toBe('A');
    expect(acceleratorOf('-', { '-': 'ß' })).toBeNull();
    expect(acceleratorOf('numenter', {})).toBeNull();
    expect(acceleratorOf('F13', {})).toBe('F13');
  });
});
