/** A brush that keeps to a range of grey levels, and inside or outside other labels; pressure; one undo step a stroke. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { BrushRules } from '../../../../renderer/editor';
import { areaPx, brushStroke, intersection, type Mask } from '../../../../shared/mask';
import { bench, frameOf, LESION, NODULE, settle, type Bench } from '../support';

const frame = frameOf();
const [W, H] = [48, 40];
let made: Bench;
/** Left half 50, right half 150. */
const grey = { widthPx: W, heightPx: H, data: Uint8Array.from({ length: W * H }, (_, i) => (i % W < 24 ? 50 : 150)) };
const disc = (x: number, y: number, radius: number) => brushStroke([x, y], radius, W, H);
const where = (holds: (at: number) => boolean): Mask => ({
  ...{ widthPx: W, heightPx: H },
  data: Uint8Array.from({ length: W * H }, (_, at) => (holds(at) ? 1 : 0)),
});

function paint(rules: BrushRules, x = 24, y = 20, mode: 'brush' | 'eraser' = 'brush'): boolean {
  made.editor.brushRules = rules;
  return made.editor.beginStroke(mode, 8, x, y) && made.editor.endStroke();
}
const painted = (labelId: number) => made.editor.document!.live.find((one) => one.labelId === labelId)!.pixels;

beforeEach(() => {
  made = bench();
  made.open(frame);
  made.editor.grey = grey;
  made.editor.selection.chooseLabel(LESION.id);
});

describe('a limited brush', () => {
  it('paints and erases only stored grey levels of its range, both ends included', () => {
    expect(paint({ range: { low: 50, high: 149 }, where: 'anywhere' })).toBe(true);
    expect(painted(LESION.id)).toEqual(
      intersection(
        disc(24, 20, 8),
        where((at) => at % W < 24),
      ),
    );
    paint({ range: { low: 150, high: 150 }, where: 'anywhere' });
    expect(painted(LESION.id)).toEqual(disc(24, 20, 8));
    paint({ range: { low: 0, high: 50 }, where: 'anywhere' }, 24, 20, 'eraser');
    expect(painted(LESION.id)).toEqual(
      intersection(
        disc(24, 20, 8),
        where((at) => at % W >= 24),
      ),
    );
    expect(paint({ range: { low: 60, high: 140 }, where: 'anywhere' })).toBe(false);
  });

  it('stays off other labels’ masks, or inside one label’s', () => {
    made.editor.selection.chooseLabel(NODULE.id);
    paint({ range: null, where: 'anywhere' }, 30, 20);
    made.editor.selection.chooseLabel(LESION.id);
    paint({ range: null, where: 'outside' });
    const nodule = painted(NODULE.id);
    expect(painted(LESION.id)).toEqual(
      intersection(
        disc(24, 20, 8),
        where((at) => nodule.data[at] === 0),
      ),
    );
    made.editor.undo();
    paint({ range: null, where: { inside: NODULE.id } });
    expect(painted(LESION.id)).toEqual(intersection(disc(24, 20, 8), nodule));
    made.editor.undo();
    paint({ range: { low: 150, high: 255 }, where: { inside: NODULE.id } });
    expect(painted(LESION.id).data).toEqual(
      where((at) => nodule.data[at] === 1 && disc(24, 20, 8).data[at] === 1 && at % W >= 24).data,
    );
  });

  it('says so where the label to stay inside has no mask on the frame', () => {
    expect(paint({ range: null, where: { inside: NODULE.id } })).toBe(false);
    expect(made.refusals).toEqual(['nowhere']);
    expect(made.editor.stroke).toBeNull();
  });

  it('is one undo step, exact both ways, and cancelled without a trace', async () => {
    paint({ range: null, where: 'anywhere' }, 10, 20);
    const before = made.screen();
    made.editor.brushRules = { range: { low: 100, high: 200 }, where: 'anywhere' };
    made.editor.beginStroke('brush', 6, 12, 12);
    for (const x of [20, 28, 36]) made.editor.stroke!.extend(x, 30);
    expect(made.editor.cancelStroke()).toBe(true);
    expect(made.screen()).toEqual(before);
    made.editor.beginStroke('brush', 6, 12, 12);
    for (const x of [20, 28, 36]) made.editor.stroke!.extend(x, 30);
    made.editor.endStroke();
    const after = made.screen();
    made.editor.brushRules = { range: null, where: 'anywhere' };
    made.editor.undo();
    expect(made.screen()).toEqual(before);
    made.editor.redo();
    expect(made.screen()).toEqual(after);
    await settle();
    expect(made.project.live(1)).toEqual(after);
  });

  it('done again on a click’s late mask keeps to what it touched', async () => {
    made.worker.holding = true;
    made.editor.click(30, 20, true);
    paint({ range: { low: 0, high: 100 }, where: 'anywhere' });
    made.worker.held[0]!.answer();
    await settle();
    const expected = where((at) => disc(30, 20, 5).data[at] === 1 || (disc(24, 20, 8).data[at] === 1 && at % W < 24));
    expect(painted(LESION.id).data).toEqual(expected.data);
  });
});

describe('pressure', () => {
  it('makes the stroke as wide as the pen is pressed, between positions too; a mouse paints at full width', () => {
    made.editor.beginStroke('brush', 8, 10, 20, 0.25);
    expect(areaPx(made.editor.stroke!.instance.pixels)).toBe(areaPx(disc(10, 20, 2)));
    made.editor.stroke!.extend(34, 20, 1);
    const { data } = made.editor.stroke!.instance.pixels;
    const widthAt = (x: number): number =>
      Array.from({ length: H }, (_, y) => data[y * W + x]!).reduce((a, b) => a + b);
    expect(widthAt(34)).toBe(16);
    expect(widthAt(22)).toBeGreaterThan(8);
    expect(widthAt(22)).toBeLessThan(14);
    made.editor.stroke!.extend(38, 20);
    expect(made.editor.stroke!.radiusPx).toBe(8);
  });
});
