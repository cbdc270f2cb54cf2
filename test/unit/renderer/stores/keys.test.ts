// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bindKeys } from '../../../../renderer/keys';
import type { CommandId } from '../../../../shared/commands';
import { keymapOf, STANDARD_KEYBOARD, withShortcut } from '../../../../shared/keymap';

let ran: CommandId[];
let picked: string[];
let dialogOpen: boolean;
let keyboard = STANDARD_KEYBOARD;
let unbind: () => void;

beforeEach(() => {
  ran = [];
  picked = [];
  dialogOpen = false;
  keyboard = STANDARD_KEYBOARD;
  document.body.innerHTML = '<input id="field"><button id="button">x</button><div id="slider" role="slider"></div>';
  unbind = bindKeys(window, 'linux', {
    keymap: () => keymapOf(keyboard),
    run: (id) => ran.push(id),
    pickLabel: (key) => picked.push(key) > 0,
    blocked: () => dialogOpen,
  });
});

afterEach(() => unbind());

const CODES: Record<string, string> = { ']': 'BracketRight', '.': 'Period', '2': 'Digit2' };

function press(key: string, options: KeyboardEventInit & { on?: string } = {}): void {
  const { on, ...init } = options;
  const target = on ? document.getElementById(on) : document.body;
  const code = init.code ?? CODES[key] ?? (/^[a-z]$/.test(key) ? `Key${key.toUpperCase()}` : key);
  target?.dispatchEvent(new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true, ...init }));
}

describe('a plain key', () => {
  it.each([
    ['Enter', 'mask.accept'],
    ['Delete', 'mask.reject'],
    ['Backspace', 'mask.reject'],
    ['b', 'tool.brush'],
    ['n', 'go.nextUnreviewed'],
    ['ArrowRight', 'go.nextFrame'],
    [']', 'tool.larger'],
    ['.', 'view.moreOpaque'],
    ['Escape', 'tool.cancel'],
  ])('%s runs %s', (key, command) => {
    press(key);
    expect(ran).toEqual([command]);
  });

  it('? opens the shortcut sheet, with Shift as keyboards need it', () => {
    press('?', { shiftKey: true, code: 'Slash' });
    expect(ran).toEqual(['help.shortcuts']);
  });

  it('does nothing while somebody types, moves a slider or has a dialog open', () => {
    press('b', { on: 'field' });
    press('ArrowRight', { on: 'slider' });
    dialogOpen = true;
    press('Enter');
    expect(ran).toEqual([]);
  });

  it('leaves Enter to the button that has the focus, and only Enter', () => {
    press('Enter', { on: 'button' });
    press('b', { on: 'button' });
    expect(ran).toEqual(['tool.brush']);
  });

  it('held down goes on through the frames, but accepts only one', () => {
    press('ArrowRight');
    press('ArrowRight', { repeat: true });
    press('Enter');
    press('Enter', { repeat: true });
    expect(ran).toEqual(['go.nextFrame', 'go.nextFrame', 'mask.accept']);
  });

  it('with Ctrl belongs to the menu', () => {
    press('z', { ctrlKey: true });
    press('o', { ctrlKey: true });
    expect(ran).toEqual([]);
  });

  it('bound only here works with Ctrl too: the second shortcut of redo', () => {
    press('y', { ctrlKey: true });
    expect(ran).toEqual(['edit.redo']);
  });
});

describe('a key of another keyboard', () => {
  it('AZERTY runs what lies in the same place, whatever it types', () => {
    press(',', { code: 'KeyM' });
    press('q', { code: 'KeyA' });
    press('$', { code: 'BracketRight' });
    expect(ran).toEqual(['learning.compare', 'cine.play', 'tool.larger']);
  });

  it('AZERTY picks labels by the digit row, with and without Shift', () => {
    press('é', { code: 'Digit2' });
    press('2', { code: 'Digit2', shiftKey: true });
    expect(picked).toEqual(['2', '2']);
  });

  it('QWERTZ has Ctrl+Y where Y is printed', () => {
    press('y', { code: 'KeyZ', ctrlKey: true });
    expect(ran).toEqual(['edit.redo']);
  });

  it('with AltGr only types', () => {
    press('@', { code: 'KeyQ', modifierAltGraph: true, ctrlKey: true, altKey: true });
    expect(ran).toEqual([]);
  });
});

describe('a key that the user has changed', () => {
  it('works at once, and the key before no longer does', () => {
    keyboard = withShortcut(keyboard, 'tool.brush', 'F13', 'B');
    press('b');
    press('F13');
    expect(ran).toEqual(['tool.brush']);
    expect(picked).toEqual(['b']);
  });

  it('with Ctrl is left to the menu where it is the one the menu shows', () => {
    keyboard = withShortcut(keyboard, 'tool.brush', 'CmdOrCtrl+B', 'B');
    press('b', { ctrlKey: true });
    keyboard = withShortcut(keyboard, 'tool.eraser', 'CmdOrCtrl+J');
    press('j', { ctrlKey: true });
    expect(ran).toEqual(['tool.eraser']);
  });
});

describe("a label's key", () => {
  it('picks the label', () => {
    // All letters have a command until the user takes it away.
    keyboard = { preset: 'standard', keys: { 'tool.keyboardCursor': [] } };
    press('2');
    press('z');
    expect(picked).toEqual(['2', 'z']);
    expect(ran).toEqual([]);
  });

  it('is never one that a command has', () => {
    for (const key of ['b', 'v', 'n', 'h']) press(key);
    expect(picked).toEqual([]);
  });

  it('does not act on Ctrl+2 or while typing', () => {
    press('2', { ctrlKey: true });
    press('2', { on: 'field' });
    expect(picked).toEqual([]);
  });
});
