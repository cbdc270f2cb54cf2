/** Which frame comes next, in a real project: by what the heads in use said of it, and by what was corrected. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Orders } from '../../../../main/finetune';
import { SKETCH_LENGTH } from '../../../../main/finetune/ranking';
import { LabelHeads } from '../../../../main/inference';
import type { ProjectStore } from '../../../../main/project';
import { seededRandom } from '../../../../models/training';
import type { FrameId, FrameOrder, LabelId, ReviewState } from '../../../../shared/domain';
import { hashOf, newProject, sourceImage, USER } from '../project/support';

const MODEL = { id: hashOf('model'), encoderId: hashOf('encoder'), decoderId: hashOf('decoder') };
const FRAMES = 6;
const never = (): number => 0.999;
const always = (): number => 0;

let store: ProjectStore;
let orders: Orders;
let frames: readonly FrameId[];
let labelId: LabelId;
let model: typeof MODEL;
let heads: { name: string; version: string }[];
let wanted: number;

beforeEach(async () => {
  store = await newProject();
  await store.images.add(Array.from({ length: FRAMES }, (_, n) => sourceImage(`p${n}/a.png`)));
  frames = (await store.frames.list({ filter: {}, limit: FRAMES, offset: 0 })).frames.map(({ id }) => id);
  for (const id of frames) await store.frames.setHash(id, { sha256: hashOf(`${id}`), widthPx: 8, heightPx: 8 });
  labelId = (await store.labels.create({ name: 'nodule' })).id;
  model = MODEL;
  heads = [{ name: 'nodule', version: 'v1' }];
  wanted = 0;
  orders = new Orders({
    store,
    labels: new LabelHeads(
      store,
      () => heads,
      () => model,
    ),
    model: () => model,
    onDoubtsWanted: () => void wanted++,
  });
});

/** A head has proposed on the n-th frame, and was so sure. */
async function propose(
  n: number,
  sureness: number,
  { head = 'nodule', of = labelId, flip = null as number | null } = {},
) {
  const proposal = { frameId: frames[n]!, frameSha256: hashOf(`${frames[n]}`), modelId: MODEL.id };
  const score = { labelId: of, head, predictedIou: sureness, stability: sureness, flipDice: flip };
  await store.scores.put(proposal, [score]);
}

/** The n-th frame looks so, as far as the encoder sees it. */
async function look(n: number, x: number, y = 0): Promise<void> {
  const sketch = new Float32Array(SKETCH_LENGTH);
  sketch.set([x, y]);
  const frameId = frames[n]!;
  await store.scores.putLook({ frameId, frameSha256: hashOf(`${frameId}`), encoderId: MODEL.encoderId, sketch });
}

const review = (n: number, state: ReviewState): Promise<void> => store.frames.setReview(frames[n]!, state, USER);

/** Numbers of frames as somebody meets them who goes from one to the next, and why they came. */
async function walk(order: FrameOrder, steps: number, from: number | null = null, chance = never) {
  const met: [number, string][] = [];
  let at = from === null ? null : frames[from]!;
  for (let i = 0; i < steps; i++) {
    // A busy machine must not lead the test by what was known before.
    await orders.prepare(order);
    const next = await orders.next(order, at, chance);
    if (!next) break;
    at = next.frameId;
    met.push([frames.indexOf(at), next.why]);
  }
  return met;
}

const numbers = async (...args: Parameters<typeof walk>): Promise<number[]> => (await walk(...args)).map(([n]) => n);

describe('most uncertain first', () => {
  it('goes from the least sure to the surest, and says why', async () => {
    for (const [n, sureness] of [0.9, 0.3, 0.6, 0.1, 0.8, 0.5].entries()) await propose(n, sureness);
    expect(await walk('uncertain', 6)).toEqual([3, 1, 5, 2, 4, 0].map((n) => [n, 'uncertain']));
    // All have been on screen: from the start again.
    expect(await numbers('uncertain', 1, 0)).toEqual([3]);
    expect(wanted).toBeGreaterThan(0);
  });

  it('passes over what somebody has worked on, and comes to frames without a proposal last, in file order', async () => {
    await propose(2, 0.1);
    await propose(4, 0.5);
    await propose(5, 0.2);
    await review(5, 'accepted');
    expect(await walk('uncertain', 3)).toEqual([
      [2, 'uncertain'],
      [4, 'uncertain'],
      [2, 'uncertain'],
    ]);
    await review(2, 'accepted');
    await review(4, 'corrected');
    expect(await walk('uncertain', 2, 2)).toEqual([
      [3, 'file'],
      [4, 'file'],
    ]);
  });

  it('goes by flips as soon as they are known', async () => {
    for (const [n, sureness] of [0.5, 0.6].entries()) await propose(n, sureness);
    expect(await numbers('uncertain', 1)).toEqual([0]);
    const proposal = { frameId: frames[1]!, frameSha256: hashOf(`${frames[1]}`), modelId: MODEL.id };
    await store.scores.putFlip(proposal, { labelId, head: 'nodule' }, 0);
    expect(await numbers('uncertain', 1)).toEqual([1]);
  });

  it('takes no score of another head or another model for one of those in use', async () => {
    await propose(1, 0.1, { head: 'an old version' });
    await propose(3, 0.6);
    expect(await numbers('uncertain', 1)).toEqual([3]);
    heads = [{ name: 'other head', version: 'v1' }];
    expect(await walk('uncertain', 1)).toEqual([[0, 'file']]);
    heads = [{ name: 'nodule', version: 'v1' }];
    model = { ...MODEL, id: hashOf('another model') };
    expect(await walk('uncertain', 1)).toEqual([[0, 'file']]);
  });

  it('goes by the label that is least sure', async () => {
    const { id: cyst } = await store.labels.create({ name: 'cyst' });
    heads.push({ name: 'cyst', version: 'v1' });
    await propose(0, 0.5);
    await propose(1, 0.9);
    await propose(1, 0.2, { head: 'cyst', of: cyst });
    expect(await numbers('uncertain', 2)).toEqual([1, 0]);
  });
});

