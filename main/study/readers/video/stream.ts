/**
 * The first video track of an MP4, MOV, WebM or Matroska file, by mediabunny: what it is, in which order its frames are
 * shown, and their packets. Not the decoding. Keeps no file open.
 */
import type { EncodedPacket, EncodedPacketSink, InputVideoTrack } from 'mediabunny';
import type { VideoPacket } from '../../../../shared/video';
import { AppError, isAppError } from '../../../../shared/errors';
import { checkFrameSize, MAX_FRAMES } from '../../limits';
import { CONVERT } from '../avi';
import { withFile, type ByteSource } from '../byte-source';
import { readAvcRecord, toAnnexB, type AvcRecord } from './h264';
import { checkCounts } from './mp4-counts';
import type { Colours, Rotation } from './planes';
import { wholeBytes } from './webm-extent';

/** What mediabunny may keep of a file's bytes. */
const CACHE_BYTES = 2 ** 20;
/** Packets between a key frame and the frame that is wanted: far beyond what any encoder writes. */
const MAX_JOB_BYTES = 2 ** 28;

/** A packet of the file; see `VideoPacket`. */
export type CodedFrame = Omit<VideoPacket, 'rank'> & { readonly timeS: number };

export interface VideoStream {
  /** As WebCodecs names it. */
  readonly codec: string;
  /** As the frames are stored, before they are turned upright. */
  readonly widthPx: number;
  readonly heightPx: number;
  readonly rotation: Rotation;
  readonly colours: Colours;
  /** Frames in the order they are shown: their places in decoding order. */
  readonly shown: readonly number[];
  /** Undefined for a single frame. */
  readonly frameTimeMs: number | undefined;
  /**
   * The packets that a frame needs, from a key frame on, in decoding order.
   *
   * @param from,to shown frames, 0-based; frames after `from` up to `to` come along as far as they hang on the same key frame
   * @throws AppError `format-corrupt`, `too-large`
   */
  packets(from: number, to: number): Promise<readonly CodedFrame[]>;
}

/** @throws AppError `format-corrupt`, `format-unknown`, `too-large` */
export async function openStream(file: ByteSource, isMp4: boolean): Promise<VideoStream> {
  const { path } = file;
  if (isMp4) await checkCounts(file);
  const size = isMp4 ? file.size : await wholeBytes(file);
  return reading(path, async () => {
    const { Input, CustomSource, EncodedPacketSink, Logging, LogLevel, MATROSKA, MP4, QTFF, WEBM } =
      await import('mediabunny');
    // What is wrong with a file is told by our errors.
    Logging.level = LogLevel.Silent;
    const source = new CustomSource({
      getSize: () => size,
      read: (start, end) => withFile(path, (bytes) => bytes.read(start, end - start)),
      ...{ maxCacheSize: CACHE_BYTES, prefetchProfile: 'fileSystem' },
      // What was read ahead of need and failed is read again when it is needed.
      handleUnhandledError: () => undefined,
    });
    const input = new Input({ formats: isMp4 ? [MP4, QTFF] : [WEBM, MATROSKA], source });
    const [track] = await input.getVideoTracks();
    if (!track) throw corrupt(path, 'it has no video');
    return streamOf(track, new EncodedPacketSink(track), path);
  });
}

async function streamOf(track: InputVideoTrack, sink: EncodedPacketSink, path: string): Promise<VideoStream> {
  const [widthPx, heightPx] = [await track.getCodedWidth(), await track.getCodedHeight()];
  checkFrameSize(path, widthPx, heightPx);
  const kind = await track.getCodec();
  const config = await track.getDecoderConfig();
  if (!config || (kind !== 'avc' && kind !== 'vp8' && kind !== 'vp9' && kind !== 'av1')) {
    throw unreadable(path, `video compressed by ${kind ?? String(await track.getInternalCodecId())}`);
  }
  const { codec, description, colorSpace } = config;
  const avc = kind === 'avc' && description ? readAvcRecord(bytesOf(description), path) : undefined;
  const bits = avc?.bitDepth ?? bitsOf(codec);
  if (bits !== 8) throw unreadable(path, `video of ${bits} bit`);
  if (colorSpace?.matrix === 'rgb') throw unreadable(path, 'video stored as red, green and blue');
  const frames = await listFrames(sink, kind === 'vp8', path);
  const [first, last] = [frames.shown[0], frames.shown.at(-1)];
  if (first === undefined || last === undefined) throw corrupt(path, 'it has no whole frame');
  const span = (frames.all[last] as EncodedPacket).timestamp - (frames.all[first] as EncodedPacket).timestamp;
  return {
    ...{ codec, widthPx, heightPx, rotation: await track.getRotation() },
    colours: { fullRange: colorSpace?.fullRange ?? false, matrix: colorSpace?.matrix ?? undefined },
    shown: frames.shown,
    frameTimeMs: span > 0 ? (1_000 * span) / (frames.shown.length - 1) : undefined,
    packets: (from, to) => reading(path, () => packetsOf(sink, frames, [from, to], avc, path)),
  };
}

