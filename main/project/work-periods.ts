/** Frames that were worked on, put together by day or by fifty. Numbers in, numbers out. */
import type { WorkPeriod } from '../../shared/domain';
import { chunks } from './parse';

/** A frame that a human worked on. */
export interface WorkedFrame {
  /** When it was last worked on, ISO. */
  readonly doneAt: string;
  /** Null: not known. */
  readonly activeMs: number | null;
  readonly clicks: number;
  readonly strokes: number;
  readonly accepted: number;
  readonly corrected: number;
  readonly rejected: number;
}

const FIFTY = 50;

/** @param frames in the order of time @returns one period a calendar day, of this computer's time zone */
export function byDay(frames: readonly WorkedFrame[]): WorkPeriod[] {
  const days = new Map<string, WorkedFrame[]>();
  for (const frame of frames) {
    const day = new Date(frame.doneAt).toDateString();
    const known = days.get(day);
    if (known) known.push(frame);
    else days.set(day, [frame]);
  }
  return [...days.values()].map(periodOf);
}

/** @param frames in the order of time @returns fifty a period, and the rest */
export function byFifty(frames: readonly WorkedFrame[]): WorkPeriod[] {
  return chunks(frames, FIFTY).map(periodOf);
}

function periodOf(frames: readonly WorkedFrame[]): WorkPeriod {
  const sum = (of: (frame: WorkedFrame) => number): number => frames.reduce((total, frame) => total + of(frame), 0);
  return {
    from: frames[0]?.doneAt ?? '',
    to: frames.at(-1)?.doneAt ?? '',
    frames: frames.length,
    timed: frames.filter(({ activeMs }) => activeMs !== null).length,
    medianSeconds: medianSeconds(frames),
    clicks: sum(({ clicks }) => clicks) / frames.length,
    strokes: sum(({ strokes }) => strokes) / frames.length,
    accepted: sum(({ accepted }) => accepted),
    corrected: sum(({ corrected }) => corrected),
    rejected: sum(({ rejected }) => rejected),
  };
}

/** Active time on a frame; null where none is known. */
export function medianSeconds(frames: readonly WorkedFrame[]): number | null {
  const times = frames.flatMap(({ activeMs }) => activeMs ?? []);
  return times.length > 0 ? median(times) / 1_000 : null;
}

/** @param values at least one */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [below = 0, above = 0] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 0 ? (below + above) / 2 : above;
}
