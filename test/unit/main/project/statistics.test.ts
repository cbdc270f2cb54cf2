/** Figures of a project's work, from acts in a real database: what is counted, as what, and when. */
import { describe, expect, it } from 'vitest';
import { PROPOSING_USER, type FrameEdit, type MaskChange } from '../../../../shared/domain';
import { hashOf, newProject, sourceImage, USER } from './support';
import { HEIGHT, maskOfBits, WIDTH } from './support-masks';

const PROPOSED = 0b1111;
const proposalOf = (headVersion: string) => ({ tool: 'proposal', modelId: 'm', headVersion }) as const;

/** A project of decoded frames with one label. */
async function project(count: number) {
  const store = await newProject();
  await store.images.add(Array.from({ length: count }, (_, i) => sourceImage(`patient1/img${i}.png`)));
  const { frames } = await store.frames.list({ filter: {}, limit: 100, offset: 0 });
  for (const { id } of frames) {
    await store.frames.setHash(id, { sha256: hashOf(`frame ${id}`), widthPx: WIDTH, heightPx: HEIGHT });
  }
  const ids = frames.map(({ id }) => id);
  const label = await store.labels.create({ name: 'lesion' });
  const save = (frameId: number, user: string, changes: MaskChange[], review?: FrameEdit['review']) =>
    store.masks.save({
      ...{ frameId, frameSha256: hashOf(`frame ${frameId}`), user, changes },
      ...(review === undefined ? {} : { review }),
    });
  return {
    ...{ store, ids, label },
    visit: (frameId: number, activeMs: number, why: 'control' | 'mix' | null = null) =>
      store.visits.record({ frameId, frameSha256: hashOf(`frame ${frameId}`), activeMs, why }, USER),
    async propose(frameId: number, version = 'v1') {
      const content = { state: 'proposed', rle: maskOfBits(PROPOSED), origin: proposalOf(version) } as const;
      const { masks } = await save(frameId, PROPOSING_USER, [{ kind: 'add', labelId: label.id, ...content }]);
      return masks[0]!.current;
    },
    async edit(frameId: number, of: { id: number; maskId: number }, bits: number, tool: 'prompt' | 'brush' = 'prompt') {
      const content = { state: 'corrected', rle: maskOfBits(bits), origin: { tool } } as const;
      const change = { kind: 'edit', maskId: of.maskId, previousId: of.id, ...content } as const;
      return (await save(frameId, USER, [change])).masks[0]!.current;
    },
    async judge(frameId: number, of: { id: number; maskId: number }, state: 'accepted' | 'rejected' | 'deleted') {
      const tool = state === 'deleted' ? 'delete' : 'review';
      const change = { kind: 'state', maskId: of.maskId, previousId: of.id, state, origin: { tool } } as const;
      const review = state === 'accepted' ? 'accepted' : 'rejected';
      return (await save(frameId, USER, [change], review)).masks[0]!.current;
    },
    accept: (frameId: number) => save(frameId, USER, [], 'accepted'),
    save,
  };
}

