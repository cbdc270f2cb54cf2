/** Saving edits: what is kept, what is refused, and that undo is right. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProjectStore } from '../../../../main/project';
import type { MaskChange, MaskInstance, MaskState, Prompt } from '../../../../shared/domain';
import { projectWithFrame, sourceImage, USER } from './support';
import { HEIGHT, maskOfBits, WIDTH } from './support-masks';

const CLICK: Prompt = { points: [{ x: 2.5, y: 1.5, positive: true }] };
const TWO_CLICKS: Prompt = { points: [...CLICK.points, { x: 0.5, y: 3.5, positive: false }] };

const drawn = (labelId: number, bits: number): MaskChange => ({
  kind: 'add',
  labelId,
  state: 'drawn',
  rle: maskOfBits(bits),
  origin: { tool: 'brush' },
});

describe('saving an edit', () => {
  it('keeps pixels, prompts, quality and where they came from, also after reopening', async () => {
    const { store, frameId, lesion, edit } = await projectWithFrame();
    const change: MaskChange = {
      kind: 'add',
      labelId: lesion.id,
      state: 'corrected',
      rle: maskOfBits(0b1011),
      quality: 0.875,
      prompt: { ...TWO_CLICKS, box: { x0: 0, y0: 0.25, x1: WIDTH, y1: HEIGHT } },
      origin: { tool: 'prompt', modelId: 'abc123', headVersion: '7' },
    };
    const saved = await store.masks.save(edit([change]));
    expect(saved.masks).toHaveLength(1);
    expect(saved.review).toBe('corrected');
    const { kind: _, labelId, ...content } = change;
    const { current } = saved.masks[0]!;
    expect(current).toMatchObject({ ...content, areaPx: 3, previousId: null, restoredFromId: null, user: USER });
    expect(saved.masks[0]).toMatchObject({ frameId, labelId });
    expect(Date.now() - Date.parse(current.time)).toBeLessThan(60_000);

    await store.close();
    const again = await ProjectStore.open(store.place);
    expect(await again.masks.ofFrame(frameId)).toEqual(saved.masks);
    expect((await again.frames.get(frameId)).review).toBe('corrected');
    await again.close();
  });

  it('gives every change a further revision; the newest one holds', async () => {
    const { store, frameId, lesion, edit } = await projectWithFrame();
    const first = (await store.masks.save(edit([drawn(lesion.id, 1)]))).masks[0]!;
    const content = { state: 'corrected', rle: maskOfBits(7), prompt: CLICK, origin: { tool: 'prompt' } } as const;
    const change = { kind: 'edit', maskId: first.id, previousId: first.current.id, ...content } as const;
    const second = (await store.masks.save(edit([change]))).masks[0]!;
    expect(second.current.previousId).toBe(first.current.id);
    expect(await store.masks.ofFrame(frameId)).toEqual([second]);
    expect(await store.masks.history(first.id)).toEqual([first.current, second.current]);
  });

  it('brings back mask and prompts when a click is undone, and the click when it is redone', async () => {
    const { store, lesion, edit } = await projectWithFrame();
    const add = { kind: 'add', labelId: lesion.id, state: 'corrected', rle: maskOfBits(3), prompt: CLICK } as const;
    const one = (await store.masks.save(edit([{ ...add, origin: { tool: 'prompt' } }]))).masks[0]!;
    const maskId = one.id;
    const content = {
      state: 'corrected',
      rle: maskOfBits(15),
      prompt: TWO_CLICKS,
      origin: { tool: 'prompt' },
    } as const;
    const two = (await store.masks.save(edit([{ kind: 'edit', maskId, previousId: one.current.id, ...content }])))
      .masks[0]!;

    const undo = {
      kind: 'restore',
      maskId,
      previousId: two.current.id,
      revisionId: one.current.id,
      tool: 'undo',
    } as const;
    const undone = (await store.masks.save(edit([undo]))).masks[0]!.current;
    expect(undone).toMatchObject({ rle: maskOfBits(3), prompt: CLICK, restoredFromId: one.current.id });
    expect(undone.origin.tool).toBe('undo');

    const redo = { kind: 'restore', maskId, previousId: undone.id, revisionId: two.current.id, tool: 'redo' } as const;
    const redone = (await store.masks.save(edit([redo]))).masks[0]!.current;
    expect(redone).toMatchObject({ rle: maskOfBits(15), prompt: TWO_CLICKS, restoredFromId: two.current.id });
    expect(await store.masks.history(maskId)).toHaveLength(4);
  });

  it('accepts a frame whole: its masks, its review and the line in the audit, or nothing of them', async () => {
    const { store, frameId, lesion, cyst, edit } = await projectWithFrame();
    const proposed = { state: 'proposed', origin: { tool: 'proposal', headVersion: '1' } } as const;
    const { masks, review } = await store.masks.save(
      edit([
        { kind: 'add', labelId: lesion.id, rle: maskOfBits(3), ...proposed },
        { kind: 'add', labelId: cyst.id, rle: maskOfBits(48), ...proposed },
      ]),
    );
    expect(review).toBe('proposed');
    const accept = ({ id, current }: MaskInstance, previousId = current.id): MaskChange => ({
      kind: 'state',
      maskId: id,
      previousId,
      state: 'accepted',
      origin: { tool: 'review' },
    });

    const stale = edit([accept(masks[0]!), accept(masks[1]!, masks[0]!.current.id)], 'accepted');
    await expect(store.masks.save(stale)).rejects.toMatchObject({ code: 'revision-conflict' });
    expect(await store.masks.ofFrame(frameId)).toEqual(masks);

    await store.masks.save(
      edit(
        masks.map((mask) => accept(mask)),
        'accepted',
      ),
    );
    const after = await store.masks.ofFrame(frameId);
    expect(after.map((mask) => mask.current.state)).toEqual(['accepted', 'accepted']);
    expect(after.map((mask) => mask.current.rle)).toEqual(masks.map((mask) => mask.current.rle));
    expect((await store.frames.get(frameId)).review).toBe('accepted');
    const [line, ...rest] = await store.audit.latest(10);
    expect(rest).toEqual([]);
    expect(line).toMatchObject({ user: USER, action: 'review', detail: { from: 'proposed', to: 'accepted' } });
  });

  it('accepts a frame on which there is nothing to outline', async () => {
    const { store, frameId, edit } = await projectWithFrame();
    expect(await store.masks.save(edit([], 'accepted'))).toEqual({ masks: [], review: 'accepted' });
    expect((await store.frames.get(frameId)).review).toBe('accepted');
  });
});

describe('an edit is refused, and nothing of it is kept,', () => {
  it('when the frame has other pixels than the edit was made on, or was never decoded', async () => {
    const { store, frameId, lesion, edit } = await projectWithFrame();
    const other = { ...edit([drawn(lesion.id, 1)]), frameSha256: 'f'.repeat(64) };
    await expect(store.masks.save(other)).rejects.toMatchObject({ code: 'frame-changed', subject: `frame ${frameId}` });

    await store.images.add([sourceImage('patient1/img2.png')]);
    const undecoded = (await store.frames.list({ filter: { text: 'img2' }, limit: 1, offset: 0 })).frames[0]!.id;
    await expect(store.masks.save({ ...other, frameId: undecoded })).rejects.toMatchObject({ code: 'frame-changed' });
    expect(await store.masks.ofFrame(frameId)).toEqual([]);
  });

  it('when the mask has a newer revision than the user saw', async () => {
    const { store, lesion, edit } = await projectWithFrame();
    const { id: maskId, current } = (await store.masks.save(edit([drawn(lesion.id, 1)]))).masks[0]!;
    const change = (bits: number): MaskChange => ({
      kind: 'edit',
      maskId,
      previousId: current.id,
      state: 'corrected',
      rle: maskOfBits(bits),
      origin: { tool: 'eraser' },
    });
    const both = await Promise.allSettled([store.masks.save(edit([change(2)])), store.masks.save(edit([change(4)]))]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(both[1]).toMatchObject({ reason: { code: 'revision-conflict', subject: `mask ${maskId}` } });
    expect((await store.masks.history(maskId)).map((revision) => revision.rle)).toEqual([maskOfBits(1), maskOfBits(2)]);
  });

  it('when its label takes one mask a frame and has one; a rejected one leaves room', async () => {
    const { store, frameId, lesion, cyst, edit } = await projectWithFrame();
    const { id, current } = (await store.masks.save(edit([drawn(lesion.id, 1)]))).masks[0]!;
    await store.masks.save(edit([drawn(cyst.id, 1), drawn(cyst.id, 2)]));
    await expect(store.masks.save(edit([drawn(lesion.id, 2)]))).rejects.toMatchObject({ code: 'revision-conflict' });
    expect(await store.masks.ofFrame(frameId)).toHaveLength(3);
    const reject = {
      kind: 'state',
      maskId: id,
      previousId: current.id,
      state: 'rejected',
      origin: { tool: 'review' },
    } as const;
    await store.masks.save(edit([reject, drawn(lesion.id, 2)]));
    expect(await store.masks.ofFrame(frameId)).toHaveLength(4);
  });

  it.each<[string, string, (labelId: number) => MaskChange]>([
    [
      'its mask has another size',
      'usage',
      (id) => ({ ...drawn(id, 1), rle: { ...maskOfBits(1), widthPx: 7 } }) as MaskChange,
    ],
    [
      'its run lengths fill no frame',
      'format-corrupt',
      (id) => ({ ...drawn(id, 1), rle: { ...maskOfBits(1), counts: '11' } }) as MaskChange,
    ],
    [
      'a prompt lies outside',
      'prompt-invalid',
      (id) => ({ ...drawn(id, 1), prompt: { points: [{ x: WIDTH + 0.5, y: 0, positive: true }] } }) as MaskChange,
    ],
    ['its label is unknown', 'label-unknown', () => drawn(99, 1)],
    [
      'it restores a revision of another mask',
      'usage',
      () => ({ kind: 'restore', maskId: 1, previousId: 1, revisionId: 99, tool: 'undo' }),
    ],
    [
      'it changes a mask that is not on the frame',
      'usage',
      () => ({ kind: 'state', maskId: 99, previousId: 1, state: 'accepted', origin: { tool: 'review' } }),
    ],
    ['a number is none', 'usage', (id) => ({ ...drawn(id, 1), quality: Number.NaN }) as MaskChange],
  ])('when %s', async (_, code, change) => {
    const { store, frameId, lesion, cyst, edit } = await projectWithFrame();
    const before = await store.masks.save(edit([drawn(lesion.id, 1)]));
    await expect(store.masks.save(edit([drawn(cyst.id, 2), change(cyst.id)]))).rejects.toMatchObject({ code });
    expect(await store.masks.ofFrame(frameId)).toEqual(before.masks);
  });
});

/** An act on the model and on the store: add, edit, change of state, undo or redo of the last act. */
type Act =
  | { kind: 'add'; bits: number; clicks: number }
  | { kind: 'edit'; mask: number; bits: number; clicks: number }
  | { kind: 'state'; mask: number; state: MaskState }
  | { kind: 'undo' }
  | { kind: 'redo' };

