/** What is noted beside a proposal: how sure the head was, what the frame looks like, and, when there is time, its flip. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Predictor, type InferenceHost } from '../../../../main/inference';
import { stability } from '../../../../main/finetune/ranking';
import { readImage } from '../../../../main/study';
import { readModel } from '../../../../models/folder';
import { maskOfLogits, mirror } from '../../../../shared/image';
import { dice } from '../../../../shared/metrics';
import { writeTinyModel } from '../../../support/tiny-model';
import { frameIds, inferenceHost, temporaryFolder, workplace, writeImage, type Workplace } from './support';

let models: string;
let place: Workplace;
let host: InferenceHost;

beforeAll(async () => {
  models = temporaryFolder();
  await writeTinyModel(join(models, 'tiny'), ['breast lesion']);
});

afterAll(() => rmSync(models, { recursive: true, force: true }));

beforeEach(async () => {
  const folder = temporaryFolder();
  for (let i = 1; i <= 3; i++) await writeImage(join(folder, 'images', `frame ${i}.png`), i);
  place = await workplace(folder);
  host = inferenceHost(join(models, 'tiny'), place.ears);
  await host.start();
  host.openProject(place.store, place.source);
});

afterEach(async () => {
  host.dispose();
  await place.close();
});

const scores = async () => (await place.store.scores.after(0, host.manifest!.id)).rows;
const looks = async () => (await place.store.scores.looksAfter(0, host.manifest!.encoderId)).rows;

/** What the head draws, computed here. */
async function drawnOn(frameId: number) {
  const { absolutePath } = await place.store.frames.get(frameId);
  const { frame } = await readImage(absolutePath);
  const predictor = new Predictor(await readModel(join(models, 'tiny')));
  try {
    const propose = async (image: typeof frame) => predictor.propose(await predictor.encode(image), 'breast lesion');
    return { straight: await propose(frame), flipped: await propose(mirror(frame)) };
  } finally {
    await predictor.dispose();
  }
}

describe('a proposal in the background', () => {
  it('leaves how sure the head was and what the frame looks like, and no flip until somebody wants it', async () => {
    const { id: labelId } = await host.labels!.create({ name: 'breast lesion' });
    const frames = await frameIds(place);
    await host.project!.proposeAll();
    await expect.poll(looks, { timeout: 30_000 }).toHaveLength(3);
    const noted = await scores();
    expect(noted.map(({ frameId }) => frameId).sort()).toEqual([...frames].sort());
    const { straight } = await drawnOn(noted[0]!.frameId);
    expect(noted[0]).toMatchObject({ labelId, head: 'breast lesion', flipDice: null });
    // Embeddings are kept at half precision.
    expect(noted[0]!.predictedIou).toBeCloseTo(straight.iou, 2);
    expect(noted[0]!.stability).toBeCloseTo(stability(straight.lowRes), 1);
  }, 60_000);

  it('is followed by the same on the mirror image, where that is wanted', async () => {
    await host.labels!.create({ name: 'breast lesion' });
    await host.project!.proposeAll();
    host.project!.checkMirrored();
    const flips = async () => (await scores()).filter(({ flipDice }) => flipDice !== null);
    await expect.poll(flips, { timeout: 40_000 }).toHaveLength(3);
    const [first] = await flips();
    const { straight, flipped } = await drawnOn(first!.frameId);
    const maskOf = (lowRes: Float32Array) => maskOfLogits(lowRes, 128, 128, 128, 128);
    const expected = dice(maskOf(straight.lowRes), mirror(maskOf(flipped.lowRes)));
    expect(first!.flipDice).toBeCloseTo(expected, 1);
    // Mirror images are nobody's frames: they are neither kept nor proposed.
    expect(await looks()).toHaveLength(3);
  }, 60_000);

  it('notes what a frame looks like also where no head proposes', async () => {
    const [first = 0] = await frameIds(place);
    await host.project!.focus(first, []);
    await expect.poll(looks, { timeout: 30_000 }).toMatchObject([{ frameId: first }]);
    expect(await scores()).toEqual([]);
  }, 60_000);
});
