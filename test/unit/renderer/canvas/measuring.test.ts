/** Calipers and ellipses by hand: drawn, adjusted, deleted, undone, saved. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Toolbox, type ToolName } from '../../../../renderer/canvas/tools';
import type { Measurement } from '../../../../shared/domain';
import { bench, frameOf, settle, type Bench } from '../support';

const frame = frameOf();

let made: Bench;
let toolbox: Toolbox;

beforeEach(() => {
  made = bench();
  made.open(frame);
  toolbox = new Toolbox({
    editor: made.editor,
    brushRadiusPx: () => 3,
    image: () => null,
    outlineTolerancePx: () => 1,
    resetWindowing: () => undefined,
  });
});

const at = (x: number, y: number) =>
  ({ x, y, button: 'left', alt: false, shift: false, imagePxPerScreenPx: 0.25 }) as const;
const down = (x: number, y: number): void => toolbox.pointer('onPointerDown', at(x, y));
const move = (x: number, y: number): void => toolbox.pointer('onPointerMove', at(x, y));
const up = (x: number, y: number): void => toolbox.pointer('onPointerUp', at(x, y));
const measured = (): readonly Measurement[] => made.editor.document!.measurements;

function drag(tool: ToolName, from: [number, number], to: [number, number]): void {
  toolbox.choose(tool);
  down(...from);
  move(...to);
  up(...to);
}

const CALIPER = { kind: 'caliper', x0: 5, y0: 6, x1: 30, y1: 20 } as const;

describe('a caliper', () => {
  it('is drawn by dragging, or by two clicks, and shown meanwhile', () => {
    drag('caliper', [5, 6], [30, 20]);
    expect(measured()).toEqual([CALIPER]);
    down(40, 30);
    up(40, 30);
    move(40, 10);
    expect(toolbox.draft).toEqual({
      ...{ kind: 'measurement', replaces: null },
      measured: { kind: 'caliper', x0: 40, y0: 30, x1: 40, y1: 10 },
    });
    down(41, 10);
    up(41, 10);
    expect(measured()).toEqual([CALIPER, { kind: 'caliper', x0: 40, y0: 30, x1: 41, y1: 10 }]);
    expect(toolbox.busy).toBe(false);
  });

  it('is cut to the image, and is none after Esc', () => {
    drag('caliper', [5, 6], [90, -7]);
    expect(measured()).toEqual([{ kind: 'caliper', x0: 5, y0: 6, x1: 48, y1: 0 }]);
    down(20, 20);
    move(30, 30);
    expect(toolbox.key('onCancel')).toBe(true);
    up(30, 30);
    expect(measured()).toHaveLength(1);
  });

  it('is adjusted by its ends', () => {
    drag('caliper', [5, 6], [30, 20]);
    down(29, 21);
    move(10, 30);
    expect(toolbox.draft).toMatchObject({ replaces: 0, measured: { x0: 5, y0: 6, x1: 10, y1: 30 } });
    up(10, 30);
    expect(measured()).toEqual([{ kind: 'caliper', x0: 5, y0: 6, x1: 10, y1: 30 }]);
  });
});

describe('an ellipse', () => {
  it('has one axis by dragging, the other by a click', () => {
    drag('ellipse', [10, 20], [30, 20]);
    expect(measured()).toEqual([]);
    move(20, 26);
    expect(toolbox.draft).toMatchObject({ measured: { kind: 'ellipse', asidePx: 6 } });
    down(20, 25);
    up(20, 25);
    expect(measured()).toEqual([{ kind: 'ellipse', x0: 10, y0: 20, x1: 30, y1: 20, asidePx: 5 }]);
    // The far end of its other axis.
    down(20, 15);
    move(20, 12);
    up(20, 12);
    expect(measured()).toMatchObject([{ asidePx: 8 }]);
  });
});

describe('measurements', () => {
  it('are undone and redone among all other acts, and saved as they are then', async () => {
    drag('caliper', [5, 6], [30, 20]);
    made.editor.beginStroke('brush', 3, 20, 20);
    made.editor.endStroke();
    toolbox.choose('caliper');
    expect(toolbox.delete()).toBe(true);
    await settle();
    made.editor.undo();
    expect(measured()).toEqual([CALIPER]);
    made.editor.undo();
    expect(made.screen()).toEqual([]);
    made.editor.undo();
    expect(measured()).toEqual([]);
    for (let k = 0; k < 3; k++) made.editor.redo();
    expect(measured()).toEqual([]);
    await settle();
    const saved = made.project.edits.map(({ measurements, changes }) => measurements ?? changes.length);
    expect(saved).toEqual([[CALIPER], 1, [], [CALIPER], 1, [], [CALIPER], 1, []]);
  });

  it('say nothing about the masks: the review stays, and Delete means no mask while a measuring tool is in hand', async () => {
    made.editor.reviewing.accept();
    await settle();
    drag('caliper', [5, 6], [30, 20]);
    await settle();
    expect(made.editor.document!.review).toBe('accepted');
    expect(made.project.frames.get(1)!.review).toBe('accepted');
    toolbox.choose('point');
    expect(toolbox.delete()).toBe(false);
  });

  it('are saved beside a click that waits for its mask', async () => {
    made.editor.embeddingsLost();
    made.editor.click(20, 20, true);
    drag('caliper', [5, 6], [30, 20]);
    expect(measured()).toEqual([CALIPER]);
    made.editor.undo();
    made.editor.undo();
    await settle();
    expect(measured()).toEqual([]);
    expect(made.project.edits).toEqual([]);
  });
});
