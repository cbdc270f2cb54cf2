/** The keyboard as a pointer: where its crosshair goes, and what a press does for tools that click and tools that drag. */
import { beforeEach, describe, expect, it } from 'vitest';
import { KeyboardCursor } from '../../../../renderer/canvas/keyboard-cursor';
import type { ToolName, ToolPointer } from '../../../../renderer/canvas/tools';

const size = { widthPx: 100, heightPx: 80 };
let told: [string, number, number, string][];
let busy: boolean;

function cursorWith(name: ToolName, scale = 1): KeyboardCursor {
  const toolbox = {
    name,
    get busy() {
      return busy;
    },
    pointer: (event: string, { x, y, button }: ToolPointer) => void told.push([event, x, y, button]),
    pointerLeft: () => undefined,
  };
  const cursor = new KeyboardCursor({ size: () => size, scale: () => scale }, toolbox);
  cursor.start();
  return cursor;
}

const press = (cursor: KeyboardCursor, key: string, modifiers: Partial<KeyboardEvent> = {}): boolean =>
  cursor.press({
    ...{ key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, repeat: false },
    ...modifiers,
  });
const presses = () => told.filter(([event]) => event !== 'onPointerMove');

beforeEach(() => {
  told = [];
  busy = false;
});

describe('the crosshair', () => {
  it('begins in the middle and moves by pixels of the screen, finer with Ctrl, farther with Shift', () => {
    const cursor = cursorWith('point', 2);
    expect(cursor.at).toEqual({ x: 50, y: 40 });
    press(cursor, 'ArrowRight');
    press(cursor, 'ArrowUp', { ctrlKey: true });
    press(cursor, 'ArrowLeft', { shiftKey: true });
    expect(cursor.at).toEqual({ x: 50 + 4 - 20, y: 39.5 });
  });

  it('never leaves the image, nor is it anywhere once stopped', () => {
    const cursor = cursorWith('point');
    for (let i = 0; i < 9; i++) press(cursor, 'ArrowDown', { shiftKey: true });
    expect(cursor.at).toEqual({ x: 50, y: 79.5 });
    cursor.stop();
    expect(cursor.at).toBeNull();
    expect(press(cursor, 'ArrowDown')).toBe(false);
  });

  it('leaves keys alone that are not its own', () => {
    const cursor = cursorWith('point');
    expect(press(cursor, 'Enter')).toBe(false);
    expect(press(cursor, 'ArrowUp', { altKey: true })).toBe(false);
    expect(press(cursor, 'ArrowUp')).toBe(true);
  });
});

describe('a press', () => {
  it('clicks with a tool that is clicked, once however long it is held', () => {
    const cursor = cursorWith('point');
    press(cursor, ' ');
    press(cursor, ' ', { repeat: true });
    press(cursor, ' ', { shiftKey: true });
    expect(presses()).toEqual([
      ['onPointerDown', 50, 40, 'left'],
      ['onPointerUp', 50, 40, 'left'],
      ['onPointerDown', 50, 40, 'right'],
      ['onPointerUp', 50, 40, 'right'],
    ]);
  });

  it('begins and ends a drag with the same button', () => {
    const cursor = cursorWith('scribble');
    press(cursor, ' ', { shiftKey: true });
    busy = true;
    press(cursor, 'ArrowRight');
    press(cursor, ' ');
    expect(told).toEqual([
      ['onPointerDown', 50, 40, 'right'],
      ['onPointerMove', 58, 40, 'left'],
      ['onPointerUp', 58, 40, 'right'],
    ]);
  });
});
