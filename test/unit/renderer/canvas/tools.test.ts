import { beforeEach, describe, expect, it } from 'vitest';
import { Gestures, type PointerInput } from '../../../../renderer/canvas/gestures';
import { TOOLS, Toolbox, type ToolName } from '../../../../renderer/canvas/tools';
import type { Viewport } from '../../../../renderer/canvas/viewport';
import { NODULE, bench, frameOf, settle, type Bench } from '../support';

const frame = frameOf();
/** One image pixel is four pixels of the screen, the image begins at (100, 20). */
const VIEW: Viewport = { scale: 4, offsetX: 100, offsetY: 20, fitted: false };

/** A bright disc of radius 12 around (24, 20) on black. */
const IMAGE = {
  widthPx: 48,
  heightPx: 40,
  data: Uint8Array.from({ length: 48 * 40 }, (_, i) =>
    Math.hypot((i % 48) + 0.5 - 24, Math.floor(i / 48) + 0.5 - 20) < 12 ? 200 : 0,
  ),
};

let made: Bench;
let toolbox: Toolbox;
let gestures: Gestures;
let calls: string[];

beforeEach(() => {
  made = bench();
  made.open(frame);
  calls = [];
  const note =
    (name: string) =>
    (...numbers: unknown[]): void =>
      void calls.push(
        `${name} ${numbers.map((n) => (typeof n === 'number' ? Math.round(n * 100) / 100 : '')).join(' ')}`.trim(),
      );
  toolbox = new Toolbox({
    editor: made.editor,
    brushRadiusPx: () => 3,
    image: () => IMAGE,
    outlineTolerancePx: () => 1,
    resetWindowing: note('reset'),
  });
  gestures = new Gestures(
    {
      viewport: () => VIEW,
      pan: note('pan'),
      zoom: note('zoom'),
      dragWindowing: note('windowing'),
      resizeBrush: note('brush'),
    },
    toolbox,
  );
});

/** A pointer event over a place of the image. */
const over = (x: number, y: number, more: Partial<PointerInput> = {}): PointerInput => ({
  x: x * 4 + 100,
  y: y * 4 + 20,
  button: 0,
  alt: false,
  shift: false,
  ...more,
});

function press(x: number, y: number, more: Partial<PointerInput> = {}): void {
  gestures.down(over(x, y, more));
  gestures.up(over(x, y, more));
}

function drag(from: [number, number], to: [number, number], more: Partial<PointerInput> = {}): void {
  gestures.down(over(...from, more));
  gestures.move(over(...to, more));
  gestures.up(over(...to, more));
}

const points = () => made.editor.document?.active?.shown?.prompt.points ?? [];
const bit = (x: number, y: number) => made.editor.document?.active?.pixels.data[y * 48 + x];

describe('select', () => {
  it('makes the mask under the pointer the active one', () => {
    made.editor.selection.chooseLabel(NODULE.id);
    for (const x of [10, 30]) {
      made.editor.selection.newInstance();
      made.editor.beginStroke('brush', 3, x, 10);
      made.editor.endStroke();
    }
    toolbox.choose('select');
    press(10.2, 10.2);
    expect(bit(10, 10)).toBe(1);
    press(30.2, 10.2);
    expect(bit(30, 10)).toBe(1);
    press(20, 30);
    expect(made.editor.document!.active).toBeNull();
  });

  it('resets brightness and contrast at a double click', () => {
    toolbox.choose('select');
    gestures.doubleClick(over(10, 10));
    expect(calls).toEqual(['reset']);
  });
});

describe("a pen's other end", () => {
  it('erases for one stroke, whatever tool is in hand', () => {
    made.editor.selection.chooseLabel(NODULE.id);
    toolbox.choose('brush');
    drag([10, 10], [30, 10]);
    expect(bit(20, 10)).toBe(1);
    toolbox.choose('point');
    drag([18, 10], [22, 10], { eraser: true });
    expect(bit(20, 10)).toBe(0);
    expect(bit(12, 10)).toBe(1);
    expect(toolbox.name).toBe('point');
  });
});

