// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from 'vitest';
import { watchHeldKeys } from '../../../../renderer/canvas/held-keys';

let stop: () => void = () => undefined;
afterEach(() => stop());

function watched(): string[] {
  const calls: string[] = [];
  stop = watchHeldKeys(window, {
    space: (held) => calls.push(`space ${held}`),
    hidesMasks: ({ key }) => key === 'h',
    masksHiddenLong: () => calls.push('masks back'),
  });
  return calls;
}

function key(type: 'keydown' | 'keyup', name: string, atMs: number, target: EventTarget = document.body): void {
  const event = new KeyboardEvent(type, {
    key: name,
    code: name === ' ' ? 'Space' : `Key${name.toUpperCase()}`,
    bubbles: true,
  });
  Object.defineProperty(event, 'timeStamp', { value: atMs });
  target.dispatchEvent(event);
}

describe('held keys', () => {
  it('pan while Space is down, also when the window loses the keyboard meanwhile', () => {
    const calls = watched();
    key('keydown', ' ', 0);
    key('keyup', ' ', 10);
    key('keydown', ' ', 20);
    window.dispatchEvent(new Event('blur'));
    expect(calls).toEqual(['space true', 'space false', 'space true', 'space false']);
  });

  it('show the masks again when H was held, not when it was tapped', () => {
    const calls = watched();
    key('keydown', 'h', 0);
    key('keyup', 'h', 100);
    expect(calls).toEqual([]);
    key('keydown', 'h', 1_000);
    key('keyup', 'h', 1_900);
    expect(calls).toEqual(['masks back']);
  });

  it('are left alone where somebody types', () => {
    const calls = watched();
    const field = document.body.appendChild(document.createElement('input'));
    key('keydown', 'h', 0, field);
    key('keyup', 'h', 900, field);
    key('keydown', ' ', 1_000, field);
    expect(calls).toEqual([]);
  });
});
