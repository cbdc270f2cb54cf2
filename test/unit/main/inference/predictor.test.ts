/** Prediction in source-image pixels: coordinates, prompts, and that a result belongs to its frame and model. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confineToBox, toNetworkPrompt } from '../../../../main/inference/coordinates';
import { Predictor } from '../../../../main/inference';
import { decoderGraph } from '../../../../models/autosamus';
import { createSession } from '../../../../models/graph';
import { readModel } from '../../../../models/folder';
import { maxAbsolute } from '../../../support/numbers';
import { writeTinyModel } from '../../../support/tiny-model';

describe('toNetworkPrompt', () => {
  it('puts the centre of the frame at the centre of the network, whatever the size', () => {
    for (const [w, h] of [
      [256, 256],
      [640, 480],
      [1, 1],
      [77, 1001],
    ] as const) {
      const { points } = toNetworkPrompt({ points: [{ x: w / 2, y: h / 2, positive: true }] }, w, h);
      expect(points.slice(0, 2)).toEqual([127.5, 127.5]);
    }
  });

  it('takes the centre of a source pixel to the whole number that SAM calls it', () => {
    const { points, labels } = toNetworkPrompt({ points: [{ x: 10.5, y: 20.5, positive: false }] }, 256, 256);
    expect([points.slice(0, 2), labels]).toEqual([
      [10, 20],
      [0, -1],
    ]);
  });

  it('appends the padding point to points alone, not to a box, not to nothing', () => {
    const box = { x0: 0, y0: 0, x1: 8, y1: 8 };
    expect(toNetworkPrompt({ points: [], box }, 8, 8).labels).toEqual([2, 3]);
    expect(toNetworkPrompt({ points: [{ x: 1, y: 1, positive: true }], box }, 8, 8).labels).toEqual([1, 2, 3]);
    expect(toNetworkPrompt({ points: [] }, 8, 8).labels).toEqual([]);
  });

  it('refuses a point outside the frame, and what is no number', () => {
    for (const x of [-0.1, 8.1, NaN]) {
      const prompt = { points: [{ x, y: 1, positive: true }] };
      expect(() => toNetworkPrompt(prompt, 8, 8)).toThrow(/outside the 8x8 frame/);
    }
  });
});

describe('confineToBox', () => {
  /** Source x and y of the outermost low-resolution pixels that are still foreground. */
  function reach(prompt: Parameters<typeof confineToBox>[1], widthPx: number, heightPx: number) {
    const logits = new Float32Array(128 * 128).fill(5);
    confineToBox(logits, prompt, widthPx, heightPx);
    const inside = [...logits.keys()].filter((i) => (logits[i] ?? 0) > 0);
    const [xs, ys] = [
      inside.map((i) => ((i % 128) + 0.5) * (widthPx / 128)),
      inside.map((i) => (Math.floor(i / 128) + 0.5) * (heightPx / 128)),
    ];
    return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)].map((v) => Math.round(v));
  }
  const box = { x0: 200, y0: 100, x1: 400, y1: 200 };

  it('leaves a tenth of the box around it, at the size of the frame', () => {
    expect(reach({ points: [], box }, 1280, 640)).toEqual([185, 93, 415, 208]);
  });

  it('reaches as far as positive points, not negative ones', () => {
    const points = [
      { x: 600, y: 150, positive: true },
      { x: 50, y: 600, positive: false },
    ];
    expect(reach({ points, box }, 1280, 640)).toEqual([185, 93, 615, 208]);
  });

  it('changes nothing without a box, and never makes background less certain', () => {
    expect(reach({ points: [{ x: 1, y: 1, positive: true }] }, 1280, 640)).toEqual([5, 3, 1275, 638]);
    const logits = new Float32Array(128 * 128).fill(-20);
    confineToBox(logits, { points: [], box }, 1280, 640);
    expect(new Set(logits)).toEqual(new Set([-20]));
  });
});