describe('point', () => {
  it('adds with the left button, removes with the right one or Alt', async () => {
    press(10, 12);
    await settle();
    press(20, 12, { button: 2 });
    press(22, 14, { alt: true });
    expect(points()).toEqual([
      { x: 10, y: 12, positive: true },
      { x: 20, y: 12, positive: false },
      { x: 22, y: 14, positive: false },
    ]);
  });

  it('does the other of both where the switch says so, until another tool or frame is in hand', async () => {
    press(10, 12);
    await settle();
    toolbox.switchSides();
    press(20, 12);
    press(22, 14, { alt: true });
    expect(points().map(({ positive }) => positive)).toEqual([true, false, true]);
    toolbox.choose('lasso');
    toolbox.choose('point');
    expect(toolbox.takesAway).toBe(false);
    toolbox.switchSides();
    toolbox.restart();
    expect(toolbox.takesAway).toBe(false);
  });

  it("asks for the right button's mask while that is still down; dragging takes it back", async () => {
    press(10, 12);
    await settle();
    const asked = made.worker.asked.length;
    gestures.down(over(14, 12, { button: 2 }));
    await settle();
    expect(made.worker.asked[asked]!.prompt.points.at(-1)).toEqual({ x: 14, y: 12, positive: false });
    expect(made.editor.previewMask).not.toBeNull();
    gestures.move(over(20, 12, { button: 2 }));
    expect(made.editor.previewMask).toBeNull();
    gestures.up(over(20, 12, { button: 2 }));
    expect(points()).toHaveLength(1);
    press(14, 12, { button: 2 });
    await settle();
    expect(points().at(-1)).toEqual({ x: 14, y: 12, positive: false });
  });

  it('is no news to buttons and menus while the pointer only moves', async () => {
    let news = 0;
    toolbox.changed.on(() => news++);
    for (const tool of ['point', 'brush'] as const) {
      toolbox.choose(tool);
      const before = news;
      gestures.move(over(10, 12));
      gestures.move(over(11, 12));
      gestures.leave();
      await settle();
      expect(news).toBe(before);
    }
  });

  it('means exactly the place under the pointer', () => {
    press(10.37, 12.81);
    expect(points()).toEqual([{ x: 10.37, y: 12.81, positive: true }]);
  });

  it('previews while hovering, not outside the image nor while that is panned', async () => {
    gestures.move(over(10, 12));
    await settle();
    expect(made.editor.previewMask).not.toBeNull();
    gestures.move(over(-3, 12));
    expect(made.editor.previewMask).toBeNull();
    gestures.move(over(11, 12));
    await settle();
    gestures.leave();
    expect(made.editor.previewMask).toBeNull();
    gestures.move(over(12, 12));
    await settle();
    expect(made.editor.previewMask).not.toBeNull();
    gestures.down(over(12, 12, { button: 1 }));
    expect(made.editor.previewMask).toBeNull();
  });
});

describe('scribble', () => {
  beforeEach(() => toolbox.choose('scribble'));

  it('is points along the stroke, one question and one act', async () => {
    drag([10, 12], [20, 12]);
    await settle();
    expect(made.worker.asked).toHaveLength(1);
    const ys = points().map(({ y }) => y);
    expect(points().map(({ x }) => Math.round(x * 100) / 100)).toEqual([10.71, 12.14, 13.57, 15, 16.43, 17.86, 19.29]);
    expect(new Set(ys)).toEqual(new Set([12]));
    made.editor.undo();
    expect(made.screen()).toEqual([]);
    expect(made.editor.document!.canUndo).toBe(false);
  });

  it('takes away with the right button or Alt, and never more than eight points a stroke', async () => {
    drag([10, 12], [30, 12]);
    expect(points()).toHaveLength(8);
    await settle();
    drag([10, 20], [12, 20], { button: 2 });
    drag([20, 20], [20.5, 20], { alt: true });
    expect(
      points()
        .slice(8)
        .map(({ positive }) => positive),
    ).toEqual([false, false, false]);
    expect(calls).toEqual([]);
  });

  it('of a click is one point; outside the image it is nothing', () => {
    press(10.37, 12.81);
    expect(points()).toEqual([{ x: 10.37, y: 12.81, positive: true }]);
    drag([-20, -5], [-3, -5]);
    expect(points()).toHaveLength(1);
  });

  it('shows the stroke and its points while it is drawn; Esc throws it away', () => {
    gestures.down(over(10, 12));
    gestures.move(over(20, 12));
    const draft = toolbox.draft;
    expect(draft).toMatchObject({ kind: 'scribble', path: [10, 12, 20, 12], positive: true });
    expect(draft?.kind === 'scribble' && draft.points).toHaveLength(7);
    expect(toolbox.key('onCancel')).toBe(true);
    gestures.up(over(20, 12));
    expect(made.editor.document!.canUndo).toBe(false);
  });

  it('that takes away needs a mask', () => {
    drag([10, 12], [20, 12], { alt: true });
    expect(made.refusals).toEqual(['needs-mask']);
  });
});

