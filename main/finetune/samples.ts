/**
 * Turns images and masks into what a head trains on: embeddings of the image and of augmented copies, each with its
 * low-resolution target. Encoding is the slow part and happens once.
 */
import { INPUT_SIZE_PX, LOW_RES_SIZE } from '../../models/autosamus';
import { augment, seededRandom, type TrainingPair } from '../../models/training';
import { AppError } from '../../shared/errors';
import { resizeBilinearAntialias, resizeNearest } from '../../shared/image';
import type { FrameEmbedding, Predictor } from '../inference';

export interface Sample {
  readonly embedding: FrameEmbedding;
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

/** The images as they are first, then augmented copies round by round until the time is spent. */
export async function encodeSamples(
  predictor: Predictor,
  images: readonly LabelledImage[],
  options: EncodeOptions,
): Promise<Sample[]> {
  const pairs: TrainingPair[] = [];
  const samples: Sample[] = [];
  for (const image of images) {
    throwIfCancelled(options.signal);
    const pair = toNetworkSize(await image.load());
    pairs.push(pair);
    samples.push(await encodeSample(predictor, pair));
    options.onProgress?.(samples.length, images.length);
  }
  const deadline = performance.now() + options.augmentSeconds * 1000;
  for (let copy = 1; copy <= MAX_COPIES; copy++) {
    for (const [i, pair] of pairs.entries()) {
      throwIfCancelled(options.signal);
      if (performance.now() > deadline) return samples;
      samples.push(await encodeSample(predictor, augment(pair, seededRandom(`${options.seed} ${i} ${copy}`))));
      options.onProgress?.(samples.length, undefined);
    }
  }
  return samples;
}

function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AppError('cancelled', 'fine-tuning', 'cancelled while encoding');
}

function toNetworkSize({ image, mask }: TrainingPair): TrainingPair {
  return {
    image: resizeBilinearAntialias(image, INPUT_SIZE_PX, INPUT_SIZE_PX),
    mask: resizeNearest(mask, INPUT_SIZE_PX, INPUT_SIZE_PX),
  };
}

async function encodeSample(predictor: Predictor, { image, mask }: TrainingPair): Promise<Sample> {
  const target = Float32Array.from(resizeNearest(mask, LOW_RES_SIZE, LOW_RES_SIZE).data);
  return { embedding: await predictor.encode(image), target };
}
