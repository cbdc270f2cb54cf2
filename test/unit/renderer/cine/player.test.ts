/** The player against a clock and a decoder that take exactly the time they are told to. */
import { describe, expect, it } from 'vitest';
import { Player } from '../../../../renderer/cine/player';

interface Made {
  readonly frame: number;
  freed: boolean;
}

const SCREEN_MS = 5;

/** Decodes one frame after the other, each in `decodeMs`; plays for `forMs`. */
async function played(options: {
  frames: number;
  decodeMs: number;
  stepMs: number;
  forMs: number;
  most?: number;
  range?: { first: number; last: number };
  from?: number;
  unreadable?: readonly number[];
}) {
  const { frames, decodeMs, stepMs, forMs, most = 1_000, unreadable = [] } = options;
  const range = options.range ?? { first: 0, last: frames - 1 };
  let nowMs = 0;
  let unreadableTold = 0;
  const waiting: { frame: number; done: (made: Made) => void; failed: (why: Error) => void }[] = [];
  let decodedAtMs: number | null = null;
  const [asked, shown, made]: [number[], { atMs: number; frame: number }[], Made[]] = [[], [], []];
  let rate: number | null = null;
  const player = new Player<Made>(
    {
      now: () => nowMs,
      load: (frame) => {
        asked.push(frame);
        return new Promise((done, failed) => waiting.push({ frame, done, failed }));
      },
      show: (frame, picture) => {
        expect(picture).toMatchObject({ frame, freed: false });
        shown.push({ atMs: nowMs, frame });
      },
      free: (picture) => (picture.freed = true),
      onUnreadable: () => unreadableTold++,
    },
    { range, from: options.from ?? range.first, stepMs },
    most,
  );
  for (; nowMs < forMs; nowMs += SCREEN_MS) {
    decodedAtMs ??= waiting.length > 0 ? nowMs + decodeMs : null;
    while (decodedAtMs !== null && nowMs >= decodedAtMs) {
      const { frame, done, failed } = waiting.shift()!;
      const picture = { frame, freed: false };
      if (unreadable.includes(frame)) failed(new Error('unreadable'));
      else {
        made.push(picture);
        done(picture);
      }
      decodedAtMs = waiting.length > 0 ? decodedAtMs + decodeMs : null;
      for (let i = 0; i < 5; i++) await Promise.resolve();
    }
    player.tick();
    rate = player.rate ?? rate;
  }
  return { asked, shown, made, rate, player, unreadableTold };
}

const frameNumbers = (shown: readonly { frame: number }[]) => shown.map(({ frame }) => frame);

describe('a loop whose frames are decoded fast enough', () => {
  it('shows every frame in its order at its time, round and round, and decodes each once', async () => {
    const { shown, asked, rate } = await played({ frames: 30, decodeMs: 10, stepMs: 40, forMs: 4_000 });
    expect(frameNumbers(shown)).toEqual(shown.map((_, i) => i % 30));
    expect(shown.length).toBeGreaterThanOrEqual(98);
    for (const [i, { atMs }] of shown.entries())
      expect(Math.abs(atMs - shown[0]!.atMs - 40 * i)).toBeLessThanOrEqual(5);
    expect(asked).toHaveLength(30);
    expect(rate).toBe(25);
  });

  it('begins at the frame it is at and repeats its range', async () => {
    const range = { first: 10, last: 13 };
    const { shown, asked } = await played({ frames: 30, range, from: 12, decodeMs: 5, stepMs: 20, forMs: 500 });
    expect(frameNumbers(shown).slice(0, 7)).toEqual([12, 13, 10, 11, 12, 13, 10]);
    expect([...asked].sort()).toEqual([10, 11, 12, 13]);
  });

  it('holds no more pictures than it may, of a loop of any length, and never frees the one on screen', async () => {
    const { made, shown, player } = await played({ frames: 500, decodeMs: 5, stepMs: 20, forMs: 25_000, most: 40 });
    expect(new Set(frameNumbers(shown)).size).toBe(500);
    expect(made.filter(({ freed }) => !freed).length).toBeLessThanOrEqual(40);
    player.end();
    expect(made.filter(({ freed }) => !freed).map(({ frame }) => frame)).toEqual([shown.at(-1)!.frame]);
  });
});

describe('a loop whose frames are decoded too slowly', () => {
  it('keeps its time and leaves frames out', async () => {
    const { shown, rate } = await played({ frames: 500, decodeMs: 100, stepMs: 20, forMs: 10_000 });
    // The frame on screen is the one that is due, or a little older.
    for (const { atMs, frame } of shown.slice(10)) {
      const due = Math.floor((atMs - shown[0]!.atMs) / 20) % 500;
      expect((due - frame + 500) % 500).toBeLessThanOrEqual(3);
    }
    // All that the decoder can do is on screen, evenly.
    expect(rate).toBeGreaterThanOrEqual(9);
    const gaps = shown.slice(11).map(({ atMs }, i) => atMs - shown[i + 10]!.atMs);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(125);
  });

  it('plays even where a frame takes longer than all that is asked for ahead', async () => {
    const { shown } = await played({ frames: 500, decodeMs: 1_000, stepMs: 10, forMs: 10_000 });
    expect(shown.length).toBeGreaterThanOrEqual(8);
  });
});

describe('a loop with damaged frames', () => {
  it('leaves them out', async () => {
    const { shown, unreadableTold } = await played({
      ...{ frames: 6, decodeMs: 5, stepMs: 20, forMs: 1_000 },
      unreadable: [0, 3],
    });
    expect(new Set(frameNumbers(shown))).toEqual(new Set([1, 2, 4, 5]));
    expect(unreadableTold).toBe(0);
  });

  it('says so where none can be read', async () => {
    const { shown, unreadableTold } = await played({
      ...{ frames: 3, decodeMs: 5, stepMs: 20, forMs: 1_000 },
      unreadable: [0, 1, 2],
    });
    expect(shown).toEqual([]);
    expect(unreadableTold).toBe(1);
  });
});