describe('box', () => {
  it('is set by dragging, in any direction, cut to the image', () => {
    toolbox.choose('box');
    gestures.down(over(30, 25));
    gestures.move(over(-5, 10));
    expect(toolbox.draft).toEqual({ kind: 'box', x0: -5, y0: 10, x1: 30, y1: 25 });
    gestures.up(over(-5, 10));
    expect(toolbox.draft).toBeNull();
    expect(made.editor.document!.active!.shown!.prompt.box).toEqual({ x0: 0, y0: 10, x1: 30, y1: 25 });
  });

  it('is not set by a click, nor after Esc', () => {
    toolbox.choose('box');
    press(10, 10);
    gestures.down(over(5, 5));
    gestures.move(over(25, 25));
    expect(toolbox.key('onCancel')).toBe(true);
    gestures.up(over(25, 25));
    expect(made.editor.document!.canUndo).toBe(false);
  });
});

describe.each(['brush', 'eraser'] as const)('%s', (tool) => {
  beforeEach(() => {
    made.editor.beginStroke('brush', 8, 20, 20);
    made.editor.endStroke();
    toolbox.choose(tool);
  });

  it('paints while the button is down, as one act', () => {
    const before = made.screen();
    drag([4, 20], [44, 20]);
    expect(bit(20, 20)).toBe(tool === 'brush' ? 1 : 0);
    expect(bit(33, 20)).toBe(tool === 'brush' ? 1 : 0);
    made.editor.undo();
    expect(made.screen()).toEqual(before);
  });

  it('shows its size where it is', () => {
    gestures.move(over(12.5, 9.5));
    expect(toolbox.draft).toEqual({ kind: 'brush', x: 12.5, y: 9.5, radiusPx: 3 });
    gestures.leave();
    expect(toolbox.draft).toBeNull();
  });

  it.each(['onCancel', 'onRemoveLast'] as const)('%s while painting brings back what was', (key) => {
    const before = made.screen();
    gestures.down(over(4, 20));
    gestures.move(over(44, 20));
    expect(toolbox.key(key)).toBe(true);
    gestures.move(over(44, 30));
    gestures.up(over(44, 30));
    expect(made.screen()).toEqual(before);
  });

  it('keeps the stroke when the tool is changed, the pointer taken away, or the frame left', () => {
    const acts = [
      () => toolbox.choose('point'),
      () => gestures.lost(over(30, 20)),
      () => made.editor.open(frameOf(1, 'b'.repeat(64)), []),
    ];
    acts.forEach((act, index) => {
      made.open(frame);
      toolbox.choose(tool);
      const before = JSON.stringify(made.screen());
      // Where the brush finds nothing yet, and the eraser something.
      const [x, y] = tool === 'brush' ? [38, 5 + 10 * index] : [18, 14 + 5 * index];
      gestures.down(over(x, y));
      gestures.move(over(x + 4, y));
      act();
      gestures.up(over(0, 0));
      made.open(frame);
      expect(JSON.stringify(made.screen())).not.toBe(before);
    });
  });

  it('is sized with Ctrl and the wheel; the wheel alone zooms', () => {
    gestures.wheel({ ...over(10, 10), delta: -100, ctrl: true });
    gestures.wheel({ ...over(10, 10), delta: 100, ctrl: true });
    gestures.wheel({ ...over(10, 10), delta: -100, ctrl: false });
    expect(calls).toEqual(['brush 1', 'brush -1', 'zoom 1.16']);
  });
});

