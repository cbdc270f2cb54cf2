/** Which masks have all their pixels in memory: a frame may have hundreds, each as large as the frame. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Instance } from '../../../../renderer/editor';
import { cropped, emptyMask } from '../../../../shared/mask';
import { bench, frameOf, NODULE, type Bench } from '../support';

let made: Bench;
const live = (): Instance[] => made.editor.document!.live;

function paint(x: number): void {
  made.editor.selection.newInstance();
  made.editor.beginStroke('brush', 4, x, 12);
  made.editor.endStroke();
}

beforeEach(() => {
  made = bench();
  made.open(frameOf());
  made.editor.selection.chooseLabel(NODULE.id);
  for (const x of [10, 20, 30]) paint(x);
});

describe('the pixels of a mask', () => {
  it('are let go when another mask is chosen, and are the same when they are looked at again', () => {
    const [first] = live();
    made.editor.selection.activate(first!.key);
    const { data } = first!.pixels;
    expect(first!.pixels.data).toBe(data);
    made.editor.selection.activate(live()[1]!.key);
    made.editor.selection.activate(first!.key);
    expect(first!.pixels.data).not.toBe(data);
    expect(first!.pixels.data).toEqual(data);
  });

  it('in its box are the same with and without all of them', () => {
    const [first, , last] = live();
    expect(first!.crop).toEqual(cropped(first!.pixels));
    expect(last!.crop).toEqual(cropped(last!.pixels));
    expect(made.editor.document!.newInstance(NODULE.id).crop).toBeNull();
  });

  it('stay while a stroke is painted into them, whatever is chosen meanwhile', () => {
    const [first, second] = live();
    made.editor.selection.activate(first!.key);
    made.editor.beginStroke('brush', 3, 10, 24);
    const painted = first!.pixels.data.slice();
    made.editor.selection.activate(second!.key);
    expect(first!.pixels.data).toEqual(painted);
    expect(first!.crop).toEqual(cropped({ ...emptyMask(48, 40), data: painted }));
    made.editor.endStroke();
    expect(first!.pixels.data).toEqual(painted);
    made.editor.undo();
    expect(first!.pixels.data).not.toEqual(painted);
  });
});
