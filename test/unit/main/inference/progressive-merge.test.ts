import { describe, expect, it } from 'vitest';
import { progressiveMerge } from '../../../../main/inference/progressive-merge';
import { LOW_RES_SIZE } from '../../../../models/autosamus';
import { seededRandom } from '../../../../models/training';
import { maskOfLogits } from '../../../../shared/image';

const S = LOW_RES_SIZE;
const [WIDTH, HEIGHT] = [300, 200];

/** Logits: 5 inside any of the circles (x, y, radius in cells), -5 elsewhere. */
function circles(...all: readonly (readonly [number, number, number])[]): Float32Array {
  return Float32Array.from({ length: S * S }, (_, i) =>
    all.some(([x, y, r]) => ((i % S) - x) ** 2 + (Math.floor(i / S) - y) ** 2 <= r * r) ? 5 : -5,
  );
}

const clickAt = (cellX: number, cellY: number, positive: boolean) => ({
  x: ((cellX + 0.5) * WIDTH) / S,
  y: ((cellY + 0.5) * HEIGHT) / S,
  positive,
});
type Click = ReturnType<typeof clickAt>;
const merge = (previous: Float32Array, answer: Float32Array, click: Click, earlier: readonly Click[] = []) =>
  progressiveMerge(previous, answer, click, { widthPx: WIDTH, heightPx: HEIGHT, points: [...earlier, click] });
const isIn = (logits: Float32Array): boolean[] => Array.from(logits, (value) => value > 0);

describe('progressiveMerge', () => {
  it('adds the piece that was clicked and keeps what the answer dropped elsewhere', () => {
    const merged = merge(circles([30, 30, 10]), circles([60, 60, 10]), clickAt(60, 60, true));
    expect(merged).toEqual(circles([30, 30, 10], [60, 60, 10]));
  });

  it('takes the piece away that was clicked and adds nothing', () => {
    const merged = merge(circles([30, 30, 10], [60, 60, 10]), circles([90, 90, 10]), clickAt(60, 60, false));
    expect(merged).toEqual(circles([30, 30, 10]));
  });

  it('leaves pieces that do not hang together with the click', () => {
    const merged = merge(circles([30, 30, 10]), circles([60, 60, 8], [100, 30, 8]), clickAt(60, 60, true));
    expect(merged).toEqual(circles([30, 30, 10], [60, 60, 8]));
  });

  it('reaches no farther than a quarter of the frame', () => {
    const merged = merge(circles(), new Float32Array(S * S).fill(5), clickAt(20, 64, true));
    expect(merged[64 * S + 52]).toBe(5);
    expect(merged[64 * S + 53]).toBe(-5);
  });

  it('does not follow a decoder that takes the whole organ where a click near its border takes away', () => {
    const merged = merge(circles([64, 64, 30]), circles(), clickAt(64, 90, false));
    expect([merged[90 * S + 64]! < 0, merged[64 * S + 64]! > 0, merged[40 * S + 64]! > 0]).toEqual([true, true, true]);
  });

  it('obeys a click that the decoder did not, wherever it is', () => {
    const random = seededRandom('obeyed');
    for (let i = 0; i < 200; i++) {
      const noise = (): Float32Array => Float32Array.from({ length: S * S }, () => 12 * random() - 6);
      const [previous, answer] = [noise(), noise()];
      const click = { x: random() * WIDTH, y: random() * HEIGHT, positive: random() < 0.5 };
      const mask = maskOfLogits(merge(previous, answer, click), S, S, WIDTH, HEIGHT);
      expect(mask.data[Math.floor(click.y) * WIDTH + Math.floor(click.x)]).toBe(click.positive ? 1 : 0);
    }
  });

  it('takes everything as near to the click as the border to be wrong too', () => {
    const mask = circles([30, 64, 20]);
    // The nearest cells of the mask are 14 from (64, 64), its outside is 21 from its centre.
    const grown = isIn(merge(mask, mask, clickAt(64, 64, true)));
    expect(
      isIn(circles([30, 64, 20], [64, 64, 14])).every((inside, cell) => grown[cell] === inside || grown[cell]),
    ).toBe(true);
    expect(isIn(merge(mask, mask, clickAt(30, 64, false)))).toEqual(isIn(circles()));
  });

  it('leaves no notch between the circle and the mask, and no sliver of the mask beside it', () => {
    const mask = circles([40, 64, 20]);
    // A circle of 6 about (66, 64) touches the mask in one cell: between the two, above that, it is a notch.
    const grown = merge(mask, mask, clickAt(66, 64, true));
    expect([grown[60 * S + 60]! > 0, grown[68 * S + 60]! > 0]).toEqual([true, true]);
    // And nothing is added farther away than the notch.
    expect(isIn(grown).filter(Boolean).length).toBeLessThan(
      isIn(circles([40, 64, 20], [66, 64, 6])).filter(Boolean).length + 60,
    );
    // A bar 9 cells wide, of which the middle is taken: what is left above and below is too thin to be meant.
    const bar = Float32Array.from({ length: S * S }, (_, i) => (Math.abs(Math.floor(i / S) - 64) <= 4 ? 5 : -5));
    const cut = merge(bar, bar, clickAt(64, 64, false));
    for (let y = 60; y <= 68; y++) expect(cut[y * S + 64], `row ${y}`).toBeLessThan(0);
  });

  it('keeps what a click of the other kind said when a notch goes', () => {
    const mask = circles([40, 64, 20]);
    const earlier = clickAt(60, 59, false);
    const plain = merge(mask, mask, clickAt(66, 64, true));
    expect(plain[59 * S + 60]).toBeGreaterThan(0);
    expect(merge(mask, mask, clickAt(66, 64, true), [earlier])[59 * S + 60]).toBeLessThan(0);
  });

  it('believes the decoder where it sees another object', () => {
    const merged = merge(circles([30, 64, 20]), circles([30, 64, 20], [90, 64, 6]), clickAt(90, 64, true));
    expect(merged).toEqual(circles([30, 64, 20], [90, 64, 6]));
  });

  it('believes the decoder where it sees a hole', () => {
    const [organ, cyst] = [circles([64, 64, 30]), circles([64, 64, 8])];
    const answer = organ.map((value, cell) => (cyst[cell]! > 0 ? -5 : value));
    expect(merge(organ, answer, clickAt(64, 64, false))).toEqual(answer);
  });

  it('changes cells in the sense of the click only, and not what it was given', () => {
    const random = seededRandom('sense');
    for (let i = 0; i < 50; i++) {
      const noise = (): Float32Array => Float32Array.from({ length: S * S }, () => 12 * random() - 6);
      const [previous, answer] = [noise(), noise()];
      const kept = Float32Array.from(previous);
      const click = { x: random() * WIDTH, y: random() * HEIGHT, positive: random() < 0.5 };
      const merged = merge(previous, answer, click);
      expect(previous).toEqual(kept);
      const wrong = merged.some((value, cell) => {
        const [old, now] = [(previous[cell] as number) > 0, value > 0];
        return old !== now && now !== click.positive;
      });
      expect(wrong).toBe(false);
    }
  });
});