describe('Predictor', () => {
  let parent: string;
  let predictor: Predictor;
  let other: Predictor;
  const image = { widthPx: 90, heightPx: 60, data: new Uint8Array(90 * 60).map((_, i) => (i * 31) % 256) };

  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'sonomask-predictor-'));
    await writeTinyModel(join(parent, 'a'), ['lesion'], 1);
    await writeTinyModel(join(parent, 'b'), ['lesion'], 2);
    predictor = new Predictor(await readModel(join(parent, 'a')), { threads: 1 });
    other = new Predictor(await readModel(join(parent, 'b')), { threads: 1 });
  });
  afterAll(async () => {
    await predictor.dispose();
    await other.dispose();
    await rm(parent, { recursive: true });
  });

  it('gives masks at the size of the frame', async () => {
    const embedding = await predictor.encode(image);
    for (const prediction of [
      await predictor.propose(embedding, 'lesion'),
      await predictor.decode(embedding, { points: [{ x: 45, y: 30, positive: true }] }),
      await predictor.decode(embedding, { points: [] }),
    ]) {
      expect([prediction.mask.widthPx, prediction.mask.heightPx]).toEqual([90, 60]);
      expect(prediction.lowRes.every(Number.isFinite)).toBe(true);
      expect(prediction.iou).toBeGreaterThanOrEqual(0);
      expect(prediction.iou).toBeLessThanOrEqual(1);
    }
  });

  it('gives the same mask in a graph with places to spare: absent points are not seen', async () => {
    const embedding = await predictor.encode(image);
    const { config } = predictor.model.manifest;
    const lowRes = async (places: number) => {
      const options = { weightsFolder: predictor.model.folder, threads: 1 };
      const session = await createSession(decoderGraph(config, 1, places), predictor.model.weights, options);
      const result = await session.run({
        image_embedding: { shape: [1, config.promptDim, 32, 32], data: embedding.data },
        points: { shape: [1, places, 2], data: new Float32Array(2 * places).fill(99).fill(40, 0, 2) },
        point_labels: { shape: [1, places], data: new Float32Array(places).fill(-2).fill(1, 0, 1).fill(-1, 1, 2) },
        mask_input: { shape: [1, 1, 128, 128], data: new Float32Array(128 * 128) },
        has_mask: { shape: [1, 1], data: Float32Array.of(0) },
      });
      await session.release();
      return result.low_res!.data;
    };
    expect(maxAbsolute(await lowRes(2), await lowRes(32))).toBeLessThan(1e-4);
  });

  it('refines: previous logits change the answer', async () => {
    const embedding = await predictor.encode(image);
    const prompt = { points: [{ x: 45, y: 30, positive: true }] };
    const first = await predictor.decode(embedding, prompt);
    const refined = await predictor.decode(embedding, prompt, first.lowRes);
    expect(refined.lowRes).not.toEqual(first.lowRes);
  });

  it('has what a longer prompt needs once it was prepared', async () => {
    expect(await predictor.prepare(9)).toBe(true);
    expect(await predictor.prepare(20)).toBe(false);
    const points = Array.from({ length: 12 }, (_, i) => ({ x: 2 * i + 1, y: 30, positive: true }));
    await predictor.decode(await predictor.encode(image), { points });
    expect(await predictor.prepare(32)).toBe(false);
    await expect(predictor.prepare(5_000)).rejects.toMatchObject({ code: 'prompt-invalid' });
  });

  it('refuses the embedding of another encoder, an unknown label and logits of another size', async () => {
    const embedding = await predictor.encode(image);
    await expect(other.propose(embedding, 'lesion')).rejects.toMatchObject({ code: 'model-invalid' });
    await expect(predictor.propose(embedding, 'liver')).rejects.toMatchObject({ code: 'label-unknown' });
    await expect(predictor.decode(embedding, { points: [] }, new Float32Array(5))).rejects.toMatchObject({
      code: 'prompt-invalid',
    });
  });
});
