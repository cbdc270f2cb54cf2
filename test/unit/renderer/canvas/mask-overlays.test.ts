/** When the image and its masks are to be drawn anew, and when marks alone have changed. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MaskOverlays } from '../../../../renderer/canvas/mask-overlays';
import { NODULE, bench, frameOf, settle, SHA_B, type Bench } from '../support';

const frames = [frameOf(), frameOf(2, SHA_B)];
let made: Bench;
let colour: string;
let overlays: MaskOverlays;

beforeEach(() => {
  // Nothing is painted here: only whether it would be.
  vi.stubGlobal(
    'OffscreenCanvas',
    class {
      getContext = (): null => null;
    },
  );
  made = bench(frames);
  made.open(frames[0]!);
  colour = '#ff0000';
  overlays = new MaskOverlays(made.editor, () => colour);
});
afterEach(() => vi.unstubAllGlobals());

function stroke(x: number): void {
  made.editor.beginStroke('brush', 3, x, 10);
  made.editor.endStroke();
}

it('is so for another mask, another active one, another colour and another frame', () => {
  const { editor } = made;
  editor.selection.chooseLabel(NODULE.id);
  expect(overlays.sync()).toBe(false);
  stroke(10);
  expect(overlays.sync()).toBe(true);
  editor.selection.newInstance();
  stroke(30);
  expect(overlays.sync()).toBe(true);
  expect(overlays.all).toHaveLength(2);
  editor.selection.selectAt(10, 10);
  expect(overlays.sync()).toBe(true);
  colour = '#00ff00';
  expect(overlays.sync()).toBe(true);
  expect(overlays.all.map((overlay) => overlay.colour)).toEqual([colour, colour]);
  editor.undo();
  expect(overlays.sync()).toBe(true);
  made.open(frames[1]!);
  expect(overlays.sync()).toBe(true);
  expect(overlays.all).toEqual([]);
});

it('is not so when a click waits, nor when an edit was saved', async () => {
  const { editor, worker } = made;
  stroke(10);
  expect(overlays.sync()).toBe(true);
  worker.holding = true;
  editor.click(14, 10, true);
  expect(overlays.sync()).toBe(false);
  const painted: unknown[] = [];
  editor.documents.pixelsChanged.on((news) => painted.push(news.instance));
  worker.held[0]!.answer();
  await settle();
  expect(painted).toEqual([editor.document!.active]);
  expect(overlays.sync()).toBe(false);
});
