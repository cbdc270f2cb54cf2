// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bindKeys, COMMAND_KEYS } from '../../../../renderer/keys';
import type { CommandId } from '../../../../shared/commands';

let ran: CommandId[];
let picked: string[];
let dialogOpen: boolean;
let unbind: () => void;

beforeEach(() => {
  ran = [];
  picked = [];
  dialogOpen = false;
  document.body.innerHTML = '<input id="field"><button id="button">x</button><div id="slider" role="slider"></div>';
  unbind = bindKeys(window, {
    run: (id) => ran.push(id),
    pickLabel: (key) => picked.push(key) > 0,
    blocked: () => dialogOpen,
  });
});

afterEach(() => unbind());

function press(key: string, options: KeyboardEventInit & { on?: string } = {}): void {
  const { on, ...init } = options;
  const target = on ? document.getElementById(on) : document.body;
  const code = init.code ?? (/^[a-z]$/.test(key) ? `Key${key.toUpperCase()}` : key);
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

describe("a label's key", () => {
  it('picks the label', () => {
    press('2');
    press('w');
    expect(picked).toEqual(['2', 'w']);
    expect(ran).toEqual([]);
  });

  it('is never one that a command has', () => {
    for (const key of ['b', 'v', 'n', 'h']) press(key);
    expect(picked).toEqual([]);
    expect([...COMMAND_KEYS]).toEqual(expect.arrayContaining(['b', 'v', 'n', 'h']));
  });

  it('does not act on Ctrl+2 or while typing', () => {
    press('2', { ctrlKey: true });
    press('2', { on: 'field' });
    expect(picked).toEqual([]);
  });
});