describe('proposals', () => {
  it('count as accepted, corrected or rejected by what a human made of them, with their Dice', async () => {
    const { store, ids, propose, edit, judge } = await project(4);
    const [kept = 0, mended = 0, wrong = 0, untouched = 0] = ids;
    await judge(kept, await propose(kept), 'accepted');
    // Two of four pixels stay: Dice 2 * 2 / (4 + 2).
    await judge(mended, await edit(mended, await propose(mended), 0b0011), 'accepted');
    await judge(wrong, await propose(wrong), 'rejected');
    await propose(untouched);
    const { heads, fifties } = await store.statistics.all();
    expect(fifties).toMatchObject([{ frames: 3, accepted: 1, corrected: 1, rejected: 1 }]);
    expect(heads).toMatchObject([{ version: 'v1', judged: 3, rejected: 1, atRandom: { judged: 0, dice: null } }]);
    expect(heads[0]?.dice).toBeCloseTo((1 + 2 / 3) / 2, 12);
  });

  it('are accepted as they are where a correction was taken back', async () => {
    const { store, ids, propose, edit, judge, save } = await project(1);
    const [frame = 0] = ids;
    const proposal = await propose(frame);
    const edited = await edit(frame, proposal, 0b0011);
    const undo = { kind: 'restore', maskId: edited.maskId, previousId: edited.id, revisionId: proposal.id } as const;
    const { masks } = await save(frame, USER, [{ ...undo, tool: 'undo' }]);
    expect((await store.statistics.all()).heads).toEqual([]);
    await judge(frame, masks[0]!.current, 'accepted');
    expect((await store.statistics.all()).fifties).toMatchObject([{ accepted: 1, corrected: 0, rejected: 0 }]);
  });

  it('are judged by nobody where the next version took them back', async () => {
    const { store, ids, propose, save } = await project(1);
    const [frame = 0] = ids;
    const { id: previousId, maskId } = await propose(frame);
    const gone = { kind: 'state', maskId, previousId, state: 'deleted', origin: { tool: 'delete' } } as const;
    await save(frame, PROPOSING_USER, [gone]);
    const { heads, fifties } = await store.statistics.all();
    expect([heads, fifties]).toEqual([[], []]);
  });

  it('belong to the version that drew them last, frames drawn at random apart', async () => {
    const { store, ids, label, propose, edit, judge, visit, save } = await project(3);
    const [chosen = 0, random = 0, redrawn = 0] = ids;
    await visit(chosen, 1_000, 'mix');
    await visit(random, 1_000, 'control');
    await judge(chosen, await propose(chosen), 'accepted');
    await edit(random, await propose(random), 0b0011);
    const { id: previousId, maskId } = await propose(redrawn);
    const content = { state: 'proposed', rle: maskOfBits(0b11), origin: proposalOf('v2') } as const;
    const { masks } = await save(redrawn, PROPOSING_USER, [{ kind: 'edit', maskId, previousId, ...content }]);
    await judge(redrawn, masks[0]!.current, 'accepted');
    const { heads } = await store.statistics.all();
    expect(heads).toMatchObject([
      { labelId: label.id, version: 'v1', judged: 2, atRandom: { judged: 1, rejected: 0 } },
      { labelId: label.id, version: 'v2', judged: 1, dice: 1, atRandom: { judged: 0 } },
    ]);
    expect(heads[0]?.atRandom.dice).toBeCloseTo(2 / 3, 12);
  });

  it('of a revision newer than the figures are compared anew', async () => {
    const { store, ids, propose, edit } = await project(1);
    const [frame = 0] = ids;
    const first = await edit(frame, await propose(frame), 0b0011);
    expect((await store.statistics.all()).heads[0]?.dice).toBeCloseTo(2 / 3, 12);
    await edit(frame, first, 0b0111);
    expect((await store.statistics.all()).heads[0]?.dice).toBeCloseTo(6 / 7, 12);
  });
});

describe('time and clicks', () => {
  it('are the sum of a frame, and its median over frames', async () => {
    const { store, ids, propose, edit, accept, visit } = await project(3);
    const [one = 0, two = 0, empty = 0] = ids;
    await visit(one, 4_000);
    await visit(one, 2_000);
    await visit(two, 20_000);
    const first = await edit(one, await propose(one), 0b0011);
    await edit(one, await edit(one, first, 0b0111), 0b1110, 'brush');
    await edit(two, await propose(two), 0b0011, 'brush');
    // Without a mask its visit tells when it was done.
    await accept(empty);
    expect((await store.statistics.all()).fifties).toMatchObject([{ frames: 2, timed: 2 }]);
    await visit(empty, 1_000);
    const { fifties, activeSeconds } = await store.statistics.all();
    expect(fifties).toMatchObject([{ frames: 3, timed: 3, medianSeconds: 6, clicks: 2 / 3, strokes: 2 / 3 }]);
    expect(activeSeconds).toBe(27);
  });

  it('say nothing of frames that nobody timed or finished', async () => {
    const { store, ids, propose, judge, visit } = await project(2);
    const [done = 0, seen = 0] = ids;
    await judge(done, await propose(done), 'accepted');
    await visit(seen, 1_000);
    const { fifties, frames, reviewed } = await store.statistics.all();
    expect(fifties).toMatchObject([{ frames: 1, timed: 0, medianSeconds: null }]);
    expect(frames).toMatchObject({ accepted: 1, unopened: 1 });
    expect(reviewed).toBe(1);
  });

  it('go by fifty in the order of time', async () => {
    const { store, ids, propose, judge } = await project(60);
    for (const id of [...ids].reverse()) await judge(id, await propose(id), 'accepted');
    const { fifties, days } = await store.statistics.all();
    expect(fifties.map(({ frames }) => frames)).toEqual([50, 10]);
    expect(fifties[0]!.to <= fifties[1]!.from).toBe(true);
    expect(days.reduce((sum, { frames }) => sum + frames, 0)).toBe(60);
  });
});

describe('a visit', () => {
  it('is refused for other pixels, and never changed', async () => {
    const { store, ids } = await project(1);
    const visit = { frameId: ids[0]!, frameSha256: hashOf('another frame'), activeMs: 10, why: null };
    await expect(store.visits.record(visit, USER)).rejects.toMatchObject({ code: 'frame-changed' });
    const negative = { ...visit, activeMs: -1 };
    await expect(store.visits.record(negative, USER)).rejects.toMatchObject({ code: 'usage' });
    expect((await store.statistics.all()).activeSeconds).toBe(0);
  });
});
