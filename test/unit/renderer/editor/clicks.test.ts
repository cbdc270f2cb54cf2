import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../shared/errors';
import { areaPx, brushStroke } from '../../../../shared/mask';
import { bench, frameOf, LESION, NODULE, settle } from '../support';

const frame = frameOf();

describe('a click', () => {
  it('shows its point at once and its mask when the model has answered, and saves both as one act', async () => {
    const { editor, project, worker, screen, open } = bench();
    open(frame);
    worker.holding = true;
    editor.click(10, 12, true);
    expect(screen()).toMatchObject([{ state: 'drawn', prompt: { points: [{ x: 10, y: 12, positive: true }] } }]);
    expect(editor.document!.active!.pending).toBe(true);
    expect(areaPx(editor.document!.active!.pixels)).toBe(0);
    expect(project.edits).toHaveLength(0);
    worker.held[0]!.answer();
    await settle();
    expect(editor.document!.active!.pending).toBe(false);
    expect(editor.document!.active!.pixels.data[12 * 48 + 10]).toBe(1);
    expect(project.edits).toHaveLength(1);
    expect(project.live(1)).toEqual(screen());
    expect(project.live(1)[0]!.quality).toBe(0.75);
  });

  it('refines the mask before with its logits and all points so far', async () => {
    const { editor, worker, open } = bench();
    open(frame);
    editor.click(10, 12, true);
    await settle();
    editor.click(20, 12, true);
    await settle();
    editor.click(10, 12, false);
    await settle();
    expect(worker.asked.map(({ prompt }) => prompt.points.length)).toEqual([1, 2, 3]);
    expect(worker.asked[0]!.previous).toBeUndefined();
    expect(worker.asked.slice(1).map(({ previous }) => previous?.kind)).toEqual(['logits', 'logits']);
    const lowRes = worker.asked.slice(1).map(({ previous }) => previous?.kind === 'logits' && previous.lowRes[0]);
    expect(lowRes).toEqual([1, 2]);
  });

  it('on a proposal from the project refines its pixels, the logits not being at hand', async () => {
    const { editor, project, worker, screen, open } = bench();
    const proposal = brushStroke([20, 20], 9, 48, 40);
    project.propose(1, LESION.id, proposal);
    open(frame);
    editor.click(35, 20, true);
    await settle();
    const { previous } = worker.asked[0]!;
    expect(previous).toMatchObject({ kind: 'mask', widthPx: 48, heightPx: 40 });
    expect(screen()).toMatchObject([{ state: 'corrected' }]);
    expect(project.live(1)).toEqual(screen());
  });

  it('after a brush stroke refines the pixels as they were painted, not the logits of the click before', async () => {
    const { editor, worker, open } = bench();
    open(frame);
    editor.click(10, 12, true);
    await settle();
    editor.beginStroke('brush', 3, 30, 30);
    editor.endStroke();
    editor.click(20, 12, true);
    await settle();
    expect(worker.asked[1]!.previous?.kind).toBe('mask');
  });

  it('waits for the embedding, and is answered when it is ready', async () => {
    const { editor, project, worker, open } = bench();
    open(frame, { embedded: false });
    editor.click(10, 12, true);
    editor.click(20, 12, true);
    await settle();
    expect(worker.asked).toHaveLength(0);
    expect(editor.document!.waiting).toBe(2);
    editor.embeddingReady(frame.id, frame.sha256);
    await settle();
    expect(worker.asked).toHaveLength(2);
    expect(editor.document!.waiting).toBe(0);
    expect(project.edits).toHaveLength(2);
  });

  it('asks for the embedding again where the worker has dropped it', async () => {
    const { editor, worker, wanted, open, screen } = bench();
    open(frame);
    worker.holding = true;
    editor.click(10, 12, true);
    const { request } = worker.held[0]!;
    const { frameSha256, modelId, requestId } = request;
    worker.held[0]!.answer({ kind: 'not-ready', frameSha256, modelId, requestId });
    await settle();
    expect(wanted).toEqual([1]);
    expect(editor.document!.waiting).toBe(1);
    worker.holding = false;
    editor.embeddingReady(frame.id, frame.sha256);
    await settle();
    expect(screen()[0]!.quality).toBe(0.75);
  });

  it('survives the death of the worker', async () => {
    const { editor, worker, open, project } = bench();
    open(frame);
    worker.holding = true;
    editor.click(10, 12, true);
    editor.embeddingsLost();
    worker.held[0]!.fail(new AppError('worker-died', 'prompt', 'gone'));
    await settle();
    expect(editor.document!.waiting).toBe(1);
    worker.holding = false;
    editor.embeddingReady(frame.id, frame.sha256);
    await settle();
    expect(editor.document!.waiting).toBe(0);
    expect(project.edits).toHaveLength(1);
  });

  it('that the model cannot answer is taken back and told; what was done after it stays', async () => {
    const { editor, worker, open, project, screen } = bench();
    open(frame);
    worker.holding = true;
    editor.click(10, 12, true);
    editor.beginStroke('brush', 3, 30, 30);
    editor.endStroke();
    worker.held[0]!.fail(new AppError('provider-failed', 'decoder', 'out of memory'));
    await settle();
    expect(editor.document!.problem).toBe('provider-failed');
    expect(screen()).toMatchObject([{ prompt: { points: [] } }]);
    expect(project.live(1)).toEqual(screen());
  });

  it('outside the image, without a label, or a − with nothing to take away from, does nothing', async () => {
    const { editor, worker, open, refusals } = bench();
    open(frame);
    expect(editor.click(48, 3, true)).toBe(false);
    expect(editor.click(-0.1, 3, true)).toBe(false);
    expect(editor.click(10, 10, false)).toBe(false);
    editor.selection.setLabels([]);
    expect(editor.click(10, 10, true)).toBe(false);
    await settle();
    expect(worker.asked).toHaveLength(0);
    expect(refusals).toEqual(['needs-mask', 'no-label']);
    expect(editor.document!.canUndo).toBe(false);
  });

  it('undone brings back mask, points and logits', async () => {
    const { editor, worker, open, screen, project } = bench();
    open(frame);
    editor.click(10, 12, true);
    await settle();
    const afterFirst = screen();
    editor.click(20, 12, true);
    await settle();
    const afterSecond = screen();
    editor.undo();
    expect(screen()).toEqual(afterFirst);
    editor.redo();
    expect(screen()).toEqual(afterSecond);
    editor.undo();
    editor.click(30, 20, true);
    await settle();
    // The third click refines the first one's logits, not the undone second's.
    expect(worker.asked[2]!.previous).toEqual({ kind: 'logits', lowRes: expect.objectContaining({ 0: 1 }) });
    expect(project.live(1)).toEqual(screen());
  });

  it('undone while its mask is on the way disappears; the late mask is dropped', async () => {
    const { editor, worker, open, screen, project } = bench();
    open(frame);
    worker.holding = true;
    editor.click(10, 12, true);
    expect(editor.undo()).toBe(true);
    expect(worker.held[0]!.signal.aborted).toBe(true);
    worker.held[0]!.answer();
    await settle();
    expect(screen()).toEqual([]);
    expect(project.edits).toEqual([]);
    editor.redo();
    await settle();
    expect(worker.held).toHaveLength(2);
    worker.held[1]!.answer();
    await settle();
    expect(project.live(1)).toEqual(screen());
    expect(screen()).toHaveLength(1);
  });
});

