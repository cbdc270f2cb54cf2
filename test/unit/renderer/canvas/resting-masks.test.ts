/** Many masks drawn as one picture: whatever is done, what is on screen at rest is what drawing them one by one gives. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { drawMasks, type Context2D } from '../../../../renderer/canvas/drawing';
import { MaskCanvas } from '../../../../renderer/canvas/mask-canvas';
import type { Overlay } from '../../../../renderer/canvas/mask-overlays';
import { RestingMasks, type Scene } from '../../../../renderer/canvas/resting-masks';
import type { Instance } from '../../../../renderer/editor';
import type { BoundingBox } from '../../../../shared/mask';
import { BoxPath, PlainCanvas, PlainImageData } from './plain-canvas';

const IMAGE = { width: 400, height: 300 };
const SCREEN = { width: 60, height: 50 };
const REST_MS = 1_000;

class Box implements Overlay {
  readonly instance = {} as Instance;
  readonly painted = false;
  readonly fill: MaskCanvas;
  version = 0;
  #box: BoundingBox;

  constructor(
    box: BoundingBox,
    readonly colour: string,
  ) {
    this.#box = box;
    this.fill = new MaskCanvas(colour);
    this.move(box);
  }

  move(box: BoundingBox): void {
    this.#box = box;
    this.version++;
    const data = new Uint8Array(box[2] * box[3]).fill(1);
    this.fill.paint({ box, mask: { widthPx: box[2], heightPx: box[3], data } });
  }

  outline(): Path2D {
    return new BoxPath(this.#box) as unknown as Path2D;
  }
}

const look = { opacity: 0.4, outlinesOnly: false, ratio: 1 };
const sceneAt = (scale: number, offsetX: number, offsetY: number, of: object = IMAGE): Scene => ({
  of,
  image: IMAGE,
  screen: SCREEN,
  viewport: { scale, offsetX, offsetY, fitted: false },
  look,
});

let resting: RestingMasks;
let redraws: number;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('OffscreenCanvas', PlainCanvas);
  vi.stubGlobal('ImageData', PlainImageData);
  redraws = 0;
  resting = new RestingMasks(() => redraws++);
});
afterEach(() => {
  resting.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function drawn(masks: readonly Overlay[], scene: Scene): Uint32Array {
  const canvas = new PlainCanvas(SCREEN.width, SCREEN.height);
  resting.draw(canvas.getContext() as unknown as Context2D, masks, scene);
  return canvas.pixels;
}

function drawnSingly(masks: readonly Overlay[], scene: Scene): Uint32Array {
  const canvas = new PlainCanvas(SCREEN.width, SCREEN.height);
  drawMasks(canvas.getContext() as unknown as Context2D, masks, null, scene);
  return canvas.pixels;
}

const box: fc.Arbitrary<BoundingBox> = fc.tuple(
  fc.integer({ min: 0, max: IMAGE.width - 40 }),
  fc.integer({ min: 0, max: IMAGE.height - 40 }),
  fc.integer({ min: 1, max: 40 }),
  fc.integer({ min: 1, max: 40 }),
);
const steps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('pan'),
      dx: fc.integer({ min: -90, max: 90 }),
      dy: fc.integer({ min: -90, max: 90 }),
    }),
    fc.record({ kind: fc.constant('zoom'), scale: fc.constantFrom(1, 2, 3) }),
    fc.record({ kind: fc.constant('move'), which: fc.nat(19), box }),
    fc.record({ kind: fc.constant('away'), which: fc.nat(19) }),
    fc.record({ kind: fc.constant('add'), box }),
    fc.record({ kind: fc.constant('rest') }),
  ),
  { minLength: 1, maxLength: 25 },
);
const colourOf = (i: number): string => `#${(0x100000 + i * 4_321).toString(16)}`;
const made = (boxes: readonly BoundingBox[]): Box[] => boxes.map((each, i) => new Box(each, colourOf(i)));
const spread = made.bind(
  null,
  Array.from({ length: 12 }, (_, i): BoundingBox => [i * 30, i * 20, 25, 18]),
);

describe('masks at rest', () => {
  it('are drawn as if one by one after any moves, zooms and edits', () => {
    fc.assert(
      fc.property(fc.array(box, { minLength: 9, maxLength: 20 }), steps, (boxes, acts) => {
        let masks = made(boxes);
        let [scale, x, y] = [1, 0, 0];
        const frame = {};
        drawn(masks, sceneAt(scale, x, y, frame));
        for (const act of acts) {
          if ('dx' in act) [x, y] = [x + act.dx, y + act.dy];
          else if ('scale' in act) scale = act.scale;
          else if ('which' in act && 'box' in act) masks[act.which % masks.length]?.move(act.box);
          else if ('which' in act) masks = masks.filter((_, i) => i !== act.which);
          else if ('box' in act) masks = [...masks, new Box(act.box, colourOf(masks.length + 50))];
          else vi.advanceTimersByTime(REST_MS);
          drawn(masks, sceneAt(scale, x, y, frame));
        }
        vi.advanceTimersByTime(REST_MS);
        const scene = sceneAt(scale, x, y, frame);
        expect(drawn(masks, scene)).toEqual(drawnSingly(masks, scene));
      }),
      { numRuns: 150 },
    );
  });

  it('are exact while the view is moved by whole pixels, however far', () => {
    const masks = spread();
    for (let k = 0; k < 40; k++) {
      const scene = sceneAt(1, -7 * k, -5 * k);
      expect(drawn(masks, scene)).toEqual(drawnSingly(masks, scene));
    }
    expect(redraws).toBe(0);
  });
});

describe('while the view is zoomed', () => {
  it('they are where they belong, also where they come into view; at rest another drawing is asked for', () => {
    const masks = spread();
    drawn(masks, sceneAt(3, 0, 0));
    vi.advanceTimersByTime(REST_MS);
    const scene = sceneAt(0.15, 0, 0);
    const shown = drawn(masks, scene);
    const wanted = drawnSingly(masks, scene);
    const alike = shown.filter((pixel, i) => pixel > 0 === wanted[i]! > 0).length;
    expect(wanted.some((pixel) => pixel > 0)).toBe(true);
    expect(alike / shown.length).toBeGreaterThan(0.85);
    expect(redraws).toBe(0);
    vi.advanceTimersByTime(REST_MS);
    expect(redraws).toBe(1);
    expect(drawn(masks, scene)).toEqual(wanted);
  });

  it('an edit is seen at once', () => {
    const masks = spread();
    drawn(masks, sceneAt(1, 0, 0));
    masks[0]!.move([2, 2, 20, 20]);
    expect(drawn(masks, sceneAt(2, 0, 0))[30 * SCREEN.width + 30]).toBeGreaterThan(0);
  });
});

it('another frame, look or window is drawn exactly at once, though the view moved', () => {
  const masks = spread();
  drawn(masks, sceneAt(1, 0, 0));
  const others = made(Array.from({ length: 10 }, (_, i): BoundingBox => [i * 11, i * 9, 8, 8]));
  const scenes = [
    { ...sceneAt(2, 3, 4, {}), masks: others },
    { ...sceneAt(3, 3, 4), look: { ...look, outlinesOnly: true }, masks },
    { ...sceneAt(2, 5, 4), look, screen: { width: 60, height: 40 }, masks },
  ];
  for (const scene of scenes) expect(drawn(scene.masks, scene)).toEqual(drawnSingly(scene.masks, scene));
});
