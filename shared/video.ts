/**
 * What goes between a process that reads videos and the hidden page that decodes them (renderer/decoder), over a
 * MessagePort. Whoever asks is trusted with the answer; what comes back is checked by who asked.
 */

/** One compressed frame. */
export interface VideoPacket {
  /** Its place in decoding order in the file, 0-based: names the frame it becomes. */
  readonly id: number;
  /** Its place, 0-based, in the order the frames of this job are shown. */
  readonly rank: number;
  readonly isKey: boolean;
  /** False where it is decoded for others' sake alone. */
  readonly isShown: boolean;
  readonly data: Uint8Array;
}

export type ToDecoder =
  | { readonly type: 'supports'; readonly id: number; readonly codec: string }
  | {
      readonly type: 'decode';
      readonly id: number;
      readonly codec: string;
      readonly packets: readonly VideoPacket[];
      readonly wanted: readonly number[];
    };

export type FromDecoder =
  | { readonly type: 'supports'; readonly id: number; readonly supported: boolean }
  | {
      readonly type: 'frame';
      readonly id: number;
      /** `VideoPacket.id`. */
      readonly packet: number;
      /** WebCodecs' name of the samples' layout, such as I420. */
      readonly format: string;
      readonly widthPx: number;
      readonly heightPx: number;
      readonly data: Uint8Array;
    }
  | { readonly type: 'done'; readonly id: number }
  | { readonly type: 'failed'; readonly id: number; readonly reason: string };

/**
 * A worker of the desktop program posts this to its parent process, which answers the same with a port to the page. Not a
 * request of shared/worker-protocol.ts: no answer is waited for.
 */
export const DECODER_WANTED = 'video-decoder';

/** Variable of a worker's environment, set where there is no page that decodes. */
export const NO_DECODER = 'SONOMASK_NO_DECODER';