describe('acts while a click waits', () => {
  it('show at once and are done again on top of its mask, in order', async () => {
    const { editor, worker, open, screen, project } = bench();
    open(frame);
    worker.holding = true;
    editor.click(10, 12, true);
    editor.beginStroke('eraser', 2, 10, 12);
    editor.endStroke();
    editor.beginStroke('brush', 3, 30, 30);
    editor.endStroke();
    editor.reviewing.accept();
    expect(editor.document!.active!.pixels.data[30 * 48 + 30]).toBe(1);
    await settle();
    expect(project.edits).toHaveLength(0);
    worker.held[0]!.answer();
    await settle();
    const { data } = editor.document!.active!.pixels;
    expect([data[30 * 48 + 30], data[12 * 48 + 10], data[12 * 48 + 14]]).toEqual([1, 0, 1]);
    expect(project.live(1)).toEqual(screen());
    expect(project.frames.get(1)!.review).toBe('accepted');
    for (let k = 0; k < 10; k++) editor.undo();
    await settle();
    expect(screen()).toEqual([]);
    expect(project.live(1)).toEqual([]);
  });
});

describe('a box', () => {
  it('starts afresh and keeps the points', async () => {
    const { editor, worker, open } = bench();
    open(frame);
    editor.click(10, 12, true);
    await settle();
    editor.setBox({ x0: 5, y0: 6, x1: 25, y1: 26 });
    await settle();
    expect(worker.asked[1]).toMatchObject({ prompt: { points: [{ x: 10 }], box: { x0: 5, x1: 25 } } });
    expect(worker.asked[1]!.previous).toBeUndefined();
    editor.undo();
    expect(editor.document!.active!.shown!.prompt.box).toBeUndefined();
  });
});

