/** Readings: what one reader does is neither changed nor seen by another; what was there before is the main reading's. */
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ProjectStore } from '../../../../main/project';
import { createDatabase, openDatabase } from '../../../../main/project/database';
import { MIGRATIONS } from '../../../../main/project/migrations';
import { MAIN_READING, type MaskChange } from '../../../../shared/domain';
import { hashOf, projectWithFrame, temporaryFolder, USER } from './support';
import { HEIGHT, maskOfBits, WIDTH } from './support-masks';

const drawn = (labelId: number, bits = 9): MaskChange => ({
  kind: 'add',
  labelId,
  state: 'drawn',
  rle: maskOfBits(bits),
  origin: { tool: 'brush' },
});
const CALIPER = { kind: 'caliper', x0: 0, y0: 0, x1: 3, y1: 3 } as const;

/** A project with work in the main reading, open in a blind one of Bob's. */
async function secondReading() {
  const made = await projectWithFrame();
  const { store, edit, lesion } = made;
  const first = await store.masks.save({ ...edit([drawn(lesion.id)], 'accepted'), measurements: [CALIPER] });
  const bob = await store.readings.create({ name: 'Bob', blind: true }, USER);
  await store.close();
  const second = await ProjectStore.open(store.place, bob.id);
  onTestFinished(() => second.close().catch(() => undefined));
  return { ...made, first, bob, second };
}

describe('another reading', () => {
  it('begins with nothing of the first: no mask, no measurement, no review, in no list and no count', async () => {
    const { second, frameId, lesion, first } = await secondReading();
    expect(await second.masks.ofFrame(frameId)).toEqual([]);
    expect(await second.masks.history(first.masks[0]!.id)).toEqual([]);
    expect(await second.measurements.ofFrame(frameId)).toEqual([]);
    expect(await second.frames.get(frameId)).toMatchObject({ review: 'unopened', maskCount: 0 });
    const { frames, counts } = await second.frames.list({ filter: {}, limit: 9, offset: 0 });
    expect(frames).toMatchObject([{ review: 'unopened', maskCount: 0 }]);
    expect(counts).toMatchObject({ unopened: 1, accepted: 0 });
    expect(await second.frames.count({ labelId: lesion.id })).toMatchObject({ unopened: 0 });
    expect(await second.frames.neighbour(frameId, 'next', { states: ['accepted'] })).toBeNull();
    expect((await second.frames.loop((await second.frames.get(frameId)).imageId)).frames).toMatchObject([
      { state: 'unopened', maskCount: 0 },
    ]);
    expect((await second.masks.progress())[0]).toMatchObject({ masks: { drawn: 0 } });
    expect(await second.scores.workedOn()).toEqual([]);
    expect(await second.scores.isUntouched(frameId)).toBe(true);
  });

  it('leaves the first as it was, whatever is done in it, and cannot change its masks', async () => {
    const { second, frameId, lesion, first, edit } = await secondReading();
    const { id: maskId, current } = first.masks[0]!;
    const theirs = {
      kind: 'state',
      maskId,
      previousId: current.id,
      state: 'deleted',
      origin: { tool: 'delete' },
    } as const;
    await expect(second.masks.save(edit([theirs]))).rejects.toMatchObject({ code: 'usage' });
    // Its label takes one mask a frame: one in each reading.
    const own = await second.masks.save({ ...edit([drawn(lesion.id, 6)]), user: 'Bob', measurements: [] });
    await second.frames.setReview(frameId, 'rejected', 'Bob');
    expect(await second.masks.ofFrame(frameId)).toEqual(own.masks);
    expect(await second.frames.get(frameId)).toMatchObject({ review: 'rejected', maskCount: 1 });
    expect(await second.scores.workedOn()).toEqual([frameId]);

    const main = second.in(MAIN_READING);
    expect(await main.masks.ofFrame(frameId)).toEqual(first.masks);
    expect(await main.measurements.ofFrame(frameId)).toEqual([CALIPER]);
    expect(await main.frames.get(frameId)).toMatchObject({ review: 'accepted', maskCount: 1 });
    await second.close();
    const again = await ProjectStore.open(second.place);
    expect(await again.masks.ofFrame(frameId)).toEqual(first.masks);
    expect(again.reading).toEqual({ id: MAIN_READING, name: 'main', blind: false });
    await again.close();
  });

  it('is not learned from', async () => {
    const { second, frameId, lesion, first } = await secondReading();
    const cyst = (await second.labels.list()).find(({ id }) => id !== lesion.id)!;
    const mine = {
      frameId,
      frameSha256: hashOf('frame 1'),
      user: 'Bob',
      changes: [drawn(cyst.id), drawn(lesion.id, 6)],
    };
    await second.masks.save(mine);
    expect(await second.lessons.counts()).toMatchObject([
      { labelId: lesion.id, usable: 1 },
      { labelId: cyst.id, usable: 0 },
    ]);
    const [lesson] = await second.lessons.ofLabel(lesion.id);
    expect(lesson!.masks).toEqual([first.masks[0]!.current.rle]);
  });

  it('loses its untouched proposals, too, when a frame has other pixels', async () => {
    const { second, frameId, lesion, edit } = await secondReading();
    await second.masks.save(
      edit([{ ...drawn(lesion.id), state: 'proposed', origin: { tool: 'proposal' } } as MaskChange]),
    );
    expect(await second.frames.get(frameId)).toMatchObject({ review: 'proposed' });
    await second.frames.acceptPixels(frameId, { sha256: hashOf('new'), widthPx: WIDTH, heightPx: HEIGHT }, 'Bob');
    expect(await second.frames.get(frameId)).toMatchObject({ review: 'unopened', maskCount: 0 });
    expect(await second.in(MAIN_READING).frames.get(frameId)).toMatchObject({ review: 'accepted', maskCount: 1 });
  });

  it('has a name of its own, and only known ones are opened', async () => {
    const { store } = await projectWithFrame();
    await store.readings.create({ name: 'Ann', blind: false }, USER);
    for (const name of ['Ann', 'main', 'A, B', ' ']) {
      await expect(store.readings.create({ name, blind: true }, USER)).rejects.toMatchObject({ code: 'usage' });
    }
    expect((await store.readings.list()).map(({ name }) => name)).toEqual(['main', 'Ann']);
    await store.close();
    await expect(ProjectStore.open(store.place, 9)).rejects.toMatchObject({ code: 'usage' });
    const again = await ProjectStore.open(store.place);
    await again.close();
  });
});

