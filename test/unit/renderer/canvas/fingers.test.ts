import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { Fingers, type Finger } from '../../../../renderer/canvas/fingers';
import { toImage, zoomAt, type Point, type Viewport } from '../../../../renderer/canvas/viewport';

let acts: string[];
let viewport: Viewport;
/** What is waited for, to be let pass by the test. */
let waiting: (() => void) | null;
let fingers: Fingers;

const at = ({ x, y }: Point): string => `${x},${y}`;
const finger = (id: number, x: number, y: number): Finger => ({ id, x, y });

beforeEach(() => {
  acts = [];
  waiting = null;
  viewport = { scale: 1, offsetX: 0, offsetY: 0, fitted: false };
  fingers = new Fingers({
    press: (point, button) => acts.push(`press ${button} ${at(point)}`),
    drag: (point) => acts.push(`drag ${at(point)}`),
    release: (point, button) => acts.push(`release ${button} ${at(point)}`),
    cancel: () => acts.push('cancel'),
    pan: (dx, dy) => (viewport = { ...viewport, offsetX: viewport.offsetX + dx, offsetY: viewport.offsetY + dy }),
    zoom: (factor, point) => (viewport = zoomAt(viewport, point, factor)),
    after: (_ms, act) => {
      waiting = act;
      return () => (waiting = null);
    },
  });
});

describe('one finger', () => {
  it('tapped is a click where it came down, although it trembles', () => {
    fingers.down(finger(1, 10, 20), 0);
    fingers.move(finger(1, 13, 22), 40);
    expect(acts).toEqual([]);
    fingers.up(finger(1, 13, 22));
    expect(acts).toEqual(['press 0 10,20', 'release 0 10,20']);
  });

  it('moved does what the tool does, from where it came down', () => {
    fingers.down(finger(1, 10, 20), 0);
    fingers.move(finger(1, 30, 20), 40);
    fingers.move(finger(1, 50, 20), 80);
    fingers.up(finger(1, 50, 20));
    expect(acts).toEqual(['press 0 10,20', 'drag 30,20', 'drag 50,20', 'release 0 50,20']);
    expect(waiting).toBeNull();
  });

  it('resting is the right button, once', () => {
    fingers.down(finger(1, 10, 20), 0);
    waiting!();
    fingers.move(finger(1, 60, 20), 700);
    fingers.up(finger(1, 60, 20));
    expect(acts).toEqual(['press 2 10,20', 'release 2 10,20']);
  });

  it('that the system takes away keeps its stroke, and is no tap', () => {
    fingers.down(finger(1, 10, 20), 0);
    fingers.lost(finger(1, 10, 20));
    expect(acts).toEqual([]);
    fingers.down(finger(1, 10, 20), 100);
    fingers.move(finger(1, 30, 20), 140);
    fingers.lost(finger(1, 30, 20));
    // Told again after the finger was lifted.
    fingers.lost(finger(1, 30, 20));
    expect(acts).toEqual(['press 0 10,20', 'drag 30,20', 'release 0 30,20']);
  });
});

describe('two fingers', () => {
  const place = fc.record({ x: fc.integer({ min: 0, max: 900 }), y: fc.integer({ min: 0, max: 700 }) });

  it('move and zoom the image: what lay between them lies between them, and no tool is used', () => {
    fc.assert(
      fc.property(place, place, fc.array(fc.tuple(fc.boolean(), place), { maxLength: 20 }), (first, second, moves) => {
        viewport = { scale: 1, offsetX: 0, offsetY: 0, fitted: false };
        acts = [];
        const now = [first, second];
        const between = (): Point => ({ x: (now[0]!.x + now[1]!.x) / 2, y: (now[0]!.y + now[1]!.y) / 2 });
        const before = toImage(viewport, between());
        fingers.down({ id: 1, ...first }, 0);
        fingers.down({ id: 2, ...second }, 30);
        moves.forEach(([which, to], i) => {
          now[which ? 1 : 0] = to;
          fingers.move({ id: which ? 2 : 1, ...to }, 60 + i);
        });
        const after = toImage(viewport, between());
        fingers.up({ id: 1, ...now[0]! });
        fingers.up({ id: 2, ...now[1]! });
        expect(after.x).toBeCloseTo(before.x, 3);
        expect(after.y).toBeCloseTo(before.y, 3);
        expect(acts).toEqual([]);
      }),
    );
  });

  it('twice as far apart show the image twice as large', () => {
    fingers.down(finger(1, 100, 100), 0);
    fingers.down(finger(2, 200, 100), 20);
    fingers.move(finger(2, 300, 100), 60);
    expect(viewport.scale).toBeCloseTo(2);
  });

  it('take back a stroke that the first has just begun, but not a longer one', () => {
    fingers.down(finger(1, 10, 20), 0);
    fingers.move(finger(1, 30, 20), 40);
    fingers.down(finger(2, 200, 20), 120);
    expect(acts).toEqual(['press 0 10,20', 'drag 30,20', 'cancel']);
    fingers.up(finger(1, 30, 20));
    // The one that is left paints nothing.
    fingers.move(finger(2, 260, 20), 300);
    fingers.up(finger(2, 260, 20));
    expect(acts).toHaveLength(3);

    acts = [];
    fingers.down(finger(1, 10, 20), 1_000);
    fingers.move(finger(1, 30, 20), 1_040);
    fingers.down(finger(2, 200, 20), 1_400);
    fingers.move(finger(1, 50, 20), 1_420);
    fingers.up(finger(2, 200, 20));
    fingers.up(finger(1, 50, 20));
    expect(acts).toEqual(['press 0 10,20', 'drag 30,20', 'drag 50,20', 'release 0 50,20']);
  });
});

describe('a hand that rests while a pen is near', () => {
  it('means nothing, whether it came before the pen or after', () => {
    fingers.down(finger(1, 10, 20), 0);
    fingers.penSeen(100);
    expect(waiting).toBeNull();
    fingers.move(finger(1, 60, 20), 150);
    fingers.up(finger(1, 60, 20));
    fingers.down(finger(2, 10, 20), 900);
    fingers.move(finger(2, 60, 20), 950);
    fingers.up(finger(2, 60, 20));
    expect(acts).toEqual([]);
    fingers.down(finger(3, 10, 20), 1_500);
    fingers.up(finger(3, 10, 20));
    expect(acts).toEqual(['press 0 10,20', 'release 0 10,20']);
  });

  it('loses what it had begun to draw', () => {
    fingers.down(finger(1, 10, 20), 0);
    fingers.move(finger(1, 60, 20), 50);
    fingers.penSeen(100);
    fingers.move(finger(1, 90, 20), 150);
    fingers.up(finger(1, 90, 20));
    expect(acts).toEqual(['press 0 10,20', 'drag 60,20', 'cancel']);
  });
});