describe('polygon', () => {
  beforeEach(() => toolbox.choose('polygon'));
  const corners: [number, number][] = [
    [5, 5],
    [25, 5],
    [25, 25],
  ];

  it.each([
    ['Enter', () => toolbox.key('onComplete')],
    ['a click on the first corner', () => press(5.5, 5.5)],
    ['a double click', () => (press(25, 25), gestures.doubleClick(over(25, 25)))],
  ])('is closed by %s', (_, close) => {
    for (const corner of corners) press(...corner);
    close();
    expect(toolbox.busy).toBe(false);
    expect([bit(20, 10), bit(10, 20)]).toEqual([1, 0]);
    made.editor.undo();
    expect(made.screen()).toEqual([]);
  });

  it('takes corners back and puts them there again', () => {
    for (const corner of corners) press(...corner);
    press(5, 25);
    expect(toolbox.key('onRemoveLast')).toBe(true);
    expect(toolbox.draft).toMatchObject({ vertices: [5, 5, 25, 5, 25, 25] });
    toolbox.key('onRestoreLast');
    expect(toolbox.draft).toMatchObject({ vertices: [5, 5, 25, 5, 25, 25, 5, 25] });
    for (let k = 0; k < 4; k++) toolbox.key('onRemoveLast');
    expect(toolbox.busy).toBe(false);
    expect(toolbox.key('onRemoveLast')).toBe(false);
  });

  it('with Esc leaves nothing behind; with two corners Enter closes nothing', () => {
    press(5, 5);
    press(25, 5);
    toolbox.key('onComplete');
    expect(toolbox.busy).toBe(true);
    toolbox.key('onCancel');
    expect(toolbox.busy).toBe(false);
    expect(made.editor.document!.canUndo).toBe(false);
  });

  it('begun with Alt takes its inside away', () => {
    made.editor.beginStroke('brush', 15, 20, 20);
    made.editor.endStroke();
    press(5, 5, { alt: true });
    press(25, 5);
    press(25, 25);
    toolbox.key('onComplete');
    expect([bit(20, 10), bit(14, 24)]).toEqual([0, 1]);
  });
});

describe('lasso', () => {
  beforeEach(() => toolbox.choose('lasso'));

  function draw(places: readonly (readonly [number, number])[], alt = false): void {
    const [first, ...others] = places;
    gestures.down(over(...first!, { alt }));
    for (const place of others) gestures.move(over(...place));
    gestures.up(over(...places.at(-1)!));
  }
  const SQUARE = [
    [5, 5],
    [25, 5],
    [25, 25],
    [5, 25],
  ] as const;

  it('adds what it goes around, as one act; with Alt it takes it away', () => {
    draw(SQUARE);
    expect([bit(6, 6), bit(24, 24), bit(26, 10)]).toEqual([1, 1, 0]);
    const whole = made.screen();
    draw(
      [
        [0, 0],
        [15, 0],
        [15, 40],
        [0, 40],
      ],
      true,
    );
    expect([bit(10, 10), bit(20, 10)]).toEqual([0, 1]);
    made.editor.undo();
    expect(made.screen()).toEqual(whole);
    made.editor.undo();
    expect(made.screen()).toEqual([]);
  });

  it('has no hole where the hand drew past its beginning', () => {
    draw([...SQUARE, [5, 5], [25, 5], [25, 10]]);
    expect([bit(10, 8), bit(20, 8), bit(20, 20)]).toEqual([1, 1, 1]);
  });

  it('shows the line; a click or Esc leaves nothing behind', () => {
    gestures.down(over(5, 5));
    gestures.move(over(25, 5));
    expect(toolbox.draft).toMatchObject({ kind: 'outline', mode: 'add', path: [5, 5, 25, 5] });
    toolbox.key('onCancel');
    gestures.up(over(25, 5));
    press(5, 5);
    expect(made.editor.document!.canUndo).toBe(false);
  });
});

