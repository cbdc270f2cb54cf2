/** Adjudication: what is chosen holds in the main reading, whole or not at all, and is taken back exactly. */
import { describe, expect, it } from 'vitest';
import { MAIN_READING, type AdjudicationChoice, type MaskChange } from '../../../../shared/domain';
import { projectWithFrame, USER } from './support';
import { maskOfBits } from './support-masks';

const [A, B] = [0b0111, 0b1110];

/** A frame that the main reader and Bob have outlined, and Eve has not. */
async function disagreement({ ofMain = [A], ofBob = [B] }: { ofMain?: number[]; ofBob?: number[] } = {}) {
  const made = await projectWithFrame();
  const { store, edit, cyst, frameId } = made;
  const drawn = (bits: number): MaskChange => {
    return { kind: 'add', labelId: cyst.id, state: 'drawn', rle: maskOfBits(bits), origin: { tool: 'brush' } };
  };
  const bob = await store.readings.create({ name: 'Bob', blind: true }, USER);
  const eve = await store.readings.create({ name: 'Eve', blind: false }, USER);
  await store.masks.save(edit(ofMain.map(drawn), 'corrected'));
  await store.in(bob.id).masks.save(edit(ofBob.map(drawn), 'accepted'));
  const place = { readers: [MAIN_READING, bob.id], frameId, labelId: cyst.id } as const;
  const live = async () =>
    (await store.masks.ofFrame(frameId)).filter(
      ({ current: { state } }) => state !== 'rejected' && state !== 'deleted',
    );
  return { ...made, bob, eve, place, live, drawn };
}

