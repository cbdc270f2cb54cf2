/**
 * How far a WebM or Matroska file is whole. mediabunny 1.61 searches for the next element where it finds rubbish, and never
 * ends if there is none (`resync` in its ebml.ts): it must not see what comes after the last whole element. Not a reader of them.
 */
import { AppError } from '../../../../shared/errors';
import { MAX_FRAMES } from '../../limits';
import { windowed, type ByteSource } from '../byte-source';

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
const VOID = 0xec;
/** What a segment holds: SeekHead, Info, Cluster, Tracks, Cues, Attachments, Chapters, Tags. */
const IN_SEGMENT = new Set([
  0x114d9b74,
  0x1549a966,
  CLUSTER,
  0x1654ae6b,
  0x1c53bb6b,
  0x1941a469,
  0x1043a770,
  0x1254c367,
]);
/** Identifier and size, of at most 4 and 8 bytes. */
const HEADER_BYTES = 12;
const MOST_ELEMENTS = 4 * MAX_FRAMES;

interface Element {
  readonly id: number;
  readonly content: number;
  /** Undefined where the file does not say: it was written before that was known. */
  readonly end: number | undefined;
}

/** @returns bytes from the beginning @throws AppError `format-corrupt` without a segment, `too-large` */
export async function wholeBytes(source: ByteSource): Promise<number> {
  const file = windowed(source);
  const head = await elementAt(file, 0);
  const segment = head?.id === EBML && head.end !== undefined ? await elementAt(file, head.end) : undefined;
  if (segment?.id !== SEGMENT) throw new AppError('format-corrupt', file.path, `${file.path}: it has no segment`);
  const end = Math.min(segment.end ?? file.size, file.size);
  const seen = { elements: 0 };
  let whole = segment.content;
  for (let at = whole; at < end;) {
    const element = await elementAt(file, at);
    count(file, seen);
    if (!element || !(IN_SEGMENT.has(element.id) || element.id === VOID)) break;
    const next = element.id === CLUSTER ? await endOfCluster(file, element, end, seen) : element.end;
    if (next === undefined || next > end) break;
    at = whole = next;
  }
  return whole;
}

/** Undefined where what it holds does not fill it. */
async function endOfCluster(file: ByteSource, cluster: Element, end: number, seen: Seen): Promise<number | undefined> {
  const most = cluster.end ?? end;
  if (most > end) return undefined;
  let at = cluster.content;
  while (at < most) {
    const element = await elementAt(file, at);
    count(file, seen);
    const isNext =
      element !== undefined && (IN_SEGMENT.has(element.id) || element.id === SEGMENT || element.id === EBML);
    // Where its size is not known it ends with the next of its kind, or with the last whole block.
    if (cluster.end === undefined && (isNext || element?.end === undefined || element.end > most)) return at;
    if (isNext || element?.end === undefined || element.end > most) return undefined;
    at = element.end;
  }
  return at;
}

interface Seen {
  elements: number;
}

function count({ path }: ByteSource, seen: Seen): void {
  if (++seen.elements > MOST_ELEMENTS) throw new AppError('too-large', path, `${path}: too many elements`);
}

/** Undefined for what is none. */
async function elementAt(file: ByteSource, at: number): Promise<Element | undefined> {
  const bytes = await file.read(at, Math.max(0, Math.min(HEADER_BYTES, file.size - at)));
  const idBytes = Math.clz32(bytes[0] ?? 0) - 23;
  const sizeBytes = Math.clz32(bytes[idBytes] ?? 0) - 23;
  if (idBytes > 4 || sizeBytes > 8 || idBytes + sizeBytes > bytes.length) return undefined;
  const number = (from: number, length: number, first: number): number =>
    bytes.subarray(from + 1, from + length).reduce((value, byte) => value * 256 + byte, first);
  const content = at + idBytes + sizeBytes;
  const mask = 0xff >> sizeBytes;
  const size = number(idBytes, sizeBytes, (bytes[idBytes] as number) & mask);
  const isUnknown = size >= 2 ** (7 * sizeBytes) - 1;
  return { id: number(0, idBytes, bytes[0] as number), content, end: isUnknown ? undefined : content + size };
}
