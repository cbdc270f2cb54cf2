import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SMALLEST, usableBounds, type Bounds } from '../../../../main/electron/window-state';

const LAPTOP: Bounds = { x: 0, y: 0, width: 1440, height: 875 };
const MONITOR: Bounds = { x: 1440, y: -200, width: 2560, height: 1400 };

describe('where the window opens', () => {
  it('is centred on the primary display the first time', () => {
    expect(usableBounds(null, [MONITOR, LAPTOP])).toEqual({ x: 2000, y: 50, width: 1440, height: 900 });
  });

  it('is where it was, on whichever display', () => {
    const remembered = { x: 1700, y: -100, width: 1600, height: 1000 };
    expect(usableBounds(remembered, [LAPTOP, MONITOR])).toEqual(remembered);
  });

  it('is on the primary display when the other one was unplugged', () => {
    const remembered = { x: 1700, y: -100, width: 1600, height: 1000 };
    expect(usableBounds(remembered, [LAPTOP])).toEqual({ x: 0, y: 0, width: 1440, height: 875 });
  });

  it('shrinks to the display it is on', () => {
    const remembered = { x: 100, y: 100, width: 3000, height: 2000 };
    expect(usableBounds(remembered, [LAPTOP])).toEqual({ x: 100, y: 100, width: 1440, height: 875 });
  });

  it('never leaves the title bar out of reach, wherever it was remembered', () => {
    const number = fc.integer({ min: -10_000, max: 10_000 });
    const size = fc.integer({ min: 1, max: 10_000 });
    fc.assert(
      fc.property(number, number, size, size, (x, y, width, height) => {
        const used = usableBounds({ x, y, width, height }, [LAPTOP, MONITOR]);
        const reachable = [LAPTOP, MONITOR].some(
          (area) =>
            used.y >= area.y &&
            used.y < area.y + area.height &&
            used.x < area.x + area.width - 100 &&
            used.x + used.width > area.x + 100,
        );
        expect(reachable).toBe(true);
        expect(used.width).toBeGreaterThanOrEqual(SMALLEST.width);
      }),
    );
  });
});