describe('a decision', () => {
  it.each<[AdjudicationChoice, number, number[]]>([
    ['first', A, [1]],
    ['second', B, [2]],
    ['union', A | B, [1, 2]],
    ['intersection', A & B, [1, 2]],
  ])('puts %s into the main reading as one revision that says whose it is', async (choice, bits, from) => {
    const { store, place, live, frameId, bob } = await disagreement();
    const [before] = await live();
    const theirs = await store.in(bob.id).masks.ofFrame(frameId);
    await store.adjudications.decide(place, choice, USER);
    const [mask, ...more] = await live();
    expect(more).toEqual([]);
    expect(mask).toMatchObject({ id: before!.id, current: { previousId: before!.current.id, state: 'accepted' } });
    expect(mask!.current).toMatchObject({ rle: maskOfBits(bits), user: USER });
    expect(mask!.current.origin).toEqual({ tool: 'adjudication', fromReadingIds: from });
    expect(await store.masks.historyOfFrame(frameId)).toHaveLength(2);
    expect(await store.frames.get(frameId)).toMatchObject({ review: 'accepted' });
    expect(await store.adjudications.of(place.readers)).toEqual([{ frameId, labelId: place.labelId, choice }]);
    // Neither what Bob has nor what was compared is other than before.
    expect(await store.in(bob.id).masks.ofFrame(frameId)).toEqual(theirs);
    expect((await store.outlines.of(MAIN_READING)).map(({ rle }) => rle)).toEqual([maskOfBits(A)]);
  });

  it('is told to whoever names the two the other way round', async () => {
    const { store, place } = await disagreement();
    await store.adjudications.decide(place, 'first', USER);
    const [first, second] = place.readers;
    expect(await store.adjudications.of([second, first])).toMatchObject([{ choice: 'second' }]);
  });

  it('is taken back: masks and review are what they were, and it may be taken anew', async () => {
    const { store, place, live, frameId } = await disagreement();
    const [before] = await live();
    await store.adjudications.decide(place, 'union', USER);
    await store.adjudications.decide(place, 'second', USER);
    expect((await live())[0]!.current.rle).toEqual(maskOfBits(B));
    await store.adjudications.takeBack(place, USER);
    const [mask] = await live();
    expect(mask!.current).toMatchObject({ state: 'drawn', rle: before!.current.rle, origin: { tool: 'undo' } });
    expect(await store.frames.get(frameId)).toMatchObject({ review: 'corrected' });
    expect(await store.adjudications.of(place.readers)).toEqual([]);
    await expect(store.adjudications.takeBack(place, USER)).rejects.toMatchObject({ code: 'usage' });
  });

  it('is not taken back over what somebody did after it, but another one may follow', async () => {
    const { store, place, live, edit } = await disagreement();
    await store.adjudications.decide(place, 'second', USER);
    const [{ id: maskId, current }] = (await live()) as [Awaited<ReturnType<typeof live>>[0]];
    const byHand = { state: 'corrected', rle: maskOfBits(0b1111), origin: { tool: 'brush' } } as const;
    await store.masks.save(edit([{ kind: 'edit', maskId, previousId: current.id, ...byHand }]));
    await expect(store.adjudications.takeBack(place, USER)).rejects.toMatchObject({ code: 'revision-conflict' });
    expect((await live())[0]!.current.rle).toEqual(maskOfBits(0b1111));
    await store.adjudications.decide(place, 'first', USER);
    await store.adjudications.takeBack(place, USER);
    expect((await live())[0]!.current.rle).toEqual(maskOfBits(0b1111));
  });

  it('for whoever has outlined nothing leaves nothing there; between two others it makes a new mask', async () => {
    const one = await disagreement({ ofBob: [] });
    await one.store.adjudications.decide(one.place, 'second', USER);
    expect(await one.live()).toEqual([]);
    await one.store.adjudications.takeBack(one.place, USER);
    expect((await one.live())[0]!.current.rle).toEqual(maskOfBits(A));

    const { store, place, live, bob, eve } = await disagreement({ ofMain: [] });
    const others = { ...place, readers: [bob.id, eve.id] } as const;
    await store.adjudications.decide(others, 'second', USER);
    expect(await live()).toEqual([]);
    expect(await store.adjudications.of(others.readers)).toMatchObject([{ choice: 'second' }]);
    await store.adjudications.decide(others, 'first', USER);
    expect(await live()).toMatchObject([{ current: { rle: maskOfBits(B), origin: { fromReadingIds: [bob.id] } } }]);
    await store.adjudications.takeBack(others, USER);
    expect(await live()).toEqual([]);
  });

  it('keeps instances apart: as a reader has them, and parts of both as parts', async () => {
    const [left, right] = [0b000001, 0b110000];
    const { store, place, live } = await disagreement({ ofMain: [left | 0b10, right], ofBob: [left] });
    const rles = async () => (await live()).map(({ current }) => current.rle);
    await store.adjudications.decide(place, 'union', USER);
    expect(await rles()).toEqual([maskOfBits(left | 0b10), maskOfBits(right)]);
    await store.adjudications.decide(place, 'intersection', USER);
    expect(await rles()).toEqual([maskOfBits(left)]);
    await store.adjudications.decide(place, 'first', USER);
    expect(await rles()).toEqual([maskOfBits(left | 0b10), maskOfBits(right)]);
  });

  it('does not make a frame count as read by who had not read it', async () => {
    const { store, place, frameId, edit } = await disagreement({ ofMain: [] });
    await store.masks.save(edit([], 'unopened'));
    await store.adjudications.decide(place, 'second', USER);
    expect(await store.frames.get(frameId)).toMatchObject({ review: 'accepted' });
    expect(await store.outlines.read(MAIN_READING)).toEqual([]);
  });

  it('accepts the frame only when nothing on it is left to decide', async () => {
    const { store, place, lesion, frameId, bob, eve, edit, drawn } = await disagreement({ ofMain: [] });
    await store.masks.save(edit([], 'unopened'));
    const others = { ...place, readers: [bob.id, eve.id] } as const;
    const ofLesion = { ...others, labelId: lesion.id };
    const outline = (bits: number) => ({ ...drawn(bits), labelId: lesion.id }) as MaskChange;
    await store.in(bob.id).masks.save(edit([outline(A)], 'accepted'));
    await store.in(eve.id).masks.save(edit([drawn(A), outline(B)], 'accepted'));
    const review = async () => (await store.frames.get(frameId)).review;
    await store.adjudications.decide(others, 'first', USER);
    expect(await review()).toBe('unopened');
    await store.adjudications.decide(ofLesion, 'union', USER);
    expect(await review()).toBe('accepted');
    await store.adjudications.takeBack(others, USER);
    expect(await review()).toBe('unopened');
    await store.adjudications.decide({ ...others, readers: [eve.id, bob.id] }, 'first', USER);
    expect(await review()).toBe('accepted');
  });

  it('accepts it at once where the other labels are the same', async () => {
    const { store, place, lesion, frameId, bob, edit, drawn } = await disagreement();
    const outline = { ...drawn(A), labelId: lesion.id } as MaskChange;
    await store.masks.save(edit([outline], 'corrected'));
    await store.in(bob.id).masks.save(edit([outline], 'accepted'));
    await store.adjudications.decide(place, 'second', USER);
    expect(await store.frames.get(frameId)).toMatchObject({ review: 'accepted' });
  });

  it('is refused where nobody has outlined anything, and stores nothing', async () => {
    const { store, place, lesion, frameId } = await disagreement();
    const empty = { ...place, labelId: lesion.id };
    await expect(store.adjudications.decide(empty, 'union', USER)).rejects.toMatchObject({ code: 'usage' });
    expect(await store.adjudications.of(place.readers)).toEqual([]);
    expect(await store.frames.get(frameId)).toMatchObject({ review: 'corrected' });
  });
});
