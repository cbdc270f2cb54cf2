/**
 * The hidden page that decodes videos by WebCodecs for the processes that read images: packets in, samples out, over the ports
 * that main hands it. It knows no file, no project and no other page. Decoding is by software: the same samples everywhere.
 */
import type { FromDecoder, ToDecoder, VideoPacket } from '../shared/video';

/** Frames that wait to be copied: each holds memory of the decoder. */
const MOST_WAITING = 8;

window.addEventListener('message', (event) => {
  const [port] = event.ports;
  // From the preload script of this very page (main/electron/decoder-preload.ts).
  if (event.source === window && port) serve(port);
});

function serve(port: MessagePort): void {
  const answer = (message: FromDecoder): void => port.postMessage(message);
  let turn: Promise<void> = Promise.resolve();
  port.onmessage = ({ data }: MessageEvent<ToDecoder>) => {
    const { id } = data;
    const work =
      data.type === 'supports'
        ? () => supports(data.codec).then((supported) => answer({ type: 'supports', id, supported }))
        : () => decode(data, answer).then(() => answer({ type: 'done', id }));
    turn = turn.then(work).catch((error: unknown) => {
      answer({ type: 'failed', id, reason: error instanceof Error ? error.message : String(error) });
    });
  };
}

async function supports(codec: string): Promise<boolean> {
  const { supported } = await VideoDecoder.isConfigSupported(configOf(codec));
  return supported === true;
}

function configOf(codec: string): VideoDecoderConfig {
  return { codec, hardwareAcceleration: 'prefer-software' };
}

type Job = Extract<ToDecoder, { type: 'decode' }>;

async function decode({ id, codec, packets, wanted }: Job, answer: (message: FromDecoder) => void): Promise<void> {
  const names = new Set(wanted);
  const ids = new Map(packets.map((packet) => [packet.rank, packet.id]));
  const copies = new Set<Promise<void>>();
  let failure: unknown;
  const decoder = new VideoDecoder({
    output: (frame) => {
      const packet = ids.get(frame.timestamp);
      if (packet === undefined || !names.has(packet)) {
        frame.close();
        return;
      }
      const copy = samplesOf(frame)
        .then((samples) => answer({ type: 'frame', id, packet, ...samples }))
        .catch((error: unknown) => void (failure ??= error))
        .finally(() => copies.delete(copy));
      copies.add(copy);
    },
    error: (error) => void (failure ??= error),
  });
  try {
    decoder.configure(configOf(codec));
    for (const packet of packets) {
      while (failure === undefined && (decoder.decodeQueueSize > MOST_WAITING || copies.size > MOST_WAITING))
        await soon();
      if (failure !== undefined) break;
      decoder.decode(chunkOf(packet));
    }
    if (failure === undefined) await decoder.flush();
  } catch (error) {
    failure ??= error;
  } finally {
    // What came before the damage is right and wanted.
    await Promise.all(copies);
    if (decoder.state !== 'closed') decoder.close();
  }
  if (failure !== undefined) throw failure;
}

/** The decoder tells each frame by its packet's time; a rank does as well as one. */
function chunkOf({ data, rank, isKey, isShown }: VideoPacket): EncodedVideoChunk {
  return new EncodedVideoChunk({ type: isKey ? 'key' : 'delta', timestamp: isShown ? rank : -1, data });
}

async function samplesOf(frame: VideoFrame) {
  try {
    const format = String(frame.format);
    const { x, y, width: widthPx, height: heightPx } = frame.visibleRect as DOMRectReadOnly;
    const [width, height] = canCopy(frame) ? [widthPx, heightPx] : [even(widthPx), even(heightPx)];
    const rect = { x, y, width, height };
    const copied = new Uint8Array(frame.allocationSize({ rect }));
    await frame.copyTo(copied, { rect });
    const data = new Uint8Array(copied.length - width * height + widthPx * heightPx);
    for (let row = 0; row < heightPx; row++) {
      data.set(copied.subarray(row * width, row * width + widthPx), row * widthPx);
    }
    data.set(copied.subarray(width * height), widthPx * heightPx);
    return { format, widthPx, heightPx, data };
  } finally {
    frame.close();
  }
}

/** Chromium of some years ago copies odd sizes only with the column or row beyond, whose chroma is the last one's. */
function canCopy(frame: VideoFrame): boolean {
  try {
    return frame.allocationSize() > 0;
  } catch {
    return false;
  }
}

function even(length: number): number {
  return length + (length % 2);
}

/** A turn of the page's loop, in which frames come. */
function soon(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
