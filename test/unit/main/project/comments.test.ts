/** Comments: kept whatever happens to masks, every change of them too, and never shown to whom they are not for. */
import { describe, expect, it } from 'vitest';
import { ProjectStore } from '../../../../main/project';
import { hashOf, openTables, projectWithFrame, USER } from './support';
import { HEIGHT, WIDTH } from './support-masks';

describe('a comment', () => {
  it('is at its place, with who wrote it; its changes say who made them', async () => {
    const { store, frameId } = await projectWithFrame();
    const made = await store.comments.add({ frameId, x: 2.5, y: 1.25, text: '  边界不清? ' }, USER);
    expect(made).toMatchObject({
      frameId,
      x: 2.5,
      y: 1.25,
      text: '边界不清?',
      state: 'open',
      author: USER,
      changed: null,
    });
    const change = { commentId: made.id, text: 'Margin unclear', state: 'resolved' } as const;
    const resolved = await store.comments.change(change, 'Bob');
    expect(resolved).toMatchObject({ ...made, text: 'Margin unclear', state: 'resolved', changed: { user: 'Bob' } });
    expect(await store.comments.ofFrame(frameId)).toEqual([resolved]);
  });

  it('that is deleted is not shown and cannot be changed, and what it said is kept', async () => {
    const { store, frameId } = await projectWithFrame();
    const { id: commentId } = await store.comments.add({ frameId, x: 0, y: 0, text: 'one' }, USER);
    const commented = async () => (await store.frames.list({ filter: { commented: true }, limit: 9, offset: 0 })).total;
    expect(await commented()).toBe(1);
    expect(await store.comments.change({ commentId, text: 'one', state: 'deleted' }, USER)).toBeNull();
    expect(await commented()).toBe(0);
    expect(await store.comments.ofFrame(frameId)).toEqual([]);
    const again = store.comments.change({ commentId, text: 'two', state: 'open' }, USER);
    await expect(again).rejects.toMatchObject({ code: 'usage' });
    await store.close();
    const { db, close } = await openTables(store.place);
    expect(await db.selectFrom('comment_edits').select(['text', 'state']).orderBy('id').execute()).toEqual([
      { text: 'one', state: 'open' },
      { text: 'one', state: 'deleted' },
    ]);
    await expect(db.updateTable('comment_edits').set({ text: 'x' }).execute()).rejects.toThrow('append-only');
    await expect(db.deleteFrom('comments').execute()).rejects.toThrow('append-only');
    await close();
  });

  it('lies on its frame, which it keeps from taking other pixels unasked', async () => {
    const { store, frameId } = await projectWithFrame();
    for (const place of [
      { x: WIDTH + 1, y: 0 },
      { x: 0, y: HEIGHT + 1 },
    ]) {
      await expect(store.comments.add({ frameId, ...place, text: 'x' }, USER)).rejects.toMatchObject({ code: 'usage' });
    }
    await expect(store.comments.add({ frameId: 99, x: 0, y: 0, text: 'x' }, USER)).rejects.toMatchObject({
      code: 'usage',
    });
    await store.comments.add({ frameId, x: WIDTH, y: HEIGHT, text: 'corner' }, USER);
    expect(await store.frames.setHash(frameId, { sha256: hashOf('other'), widthPx: 9, heightPx: 9 })).toBe('changed');
  });

  it('of another reading is shown where that is not blind, and not where it is', async () => {
    const { store, frameId } = await projectWithFrame();
    const main = await store.comments.add({ frameId, x: 1, y: 1, text: 'of the first' }, USER);
    const ann = await store.readings.create({ name: 'Ann', blind: false }, USER);
    const bob = await store.readings.create({ name: 'Bob', blind: true }, USER);
    await store.close();
    const seeing = await ProjectStore.open(store.place, ann.id);
    expect(await seeing.comments.ofFrame(frameId)).toEqual([main]);
    expect(await seeing.frames.count({ commented: true })).toMatchObject({ unopened: 1 });
    await seeing.close();
    const blind = await ProjectStore.open(store.place, bob.id);
    expect(await blind.comments.ofFrame(frameId)).toEqual([]);
    expect(await blind.frames.count({ commented: true })).toMatchObject({ unopened: 0 });
    const change = { commentId: main.id, text: 'x', state: 'resolved' } as const;
    await expect(blind.comments.change(change, 'Bob')).rejects.toMatchObject({ code: 'usage' });
    const own = await blind.comments.add({ frameId, x: 2, y: 2, text: 'of Bob' }, 'Bob');
    expect(await blind.comments.ofFrame(frameId)).toEqual([own]);
    expect(await blind.frames.count({ commented: true })).toMatchObject({ unopened: 1 });
    await blind.close();
    const again = await ProjectStore.open(store.place);
    expect((await again.comments.ofFrame(frameId)).map(({ text }) => text)).toEqual(['of the first', 'of Bob']);
    await again.close();
  });
});