describe('proposing again', () => {
  it('asks the head of the active label and saves a proposal', async () => {
    const { editor, open, project, screen } = bench();
    open(frame);
    expect(editor.propose()).toBe(true);
    await settle();
    expect(screen()).toMatchObject([{ state: 'proposed', prompt: { points: [] } }]);
    expect(project.live(1)).toEqual(screen());
    expect(project.frames.get(1)!.review).toBe('proposed');
  });

  it('says when the head finds nothing, and when there is no head', async () => {
    const { editor, open, refusals, screen } = bench([frame], [{ ...LESION, head: 'nothing' }, NODULE]);
    open(frame);
    editor.propose();
    await settle();
    expect(editor.document!.problem).toBe('nothing-found');
    expect(screen()).toEqual([]);
    expect(editor.document!.canUndo).toBe(false);
    editor.selection.chooseLabel(NODULE.id);
    expect(editor.propose()).toBe(false);
    expect(refusals).toEqual(['no-head']);
  });
});

describe('the hover preview', () => {
  it('asks one question at a time, the newest next, and saves nothing', async () => {
    const { editor, worker, open, project } = bench();
    open(frame);
    worker.holding = true;
    for (let x = 5; x < 25; x++) editor.previewAt(x, 10, true);
    expect(worker.asked.map(({ prompt, preview }) => [prompt.points[0]!.x, preview])).toEqual([[5, true]]);
    worker.held[0]!.answer();
    await settle();
    expect(worker.asked.map(({ prompt }) => prompt.points[0]!.x)).toEqual([5, 24]);
    worker.held[1]!.answer();
    await settle();
    expect(editor.previewMask!.data[10 * 48 + 24]).toBe(1);
    expect(project.edits).toEqual([]);
    expect(editor.document!.canUndo).toBe(false);
  });

  it('gives its mask to a click on the same point, whether it is there or on its way', async () => {
    const { editor, worker, open, screen } = bench();
    open(frame);
    editor.previewAt(10, 10, true);
    await settle();
    editor.click(10, 10, true);
    await settle();
    expect(worker.asked).toHaveLength(1);
    expect(screen()).toMatchObject([{ quality: 0.75 }]);
    worker.holding = true;
    editor.previewAt(30, 10, true);
    editor.click(30, 10, true);
    worker.held[0]!.answer();
    await settle();
    expect(worker.asked).toHaveLength(2);
    expect(editor.document!.active!.pixels.data[10 * 48 + 30]).toBe(1);
    expect(editor.previewMask).toBeNull();
  });

  it("has the other button's answer ready where the pointer rests, without showing it", async () => {
    const { editor, worker, open, screen } = bench();
    open(frame);
    editor.click(12, 12, true);
    await settle();
    editor.previewAt(10, 10, true);
    await settle();
    expect(worker.asked.slice(1).map(({ prompt, preview }) => [prompt.points.at(-1)!.positive, preview])).toEqual([
      [true, true],
      [false, true],
    ]);
    expect(editor.previewMask!.data[10 * 48 + 8]).toBe(1);
    editor.click(10, 10, false);
    await settle();
    expect(worker.asked).toHaveLength(3);
    expect(screen()).toMatchObject([{ prompt: { points: [{ positive: true }, { positive: false }] } }]);
    expect(editor.document!.active!.pixels.data[10 * 48 + 10]).toBe(0);
  });

  it('shows at once what the other button would give when that is asked, and the first again', async () => {
    const { editor, worker, open } = bench();
    open(frame);
    editor.click(12, 12, true);
    await settle();
    const shown: number[] = [];
    editor.hover.changed.on(() => shown.push(editor.previewMask?.data[10 * 48 + 10] ?? -1));
    editor.previewAt(10, 10, true);
    await settle();
    editor.previewAt(10, 10, false);
    editor.previewAt(10, 10, true);
    await settle();
    expect(shown).toEqual([1, 0, 1]);
    expect(worker.asked).toHaveLength(3);
  });

  it('asks for the other button only where it rests, and never shows that', async () => {
    const { editor, worker, open } = bench();
    open(frame);
    editor.click(12, 12, true);
    await settle();
    worker.holding = true;
    editor.previewAt(8, 12, true);
    worker.held[0]!.answer();
    await settle();
    // The other button is asked about here, and the pointer moves on while it is.
    expect(worker.held[1]!.request.prompt.points.at(-1)).toEqual({ x: 8, y: 12, positive: false });
    editor.previewAt(20, 12, true);
    worker.held[1]!.answer();
    await settle();
    expect(editor.previewMask!.data[12 * 48 + 8]).toBe(1);
    expect(worker.held[2]!.request.prompt.points.at(-1)).toEqual({ x: 20, y: 12, positive: true });
    // Without resting, the next place comes before the other button.
    editor.previewAt(30, 12, true);
    worker.held[2]!.answer();
    await settle();
    expect(worker.held[3]!.request.prompt.points.at(-1)).toEqual({ x: 30, y: 12, positive: true });
    worker.held[3]!.fail(new AppError('provider-failed', 'cpu', 'no memory'));
    await settle();
    worker.held[4]!.fail(new AppError('provider-failed', 'cpu', 'no memory'));
    await settle();
    expect(worker.held).toHaveLength(5);
    expect(editor.previewMask!.data[12 * 48 + 20]).toBe(1);
  });

  it('is gone after a click elsewhere, on another frame, and while painting', async () => {
    const { editor, worker, open } = bench();
    open(frame);
    editor.previewAt(10, 10, true);
    await settle();
    expect(editor.previewMask).not.toBeNull();
    editor.click(20, 20, true);
    expect(editor.previewMask).toBeNull();
    await settle();
    editor.previewAt(10, 10, true);
    await settle();
    editor.beginStroke('brush', 3, 5, 5);
    expect(editor.previewMask).toBeNull();
    const before = worker.asked.length;
    editor.previewAt(11, 10, true);
    expect(worker.asked).toHaveLength(before);
    editor.endStroke();
    worker.holding = true;
    editor.previewAt(12, 10, true);
    editor.close();
    worker.held[0]!.answer();
    await settle();
    expect(editor.previewMask).toBeNull();
  });
});

