/**
 * `tsx models/training/tune-box.ts WEIGHTS.safetensors PAIRS.txt OUT.safetensors [STEPS]`: trains the two embeddings of a
 * box's corners and nothing else, so that only box prompts change. PAIRS lists `image<TAB>mask` a line.
 *
 * Also the smallest example of training a chosen part of the model with `Trainer`.
 */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { BUNDLED, GRID_SIZE, INPUT_SIZE_PX, LOW_RES_SIZE, POINT_LABEL } from '../autosamus';
import { decode, embeddingInput, encoderGraph } from '../autosamus/graphs';
import { segmentationLoss } from '../autosamus/loss';
import { readSafetensors, type Tensor, toFloat32, writeSafetensors } from '../checkpoint';
import { createSession, foldConstants, type WeightLookup } from '../graph';
import { input } from '../graph/value';
import { resizeBilinearAntialias, resizeNearest } from '../../shared/image';
import { boundingBox, maskAbove } from '../../shared/mask';
import { fit } from './fit';
import { ADAM } from './optimizer';
import { seededRandom } from './random';
import { Trainer } from './trainer';

const TRAINED = [POINT_LABEL.boxMin, POINT_LABEL.boxMax].map(
  (kind) => `prompt_encoder.point_embeddings.${kind}.weight`,
);
const [BATCH, RATE, JITTER, SEED] = [8, 2e-3, 0.02, 1234];
const AREA = LOW_RES_SIZE * LOW_RES_SIZE;

const [file, pairs, out, steps = '150'] = process.argv.slice(2);
if (!file || !pairs || !out) {
  console.error('usage: tsx models/training/tune-box.ts WEIGHTS.safetensors PAIRS.txt OUT.safetensors [STEPS]');
  process.exit(2);
}

const weights = await readSafetensors(file);
const lookup: WeightLookup = (name) => {
  const tensor = weights.get(name);
  if (!tensor) throw new Error(`no weight ${name}`);
  const { buffer, byteOffset, byteLength } = toFloat32(tensor);
  return { kind: 'inline', type: 'float32', data: new Uint8Array(buffer, byteOffset, byteLength) };
};

interface Sample {
  readonly embedding: Float32Array;
  readonly target: Float32Array;
  /** x0, y0, x1, y1 as shares of width and height. */
  readonly box: readonly number[];
}

const encoder = await createSession(await foldConstants(encoderGraph(BUNDLED, 1), lookup), lookup);

async function grey(path: string) {
  const { data, info } = await sharp(path).greyscale().raw().toBuffer({ resolveWithObject: true });
  return { widthPx: info.width, heightPx: info.height, data: new Uint8Array(data) };
}

async function load(line: string): Promise<Sample | undefined> {
  const [imagePath = '', maskPath = ''] = line.split('\t');
  const [image, label] = [await grey(imagePath), await grey(maskPath)];
  const mask = maskAbove(label.data, label.widthPx, label.heightPx, 0);
  const bounds = boundingBox(mask);
  if (!bounds) return undefined;
  const [x, y, w, h] = bounds;
  const pixels = resizeBilinearAntialias(image, INPUT_SIZE_PX, INPUT_SIZE_PX).data;
  const network = { shape: [1, 1, INPUT_SIZE_PX, INPUT_SIZE_PX], data: Float32Array.from(pixels, (v) => v / 255) };
  const { image_embedding } = await encoder.run({ image: network });
  if (!image_embedding) return undefined;
  const target = resizeNearest(resizeNearest(mask, INPUT_SIZE_PX, INPUT_SIZE_PX), LOW_RES_SIZE, LOW_RES_SIZE);
  const { widthPx, heightPx } = mask;
  const box = [x / widthPx, y / heightPx, (x + w) / widthPx, (y + h) / heightPx];
  return { embedding: image_embedding.data, target: Float32Array.from(target.data), box };
}

const samples: Sample[] = [];
for (const line of (await readFile(pairs, 'utf8')).trim().split('\n')) {
  const sample = await load(line);
  if (sample) samples.push(sample);
  if (samples.length % 50 === 0) console.log(`${samples.length} encoded`);
}

const { lowRes } = decode(
  embeddingInput(BUNDLED, BATCH),
  {
    points: input('points', [BATCH, 2, 2]),
    labels: input('point_labels', [BATCH, 2]),
    mask: input('mask_input', [BATCH, 1, LOW_RES_SIZE, LOW_RES_SIZE]),
    hasMask: input('has_mask', [BATCH, 1]),
  },
  BUNDLED,
);
const trainer = await Trainer.create({
  loss: segmentationLoss(lowRes, input('target', [BATCH, 1, LOW_RES_SIZE, LOW_RES_SIZE])),
  start: new Map(
    TRAINED.flatMap((name) => {
      const tensor = weights.get(name);
      return tensor ? [[name, { shape: tensor.shape, data: toFloat32(tensor) }] as const] : [];
    }),
  ),
  frozen: lookup,
  optimizer: ADAM,
});

async function batch(indices: readonly number[], step: number) {
  const random = seededRandom(`${SEED} box ${step}`);
  const chosen = indices.flatMap((i) => samples[i] ?? []);
  const corner = (share: number) => (share + JITTER * (2 * random() - 1)) * INPUT_SIZE_PX - 0.5;
  const joined = (parts: readonly Float32Array[]) => Float32Array.from(parts.flatMap((part) => [...part]));
  return {
    image_embedding: {
      shape: [BATCH, BUNDLED.promptDim, GRID_SIZE, GRID_SIZE],
      data: joined(chosen.map(({ embedding }) => embedding)),
    },
    target: { shape: [BATCH, 1, LOW_RES_SIZE, LOW_RES_SIZE], data: joined(chosen.map(({ target }) => target)) },
    points: { shape: [BATCH, 2, 2], data: Float32Array.from(chosen.flatMap(({ box }) => box.map(corner))) },
    point_labels: {
      shape: [BATCH, 2],
      data: Float32Array.from(chosen.flatMap(() => [POINT_LABEL.boxMin, POINT_LABEL.boxMax])),
    },
    mask_input: { shape: [BATCH, 1, LOW_RES_SIZE, LOW_RES_SIZE], data: new Float32Array(BATCH * AREA) },
    has_mask: { shape: [BATCH, 1], data: new Float32Array(BATCH) },
  };
}

let [sum, count] = [0, 0];
await fit({
  ...{ trainer, samples: samples.length, batchSize: BATCH, batch, rate: RATE, seed: SEED },
  budget: { steps: Number(steps) },
  onProgress: ({ step, loss }) => {
    [sum, count] = [sum + loss, count + 1];
    if (step % 25 !== 0) return;
    console.log(`step ${step}: loss ${(sum / count).toFixed(4)}`);
    [sum, count] = [0, 0];
  },
});
for (const [name, { shape, data }] of trainer.parameters()) weights.set(name, { dtype: 'F32', shape, data } as Tensor);
await writeSafetensors(out, weights);
