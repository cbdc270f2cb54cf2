/** Masks of another frame put onto this one: where they may go, as one act, and never over what a human outlined. */
import { describe, expect, it } from 'vitest';
import { masksToCopy, placeCopies, placesFor, type PlacedMask } from '../../../../renderer/editor';
import type { MaskState } from '../../../../shared/domain';
import { brushStroke, cocoRle } from '../../../../shared/mask';
import { bench, frameOf, LESION, NODULE, settle, SHA_B } from '../support';

const here = frameOf();
const next = frameOf(2, SHA_B);
const SIZE = { widthPx: 48, heightPx: 40 };
const disc = (x: number, y: number, radius = 6) => brushStroke([x, y], radius, SIZE.widthPx, SIZE.heightPx);
const mask = (labelId: number, state: MaskState, x: number, y: number): PlacedMask => ({
  ...{ labelId, state },
  counts: cocoRle(disc(x, y)).counts,
});
const holdsOne = (labelId: number): boolean => labelId === LESION.id;

describe('copies', () => {
  it('take the place of what a machine drew, and give way to what a human stands for', () => {
    const copy = mask(LESION.id, 'accepted', 20, 20);
    for (const state of ['proposed', 'propagated'] as const) {
      const there = mask(LESION.id, state, 35, 30);
      expect(placesFor([copy], [there], holdsOne, SIZE)).toEqual([{ copy, replaces: there }]);
    }
    for (const state of ['drawn', 'corrected', 'accepted', 'imported'] as const) {
      expect(placesFor([copy], [mask(LESION.id, state, 35, 30)], holdsOne, SIZE)).toEqual([]);
    }
  });

  it('of a label with many masks are the same instance where they overlap, and another one elsewhere', () => {
    const copies = [mask(NODULE.id, 'drawn', 10, 10), mask(NODULE.id, 'drawn', 36, 30)];
    const there = [mask(NODULE.id, 'corrected', 11, 10), mask(LESION.id, 'drawn', 36, 30)];
    expect(placesFor(copies, there, holdsOne, SIZE)).toEqual([{ copy: copies[1], replaces: null }]);
  });

  it('are the chosen mask, or all; they land as one act that undo takes back and redo brings', async () => {
    const made = bench([here, next]);
    made.open(here);
    made.editor.selection.chooseLabel(NODULE.id);
    for (const x of [8, 38]) {
      made.editor.selection.newInstance();
      made.editor.beginStroke('brush', 4, x, 12);
      made.editor.endStroke();
    }
    expect(masksToCopy(made.editor.document!)).toHaveLength(1);
    made.editor.selection.activate(null);
    const copies = masksToCopy(made.editor.document!);
    expect(copies).toHaveLength(2);
    await settle();
    const proposed = made.project.propose(2, NODULE.id, disc(8, 12, 4));
    made.open(next);
    const before = made.screen();
    expect(placeCopies(made.editor.document!, copies, holdsOne, here.id)).toBe(true);
    const after = made.screen();
    expect(after.map(({ state }) => state)).toEqual(['propagated', 'propagated']);
    await settle();
    expect(made.project.edits.at(-1)!.changes).toMatchObject([
      { kind: 'edit', maskId: proposed.id, origin: { tool: 'propagation', fromFrameId: here.id } },
      { kind: 'add', state: 'propagated' },
    ]);
    expect(made.editor.undo()).toBe(true);
    expect(made.screen()).toEqual(before);
    await settle();
    expect(made.project.live(2)).toEqual(before);
    made.editor.redo();
    await settle();
    expect(made.project.live(2)).toEqual(after);
    expect(placeCopies(made.editor.document!, [], holdsOne, here.id)).toBe(false);
  });
});