describe('refining without a click', () => {
  it('asks with the pixels of a painted mask and the box around them, as one act; a click goes on from its logits', async () => {
    const { editor, project, worker, screen, open } = bench();
    open(frame);
    editor.beginStroke('brush', 4, 20, 20);
    editor.endStroke();
    const before = screen();
    expect(editor.refine()).toBe(true);
    await settle();
    expect(worker.asked[0]).toMatchObject({
      prompt: { points: [], box: { x0: 16, y0: 16, x1: 24, y1: 24 } },
      previous: { kind: 'mask', widthPx: 48, heightPx: 40 },
    });
    const refined = screen();
    expect(project.live(1)).toEqual(refined);
    editor.click(30, 20, true);
    await settle();
    expect(worker.asked[1]!.previous).toMatchObject({ kind: 'logits' });
    editor.undo();
    expect(screen()).toEqual(refined);
    editor.undo();
    expect(screen()).toEqual(before);
  });

  it('of what a head proposed or a file brought makes it corrected; without a mask it is refused', async () => {
    const { editor, project, screen, refusals, open } = bench();
    open(frame);
    expect(editor.refine()).toBe(false);
    expect(refusals).toEqual(['needs-mask']);
    project.propose(1, LESION.id, brushStroke([20, 20], 9, 48, 40));
    editor.receive(1, frame.sha256, project.masksOf(1));
    expect(editor.canRefine).toBe(true);
    editor.refine();
    await settle();
    expect(screen()).toMatchObject([{ state: 'corrected' }]);
  });
});
