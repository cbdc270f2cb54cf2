/** What a decoder of video is asked, and what all of them check. */
import { AppError } from '../../../../shared/errors';
import type { VideoPacket } from '../../../../shared/video';
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

/** @throws AppError `format-corrupt` */
export function checkSize(job: DecodeJob, widthPx: number, heightPx: number): void {
  if (widthPx === job.widthPx && heightPx === job.heightPx) return;
  throw damaged(job, `a frame has ${widthPx}x${heightPx} px, the video ${job.widthPx}x${job.heightPx}`);
}

export function damaged({ path }: DecodeJob, reason: string): AppError {
  return new AppError('format-corrupt', path, `${path}: ${reason}`);
}
