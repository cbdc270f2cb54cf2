/**
 * What decodes a video's frames: an ffmpeg that the user has installed. Decoding is exact by the codecs' standards, so that any
 * decoder gives the same samples.
 */
import type { VideoPacket } from '../../../../shared/video';
import { findFfmpeg } from './ffmpeg';
import type { Planes } from './planes';

/** What is asked of a decoder: some frames between two key frames. */
export interface DecodeJob {
  /** Of the file, named in errors. */
  readonly path: string;
  /** As WebCodecs names it, such as `avc1.64001f`. */
  readonly codec: string;
  /** Of a frame as it is stored. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** In decoding order, the first a key frame; H.264 as Annex B, with its parameter sets. */
  readonly packets: readonly VideoPacket[];
  /** `VideoPacket.id` of the frames that are wanted; what else the packets hold is decoded and dropped. */
  readonly wanted: ReadonlySet<number>;
  /** Called for each wanted frame, in the order they are shown. */
  onFrame(id: number, planes: Planes): void;
}

export interface VideoDecoder {
  canDecode(codec: string): Promise<boolean>;
  /**
   * Answers when all wanted frames have come.
   *
   * @throws AppError `format-corrupt` where the packets cannot be decoded; frames that came before are right. `worker-died`
   */
  decode(job: DecodeJob): Promise<void>;
}

/** Undefined where nothing on this computer decodes the codec. */
export async function decoderFor(codec: string): Promise<VideoDecoder | undefined> {
  const decoder = await findFfmpeg();
  return decoder && (await decoder.canDecode(codec)) ? decoder : undefined;
}
