/** What the orders of frames go by, in a real database: of these pixels, this model and this encoder, or not at all. */
import { describe, expect, it } from 'vitest';
import { hashOf, projectWithFrame, USER } from './support';
import { HEIGHT, maskOfBits, WIDTH } from './support-masks';

const MODEL = hashOf('model');
const ENCODER = hashOf('encoder');
const SKETCH = Float32Array.of(0.5, -0.25, 0.125, 2);

async function scored() {
  const project = await projectWithFrame();
  const { frameId, frameSha256, lesion, store } = project;
  const of = { frameId, frameSha256, modelId: MODEL };
  const score = { labelId: lesion.id, head: 'v1', predictedIou: 0.75, stability: 0.5, flipDice: null };
  await store.scores.put(of, [score]);
  await store.scores.putLook({ frameId, frameSha256, encoderId: ENCODER, sketch: SKETCH });
  return { ...project, of, score };
}

type Store = Awaited<ReturnType<typeof scored>>['store'];
const known = async ({ scores }: Store) => (await scores.after(0, MODEL)).rows;

describe('scores of a proposal', () => {
  it('are kept for the frame, label and head, and replaced by those of another head', async () => {
    const { store, of, score, frameId } = await scored();
    expect(await known(store)).toMatchObject([{ ...score, frameId }]);
    await store.scores.put(of, [{ ...score, head: 'v2', stability: 1 }]);
    expect(await known(store)).toMatchObject([{ head: 'v2', stability: 1, flipDice: null }]);
  });

  it('are handed out once to who asks for what is new, and again when the flip is known', async () => {
    const { store, of, score } = await scored();
    const { lastId } = await store.scores.after(0, MODEL);
    expect((await store.scores.after(lastId, MODEL)).rows).toEqual([]);
    await store.scores.putFlip(of, score, 0.25);
    const newer = await store.scores.after(lastId, MODEL);
    expect(newer.rows).toMatchObject([{ ...score, flipDice: 0.25 }]);
    expect(await known(store)).toHaveLength(1);
    expect(newer.lastId).toBeGreaterThan(lastId);
  });

  it('take no flip of another head or of other pixels', async () => {
    const { store, of, score } = await scored();
    await store.scores.putFlip(of, { ...score, head: 'v2' }, 0.25);
    await store.scores.putFlip({ ...of, frameSha256: hashOf('other pixels') }, score, 0.25);
    expect(await known(store)).toMatchObject([{ flipDice: null }]);
  });

  it('are not of a frame whose pixels are others now, nor of another model', async () => {
    const { store, frameId } = await scored();
    expect((await store.scores.after(0, hashOf('another model'))).rows).toEqual([]);
    await store.frames.setHash(frameId, { sha256: hashOf('other pixels'), widthPx: WIDTH, heightPx: HEIGHT });
    expect(await known(store)).toEqual([]);
    expect((await store.scores.looksAfter(0, ENCODER)).rows).toEqual([]);
  });

  it('go with their label, and are not written for one that has gone', async () => {
    const { store, of, score, lesion } = await scored();
    await store.labels.remove(lesion.id);
    expect(await known(store)).toEqual([]);
    await store.scores.put(of, [score]);
    expect(await known(store)).toEqual([]);
  });
});

describe('what a frame looks like', () => {
  it('is read back as it was written, for its encoder only', async () => {
    const { store, frameId, frameSha256 } = await scored();
    expect((await store.scores.looksAfter(0, ENCODER)).rows).toEqual([{ frameId, sketch: SKETCH }]);
    expect((await store.scores.looksAfter(0, hashOf('another'))).rows).toEqual([]);
    expect(await store.scores.hasLook({ frameId, frameSha256, encoderId: ENCODER })).toBe(true);
    expect(await store.scores.hasLook({ frameId, frameSha256, encoderId: hashOf('another') })).toBe(false);
  });

  it('is replaced, and then new to who knew the old one', async () => {
    const { store, frameId, frameSha256 } = await scored();
    const { lastId } = await store.scores.looksAfter(0, ENCODER);
    const sketch = SKETCH.map((value) => -value);
    await store.scores.putLook({ frameId, frameSha256, encoderId: ENCODER, sketch });
    expect((await store.scores.looksAfter(lastId, ENCODER)).rows).toEqual([{ frameId, sketch }]);
    expect((await store.scores.looksAfter(0, ENCODER)).rows).toHaveLength(1);
  });
});

describe('frames', () => {
  it('are untouched until somebody works on them, or their file is another', async () => {
    const { store, frameId, lesion, edit } = await scored();
    expect(await store.scores.isUntouched(frameId)).toBe(true);
    expect(await store.scores.workedOn()).toEqual([]);
    const mask = { kind: 'add', labelId: lesion.id, rle: maskOfBits(7), origin: { tool: 'brush' } } as const;
    await store.masks.save(edit([{ ...mask, state: 'drawn' }]));
    expect(await store.scores.isUntouched(frameId)).toBe(false);
    expect(await store.scores.workedOn()).toEqual([frameId]);
    await store.frames.setReview(frameId, 'proposed', USER);
    expect(await store.scores.workedOn()).toEqual([]);
    await store.frames.setHash(frameId, { sha256: hashOf('other pixels'), widthPx: WIDTH, heightPx: HEIGHT });
    expect(await store.scores.isUntouched(frameId)).toBe(false);
  });
});
