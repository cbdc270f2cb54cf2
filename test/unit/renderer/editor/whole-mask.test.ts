/** Acts on a whole mask: what they change, that undo brings everything back, and that they wait for a click's mask. */
import { beforeEach, describe, expect, it } from 'vitest';
import { bench, frameOf, LESION, NODULE, settle, type Bench } from '../support';

const frame = frameOf();
let made: Bench;
const areas = (): number[] => made.editor.document!.live.map(({ shown }) => shown!.areaPx);

function paint(x: number, y: number, radius = 4): void {
  made.editor.beginStroke('brush', radius, x, y);
  made.editor.endStroke();
}

beforeEach(() => {
  made = bench();
  made.open(frame);
  made.editor.selection.chooseLabel(NODULE.id);
});

describe('a whole mask', () => {
  it('is grown, smoothed, shrunk, mirrored; each is undone by itself', async () => {
    paint(12, 12);
    const acts = ['grow', 'smooth', 'shrink', 'mirror'] as const;
    const seen = [made.screen()];
    for (const act of acts) {
      expect(made.editor.whole.operate(act)).toBe(true);
      seen.push(made.screen());
    }
    for (const before of seen.slice(0, -1).reverse()) {
      made.editor.undo();
      expect(made.screen()).toEqual(before);
    }
    for (const after of seen.slice(1)) {
      made.editor.redo();
      expect(made.screen()).toEqual(after);
    }
    await settle();
    expect(made.project.live(1)).toEqual(made.screen());
  });

  it('is split into its parts and merged again', async () => {
    paint(8, 8);
    paint(30, 30, 6);
    const whole = made.screen();
    expect(areas()).toHaveLength(1);
    expect(made.editor.whole.split()).toBe(true);
    expect(areas()).toHaveLength(2);
    expect(areas()[0]).toBeGreaterThan(areas()[1]!);
    expect(made.editor.whole.merge()).toBe(true);
    expect(made.screen()).toEqual(whole);
    made.editor.undo();
    expect(areas()).toHaveLength(2);
    made.editor.undo();
    expect(made.screen()).toEqual(whole);
    await settle();
    expect(made.project.live(1)).toEqual(made.screen());
  });

  it('whose clicks still wait is split once their mask is there, on screen as it is stored', async () => {
    made.worker.holding = true;
    made.editor.click(8, 8, true);
    made.editor.click(30, 30, true);
    expect(made.editor.whole.split()).toBe(true);
    expect(areas()).toHaveLength(1);
    made.worker.holding = false;
    for (let turn = 0; turn < 3; turn++) {
      for (const { answer } of made.worker.held.splice(0)) answer();
      await settle();
    }
    expect(areas()).toHaveLength(2);
    expect(made.project.live(1)).toEqual(made.screen());
    made.editor.undo();
    await settle();
    expect(areas()).toHaveLength(1);
    expect(made.project.live(1)).toEqual(made.screen());
  });

  it('loses what belongs to another', () => {
    paint(12, 12);
    const alone = areas()[0]!;
    made.editor.selection.chooseLabel(LESION.id);
    paint(15, 12);
    made.editor.selection.chooseLabel(NODULE.id);
    expect(made.editor.whole.subtract()).toBe(true);
    expect(areas()[0]).toBeLessThan(alone);
    expect(made.editor.whole.subtract()).toBe(false);
  });

  it('of a label that a frame holds one of is not split, and none is no mask', () => {
    const refused: string[] = [];
    made.editor.selection.refused.on((reason) => void refused.push(reason));
    expect(made.editor.whole.operate('grow')).toBe(false);
    made.editor.selection.chooseLabel(LESION.id);
    paint(8, 8);
    paint(30, 30);
    expect(made.editor.whole.split()).toBe(false);
    expect(refused).toEqual(['needs-mask', 'holds-one']);
  });

  it('that would vanish stays', () => {
    paint(8, 8, 1);
    expect(made.editor.whole.operate('shrink')).toBe(false);
    expect(made.editor.document!.canUndo).toBe(true);
    expect(areas()[0]).toBeGreaterThan(0);
  });

  it('is brought back as it once was, also after it was deleted; that too is undone', async () => {
    paint(12, 12);
    await settle();
    const before = made.screen();
    const [stored] = made.project.masksOf(1);
    expect(made.editor.whole.operate('grow')).toBe(true);
    made.editor.reviewing.deleteInstance(made.editor.document!.live[0]!.key);
    await settle();
    expect(areas()).toEqual([]);
    expect(made.editor.whole.restore(stored!.id, stored!.current)).toBe(true);
    expect(made.screen()).toEqual(before);
    expect(made.editor.document!.live[0]!.shown!.origin.tool).toBe('restore');
    await settle();
    expect(made.project.live(1)).toEqual(before);
    // It is so already, and the project has no other mask of this id.
    expect(made.editor.whole.restore(stored!.id, stored!.current)).toBe(false);
    expect(made.editor.whole.restore(99, stored!.current)).toBe(false);
    made.editor.undo();
    await settle();
    expect(areas()).toEqual([]);
    expect(made.project.live(1)).toEqual([]);
  });

  it('of which a frame holds one is not brought back beside another', async () => {
    made.editor.selection.chooseLabel(LESION.id);
    paint(12, 12);
    await settle();
    const [stored] = made.project.masksOf(1);
    made.editor.reviewing.deleteInstance(made.editor.document!.live[0]!.key);
    paint(30, 20);
    await settle();
    const before = made.screen();
    expect(made.editor.whole.restore(stored!.id, stored!.current)).toBe(false);
    expect(made.screen()).toEqual(before);
  });
});
