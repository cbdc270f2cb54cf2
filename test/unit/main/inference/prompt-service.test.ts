import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forkProcess, Predictor, WorkerHost } from '../../../../main/inference';
import { frameEmbedding, storedEmbedding, type StoredEmbedding } from '../../../../main/inference/embedding-file';
import type { PromptWorkerApi } from '../../../../main/inference/prompt-service';
import { readModel, type Model } from '../../../../models/folder';
import { maskOfLogits } from '../../../../shared/image';
import { packMask, unpackMask } from '../../../../shared/mask';
import { maskFor, type DecodeRequest, type MaskReply } from '../../../../shared/prompt-worker';
import { TINY_CONFIG, writeTinyModel } from '../../../support/tiny-model';
import { temporaryFolder, WORKERS } from './support';

const WIDTH = 90;
const HEIGHT = 70;
const SHOWN = 'a'.repeat(64);
const click = { points: [{ x: 40.5, y: 30.5, positive: true }] };

let folder: string;
let model: Model;
let worker: WorkerHost<PromptWorkerApi>;
let embedding: StoredEmbedding;

function embeddingOf(frameSha256: string, seed: number): StoredEmbedding {
  const data = Float32Array.from({ length: TINY_CONFIG.promptDim * 32 * 32 }, (_, i) => Math.sin(i * 0.1 * seed));
  return storedEmbedding(frameSha256, {
    encoderId: model.manifest.encoderId,
    widthPx: WIDTH,
    heightPx: HEIGHT,
    data,
  });
}

beforeAll(async () => {
  folder = temporaryFolder();
  await writeTinyModel(join(folder, 'tiny'), ['breast lesion']);
  model = await readModel(join(folder, 'tiny'));
  worker = new WorkerHost('prompt', forkProcess(WORKERS.prompt, { SONOMASK_MODEL_FOLDER: join(folder, 'tiny') }));
  embedding = embeddingOf(SHOWN, 1);
});

afterAll(() => {
  worker.dispose();
  rmSync(folder, { recursive: true, force: true });
});

let requestId = 0;
function asked(fields: Partial<DecodeRequest> = {}): DecodeRequest {
  return {
    frameSha256: SHOWN,
    modelId: model.manifest.id,
    requestId: ++requestId,
    prompt: click,
    preview: false,
    ...fields,
  };
}

