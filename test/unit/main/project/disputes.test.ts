/** Frames about which readers differ: found among all readings, counted as the agreement report counts, refused to the blind. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { ProjectStore } from '../../../../main/project';
import { MAIN_READING, type MaskChange, type ReviewState } from '../../../../shared/domain';
import { hashOf, newProject, sourceImage, USER } from './support';
import { HEIGHT, maskOfBits, WIDTH } from './support-masks';

const SAME = 0b111111;
/** Five of six pixels: Dice 0.91 with SAME. */
const MUCH_THE_SAME = 0b11111;
/** Dice 0.67. */
const OTHER = 0b1111000111;

/** Frames that the main reader, Bob and Eve have read or not. */
async function readers() {
  const store = await newProject();
  await store.images.add(['a', 'b', 'c', 'd', 'e'].map((name) => sourceImage(`P/${name}.png`)));
  const { frames } = await store.frames.list({ filter: {}, limit: 9, offset: 0 });
  const ids = frames.map(({ id }) => id);
  for (const id of ids) await store.frames.setHash(id, { sha256: hashOf(`${id}`), widthPx: WIDTH, heightPx: HEIGHT });
  const cyst = await store.labels.create({ name: 'cyst', instances: 'multiple' });
  const vessel = await store.labels.create({ name: 'vessel' });
  const bob = (await store.readings.create({ name: 'Bob', blind: true }, USER)).id;
  const eve = (await store.readings.create({ name: 'Eve', blind: false }, USER)).id;
  const read = (reading: number, n: number, bits: number[], review: ReviewState = 'accepted', labelId = cyst.id) => {
    const changes = bits.map((each): MaskChange => {
      return { kind: 'add', labelId, state: 'drawn', rle: maskOfBits(each), origin: { tool: 'brush' } };
    });
    const edit = { frameId: ids[n]!, frameSha256: hashOf(`${ids[n]}`), user: USER, changes, review };
    return store.in(reading).masks.save(edit);
  };
  const disputed = async (from = store) =>
    (await from.frames.list({ filter: { disputed: true }, limit: 9, offset: 0 })).frames.map(({ id }) =>
      ids.indexOf(id),
    );
  return { store, ids, cyst, vessel, bob, eve, read, disputed };
}

describe('frames about which readers differ', () => {
  it('are those where a label has too little overlap, or only one of two has outlined it', async () => {
    const { store, ids, vessel, bob, read, disputed } = await readers();
    expect(await disputed()).toEqual([]);
    await read(MAIN_READING, 0, [SAME]);
    await read(bob, 0, [MUCH_THE_SAME]);
    await read(MAIN_READING, 1, [SAME]);
    await read(bob, 1, [OTHER]);
    await read(MAIN_READING, 2, [SAME]);
    await read(bob, 2, [SAME]);
    await read(bob, 2, [SAME], 'accepted', vessel.id);
    await read(MAIN_READING, 3, [SAME]);
    await read(bob, 3, [], 'rejected');
    // Bob has not read the last: that is no difference.
    await read(MAIN_READING, 4, [SAME]);
    expect(await disputed()).toEqual([1, 2, 3]);
    expect(await store.frames.count({ disputed: true })).toMatchObject({ accepted: 3 });
    const among = { disputed: true } as const;
    expect(await store.frames.neighbour(ids[1]!, 'next', among)).toMatchObject({ id: ids[2] });
    expect(await store.frames.offsetOf(ids[3]!, among)).toBe(2);
    expect((await store.frames.list({ filter: { ...among, states: ['rejected'] }, limit: 9, offset: 0 })).total).toBe(
      0,
    );
  });

  it('are told anew after every change, also of a review alone, and between any two readers', async () => {
    const { store, ids, bob, eve, read, disputed } = await readers();
    await read(MAIN_READING, 0, [SAME]);
    await read(bob, 0, [OTHER], 'unopened');
    expect(await disputed()).toEqual([]);
    await store.in(bob).frames.setReview(ids[0]!, 'accepted', 'Bob');
    expect(await disputed()).toEqual([0]);
    await store.in(bob).frames.setReview(ids[0]!, 'unopened', 'Bob');
    expect(await disputed()).toEqual([]);
    await read(eve, 1, [SAME]);
    await read(bob, 1, [OTHER]);
    expect(await disputed()).toEqual([1]);
  });

  it('take several masks of a label together', async () => {
    const { bob, read, disputed } = await readers();
    await read(MAIN_READING, 0, [0b111, 0b111000]);
    await read(bob, 0, [SAME]);
    await read(MAIN_READING, 1, [0b111, 0b111000000]);
    await read(bob, 1, [SAME]);
    expect(await disputed()).toEqual([1]);
  });

  it('are told to no blind reader', async () => {
    const { store, bob, eve, read, disputed } = await readers();
    await read(MAIN_READING, 0, [SAME]);
    await read(eve, 0, [OTHER]);
    await store.close();
    const blind = await ProjectStore.open(store.place, bob);
    onTestFinished(() => blind.close().catch(() => undefined));
    await expect(disputed(blind)).rejects.toMatchObject({ code: 'reading-blind' });
    await blind.close();
    const seeing = await ProjectStore.open(store.place, eve);
    onTestFinished(() => seeing.close().catch(() => undefined));
    expect(await disputed(seeing)).toEqual([0]);
  });
});
