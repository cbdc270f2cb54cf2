import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../../shared/errors';
import { brushStroke } from '../../../../shared/mask';
import { bench, frameOf, LESION, NODULE, SHA_B } from '../support';

const frame = frameOf();

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

function stroke(editor: ReturnType<typeof bench>['editor'], x: number, y: number): void {
  editor.beginStroke('brush', 3, x, y);
  editor.endStroke();
}

describe('saving', () => {
  it('says saving until the edit is on the disk, and saves one edit after the other', async () => {
    const { editor, open, project, screen } = bench();
    let release = (): void => undefined;
    project.gate = new Promise((resolve) => (release = resolve));
    open(frame);
    for (let x = 5; x < 40; x += 7) stroke(editor, x, 10);
    await pass(0);
    expect(editor.documents.saving).toEqual({ unsaved: 5, unsettled: 0, failure: null });
    release();
    // The fake project throws when two saves overlap, and when an edit does not name the revision before it.
    await pass(0);
    expect(editor.documents.saving).toEqual({ unsaved: 0, unsettled: 0, failure: null });
    expect(project.edits.map(({ changes }) => changes[0]!.kind)).toEqual(['add', 'edit', 'edit', 'edit', 'edit']);
    expect(project.live(1)).toEqual(screen());
  });

  it('that fails is shown with its reason, tried again, and loses nothing done meanwhile', async () => {
    const { editor, open, project, screen } = bench();
    open(frame);
    project.failures.push(
      new AppError('disk-full', 'project.db', 'no space'),
      new AppError('disk-full', 'project.db', 'no space'),
    );
    stroke(editor, 10, 10);
    await pass(0);
    expect(editor.documents.saving).toEqual({
      unsaved: 1,
      unsettled: 0,
      failure: { frameId: 1, code: 'disk-full', attempts: 1 },
    });
    stroke(editor, 30, 10);
    editor.undo();
    editor.redo();
    await pass(1_000);
    expect(editor.documents.saving).toMatchObject({ unsaved: 4, failure: { attempts: 2 } });
    expect(project.edits).toEqual([]);
    await pass(2_000);
    expect(editor.documents.saving).toEqual({ unsaved: 0, unsettled: 0, failure: null });
    expect(project.live(1)).toEqual(screen());
  });

  it('goes on for a frame that is not on screen any more', async () => {
    const other = frameOf(2, SHA_B);
    const { editor, open, project } = bench([frame, other]);
    open(frame);
    project.failures.push(new AppError('write-failed', 'project.db', 'read-only'));
    stroke(editor, 10, 10);
    await pass(0);
    open(other);
    expect(editor.documents.saving.failure?.frameId).toBe(1);
    await pass(1_000);
    expect(editor.documents.saving).toEqual({ unsaved: 0, unsettled: 0, failure: null });
    expect(project.live(1)).toHaveLength(1);
  });

  it('is tried again at once when the user asks for it', async () => {
    const { editor, open, project } = bench();
    open(frame);
    for (let k = 0; k < 6; k++) project.failures.push(new AppError('write-failed', 'project.db', 'share gone'));
    stroke(editor, 10, 10);
    await pass(20_000);
    expect(editor.documents.saving.failure?.attempts).toBe(5);
    project.failures.length = 0;
    editor.documents.retrySaves();
    await pass(0);
    expect(editor.documents.saving).toEqual({ unsaved: 0, unsettled: 0, failure: null });
  });

  it('never gives up', async () => {
    const { editor, open, project } = bench();
    open(frame);
    for (let k = 0; k < 100; k++) project.failures.push(new AppError('write-failed', 'project.db', 'share gone'));
    stroke(editor, 10, 10);
    await pass(4 * 3_600_000);
    expect(editor.documents.saving.unsaved).toBe(0);
    expect(project.live(1)).toHaveLength(1);
  });

  it('of the first mask of a label, when a head has stored one meanwhile, becomes a correction of that', async () => {
    const { editor, open, project, screen } = bench();
    open(frame);
    let release = (): void => undefined;
    project.gate = new Promise((resolve) => (release = resolve));
    stroke(editor, 10, 10);
    project.propose(1, LESION.id, brushStroke([30, 30], 5, 48, 40));
    release();
    await pass(10);
    expect(editor.documents.saving).toEqual({ unsaved: 0, unsettled: 0, failure: null });
    expect(project.live(1)).toEqual(screen());
    expect(project.masksOf(1)).toHaveLength(1);
    // Undo leads back to the proposal that the user's stroke has replaced.
    editor.undo();
    await pass(10);
    expect(project.live(1)).toMatchObject([{ state: 'proposed' }]);
    expect(project.live(1)).toEqual(screen());
  });

  it('of a frame whose pixels have changed stays unsaved and says why', async () => {
    const { editor, open, project } = bench();
    open(frame);
    project.frames.get(1)!.frame = frameOf(1, SHA_B);
    stroke(editor, 10, 10);
    await pass(0);
    expect(editor.documents.saving).toMatchObject({ unsaved: 1, failure: { code: 'frame-changed' } });
  });
});