describe('magnetic contour', () => {
  beforeEach(() => toolbox.choose('livewire'));
  /** On the disc's edge. */
  const RIM: [number, number][] = [
    [36, 20],
    [24, 32],
    [12, 20],
    [24, 8],
  ];
  const area = () => made.editor.document!.active!.shown!.areaPx;

  it.each([
    ['Enter', () => toolbox.key('onComplete')],
    ['a click on the first anchor', () => press(36.5, 20.5)],
    ['a double click', () => gestures.doubleClick(over(24, 8))],
  ])('follows the edge and is closed by %s', (_, close) => {
    for (const place of RIM) press(...place);
    close();
    expect(toolbox.busy).toBe(false);
    // The square through the anchors has 288 pixels, the disc 452.
    expect(area()).toBeGreaterThan(400);
    expect(area()).toBeLessThan(500);
    made.editor.undo();
    expect(made.screen()).toEqual([]);
  });

  it('follows the pointer from the last anchor', () => {
    press(...RIM[0]!);
    gestures.move(over(...RIM[1]!));
    const draft = toolbox.draft;
    expect(draft).toMatchObject({ kind: 'outline', mode: 'add', anchors: [36, 20] });
    const path = draft?.kind === 'outline' ? draft.path : [];
    expect([path.slice(0, 2), path.slice(-2)]).toEqual([RIM[0], RIM[1]]);
    expect(path.length).toBeGreaterThan(20);
  });

  it('takes anchors back and puts them there again', () => {
    for (const place of RIM.slice(0, 3)) press(...place);
    const three = toolbox.draft;
    toolbox.key('onRemoveLast');
    expect(toolbox.draft).toMatchObject({ anchors: [36, 20, 24, 32] });
    toolbox.key('onRestoreLast');
    gestures.move(over(...RIM[2]!));
    expect(toolbox.draft).toEqual(three);
    for (let k = 0; k < 3; k++) expect(toolbox.key('onRemoveLast')).toBe(true);
    expect(toolbox.busy).toBe(false);
  });

  it('with Esc leaves nothing behind; with one anchor Enter closes nothing', () => {
    press(...RIM[0]!);
    toolbox.key('onComplete');
    expect(toolbox.busy).toBe(true);
    toolbox.key('onCancel');
    expect(toolbox.busy).toBe(false);
    expect(made.editor.document!.canUndo).toBe(false);
  });

  it('begun with Alt takes its inside away', () => {
    made.editor.beginStroke('brush', 30, 24, 20);
    made.editor.endStroke();
    press(...RIM[0]!, { alt: true });
    for (const place of RIM.slice(1)) press(...place);
    toolbox.key('onComplete');
    expect([bit(24, 20), bit(30, 25), bit(2, 2)]).toEqual([0, 0, 1]);
  });
});

describe('push', () => {
  const area = () => made.editor.document!.active!.shown!.areaPx;
  beforeEach(() => {
    made.editor.beginStroke('brush', 10, 24, 20);
    made.editor.endStroke();
    toolbox.choose('push');
  });

  it('pressed inside pushes the outline out, outside it pushes it in; each is one act', () => {
    const round = made.screen();
    drag([30, 20], [38, 20]);
    expect([bit(38, 20), bit(40, 20), bit(43, 20)]).toEqual([1, 1, 0]);
    const grown = made.screen();
    drag([24, 36], [24, 27]);
    expect([bit(24, 27), bit(24, 22), bit(34, 20)]).toEqual([0, 1, 1]);
    made.editor.undo();
    expect(made.screen()).toEqual(grown);
    made.editor.undo();
    expect(made.screen()).toEqual(round);
  });

  it('changes nothing when pressed, however near the outline: the disc fits', () => {
    const before = area();
    for (const [x, y] of [
      [24, 20],
      [32.2, 20],
      [36.8, 20],
      [24, 36],
    ] as const)
      press(x, y);
    expect(area()).toBe(before);
    gestures.move(over(32.2, 20));
    expect(toolbox.draft).toMatchObject({ kind: 'brush', radiusPx: expect.closeTo(2.354, 2) });
    gestures.move(over(24, 20));
    expect(toolbox.draft).toMatchObject({ radiusPx: 3 });
  });

  it('with Esc brings back what was; without a mask there is nothing to push', () => {
    const before = made.screen();
    gestures.down(over(30, 20));
    gestures.move(over(45, 20));
    expect(toolbox.key('onCancel')).toBe(true);
    gestures.up(over(45, 20));
    expect(made.screen()).toEqual(before);
    made.editor.undo();
    drag([30, 20], [38, 20]);
    expect(made.refusals).toEqual(['needs-mask']);
  });
});

