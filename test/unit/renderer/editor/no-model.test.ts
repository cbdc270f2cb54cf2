import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../shared/errors';
import { bench, frameOf, settle, SHA_B } from '../support';

const frame = frameOf();

/** The model is found to be unusable. */
function breakModel({ editor }: ReturnType<typeof bench>): void {
  editor.setModel(null);
  editor.documents.setModelProblem('model-invalid');
}

function stroke({ editor }: ReturnType<typeof bench>, x: number, y: number): void {
  editor.beginStroke('brush', 3, x, y);
  editor.endStroke();
}

describe('without a usable model', () => {
  it('a click leaves nothing that waits, and a stroke after it is saved', async () => {
    const place = bench();
    const { editor, open, project, screen } = place;
    breakModel(place);
    open(frame, { embedded: false });
    editor.click(10, 10, true);
    expect(editor.document!.problem).toBe('model-invalid');
    stroke(place, 20, 20);
    await settle();
    expect(editor.documents.saving).toEqual({ unsaved: 0, unsettled: 0, failure: null });
    expect(project.live(1)).toHaveLength(1);
    expect(project.live(1)).toEqual(screen());
  });

  it.each([
    ['for the embedding', false],
    ['for its mask', true],
  ])('a click that waited %s is given up, and what was drawn after it is saved', async (_, embedded) => {
    const place = bench();
    const { editor, open, worker, project, screen } = place;
    worker.holding = true;
    open(frame, { embedded });
    editor.click(10, 10, true);
    stroke(place, 30, 20);
    await settle();
    expect(project.edits).toHaveLength(0);
    breakModel(place);
    for (const { signal, fail } of worker.held)
      if (signal.aborted) fail(new AppError('cancelled', 'decode', 'aborted'));
    await settle();
    expect(editor.documents.saving).toEqual({ unsaved: 0, unsettled: 0, failure: null });
    expect(project.live(1)).toMatchObject([{ state: 'drawn', prompt: { points: [] } }]);
    expect(project.live(1)).toEqual(screen());
  });

  it('frames opened later are told too', async () => {
    const other = frameOf(2, SHA_B);
    const place = bench([frame, other]);
    place.open(frame);
    breakModel(place);
    place.open(other, { embedded: false });
    place.editor.click(10, 10, true);
    await settle();
    expect(place.editor.documents.saving.unsettled).toBe(0);
  });
});
