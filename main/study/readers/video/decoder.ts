/**
 * What decodes a video's frames: Chromium's own decoders where the program runs in Electron, else an ffmpeg that the user
 * has installed. Both get the same packets. Decoding is exact by the codecs' standards, so both give the same samples.
 */
import { findFfmpeg } from './ffmpeg';
import { pageDecoder } from './page-decoder';
import type { VideoDecoder } from './decoder-job';

/** Undefined where nothing on this computer decodes the codec. */
export async function decoderFor(codec: string): Promise<VideoDecoder | undefined> {
  for (const decoder of [pageDecoder(), await findFfmpeg()]) {
    if (decoder && (await decoder.canDecode(codec))) return decoder;
  }
  return undefined;
}