describe('a click', () => {
  it('on a frame whose embedding has not come yet is answered at once, without a mask', async () => {
    const request = asked();
    expect(await worker.request('decode', request)).toEqual({
      kind: 'not-ready',
      frameSha256: SHOWN,
      modelId: model.manifest.id,
      requestId: request.requestId,
    });
  });

  it('gives the mask that the predictor gives, at the size of the frame, named by frame, model and request', async () => {
    await worker.request('hold', { embedding, keep: [] });
    const request = asked();
    const reply = await worker.request('decode', request);
    const predictor = new Predictor(model);
    const expected = await predictor.decode(frameEmbedding(embedding), click);
    await predictor.dispose();
    expect(reply).toEqual({
      kind: 'mask',
      frameSha256: SHOWN,
      modelId: model.manifest.id,
      requestId: request.requestId,
      widthPx: WIDTH,
      heightPx: HEIGHT,
      bits: packMask(expected.mask),
      lowRes: expected.lowRes,
      iou: expected.iou,
      headVersion: null,
    });
    expect(maskFor(reply, request)).toBe(reply);
    expect(maskFor(reply, asked())).toBeUndefined();
    expect(maskFor(reply, { ...request, frameSha256: 'b'.repeat(64) })).toBeUndefined();
  });

  it('refines the logits of the click before, or a mask that has none', async () => {
    const first = (await worker.request('decode', asked())) as MaskReply;
    const logits = { kind: 'logits' as const, lowRes: first.lowRes };
    const refined = (await worker.request('decode', asked({ previous: logits }))) as MaskReply;
    const bits = packMask({ widthPx: WIDTH, heightPx: HEIGHT, data: new Uint8Array(WIDTH * HEIGHT).fill(1) });
    const mask = { kind: 'mask' as const, widthPx: WIDTH, heightPx: HEIGHT, bits };
    const fromMask = (await worker.request('decode', asked({ previous: mask }))) as MaskReply;
    expect(refined.lowRes).not.toEqual(first.lowRes);
    expect(fromMask.lowRes).not.toEqual(first.lowRes);
    const none = { ...mask, bits: new Uint8Array(bits.length) };
    const fromNone = (await worker.request('decode', asked({ previous: none }))) as MaskReply;
    expect(fromNone.lowRes).not.toEqual(fromMask.lowRes);
    expect((await worker.request('decode', asked({ previous: mask }))) as MaskReply).toMatchObject({
      lowRes: fromMask.lowRes,
    });
  });

  it('keeps the pixels of a drawn mask where a click changes nothing, at the next click, too', async () => {
    const [widthPx, heightPx, frameSha256] = [512, 400, 'c'.repeat(64)];
    const large = storedEmbedding(frameSha256, { ...frameEmbedding(embedding), widthPx, heightPx });
    await worker.request('hold', { embedding: large, keep: [] });
    // Stripes of a pixel are finer than the decoder's cells can say.
    const data = Uint8Array.from({ length: widthPx * heightPx }, (_, i) => Number(i % widthPx < 256 && i % 2 === 0));
    const drawn = { kind: 'mask' as const, widthPx, heightPx, bits: packMask({ widthPx, heightPx, data }) };
    const first = (await worker.request('decode', asked({ frameSha256, previous: drawn }))) as MaskReply;
    const previous = { ...drawn, bits: first.bits, lowRes: first.lowRes };
    const second = (await worker.request('decode', asked({ frameSha256, previous }))) as MaskReply;
    const cells = (reply: MaskReply): Uint8Array => maskOfLogits(reply.lowRes, 128, 128, widthPx, heightPx).data;
    const pixels = (reply: MaskReply): Uint8Array => unpackMask(reply.bits, widthPx, heightPx).data;
    const [before, after, kept] = [cells(first), cells(second), pixels(first)];
    const expected = kept.map((value, i) => value ^ (before[i] as number) ^ (after[i] as number));
    const alike = (a: Uint8Array, b: Uint8Array): number => a.filter((value, i) => value === b[i]).length / a.length;
    expect(alike(pixels(second), expected)).toBe(1);
    expect(alike(kept, data)).toBeGreaterThan(0.5);
    // The stripes themselves, not what the cells make of them.
    expect(alike(kept, before)).toBeLessThan(1);
  });

  it('obeys every new point of a stroke', async () => {
    const bits = packMask({ widthPx: WIDTH, heightPx: HEIGHT, data: new Uint8Array(WIDTH * HEIGHT).fill(1) });
    const previous = { kind: 'mask' as const, widthPx: WIDTH, heightPx: HEIGHT, bits };
    const points = [10.5, 45.5, 80.5].map((x) => ({ x, y: 35.5, positive: false }));
    const at = async (fresh: number): Promise<number[]> => {
      const reply = (await worker.request('decode', asked({ prompt: { points }, previous, fresh }))) as MaskReply;
      const { data } = unpackMask(reply.bits, WIDTH, HEIGHT);
      return points.map(({ x, y }) => data[Math.floor(y) * WIDTH + Math.floor(x)] as number);
    };
    expect(await at(3)).toEqual([0, 0, 0]);
    expect((await at(1))[2]).toBe(0);
  });

  it('draws the whole mask anew for a box around it', async () => {
    const bits = packMask({ widthPx: WIDTH, heightPx: HEIGHT, data: new Uint8Array(WIDTH * HEIGHT).fill(1) });
    const previous = { kind: 'mask' as const, widthPx: WIDTH, heightPx: HEIGHT, bits };
    const prompt = { points: [], box: { x0: 1, y0: 1, x1: WIDTH - 1, y1: HEIGHT - 1 } };
    const reply = (await worker.request('decode', asked({ prompt, previous }))) as MaskReply;
    expect(reply.bits).toEqual(packMask(maskOfLogits(reply.lowRes, 128, 128, WIDTH, HEIGHT)));
  });

  it('is not answered for another model', async () => {
    const reply = await worker.request('decode', asked({ modelId: 'another' }));
    expect(reply).toMatchObject({ kind: 'other-model', modelId: 'another' });
  });

  it.each([
    ['a hash that is none', { frameSha256: 'x' }],
    ['a point that is no number', { prompt: { points: [{ x: NaN, y: 1, positive: true }] } }],
    ['logits of another size', { previous: { kind: 'logits', lowRes: new Float32Array(5) } }],
    ['logits that are not finite', { previous: { kind: 'logits', lowRes: new Float32Array(128 * 128).fill(NaN) } }],
    ['a field nobody knows', { path: '/etc/passwd' }],
  ])('with %s is refused', async (_, fields) => {
    await expect(worker.request('decode', asked(fields as Partial<DecodeRequest>))).rejects.toMatchObject({
      code: 'usage',
    });
  });

  it('outside the frame is refused', async () => {
    const prompt = { points: [{ x: WIDTH + 1, y: 1, positive: true }] };
    await expect(worker.request('decode', asked({ prompt }))).rejects.toMatchObject({ code: 'prompt-invalid' });
  });

  it('comes before every preview that waits, and of those only the newest is drawn', async () => {
    const order: string[] = [];
    const ask = async (name: string, preview: boolean): Promise<void> => {
      const { kind } = await worker.request('decode', asked({ preview }));
      order.push(`${name} ${kind}`);
    };
    const previews = Array.from({ length: 10 }, (_, i) => ask(`preview ${i}`, true));
    await Promise.all([...previews, ask('click', false)]);
    const masks = order.filter((line) => line.endsWith(' mask'));
    expect(masks.indexOf('click mask')).toBeLessThan(masks.indexOf('preview 9 mask'));
    expect(masks.at(-1)).toBe('preview 9 mask');
    // One may have begun before the others arrived.
    expect(order.filter((line) => line.endsWith('superseded')).length).toBeGreaterThanOrEqual(8);
  });
});

describe('the worker', () => {
  it('proposes with a head, and says which version', async () => {
    const about = { frameSha256: SHOWN, modelId: model.manifest.id, requestId: 1 };
    const reply = await worker.request('propose', { ...about, head: 'breast lesion' });
    expect(reply).toMatchObject({ kind: 'mask', widthPx: WIDTH, heightPx: HEIGHT, headVersion: 'v1' });
    await expect(worker.request('propose', { ...about, head: 'spleen' })).rejects.toMatchObject({
      code: 'label-unknown',
    });
  });

  it('forgets the embeddings used longest ago, never the frame on screen', async () => {
    const size = 2 * embedding.halves.byteLength;
    const more = Math.ceil((48 * 2 ** 20) / size) + 5;
    for (let i = 0; i < more; i++) {
      await worker.request('hold', { embedding: embeddingOf(i.toString(16).padStart(64, '0'), 2), keep: [SHOWN] });
    }
    expect((await worker.request('decode', asked())).kind).toBe('mask');
    expect((await worker.request('decode', asked({ frameSha256: '0'.repeat(64) }))).kind).toBe('not-ready');
  });
});
