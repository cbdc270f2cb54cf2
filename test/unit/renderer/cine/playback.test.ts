import { describe, expect, it } from 'vitest';
import { frameOf, stepAt, stepped, withEnd } from '../../../../renderer/cine/playback';

const range = { first: 2, last: 5 };

describe('a loop that is played', () => {
  it('goes through its range again and again, from where it was', () => {
    const playback = { range, from: 4, stepMs: 40 };
    expect([0, 1, 2, 3, 4, 5, 6].map((step) => frameOf(playback, step))).toEqual([4, 5, 2, 3, 4, 5, 2]);
  });

  it('has one frame due at a time', () => {
    const playback = { range, from: 2, stepMs: 40 };
    expect([0, 39.9, 40, 79, 80, 1_000].map((ms) => stepAt(playback, ms))).toEqual([0, 0, 1, 1, 2, 25]);
  });

  it('is stepped through round its ends, and entered at the nearer one', () => {
    expect(stepped(5, 1, range)).toBe(2);
    expect(stepped(2, -1, range)).toBe(5);
    expect(stepped(3, 1, range)).toBe(4);
    expect([stepped(0, 1, range), stepped(0, -1, range), stepped(9, 1, range), stepped(9, -1, range)]).toEqual([
      2, 5, 2, 5,
    ]);
  });

  it('has ends that never cross', () => {
    expect(withEnd(range, 'first', 4)).toEqual({ first: 4, last: 5 });
    expect(withEnd(range, 'first', 7)).toEqual({ first: 7, last: 7 });
    expect(withEnd(range, 'last', 1)).toEqual({ first: 1, last: 1 });
  });
});
