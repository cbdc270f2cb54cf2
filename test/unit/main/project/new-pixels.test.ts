import { describe, expect, it } from 'vitest';
import type { FrameEdit } from '../../../../shared/domain';
import { hashOf, projectWithFrame, USER } from './support';
import { HEIGHT, maskOfBits, WIDTH } from './support-masks';

type Add = FrameEdit['changes'][number];

const drawn = (labelId: number): Add => ({
  kind: 'add',
  labelId,
  state: 'drawn',
  rle: maskOfBits(9),
  origin: { tool: 'brush' },
});
const proposed = (labelId: number): Add => ({
  kind: 'add',
  labelId,
  state: 'proposed',
  rle: maskOfBits(5),
  origin: { tool: 'proposal' },
});
const NEW = { sha256: hashOf('the right pixels'), widthPx: WIDTH, heightPx: HEIGHT };

describe('pixels that the user says are the right ones', () => {
  it('become the frame’s, with the work done on the old ones; the audit says who and which', async () => {
    const { store, frameId, frameSha256, lesion, edit } = await projectWithFrame();
    const { masks } = await store.masks.save(edit([drawn(lesion.id)], 'accepted'));
    expect(await store.frames.setHash(frameId, NEW)).toBe('changed');
    await store.frames.acceptPixels(frameId, NEW, USER);
    expect(await store.frames.get(frameId)).toMatchObject({ ...NEW, problem: null, review: 'accepted' });
    expect(await store.masks.ofFrame(frameId)).toEqual(masks);
    expect((await store.audit.latest(1))[0]).toMatchObject({
      user: USER,
      action: 'accept-pixels',
      subject: `frame ${frameId}`,
      detail: { from: frameSha256, to: NEW.sha256 },
    });
    expect(await store.frames.setHash(frameId, NEW)).toBe('same');
    // Edits are made on the new pixels from now on.
    await expect(store.masks.save(edit([]))).rejects.toMatchObject({ code: 'frame-changed' });
  });

  it('of another size are refused, and nothing changes', async () => {
    const { store, frameId, frameSha256, lesion, edit } = await projectWithFrame();
    await store.masks.save(edit([drawn(lesion.id)]));
    const turned = { ...NEW, widthPx: HEIGHT, heightPx: WIDTH };
    await store.frames.setHash(frameId, turned);
    const refused = { code: 'size-changed', subject: '/data/patient1/img1.png' };
    await expect(store.frames.acceptPixels(frameId, turned, USER)).rejects.toMatchObject(refused);
    expect(await store.frames.get(frameId)).toMatchObject({ sha256: frameSha256, problem: 'changed' });
    expect(await store.audit.latest(10)).toEqual([]);
  });

  it('leave no proposal that was made on the old ones', async () => {
    const { store, frameId, lesion, cyst, edit } = await projectWithFrame();
    await store.masks.save(edit([proposed(lesion.id)]));
    await store.frames.acceptPixels(frameId, NEW, USER);
    expect((await store.masks.ofFrame(frameId)).map(({ current }) => current.state)).toEqual(['deleted']);
    expect(await store.frames.get(frameId)).toMatchObject({ review: 'unopened', maskCount: 0 });
    expect((await store.masks.history((await store.masks.ofFrame(frameId))[0]!.id)).length).toBe(2);

    const again = { ...edit([proposed(lesion.id), drawn(cyst.id)]), frameSha256: NEW.sha256 };
    await store.masks.save(again);
    await store.frames.acceptPixels(frameId, { ...NEW, sha256: hashOf('third') }, USER);
    const states = (await store.masks.ofFrame(frameId)).map(({ current }) => current.state);
    expect(states).toEqual(['deleted', 'deleted', 'drawn']);
    expect((await store.frames.get(frameId)).review).toBe('corrected');
  });

  it('of a frame that is not there are refused', async () => {
    const { store } = await projectWithFrame();
    await expect(store.frames.acceptPixels(99, NEW, USER)).rejects.toMatchObject({
      code: 'usage',
      subject: 'frame 99',
    });
  });
});
