/**
 * Makes a round's frames and their augmented copies ready to train on: embeddings come from the project's cache or are
 * computed and put there. They stay on the disk: a thousand frames would fill a laptop's memory.
 */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { INPUT_SIZE_PX } from '../../models/autosamus';
import { augmentWidely, seededRandom, type TrainingPair } from '../../models/training';
import type { RoundReport } from '../../shared/domain';
import { AppError, isAppError } from '../../shared/errors';
import { type GrayImage, resizeNearest } from '../../shared/image';
import { type Mask, maskFromCocoRle } from '../../shared/mask';
import { EmbeddingCache } from '../inference/embedding-cache';
import { frameEmbedding, storedEmbedding } from '../inference/embedding-file';
import type { Predictor } from '../inference';
import { frameHash, readImage } from '../study';
import type { LearningFrame } from './round-plan';
import { pause, type Sample, targetOf, toNetworkImage } from './samples';

/** A sample whose frame is known: it can be judged at the frame's own size. */
export interface FrameSample<Frame extends LearningFrame = LearningFrame> extends Sample {
  readonly frame: Frame;
  /** Made when asked for. */
  mask(): Mask;
  /** Augmented, each different from every other; encoded when first asked. */
  copy(k: number): Sample;
}

export interface Prepared<Frame extends LearningFrame> {
  readonly samples: readonly FrameSample<Frame>[];
  readonly leftOut: RoundReport['leftOut'];
}

/** Embeddings at the precision they are stored with, whether they were cached or not: a resumed round sees the same. */
export class Embeddings {
  readonly #cache: EmbeddingCache;

  constructor(
    private readonly predictor: Predictor,
    folder: string,
  ) {
    this.#cache = new EmbeddingCache(folder);
  }

  /** @param key SHA-256 of what determines the image */
  async of(key: string, image: () => Promise<GrayImage>): Promise<Float32Array> {
    const cached = await this.#cache.get(key, this.predictor.model.manifest.encoderId);
    const stored = cached ?? storedEmbedding(key, await this.predictor.encode(await image()));
    if (!cached) await this.#cache.put(stored);
    return frameEmbedding(stored).data;
  }
}

/**
 * Encodes frames that are not encoded yet.
 *
 * @param onFrame after each frame
 * @throws AppError 'cancelled', `provider-failed`
 */
export async function prepare<Frame extends LearningFrame>(
  frames: readonly Frame[],
  embeddings: Embeddings,
  signal?: AbortSignal,
  onFrame: () => void = () => undefined,
): Promise<Prepared<Frame>> {
  const samples: FrameSample<Frame>[] = [];
  const leftOut: RoundReport['leftOut'][number][] = [];
  for (const frame of frames) {
    await pause(signal);
    try {
      const sample = sampleOf(frame, embeddings);
      await sample.embedding();
      samples.push(sample);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      leftOut.push({ frameId: frame.frameId, file: basename(frame.path), code: error.code });
    }
    onFrame();
  }
  return { samples, leftOut };
}

/** What is wrong with one frame only: the round goes on without it. */
export function isUnreadable(error: unknown): error is AppError {
  return isAppError(error) && error.code !== 'provider-failed';
}

function sampleOf<Frame extends LearningFrame>(frame: Frame, embeddings: Embeddings): FrameSample<Frame> {
  const { frameSha256, rle } = frame;
  const mask = (): Mask => maskFromCocoRle({ size: [rle.heightPx, rle.widthPx], counts: rle.counts });
  const small = resizeNearest(mask(), INPUT_SIZE_PX, INPUT_SIZE_PX);
  return {
    frame,
    mask,
    target: targetOf(small),
    embedding: () => embeddings.of(frameSha256, () => imageOf(frame)),
    copy: (k) => {
      const altered = (image: GrayImage): TrainingPair =>
        augmentWidely({ image, mask: small }, seededRandom(`${frameSha256} ${k}`));
      // What is done to the image depends on where its mask lies.
      const key = createHash('sha256').update(`${frameSha256} ${rle.counts} altered ${k}`).digest('hex');
      return {
        // And not on its pixels: it need not be read once the copy is cached.
        target: targetOf(altered({ ...small, data: new Uint8Array(small.data.length) }).mask),
        embedding: () => embeddings.of(key, async () => altered(toNetworkImage(await imageOf(frame))).image),
      };
    },
  };
}

/** @throws AppError 'frame-changed', or as `readImage` does */
async function imageOf({ path, frameIndex, frameSha256 }: LearningFrame): Promise<GrayImage> {
  const { frame } = await readImage(path, frameIndex);
  const found = frameHash(frame);
  if (found !== frameSha256)
    throw new AppError('frame-changed', path, `${path} has pixels ${found}, not ${frameSha256}`);
  return frame;
}
