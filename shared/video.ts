/** What a decoder of video is given. */

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
