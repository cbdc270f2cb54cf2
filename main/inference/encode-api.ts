/** What the encode worker does: frames in, embeddings or whole proposals out, by one model on the provider asked for. */
import { createHash } from 'node:crypto';
import { GRID_SIZE, INPUT_SIZE_PX } from '../../models/autosamus';
import { readModel, type Model } from '../../models/folder';
import { AppError } from '../../shared/errors';
import { mirror, type GrayImage } from '../../shared/image';
import type { Provider } from '../../shared/ipc';
import { frameHash, readImage } from '../study';
import { storedEmbedding, type StoredEmbedding } from './embedding-file';
import { Predictor } from './predictor';
import { blameModel, proposeFrame, type ProposedFrame, type ProposeFrameRequest } from './propose-frame';

export interface EncodeRequest {
  readonly path: string;
  /** 0-based, within the image. */
  readonly frameIndex: number;
  /** The pixels that are to be encoded: a file that has others now is refused. */
  readonly frameSha256: string;
  /** Left and right are exchanged before; the embedding is then of `mirroredHash`. */
  readonly mirrored?: boolean;
}

/** Stands for the pixels of a frame with left and right exchanged. */
export function mirroredHash(frameSha256: string): string {
  return createHash('sha256').update(`${frameSha256} mirrored`).digest('hex');
}

export type EncodeApi = ReturnType<typeof encodeApi>;

/**
 * @param modelFolder read at the first request
 * @param threads within one operator; 0: as many as there are cores
 */
export function encodeApi(modelFolder: string, threads = 0) {
  let opened: Promise<Model> | undefined;
  let current: { readonly provider: Provider; readonly predictor: Predictor } | undefined;

  const model = (): Promise<Model> => {
    opened ??= readModel(modelFolder);
    // A model that could not be read is tried again at the next request.
    opened.catch(() => (opened = undefined));
    return opened;
  };

  /** One provider's sessions at a time: two would hold the weights twice. */
  const predictorOn = async (provider: Provider): Promise<Predictor> => {
    const loaded = await model();
    if (current?.provider === provider) return current.predictor;
    await current?.predictor.dispose();
    current = { provider, predictor: new Predictor(loaded, { provider, threads }) };
    return current.predictor;
  };

  /** @param key names the pixels @throws AppError `provider-failed` */
  const embeddingOf = async (frame: GrayImage, key: string, provider: Provider): Promise<StoredEmbedding> => {
    const embedding = await (await predictorOn(provider)).encode(frame);
    if (!fitsHalf(embedding.data)) {
      throw new AppError('provider-failed', provider, `the embedding of frame ${key} is not finite`);
    }
    return storedEmbedding(key, embedding);
  };

  return {
    /**
     * Runs a small graph on the provider and on the CPU.
     *
     * @returns the largest difference relative to the largest logit
     * @throws AppError `provider-failed` where the provider does not start
     */
    selfTest: async ({ provider }: { provider: Provider }): Promise<number> =>
      differenceFromCpu(await model(), provider),

    /** @throws AppError `frame-changed`, `provider-failed`, or as `readImage` does. */
    encode: async ({
      path,
      frameIndex,
      frameSha256,
      mirrored = false,
      provider,
    }: EncodeRequest & { provider: Provider }): Promise<StoredEmbedding> => {
      const { frame } = await readImage(path, frameIndex);
      const found = frameHash(frame);
      if (found !== frameSha256) {
        throw new AppError('frame-changed', path, `${path} has pixels ${found}, not ${frameSha256}`);
      }
      const [image, key] = mirrored ? [mirror(frame), mirroredHash(frameSha256)] : [frame, frameSha256];
      return embeddingOf(image, key, provider);
    },

    /** See `proposeFrame`. */
    propose: async ({ provider, ...request }: ProposeFrameRequest & { provider: Provider }): Promise<ProposedFrame> =>
      proposeFrame(
        await predictorOn(provider).catch(blameModel),
        (frame, frameSha256) => embeddingOf(frame, frameSha256, provider),
        request,
      ),
  };
}

/**
 * The graph is the mask decoder: every kind of operator the model has, and a fiftieth of its work. It gets an embedding
 * of fixed waves and one click in the middle.
 */
async function differenceFromCpu(model: Model, provider: Provider): Promise<number> {
  const { encoderId, config } = model.manifest;
  const data = Float32Array.from({ length: config.promptDim * GRID_SIZE * GRID_SIZE }, (_, i) => Math.sin(i * 0.37));
  const size = INPUT_SIZE_PX;
  const embedding = { encoderId, widthPx: size, heightPx: size, data };
  const click = { points: [{ x: size / 2, y: size / 2, positive: true }] };
  const decode = async (each: Provider): Promise<Float32Array> => {
    const predictor = new Predictor(model, { provider: each });
    try {
      return (await predictor.decode(embedding, click)).lowRes;
    } finally {
      await predictor.dispose();
    }
  };
  const here = await decode(provider);
  const cpu = await decode('cpu');
  const largest = cpu.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-6);
  const difference = cpu.reduce((max, value, i) => Math.max(max, Math.abs(value - (here[i] ?? NaN))), 0);
  return Number.isNaN(difference) ? Infinity : difference / largest;
}

/** Whether every value is finite at half precision. A loop: `every` takes two milliseconds of each frame. */
function fitsHalf(values: Float32Array): boolean {
  for (const value of values) if (!(Math.abs(value) < 65_504)) return false;
  return true;
}