describe('proposals that arrive while the frame is on screen', () => {
  it('appear, and the first click refines them', async () => {
    const { editor, open, project, screen, worker } = bench();
    open(frame);
    editor.receive(1, frame.sha256, [project.propose(1, LESION.id, brushStroke([20, 20], 7, 48, 40))]);
    expect(screen()).toMatchObject([{ state: 'proposed' }]);
    expect(editor.document!.canUndo).toBe(false);
    editor.click(30, 20, true);
    await pass(0);
    expect(worker.asked[0]!.previous?.kind).toBe('mask');
    expect(project.masksOf(1)).toHaveLength(1);
    expect(project.live(1)).toEqual(screen());
  });

  it('go under a click that was made before them', async () => {
    const { editor, open, project, screen } = bench();
    open(frame, { embedded: false });
    editor.click(30, 20, true);
    editor.receive(1, frame.sha256, [project.propose(1, LESION.id, brushStroke([20, 20], 7, 48, 40))]);
    expect(screen()).toMatchObject([{ state: 'corrected', prompt: { points: [{ x: 30 }] } }]);
    editor.embeddingReady(1, frame.sha256);
    await pass(0);
    expect(editor.document!.active!.pixels.data[20 * 48 + 20]).toBe(1);
    expect(project.live(1)).toEqual(screen());
    editor.undo();
    await pass(0);
    expect(screen()).toMatchObject([{ state: 'proposed' }]);
    expect(project.live(1)).toEqual(screen());
  });

  it('stand beside the own masks of a label that takes many', async () => {
    const { editor, open, project, screen } = bench();
    open(frame);
    editor.selection.chooseLabel(NODULE.id);
    stroke(editor, 10, 10);
    editor.receive(1, frame.sha256, [project.propose(1, NODULE.id, brushStroke([30, 30], 5, 48, 40))]);
    await pass(0);
    expect(screen()).toHaveLength(2);
    expect(new Set(project.live(1).map(({ counts }) => counts))).toEqual(new Set(screen().map(({ counts }) => counts)));
  });

  it('of another frame or of other pixels are not shown', () => {
    const { editor, open, project, screen } = bench([frame, frameOf(2, SHA_B)]);
    open(frame);
    const proposal = project.propose(2, LESION.id, brushStroke([20, 20], 7, 48, 40));
    editor.receive(2, SHA_B, [proposal]);
    editor.receive(1, SHA_B, [proposal]);
    expect(screen()).toEqual([]);
  });
});

describe("in a team's project", () => {
  it.each(['frame-leased', 'not-permitted', 'server-unreachable', 'revision-conflict'] as const)(
    'an edit that the server refuses (%s) is given up with all behind it, and told, and never sent again',
    async (code) => {
      const { editor, open, project } = bench();
      const told: unknown[] = [];
      editor.gaveUp.on((news) => told.push(news));
      editor.shared = true;
      open(frame);
      project.failures.push(new AppError(code, 'bob', 'refused'));
      stroke(editor, 10, 10);
      stroke(editor, 30, 10);
      await pass(60_000);
      expect(told).toEqual([{ frameId: 1, code }]);
      expect(editor.documents.saving).toEqual({ unsaved: 0, unsettled: 0, failure: null });
      expect(editor.document).toBeNull();
      expect(project.edits).toEqual([]);
      // Read anew, it is as it is stored.
      open(frame);
      expect(editor.document?.live).toEqual([]);
      stroke(editor, 10, 10);
      await pass(0);
      expect(project.edits).toHaveLength(1);
    },
  );

  it.each(['offline', 'leased', 'accepted'] as const)('nothing is changed while it is locked (%s)', async (lock) => {
    const { editor, open, project } = bench();
    const refused: unknown[] = [];
    editor.selection.refused.on((reason) => refused.push(reason));
    open(frame);
    stroke(editor, 10, 10);
    await pass(0);
    const { live } = editor.document!;
    editor.beginStroke('brush', 3, 30, 10);
    editor.lock = lock;
    expect(editor.stroke).toBeNull();
    const acts = [
      () => editor.beginStroke('brush', 3, 20, 20),
      () => editor.click(20, 20, true),
      () => editor.polygon([1, 1, 9, 1, 9, 9], 'add'),
      () => editor.reviewing.accept(),
      () => editor.reviewing.deleteInstance(live[0]!.key),
      () => editor.undo(),
      () => editor.redo(),
    ];
    for (const act of acts) expect(act()).toBe(false);
    expect(refused).toEqual(acts.map(() => lock));
    expect(project.edits).toHaveLength(1);
    editor.lock = null;
    expect(editor.undo()).toBe(true);
  });
});