interface Frames {
  /** In decoding order; without their data. */
  readonly all: readonly EncodedPacket[];
  /** Places in `all` of packets that become no picture. */
  readonly hidden: ReadonlySet<number>;
  /** Places in `all`, in the order of showing. */
  readonly shown: readonly number[];
}

async function listFrames(sink: EncodedPacketSink, isVp8: boolean, path: string): Promise<Frames> {
  const all: EncodedPacket[] = [];
  for await (const packet of sink.packets(undefined, undefined, { metadataOnly: true })) {
    if (all.length === MAX_FRAMES) throw new AppError('too-large', path, `${path}: more than ${MAX_FRAMES} frames`);
    all.push(packet);
  }
  const hidden = new Set<number>();
  if (isVp8) {
    // Frames for others' sake alone lie in packets of their own; a bit of their header says so (RFC 6386, 9.1).
    let place = 0;
    for await (const { data } of sink.packets()) {
      if (((data[0] ?? 0) & 0x10) === 0) hidden.add(place);
      place++;
    }
  }
  const shown = [...all.keys()].filter((place) => !hidden.has(place) && !isBeforeEdit(all[place] as EncodedPacket));
  shown.sort((a, b) => timeOf(all, a) - timeOf(all, b) || a - b);
  return { all, hidden, shown };
}

/** Cut off by the file's edit list, and kept for what is decoded from it. */
function isBeforeEdit({ timestamp, duration }: EncodedPacket): boolean {
  return timestamp < 0 && timestamp + duration <= 0;
}

async function packetsOf(
  sink: EncodedPacketSink,
  { all, hidden, shown }: Frames,
  [from, to]: readonly [number, number],
  avc: AvcRecord | undefined,
  path: string,
): Promise<readonly CodedFrame[]> {
  const target = shown[from] as number;
  const load = async (place: number): Promise<CodedFrame> => {
    const packet = await (place === 0 ? sink.getFirstPacket() : sink.getNextPacket(all[place - 1] as EncodedPacket));
    if (!packet) throw corrupt(path, 'it ends before its last frame');
    const about = { id: place, timeS: packet.timestamp, isShown: !hidden.has(place) };
    return avc ? { ...about, ...toAnnexB(packet.data, avc, path) } : { ...about, ...asStored(packet) };
  };
  let first: CodedFrame | undefined;
  for (const place of keysBefore(all, target)) {
    first = await load(place);
    // Some containers call a picture a key frame that only a decoder which was running before can begin with.
    if (first.isKey) break;
  }
  if (!first) throw corrupt(path, 'it has no key frame');
  const end = all.findIndex((packet, place) => place > target && packet.type === 'key');
  const wanted = shown.slice(from, to + 1).filter((place) => end < 0 || place < end);
  const last = wanted.reduce((most, place) => Math.max(most, place), target);
  const begin = timeOf(all, first.id);
  const coded = [first];
  let bytes = 0;
  for (let place = first.id + 1; place <= last; place++) {
    // Shown before the key frame, decoded after it: they hang on frames before it, and nothing that follows hangs on them.
    if (timeOf(all, place) < begin && timeOf(all, target) >= begin) continue;
    const frame = await load(place);
    bytes += frame.data.length;
    if (bytes > MAX_JOB_BYTES) throw new AppError('too-large', path, `${path}: key frames are too far apart`);
    coded.push(frame);
  }
  return coded;
}

/** Places of frames that decoding can begin with, the last before the wanted one first. */
function keysBefore(all: readonly EncodedPacket[], target: number): number[] {
  const keys: number[] = [];
  for (let place = target; place >= 0; place--) if (all[place]?.type === 'key') keys.push(place);
  const shownBefore = keys.filter((place) => timeOf(all, place) <= timeOf(all, target));
  return shownBefore.length > 0 ? shownBefore : keys;
}

function asStored({ data, type }: EncodedPacket): Pick<CodedFrame, 'data' | 'isKey'> {
  return { data, isKey: type === 'key' };
}

function timeOf(all: readonly EncodedPacket[], place: number): number {
  return (all[place] as EncodedPacket).timestamp;
}

/** Bits of a sample by WebCodecs' name of a codec, such as `vp09.02.10.10`, `av01.0.04M.10`, `avc1.6e001f`. */
function bitsOf(codec: string): number {
  if (/^avc[13]\.6e/i.test(codec)) return 10;
  const [kind, , , bits] = codec.split('.');
  return (kind === 'vp09' || kind === 'av01') && bits !== undefined ? Number(bits) : 8;
}

function bytesOf(source: AllowSharedBufferSource): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}

/** What mediabunny stumbles over is damage; errors of the system stay what they are. */
async function reading<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isAppError(error) || (error instanceof Error && 'code' in error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('format-corrupt', path, `${path}: ${reason}`, { cause: error });
  }
}

function unreadable(path: string, what: string): AppError {
  return new AppError('format-unknown', path, `${path}: ${what} cannot be read. ${CONVERT}`);
}

function corrupt(path: string, reason: string): AppError {
  return new AppError('format-corrupt', path, `${path}: ${reason}`);
}