describe('vertices', () => {
  const draft = () => {
    const shown = toolbox.draft;
    if (shown?.kind !== 'vertices') throw new Error('no vertices are shown');
    return shown;
  };
  const places = (ring = 0) => {
    const { held } = draft().rings[ring]!;
    return held.vertices.map((corner) => held.ring.slice(2 * corner, 2 * corner + 2));
  };
  /** A square of 20 with a hole of 4, and a square of 5 beside it. */
  beforeEach(() => {
    made.editor.polygon([5, 5, 25, 5, 25, 25, 5, 25], 'add');
    made.editor.polygon([10, 10, 14, 10, 14, 14, 10, 14], 'remove');
    made.editor.polygon([35, 30, 40, 30, 40, 35, 35, 35], 'add');
    toolbox.choose('vertices');
  });

  it('are those of every part and hole; looking at them changes nothing', () => {
    const before = made.screen();
    expect(places(0)).toEqual([
      [5, 5],
      [25, 5],
      [25, 25],
      [5, 25],
    ]);
    expect(draft().rings.map(({ part, isHole }) => [part, isHole])).toEqual([
      [0, false],
      [0, true],
      [1, false],
    ]);
    press(25, 25);
    press(25, 15);
    toolbox.choose('select');
    expect(made.screen()).toEqual(before);
    for (let k = 0; k < 3; k++) made.editor.undo();
    expect(made.editor.document!.canUndo).toBe(false);
  });

  it('are dragged: only what the ring newly covers or leaves changes, one act', () => {
    const before = made.screen();
    drag([25, 25], [25, 35]);
    expect([bit(24, 30), bit(12, 12), bit(37, 32), bit(6, 24)]).toEqual([1, 0, 1, 1]);
    expect(places(0)).toContainEqual([25, 35]);
    made.editor.undo();
    expect(made.screen()).toEqual(before);
    expect(places(0)).toContainEqual([25, 25]);
    made.editor.redo();
    expect(places(0)).toContainEqual([25, 35]);
  });

  it('of a hole change the hole', () => {
    drag([14, 14], [22, 22]);
    expect([bit(19, 19), bit(24, 24)]).toEqual([0, 1]);
    expect(bit(37, 32)).toBe(1);
  });

  it('are made by dragging the middle of an edge, taken out with Alt, or with Delete where chosen', () => {
    const before = made.screen();
    drag([15, 25], [15, 32]);
    expect(places(0)).toHaveLength(5);
    expect(bit(15, 29)).toBe(1);
    expect(toolbox.delete()).toBe(true);
    expect(made.screen()).toEqual(before);
    drag([15, 25], [15, 32]);
    press(15, 32, { alt: true });
    expect(made.screen()).toEqual(before);
    // Nothing is chosen now: Delete means the mask.
    expect(toolbox.delete()).toBe(false);
  });

  it('leave a triangle at least', () => {
    press(25, 25, { alt: true });
    expect(places(0)).toHaveLength(3);
    const triangle = made.screen();
    press(25, 5, { alt: true });
    expect(made.screen()).toEqual(triangle);
  });

  it('dragged into another part make one of both', () => {
    drag([25, 25], [39, 34]);
    expect(draft().rings.filter(({ isHole }) => !isHole)).toHaveLength(1);
    expect([bit(37, 32), bit(30, 28)]).toEqual([1, 1]);
  });

  it.each(['onCancel', 'onRemoveLast'] as const)('%s while dragging brings back what was', (key) => {
    const [before, shown] = [made.screen(), places(0)];
    gestures.down(over(25, 25));
    gestures.move(over(30, 34));
    expect(places(0)).toContainEqual([30, 34]);
    expect(toolbox.key(key)).toBe(true);
    gestures.up(over(30, 34));
    expect(made.screen()).toEqual(before);
    expect(places(0)).toEqual(shown);
  });
});

describe('any tool', () => {
  it.each(TOOLS.filter((name) => name !== 'scribble'))(
    '%s leaves panning to the middle button and to Space, brightness to the right one',
    (name: ToolName) => {
      toolbox.choose(name);
      drag([10, 10], [14, 12], { button: 1 });
      gestures.spaceHeld = true;
      drag([10, 10], [14, 12]);
      gestures.spaceHeld = false;
      gestures.down(over(10, 10, { button: 2 }));
      gestures.move(over(12, 10, { button: 2 }));
      gestures.move(over(15, 11, { button: 2 }));
      gestures.up(over(15, 11, { button: 2 }));
      expect(calls).toEqual(['pan 16 8', 'pan 16 8', 'windowing 12 4']);
      expect(made.editor.document!.canUndo).toBe(false);
    },
  );
});
