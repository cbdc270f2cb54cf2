import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brushStroke } from '../../../../shared/mask';
import { bench, frameOf, LESION, NODULE, settle, type Bench } from '../support';

const frame = frameOf();

/** One thing a user may do, as data; places are image pixels. */
const place = { x: fc.integer({ min: 0, max: 47 }), y: fc.integer({ min: 0, max: 39 }) };
const act = fc.oneof(
  fc.record({ do: fc.constant('click' as const), ...place, positive: fc.boolean() }),
  fc.record({ do: fc.constantFrom('brush' as const, 'eraser' as const, 'cancelled' as const), ...place }),
  fc.record({ do: fc.constantFrom('add' as const, 'remove' as const), ...place }),
  fc.record({ do: fc.constantFrom('box' as const, 'select' as const), ...place }),
  fc.record({ do: fc.constantFrom('accept', 'reject', 'delete', 'clear', 'propose', 'new', 'label', 'instance') }),
  fc.record({ do: fc.constantFrom('undo', 'redo', 'away', 'wait', 'hold', 'release') }),
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

async function perform({ editor, worker, open }: Bench, step: Act): Promise<void> {
  const { x, y } = 'x' in step ? step : { x: 0, y: 0 };
  const corners = [x, y, x + 9, y + 2, x + 3, y + 11];
  const active = editor.document?.active;
  const acts: Record<Act['do'], () => unknown> = {
    click: () => editor.click(x, y, 'positive' in step && step.positive),
    brush: () => editor.beginStroke('brush', 3, x, y) && (editor.stroke!.extend(x + 8, y - 5), editor.endStroke()),
    eraser: () => editor.beginStroke('eraser', 4, x, y) && (editor.stroke!.extend(x - 6, y + 2), editor.endStroke()),
    cancelled: () => editor.beginStroke('brush', 6, x, y) && editor.undo(),
    add: () => editor.polygon(corners, 'add'),
    remove: () => editor.polygon(corners, 'remove'),
    box: () => editor.setBox({ x0: x, y0: y, x1: x + 4, y1: y + 6 }),
    select: () => editor.selection.selectAt(x, y),
    accept: () => editor.reviewing.accept(),
    reject: () => editor.reviewing.reject(),
    delete: () => active && editor.reviewing.deleteInstance(active.key),
    clear: () => editor.clearPrompts(),
    propose: () => editor.propose(),
    new: () => editor.selection.newInstance(),
    label: () => editor.selection.nextLabel(),
    instance: () => editor.selection.nextInstance(),
    undo: () => editor.undo(),
    redo: () => editor.redo(),
    away: async () => {
      editor.close();
      await answerAll();
      open(frame);
    },
    wait: settle,
    hold: () => (worker.holding = true),
    release: answerAll,
  };
  async function answerAll(): Promise<void> {
    worker.holding = false;
    for (const { answer } of worker.held.splice(0)) answer();
    await settle();
  }
  await acts[step.do]();
}

async function quiet(made: Bench): Promise<void> {
  await perform(made, { do: 'release' });
  await perform(made, { do: 'wait' });
}

const reviewOf = ({ editor, project }: Bench) => [editor.document!.review, project.frames.get(1)!.review];

describe('undo and redo', () => {
  it('lead from any end back to the start and to the end again, on screen and in the project', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 30 }), fc.boolean(), async (steps, proposed) => {
        const made = bench();
        const { editor, project, screen, open } = made;
        if (proposed) project.propose(1, LESION.id, brushStroke([20, 20], 7, 48, 40));
        if (proposed) project.propose(1, NODULE.id, brushStroke([40, 10], 4, 48, 40));
        open(frame);
        const start = screen();
        const startReview = editor.document!.review;
        for (const step of steps) await perform(made, step);
        while (editor.redo()) await quiet(made);
        await quiet(made);
        const end = screen();
        expect(project.live(1)).toEqual(end);
        const endReview = reviewOf(made);
        expect(endReview[0]).toBe(endReview[1]);

        while (editor.undo());
        await quiet(made);
        expect(screen()).toEqual(start);
        expect(project.live(1)).toEqual(start);
        expect(reviewOf(made)).toEqual([startReview, startReview]);

        while (editor.redo());
        await quiet(made);
        expect(screen()).toEqual(end);
        expect(project.live(1)).toEqual(end);
        expect(reviewOf(made)).toEqual(endReview);
        expect(editor.documents.saving).toEqual({ unsaved: 0, unsettled: 0, failure: null });
      }),
      { numRuns: 300 },
    );
  });

  it('have no limit', async () => {
    const { editor, open, screen, project } = bench();
    open(frame);
    for (let n = 0; n < 500; n++) {
      editor.beginStroke(n % 3 === 2 ? 'eraser' : 'brush', 2 + (n % 4), (n * 7) % 48, (n * 11) % 40);
      editor.endStroke();
    }
    const end = screen();
    let undone = 0;
    while (editor.undo()) undone++;
    expect(screen()).toEqual([]);
    while (editor.redo());
    expect(screen()).toEqual(end);
    for (let turn = 0; turn < 60; turn++) await settle();
    expect(undone).toBeGreaterThan(300);
    expect(editor.documents.saving.unsaved).toBe(0);
    expect(project.live(1)).toEqual(end);
  });

  it('belong to the frame: on another frame they touch nothing of this one, on coming back they go on', async () => {
    const other = frameOf(2, 'c'.repeat(64));
    const { editor, open, screen, project } = bench([frame, other]);
    open(frame);
    editor.click(10, 10, true);
    await settle();
    editor.click(20, 10, true);
    await settle();
    const both = screen();
    open(other);
    expect(editor.document!.canUndo).toBe(false);
    expect(editor.undo()).toBe(false);
    open(frame);
    expect(screen()).toEqual(both);
    editor.undo();
    editor.undo();
    await settle();
    expect(screen()).toEqual([]);
    expect(project.live(1)).toEqual([]);
  });

  it('of an edit on an accepted frame bring the acceptance back', async () => {
    const { editor, open, project } = bench();
    project.propose(1, LESION.id, brushStroke([20, 20], 7, 48, 40));
    open(frame);
    editor.reviewing.accept();
    editor.click(30, 20, true);
    await settle();
    expect(project.frames.get(1)!.review).toBe('corrected');
    editor.undo();
    await settle();
    expect(project.frames.get(1)!.review).toBe('accepted');
    editor.undo();
    await settle();
    expect(project.frames.get(1)!.review).toBe('proposed');
    expect(project.live(1)).toMatchObject([{ state: 'proposed' }]);
  });
});
