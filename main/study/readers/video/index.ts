/**
 * MP4, MOV, WebM and Matroska: H.264, VP8, VP9 and AV1 of 8 bit. The header is read by mediabunny; frames are decoded by
 * whatever this computer has for it (decoder.ts), a stretch of the loop at a time, because most frames hang on others.
 */
import { AppError } from '../../../../shared/errors';
import { ByteLru } from '../../../../shared/byte-lru';
import type { ImageFormat } from '../../format';
import { CONVERT } from '../avi';
import type { ByteSource } from '../byte-source';
import type { OpenImage } from '../reader';
import { decoderFor } from './decoder';
import type { VideoDecoder } from './decoder-job';
import { planesBytes, toImage, type Planes } from './planes';
import { openStream, type VideoStream } from './stream';

/** Decoded frames kept: about 130 of 800x600. */
const KEPT_BYTES = 96 * 2 ** 20;
/** Decoded at a time; the rest of what is kept are frames before. */
const AHEAD_BYTES = 64 * 2 ** 20;

/** True for first bytes that may be an MP4's or MOV's: older MOV begin with any of these boxes. */
export function isMp4(head: Uint8Array): boolean {
  return /^(ftyp|moov|mdat|wide|skip)$/.test(Buffer.from(head.subarray(4, 8)).toString('latin1'));
}

/** True for first bytes that are those of WebM or Matroska: EBML's mark. */
export function isWebm(head: Uint8Array): boolean {
  return [0x1a, 0x45, 0xdf, 0xa3].every((byte, i) => head[i] === byte);
}

/** @throws AppError `format-corrupt`, `too-large`; `format-unknown` for what no decoder on this computer can read */
export async function openVideo(
  file: ByteSource,
  format: Extract<ImageFormat, 'mp4' | 'webm'>,
  findDecoder = decoderFor,
): Promise<OpenImage> {
  const { path, size: sizeBytes } = file;
  const stream = await openStream(file, format === 'mp4');
  const decoder = await findDecoder(stream.codec);
  if (!decoder) {
    const reason = `video compressed as ${stream.codec} needs a decoder that is not on this computer. Install ffmpeg`;
    throw new AppError(
      'format-unknown',
      path,
      `${path}: ${reason} (the program must be on the PATH), or c${CONVERT.slice(1)}`,
    );
  }
  const { shown, frameTimeMs, rotation, colours } = stream;
  const isTurned = rotation % 180 !== 0;
  const [widthPx, heightPx] = isTurned ? [stream.heightPx, stream.widthPx] : [stream.widthPx, stream.heightPx];
  const frames = new DecodedFrames(path, stream, decoder);
  const [channels, bitsPerSample] = [3, 8];
  return {
    metadata: { format, sizeBytes, frameCount: shown.length, channels, bitsPerSample },
    ...{ widthPx, heightPx, keptBytes: KEPT_BYTES },
    ...(frameTimeMs !== undefined && { frameTimeMs }),
    decode: async (index) => {
      return { frame: toImage(await frames.get(index), colours, rotation), channels, bitsPerSample };
    },
  };
}

interface Asked {
  readonly promise: Promise<Planes>;
  resolve(planes: Planes): void;
  reject(error: unknown): void;
}

/** Frames of one video, by their place in the order of showing. */
class DecodedFrames {
  readonly #kept = new ByteLru<Planes>(KEPT_BYTES);
  readonly #asked = new Map<number, Asked>();
  readonly #places: ReadonlyMap<number, number>;
  /** One stretch after the other: who asks for the next frame meanwhile most often finds it in the stretch under way. */
  #turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly path: string,
    private readonly stream: VideoStream,
    private readonly decoder: VideoDecoder,
  ) {
    this.#places = new Map(stream.shown.map((id, index) => [id, index]));
  }

  get(index: number): Promise<Planes> {
    const kept = this.#kept.get(String(index));
    if (kept) return Promise.resolve(kept);
    const asked = this.#asked.get(index);
    if (asked) return asked.promise;
    const begun = waiting();
    this.#asked.set(index, begun);
    this.#turn = this.#turn.then(() => this.#bring(index));
    return begun.promise;
  }

  async #bring(index: number): Promise<void> {
    const { widthPx, heightPx } = this.stream;
    const ahead = Math.max(1, Math.floor(AHEAD_BYTES / planesBytes('I444', widthPx, heightPx)));
    // Damage further on says nothing of this frame: then it is decoded alone.
    for (const count of ahead > 1 ? [ahead, 1] : [1]) {
      if (!this.#asked.has(index)) return;
      try {
        await this.#decode(index, count);
      } catch (error) {
        if (count === 1) this.#asked.get(index)?.reject(error);
      }
    }
    this.#asked.get(index)?.reject(new AppError('format-corrupt', this.path, `${this.path}: a frame is missing`));
    this.#asked.delete(index);
  }

  async #decode(from: number, count: number): Promise<void> {
    const { path, stream } = this;
    const { codec, widthPx, heightPx } = stream;
    const coded = await stream.packets(from, from + count - 1);
    const order = coded.filter(({ isShown }) => isShown).sort((a, b) => a.timeS - b.timeS || a.id - b.id);
    const ranks = new Map(order.map(({ id }, rank) => [id, rank]));
    const packets = coded.map(({ id, isKey, isShown, data }) => ({
      id,
      rank: ranks.get(id) ?? 0,
      isKey,
      isShown,
      data,
    }));
    // Those just before are decoded on the way, and wanted by who steps back.
    const around = stream.shown.slice(Math.max(0, from - Math.floor(count / 2)), from + count);
    const wanted = new Set(around.filter((id) => ranks.has(id)));
    const onFrame = (id: number, planes: Planes): void => {
      const index = this.#places.get(id);
      if (index === undefined) return;
      this.#kept.set(String(index), planes, planes.data.length);
      this.#asked.get(index)?.resolve(planes);
      this.#asked.delete(index);
    };
    await this.decoder.decode({ path, codec, widthPx, heightPx, packets, wanted, onFrame });
  }
}

function waiting(): Asked {
  let resolve: Asked['resolve'] = () => undefined;
  let reject: Asked['reject'] = () => undefined;
  const promise = new Promise<Planes>((settle, fail) => {
    resolve = settle;
    reject = fail;
  });
  return { promise, resolve, reject };
}