it('a project made before there were readings keeps its masks, reviews and measurements in the main one', async () => {
  const folder = join(temporaryFolder(), 'old.sonomask');
  const before = Object.fromEntries(Object.entries(MIGRATIONS).filter(([name]) => name < '0006'));
  await createDatabase(folder, before);
  const { db, close } = await openDatabase(folder, before);
  const at = '2026-01-02T03:04:05.678Z';
  const rows = [
    sql`insert into studies (key, name, patient) values ('s', 's', 'p')`,
    sql`insert into series (study_id, key, name) values (1, 'b', 'b')`,
    sql`insert into images (series_id, absolute_path, relative_path, size_bytes, mtime_ms, frame_count)
      values (1, '/a.png', 'a.png', 1, 1, 1)`,
    sql`insert into frames (image_id, frame_index, sort_key, width_px, height_px, sha256, review)
      values (1, 0, 'a', ${WIDTH}, ${HEIGHT}, ${hashOf('frame 1')}, 'accepted')`,
    sql`insert into labels (name, colour, instances) values ('lesion', '#ff0000', 'single')`,
    sql`insert into masks (frame_id, label_id) values (1, 1)`,
    sql`insert into revisions (mask_id, state, width_px, height_px, rle_counts, area_px, origin, tool, user_name, created_at)
      values (1, 'drawn', ${WIDTH}, ${HEIGHT}, ${maskOfBits(9).counts}, 2, '{"tool":"brush"}', 'brush', ${USER}, ${at})`,
    sql`insert into measurements (frame_id, measured, user_name, created_at)
      values (1, ${JSON.stringify([CALIPER])}, ${USER}, ${at})`,
  ];
  for (const row of rows) await row.execute(db);
  await close();
  const store = await ProjectStore.open(folder);
  onTestFinished(() => store.close());
  expect(await store.masks.ofFrame(1)).toMatchObject([{ current: { state: 'drawn', rle: maskOfBits(9), user: USER } }]);
  expect(await store.measurements.ofFrame(1)).toEqual([CALIPER]);
  expect(await store.frames.get(1)).toMatchObject({ review: 'accepted', maskCount: 1 });
  expect(await store.readings.list()).toEqual([{ id: MAIN_READING, name: 'main', blind: false }]);
});
