import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brushStroke, cocoRle, emptyMask, union } from '../../../../shared/mask';
import type { DecodeRequest, MaskReply, PromptApi } from '../../../../shared/prompt-worker';
import { WorkerClient, type ClientPort } from '../../../../shared/worker-client';
import type { ToWorker } from '../../../../shared/worker-protocol';
import { Editor } from '../../../../renderer/editor';
import { bench, FakeProject, FakeWorker, frameOf, LESION, MODEL, NODULE, settle, SHA_A, SHA_B } from '../support';

const a = frameOf(1, SHA_A);
const b = frameOf(2, SHA_B);
const wide = frameOf(3, 'd'.repeat(64), 60, 20);

describe('a frame switch', () => {
  it('while a mask is on the way: the mask goes to the frame it was asked for, and is saved there', async () => {
    const { editor, worker, open, project, screen } = bench([a, b]);
    open(a);
    worker.holding = true;
    editor.click(10, 12, true);
    open(b);
    expect(screen()).toEqual([]);
    worker.held[0]!.answer();
    await settle();
    expect(screen()).toEqual([]);
    expect(project.live(1)).toHaveLength(1);
    expect(project.live(2)).toEqual([]);
    expect(project.edits).toMatchObject([{ frameId: 1, frameSha256: SHA_A }]);
    open(a);
    expect(screen()).toEqual(project.live(1));
  });

  it('while a click waits for the embedding: it is answered when the embedding comes, whatever is on screen', async () => {
    const { editor, open, project } = bench([a, b]);
    open(a, { embedded: false });
    editor.click(10, 12, true);
    open(b);
    editor.embeddingReady(a.id, a.sha256);
    await settle();
    expect(project.live(1)).toHaveLength(1);
    expect(project.live(2)).toEqual([]);
  });

  it('during a stroke keeps the stroke', async () => {
    const { editor, open, project } = bench([a, b]);
    open(a);
    editor.beginStroke('brush', 4, 10, 10);
    editor.stroke!.extend(30, 20);
    open(b);
    await settle();
    expect(project.live(1)).toHaveLength(1);
    expect(editor.stroke).toBeNull();
  });

  it('while a save is on the way: both frames are saved, each with its own hash', async () => {
    const { editor, open, project, screen } = bench([a, b]);
    let release = (): void => undefined;
    project.gate = new Promise((resolve) => (release = resolve));
    open(a);
    editor.beginStroke('brush', 4, 10, 10);
    editor.endStroke();
    editor.close();
    expect(editor.documents.saving.unsaved).toBe(1);
    release();
    await settle();
    open(b);
    editor.beginStroke('brush', 4, 30, 10);
    editor.endStroke();
    await settle();
    expect(project.edits.map(({ frameSha256 }) => frameSha256)).toEqual([SHA_A, SHA_B]);
    expect(project.live(2)).toEqual(screen());
  });

  it('back to a frame whose save is on the way does not bring back what was before', async () => {
    const { editor, open, project, screen } = bench([a, b]);
    open(a);
    editor.click(10, 10, true);
    await settle();
    const stale = project.masksOf(1);
    editor.click(30, 10, true);
    await settle();
    const now = screen();
    // The list was read before the second click was stored, and arrives after it.
    editor.open(a, stale);
    expect(screen()).toEqual(now);
  });

  it('to a frame of the same id with other pixels shows nothing of the old one', async () => {
    const changed = frameOf(1, SHA_B);
    const { editor, worker, open, screen } = bench([a]);
    open(a);
    worker.holding = true;
    editor.click(10, 10, true);
    editor.open(changed, []);
    worker.held[0]!.answer();
    await settle();
    expect(screen()).toEqual([]);
    expect(editor.document!.canUndo).toBe(false);
  });
});

/** Everything a reply can be wrong in. */
const lies: Record<string, (reply: MaskReply) => MaskReply> = {
  'another frame': (reply) => ({ ...reply, frameSha256: SHA_B }),
  'another model': (reply) => ({ ...reply, modelId: 'model-2' }),
  'another request': (reply) => ({ ...reply, requestId: reply.requestId - 1 }),
  'another size': (reply) => ({ ...reply, widthPx: 40, heightPx: 48 }),
  'logits of another length': (reply) => ({ ...reply, lowRes: new Float32Array(3) }),
};

describe('a reply', () => {
  it.each(Object.entries(lies))('of %s is dropped and the question asked again', async (_, lie) => {
    const { editor, worker, open, project } = bench([a, b]);
    open(a);
    worker.holding = true;
    editor.click(10, 12, true);
    worker.held[0]!.answer(lie(worker.reply(worker.held[0]!.request)));
    await settle();
    expect(project.edits).toEqual([]);
    expect(editor.document!.waiting).toBe(1);
    expect(worker.held).toHaveLength(2);
    worker.held[1]!.answer();
    await settle();
    expect(project.live(1)).toMatchObject([{ quality: 0.75 }]);
  });

  it.each(Object.entries(lies))('of %s, again and again, ends in a message, not in a mask', async (_, lie) => {
    const { editor, worker, open, project, screen } = bench([a, b]);
    open(a);
    worker.holding = true;
    editor.click(10, 12, true);
    for (let k = 0; k < 3; k++) {
      worker.held[k]!.answer(lie(worker.reply(worker.held[k]!.request)));
      await settle();
    }
    expect(screen()).toEqual([]);
    expect(project.edits).toEqual([]);
    expect(editor.document!.problem).toBe('internal');
  });

  it('that comes when another model is in use is dropped; the click is asked of the new one', async () => {
    const { editor, worker, open, project } = bench([a]);
    open(a);
    worker.holding = true;
    editor.click(10, 12, true);
    editor.setModel('model-2');
    worker.held[0]!.answer();
    await settle();
    worker.held[1]!.answer();
    await settle();
    expect(project.masksOf(1)[0]!.current.origin.modelId).toBe('model-2');
    expect(worker.asked.map(({ modelId }) => modelId)).toEqual([MODEL, 'model-2']);
  });
});

