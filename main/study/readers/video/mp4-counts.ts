/**
 * Looks at the counts in an MP4's tables before mediabunny unrolls them: a table of a few bytes may claim billions of
 * frames. Not a reader of MP4.
 */
import { AppError } from '../../../../shared/errors';
import { MAX_FRAMES } from '../../limits';
import type { ByteSource } from '../byte-source';

const CONTAINERS = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl', 'moof', 'traf']);
/** Tables whose entries are `count, value`. */
const RUNS = new Set(['stts', 'ctts']);
const DEEPEST = 8;
const MOST_BOXES = 4 * MAX_FRAMES;
const MAX_TABLE_BYTES = 2 ** 24;
/** Sound has many more samples than a loop has frames: an hour of AAC has 170,000, in fragments of all tracks. */
const MOST_IN_FRAGMENTS = 10 * MAX_FRAMES;

interface Seen {
  boxes: number;
  inFragments: number;
  /** Of the present track's tables. */
  runs: Record<string, number>;
}

/** @throws AppError `too-large` */
export async function checkCounts(file: ByteSource): Promise<void> {
  await checkBoxes(file, 0, file.size, 0, { boxes: 0, inFragments: 0, runs: {} });
}

async function checkBoxes(file: ByteSource, start: number, end: number, depth: number, seen: Seen): Promise<void> {
  for (let at = start; at + 8 <= end;) {
    if (++seen.boxes > MOST_BOXES) throw tooMany(file, 'too many boxes');
    const { type, content, next } = boxAt(view(await file.read(at, Math.min(16, end - at))), at, end);
    if (next <= at) return;
    if (CONTAINERS.has(type) && depth < DEEPEST) {
      if (type === 'stbl') seen.runs = {};
      await checkBoxes(file, content, next, depth + 1, seen);
      if (type === 'stbl') checkTrack(file, seen.runs);
    } else if (RUNS.has(type) || type === 'trun') {
      if (next - content > MAX_TABLE_BYTES) throw tooMany(file, `a table of ${next - content} bytes`);
      const table = view(await file.read(content, Math.max(0, next - content)));
      if (type === 'trun') checkFragment(file, table, seen);
      else seen.runs[type] = (seen.runs[type] ?? 0) + sumOfRuns(table);
    }
    at = next;
  }
}

/** `next` is not beyond `at` where the box has an impossible size. */
function boxAt(head: DataView, at: number, end: number): { type: string; content: number; next: number } {
  const type = String.fromCharCode(...[4, 5, 6, 7].map((i) => head.getUint8(i)));
  const short = head.getUint32(0);
  const isLong = short === 1 && head.byteLength === 16;
  const size = isLong ? Number(head.getBigUint64(8)) : short === 0 ? end - at : short;
  const headBytes = isLong ? 16 : 8;
  return { type, content: at + headBytes, next: size < headBytes ? at : Math.min(end, at + size) };
}

function sumOfRuns(table: DataView): number {
  let sum = 0;
  for (let at = 8; at + 8 <= table.byteLength; at += 8) sum += table.getUint32(at);
  return sum;
}

/** Only frames that are shown in another order than they are stored are unrolled; sound, which has more, is not. */
function checkTrack(file: ByteSource, { stts = 0, ctts }: Record<string, number>): void {
  if (ctts !== undefined && Math.max(stts, ctts) > MAX_FRAMES) throw tooMany(file, `${Math.max(stts, ctts)} frames`);
}

function checkFragment(file: ByteSource, table: DataView, seen: Seen): void {
  if (table.byteLength >= 8) seen.inFragments += table.getUint32(4);
  if (seen.inFragments > MOST_IN_FRAGMENTS) throw tooMany(file, `${seen.inFragments} frames in fragments`);
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function tooMany({ path }: ByteSource, what: string): AppError {
  return new AppError('too-large', path, `${path}: ${what}, at most ${MAX_FRAMES} frames are accepted`);
}
