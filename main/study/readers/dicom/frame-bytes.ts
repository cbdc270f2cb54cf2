/**
 * Where each frame's bytes lie in the pixel data: one after the other where they are not compressed, else in fragments
 * (PS3.5 A.4). Not their decoding.
 */
import { AppError } from '../../../../shared/errors';
import type { ByteSource } from '../byte-source';
import type { DicomHeader } from './data-set';
import type { PixelDescription } from './description';

interface Place {
  readonly position: number;
  readonly length: number;
}

export interface FramePlaces {
  /** The bytes of one frame, joined where they lie in several fragments. */
  read(bytes: ByteSource, index: number): Promise<Uint8Array>;
}

const ITEM = 0xfffee000;
const SEQUENCE_END = 0xfffee0dd;
/** Fragments of a frame seldom are more than a few; headers that lie may name billions. */
const MAX_FRAGMENTS = 1_000_000;
/** Of a compressed frame: as much as the largest frame has uncompressed. */
const MAX_FRAME_BYTES = 2 ** 28;

/** Bits of a frame that is not compressed. Native YBR_FULL_422 has one pair of colours for two pixels. */
export function nativeFrameBits({
  widthPx,
  heightPx,
  samplesPerPixel,
  bitsAllocated,
  photometric,
}: PixelDescription): number {
  const samples = photometric === 'YBR_FULL_422' ? 2 : samplesPerPixel;
  return widthPx * heightPx * samples * bitsAllocated;
}

/**
 * Finds the frames without reading them.
 *
 * @param bytes what `header.pixelData` refers to
 * @throws AppError `format-corrupt` where there are fewer frames than the header promises
 */
export async function placeFrames(
  bytes: ByteSource,
  { pixelData }: DicomHeader,
  description: PixelDescription,
): Promise<FramePlaces> {
  if (!pixelData.encapsulated) return nativeFrames(bytes, pixelData, description);
  const frames = await encapsulatedFrames(bytes, pixelData.offset, description.frameCount);
  return {
    read: async (source, index) => {
      const parts = [];
      const total = (frames[index] ?? []).reduce((sum, { length }) => sum + length, 0);
      if (total > MAX_FRAME_BYTES) throw corrupt(source, `frame ${index + 1} has ${total} compressed bytes`);
      for (const { position, length } of frames[index] ?? []) parts.push(await source.read(position, length));
      const [only] = parts;
      return parts.length === 1 && only ? only : new Uint8Array(Buffer.concat(parts));
    },
  };
}

function nativeFrames(
  { path, size }: ByteSource,
  { offset, length, swappedBytes }: DicomHeader['pixelData'],
  description: PixelDescription,
): FramePlaces {
  const { frameCount } = description;
  const bits = nativeFrameBits(description);
  const there = Math.min(length, size - offset);
  if (Math.ceil((bits * frameCount) / 8) > there) {
    const whole = Math.floor((there * 8) / bits);
    const reason = `the header promises ${frameCount} frames of ${bits / 8} bytes, the pixel data hold ${whole} whole ones`;
    throw new AppError('format-corrupt', path, `${path}: ${reason}`);
  }
  return {
    read: async (source, index) => {
      // Frames of 1 bit a pixel follow each other without a gap, also within a byte.
      const [first, end] = [Math.floor((bits * index) / 8), Math.ceil((bits * (index + 1)) / 8)];
      if (swappedBytes) return swapped(source, offset, first, end);
      const frame = await source.read(offset + first, end - first);
      const shift = (bits * index) % 8;
      return shift === 0 ? frame : frame.map((byte, i) => (byte >> shift) | ((frame[i + 1] ?? 0) << (8 - shift)));
    },
  };
}

/** Single bytes out of big endian words: each pair is turned round, also where a frame begins in the middle of one. */
async function swapped(source: ByteSource, offset: number, first: number, end: number): Promise<Uint8Array> {
  const from = first - (first % 2);
  const words = Buffer.from(await source.read(offset + from, end + (end % 2) - from)).swap16();
  return words.subarray(first - from, end - from);
}

async function encapsulatedFrames(
  bytes: ByteSource,
  offset: number,
  frameCount: number,
): Promise<(readonly Place[])[]> {
  const [table, ...fragments] = await itemsFrom(bytes, offset);
  if (!table) throw corrupt(bytes, 'the pixel data have no items');
  if (fragments.length < frameCount) {
    throw corrupt(bytes, `the header promises ${frameCount} frames, the pixel data hold ${fragments.length} fragments`);
  }
  if (frameCount === 1) return [fragments];
  if (fragments.length === frameCount) return fragments.map((fragment) => [fragment]);
  const starts = (await startsByTable(bytes, table, fragments)) ?? (await startsByMarker(bytes, fragments));
  const rises = starts.every((start, i) => start > (starts[i - 1] ?? -1));
  if (starts.length !== frameCount || starts[0] !== 0 || !rises) {
    const reason = `${fragments.length} fragments, and nothing tells which of them make up the ${frameCount} frames`;
    throw corrupt(bytes, reason);
  }
  return starts.map((start, i) => fragments.slice(start, starts[i + 1] ?? fragments.length));
}

async function itemsFrom(bytes: ByteSource, offset: number): Promise<Place[]> {
  const items: Place[] = [];
  for (let at = offset; at + 8 <= bytes.size;) {
    const head = await bytes.read(at, 8);
    const view = new DataView(head.buffer, head.byteOffset, 8);
    const tag = view.getUint16(0, true) * 65_536 + view.getUint16(2, true);
    const length = view.getUint32(4, true);
    if (tag === SEQUENCE_END) break;
    if (tag !== ITEM) throw corrupt(bytes, `no item at byte ${at}, where the next fragment should begin`);
    if (at + 8 + length > bytes.size) throw corrupt(bytes, `truncated: the fragment at byte ${at} ends after the file`);
    if (items.length >= MAX_FRAGMENTS) throw corrupt(bytes, `more than ${MAX_FRAGMENTS} fragments`);
    items.push({ position: at + 8, length });
    at += 8 + length;
  }
  return items;
}

/** By the Basic Offset Table: the index of each frame's first fragment. Undefined where it is empty. */
async function startsByTable(
  bytes: ByteSource,
  table: Place,
  fragments: readonly Place[],
): Promise<number[] | undefined> {
  if (table.length < 4) return undefined;
  const content = await bytes.read(table.position, table.length);
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  const first = (fragments[0]?.position ?? 0) - 8;
  const indexOf = new Map(fragments.map(({ position }, i) => [position - 8 - first, i]));
  return Array.from({ length: Math.floor(table.length / 4) }, (_, i) => indexOf.get(view.getUint32(4 * i, true)) ?? -1);
}

/** Where there is no table: a fragment that begins as a JPEG or JPEG 2000 stream begins a frame. */
async function startsByMarker(bytes: ByteSource, fragments: readonly Place[]): Promise<number[]> {
  const starts: number[] = [];
  for (const [i, { position, length }] of fragments.entries()) {
    const [first, second] = length < 2 ? [] : await bytes.read(position, 2);
    if (first === 0xff && (second === 0xd8 || second === 0x4f)) starts.push(i);
  }
  return starts;
}

function corrupt({ path }: ByteSource, reason: string): AppError {
  return new AppError('format-corrupt', path, `${path}: ${reason}`);
}