/** A worker at the other end of a real `WorkerClient`, which delivers late, in any order, twice, and to the wrong ids. */
class UnrulyPort implements ClientPort {
  readonly inbox: { id: number; request: DecodeRequest }[] = [];
  #listener: (event: { readonly data: unknown }) => void = () => undefined;
  addEventListener(_: 'message', listener: (event: { readonly data: unknown }) => void): void {
    this.#listener = listener;
  }
  postMessage(message: unknown): void {
    const sent = message as ToWorker;
    if (sent.type === 'request') this.inbox.push({ id: sent.id, request: sent.payload as DecodeRequest });
  }
  deliver(id: number, value: unknown): void {
    this.#listener({ data: { type: 'result', id, value } });
  }
  start(): void {}
  close(): void {}
}

describe('whatever the port delivers and whenever', () => {
  it('every frame ends with exactly the masks of its own clicks', async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ do: fc.constant('click' as const), x: fc.nat(47), y: fc.nat(19) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('open' as const), frame: fc.nat(2) }) },
      {
        weight: 5,
        arbitrary: fc.record({
          do: fc.constant('deliver' as const),
          which: fc.nat(),
          times: fc.integer({ min: 1, max: 2 }),
          crossed: fc.option(fc.nat(), { nil: null }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('undo' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('hover' as const), x: fc.nat(47), y: fc.nat(19) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const frames = [a, b, wide];
        const labels = [NODULE, LESION];
        const project = new FakeProject(frames, labels);
        const worker = new FakeWorker(frames);
        const port = new UnrulyPort();
        const client = new WorkerClient<PromptApi>('prompt', port);
        const editor = new Editor({
          decode: (request, signal) => client.request('decode', request, { signal }),
          propose: (request, signal) => client.request('propose', request, { signal }),
          wantEmbedding: () => undefined,
          save: (edit) => project.save(structuredClone(edit)),
          masksOf: (id) => Promise.resolve(project.masksOf(id)),
        });
        editor.setModel(MODEL);
        editor.selection.setLabels([LESION]);
        // A click that is lied to three times is given up: of these frames only that nothing is mixed up is sure.
        const liedTo = new Set<string>();
        const clicks = new Map(frames.map(({ id }) => [id, [] as [number, number][]]));
        const show = (index: number): void => {
          const frame = frames[index]!;
          editor.open(frame, project.masksOf(frame.id));
          editor.embeddingReady(frame.id, frame.sha256);
        };
        const pass = async (index: number, times: number, crossed: number | null): Promise<void> => {
          const [message] = port.inbox.splice(index, 1);
          const reply = worker.reply(message!.request);
          const wrong = crossed === null ? undefined : port.inbox[crossed % Math.max(port.inbox.length, 1)];
          // A reply delivered to another question first: it must be recognised as not meant.
          if (wrong) port.deliver(wrong.id, reply);
          if (wrong) liedTo.add(wrong.request.frameSha256);
          for (let k = 0; k < times; k++) port.deliver(message!.id, reply);
          if (wrong) port.inbox.splice(port.inbox.indexOf(wrong), 1);
          await settle();
        };
        show(0);
        for (const next of steps) {
          const id = editor.document!.frame.id;
          if (next.do === 'click' && editor.click(next.x, next.y, true)) clicks.get(id)!.push([next.x, next.y]);
          if (next.do === 'open') show(next.frame);
          if (next.do === 'undo' && editor.undo()) clicks.get(id)!.pop();
          if (next.do === 'hover') editor.previewAt(next.x, next.y, true);
          if (next.do === 'deliver' && port.inbox.length > 0) {
            await pass(next.which % port.inbox.length, next.times, next.crossed);
          }
        }
        for (let k = 0; k < 400 && port.inbox.length > 0; k++) await pass(0, 1, null);
        await settle();
        for (const frame of frames) {
          show(frames.indexOf(frame));
          await settle();
          for (let k = 0; k < 100 && port.inbox.length > 0; k++) await pass(0, 1, null);
          const kept = clicks.get(frame.id)!;
          const { widthPx, heightPx } = frame;
          const wanted = kept.reduce(
            (mask, at) => union(mask, brushStroke(at, 5, widthPx, heightPx)),
            emptyMask(widthPx, heightPx),
          );
          const live = project.live(frame.id);
          if (!liedTo.has(frame.sha256))
            expect(live.map(({ counts }) => counts)).toEqual(kept.length ? [cocoRle(wanted).counts] : []);
          expect(editor.document!.live.map(({ shown }) => shown!.counts)).toEqual(live.map(({ counts }) => counts));
          for (const { counts, prompt } of live) {
            const own = prompt.points.reduce(
              (mask, { x, y }) => union(mask, brushStroke([x, y], 5, widthPx, heightPx)),
              emptyMask(widthPx, heightPx),
            );
            expect(counts).toBe(cocoRle(own).counts);
          }
        }
      }),
      { numRuns: 200 },
    );
  });
});