describe('most different first', () => {
  beforeEach(async () => {
    for (const [n, x] of [0, 1, 2, 5, 9, 10].entries()) await look(n, x);
  });

  it('is the farthest from what was corrected, and then from what has been on screen', async () => {
    await review(0, 'accepted');
    expect(await walk('different', 3)).toEqual([
      [5, 'different'],
      [3, 'different'],
      [2, 'different'],
    ]);
  });

  it('hears of corrections and of frames that come later', async () => {
    await review(0, 'accepted');
    expect(await numbers('different', 1)).toEqual([5]);
    await review(5, 'corrected');
    expect(await numbers('different', 1)).toEqual([3]);
    await look(2, -20);
    expect(await numbers('different', 1)).toEqual([2]);
    await review(5, 'unopened');
    await look(2, 1);
    expect(await numbers('different', 1)).toEqual([5]);
  });

  it('begins with the most typical where nothing was corrected', async () => {
    // The mean is 4.5.
    expect(await numbers('different', 1)).toEqual([3]);
    expect(wanted).toBe(0);
  });
});

describe('the mix', () => {
  beforeEach(async () => {
    for (const [n, x] of [0, 1, 2, 5, 9, 10].entries()) await look(n, x);
    await review(0, 'accepted');
  });

  it('is unsure and unlike what was corrected', async () => {
    // Unsure of what looks like the corrected one, sure of the farthest: 1 x 0.9, 5 x 0.7, 10 x 0.1.
    for (const [n, sureness] of [0.1, 0.1, 0.9, 0.3, 0.9, 0.9].entries()) await propose(n, sureness);
    expect(await walk('mix', 1)).toEqual([[3, 'mix']]);
  });

  it('is the most different where no head has proposed', async () => {
    expect(await walk('mix', 1)).toEqual([[5, 'different']]);
  });
});

describe('the random control', () => {
  it('is told as such, of any order that ranks, and never a frame somebody has worked on', async () => {
    for (let n = 0; n < FRAMES; n++) await propose(n, 0.5);
    await review(0, 'accepted');
    await review(1, 'corrected');
    for (const order of ['uncertain', 'different', 'mix'] as const) {
      expect((await walk(order, 1, null, always))[0]).toEqual([2, 'control']);
    }
    expect((await walk('random', 1, null, always))[0]).toEqual([1, 'random']);
    expect((await walk('file', 1, null, always))[0]).toEqual([1, 'file']);
  });

  it('is one in ten, and any frame as likely', async () => {
    for (let n = 0; n < FRAMES; n++) await propose(n, n === 2 ? 0.1 : 0.9);
    const random = seededRandom('control');
    const met = new Map<string, number>();
    for (let i = 0; i < 400; i++) {
      const next = await orders.next('uncertain', null, random);
      const key = next?.why === 'control' ? `control ${next.frameId}` : String(next?.why);
      met.set(key, (met.get(key) ?? 0) + 1);
    }
    const controls = 400 - met.get('uncertain')!;
    expect(controls).toBeGreaterThan(20);
    expect(controls).toBeLessThan(65);
    expect(met.size).toBe(1 + FRAMES);
  });
});

describe('any order', () => {
  it('ends where no frame is left', async () => {
    for (const n of frames.keys()) {
      await propose(n, 0.5);
      await review(n, 'accepted');
    }
    for (const order of ['file', 'random', 'uncertain', 'different', 'mix'] as const) {
      expect(await orders.next(order, null)).toBeNull();
    }
  });

  it('is that of the files while there is no model', async () => {
    model = undefined as unknown as typeof MODEL;
    expect(await walk('mix', 1, 2)).toEqual([[3, 'file']]);
  });
});