interface Look {
  readonly bits: number;
  readonly clicks: number;
  readonly state: MaskState;
}

const acts = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('add' as const), bits: fc.nat(2 ** 24 - 1), clicks: fc.nat(3) }),
    fc.record({
      kind: fc.constant('edit' as const),
      mask: fc.nat(5),
      bits: fc.nat(2 ** 24 - 1),
      clicks: fc.nat(3),
    }),
    fc.record({
      kind: fc.constant('state' as const),
      mask: fc.nat(5),
      state: fc.constantFrom<MaskState>('accepted', 'rejected', 'deleted'),
    }),
    fc.record({ kind: fc.constant('undo' as const) }),
    fc.record({ kind: fc.constant('redo' as const) }),
  ),
  { minLength: 1, maxLength: 30 },
);

const promptOf = (clicks: number): Prompt => ({
  points: Array.from({ length: clicks }, (_, i) => ({ x: i + 0.5, y: 0.5, positive: i % 2 === 0 })),
});

/** One step in the undo stack: for the model what mask looked how before (null: not there) and after, for the store ids. */
interface Step {
  readonly at: number;
  readonly before: Look | null;
  readonly after: Look;
  readonly beforeId: number | null;
  readonly afterId: number;
}

it('any sequence of edits, undo and redo leaves what a model in memory has', async () => {
  const { store, frameId, cyst, edit } = await projectWithFrame();
  await fc.assert(
    fc.asyncProperty(acts, async (sequence: Act[]) => {
      const earlier = (await store.masks.ofFrame(frameId)).length;
      const ours = async (): Promise<MaskInstance[]> => (await store.masks.ofFrame(frameId)).slice(earlier);
      const model: Look[] = [];
      const undoable: Step[] = [];
      let redoable: Step[] = [];
      let revisions = 0;
      const save = async (change: MaskChange): Promise<MaskInstance> => {
        revisions++;
        return (await store.masks.save(edit([change]))).masks[0]!;
      };
      const act = async (at: number, after: Look, change: MaskChange): Promise<void> => {
        const before = model[at] ?? null;
        const { previousId, id } = (await save(change)).current;
        model[at] = after;
        undoable.push({ at, before, after, beforeId: previousId, afterId: id });
        redoable = [];
      };

      for (const next of sequence) {
        const masks = await ours();
        const on = (at: number) => ({ maskId: masks[at]!.id, previousId: masks[at]!.current.id });
        if (next.kind === 'undo') {
          const step = undoable.pop();
          if (step === undefined) continue;
          const { at, before, after, beforeId } = step;
          if (beforeId === null) await save({ kind: 'state', ...on(at), state: 'deleted', origin: { tool: 'undo' } });
          else await save({ kind: 'restore', ...on(at), revisionId: beforeId, tool: 'undo' });
          model[at] = before ?? { ...after, state: 'deleted' };
          redoable.push(step);
        } else if (next.kind === 'redo') {
          const step = redoable.pop();
          if (step === undefined) continue;
          await save({ kind: 'restore', ...on(step.at), revisionId: step.afterId, tool: 'redo' });
          model[step.at] = step.after;
          undoable.push(step);
        } else if (next.kind === 'state') {
          if (masks.length === 0) continue;
          const at = next.mask % masks.length;
          const { state } = next;
          await act(at, { ...model[at]!, state }, { kind: 'state', ...on(at), state, origin: { tool: 'review' } });
        } else {
          const { bits, clicks } = next;
          const content = { rle: maskOfBits(bits), prompt: promptOf(clicks), origin: { tool: 'prompt' } } as const;
          if (next.kind === 'add' || masks.length === 0) {
            const change = { kind: 'add', labelId: cyst.id, state: 'drawn', ...content } as const;
            await act(masks.length, { bits, clicks, state: 'drawn' }, change);
          } else {
            const at = next.mask % masks.length;
            const change = { kind: 'edit', ...on(at), state: 'corrected', ...content } as const;
            await act(at, { bits, clicks, state: 'corrected' }, change);
          }
        }
      }

      const masks = await ours();
      expect(masks.map(({ current: { rle, prompt, state } }) => ({ rle, prompt, state }))).toEqual(
        model.map(({ bits, clicks, state }) => ({ rle: maskOfBits(bits), prompt: promptOf(clicks), state })),
      );
      const histories = await Promise.all(masks.map(({ id }) => store.masks.history(id)));
      expect(histories.flat()).toHaveLength(revisions);
      for (const history of histories) {
        expect(history.map(({ previousId }) => previousId)).toEqual([
          null,
          ...history.slice(0, -1).map(({ id }) => id),
        ]);
      }
    }),
    { numRuns: 40, seed: 20261123 },
  );
});
