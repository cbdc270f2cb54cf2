/**
 * What a head trains on: embeddings of images and of augmented copies, each with its low-resolution target. Encoding is
 * the slow part and happens once.
 */
import { setImmediate } from 'node:timers/promises';
import { GRID_SIZE, INPUT_SIZE_PX, LOW_RES_SIZE } from '../../models/autosamus';
import type { TensorData } from '../../models/graph';
import { augmentWidely, seededRandom, type TrainingPair } from '../../models/training';
import { AppError } from '../../shared/errors';
import { type GrayImage, resizeBilinearAntialias, resizeNearest } from '../../shared/image';
import type { Mask } from '../../shared/mask';
import type { Predictor } from '../inference';

export interface Sample {
  /** [C, 32, 32] */
  embedding(): Promise<Float32Array>;
  /** [128, 128] in {0, 1} */
  readonly target: Float32Array;
}

/** A source image with the mask that a person approved, loaded when its turn comes. */
export interface LabelledImage {
  readonly name: string;
  load(): Promise<TrainingPair>;
}

export interface EncodeOptions {
  /** Augmented copies of each image may take this long altogether; at least one pass over the images themselves. */
  readonly augmentSeconds: number;
  readonly seed: number;
  readonly onProgress?: (done: number, total: number | undefined) => void;
  readonly signal?: AbortSignal;
}

const MAX_COPIES = 7;
/** Copies are for a handful of images; with more, the time is better spent on training. */
const ENOUGH_SAMPLES = 120;

/** The images as they are first, then augmented copies round by round until the time is spent. */
export async function encodeSamples(
  predictor: Predictor,
  images: readonly LabelledImage[],
  options: EncodeOptions,
): Promise<Sample[]> {
  const pairs: TrainingPair[] = [];
  const samples: Sample[] = [];
  for (const labelled of images) {
    await pause(options.signal);
    const { image, mask } = await labelled.load();
    const pair = { image: toNetworkImage(image), mask: resizeNearest(mask, INPUT_SIZE_PX, INPUT_SIZE_PX) };
    pairs.push(pair);
    samples.push(await encodeSample(predictor, pair));
    options.onProgress?.(samples.length, images.length);
  }
  const deadline = performance.now() + options.augmentSeconds * 1000;
  for (let copy = 1; copy <= MAX_COPIES; copy++) {
    for (const [i, pair] of pairs.entries()) {
      await pause(options.signal);
      if (performance.now() > deadline || samples.length >= ENOUGH_SAMPLES) return samples;
      samples.push(await encodeSample(predictor, augmentWidely(pair, seededRandom(`${options.seed} ${i} ${copy}`))));
      options.onProgress?.(samples.length, undefined);
    }
  }
  return samples;
}

/** Lets messages in between two runs of a session, which block. @throws AppError 'cancelled' */
export async function pause(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate();
  if (signal?.aborted) throw new AppError('cancelled', 'fine-tuning', 'cancelled');
}

export function toNetworkImage(image: GrayImage): GrayImage {
  return resizeBilinearAntialias(image, INPUT_SIZE_PX, INPUT_SIZE_PX);
}

/** @param mask of the network's size */
export function targetOf(mask: Mask): Float32Array {
  return Float32Array.from(resizeNearest(mask, LOW_RES_SIZE, LOW_RES_SIZE).data);
}

async function encodeSample(predictor: Predictor, { image, mask }: TrainingPair): Promise<Sample> {
  const { data } = await predictor.encode(image);
  return { embedding: () => Promise.resolve(data), target: targetOf(mask) };
}

/** Inputs of the train step for these samples. */
export async function batchOf(
  samples: readonly Sample[],
  indices: readonly number[],
  channels: number,
): Promise<Record<string, TensorData>> {
  const embeddings = new Float32Array(indices.length * channels * GRID_SIZE * GRID_SIZE);
  const targets = new Float32Array(indices.length * LOW_RES_SIZE * LOW_RES_SIZE);
  for (const [i, index] of indices.entries()) {
    const sample = samples[index];
    if (!sample) throw new AppError('usage', 'training', `no sample ${index}`);
    const embedding = await sample.embedding();
    embeddings.set(embedding, i * embedding.length);
    targets.set(sample.target, i * sample.target.length);
  }
  return {
    image_embedding: { shape: [indices.length, channels, GRID_SIZE, GRID_SIZE], data: embeddings },
    target: { shape: [indices.length, 1, LOW_RES_SIZE, LOW_RES_SIZE], data: targets },
  };
}
