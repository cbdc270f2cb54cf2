/**
 * Which frame of a loop is due when. Playback counts steps from its start; a step is a frame of the range that is
 * repeated. Pure: the time is given.
 */

/** First and last frame that are played, 0-based, both included. */
export interface FrameRange {
  readonly first: number;
  readonly last: number;
}

export interface Playback {
  readonly range: FrameRange;
  /** The frame of step 0, within the range. */
  readonly from: number;
  /** Time from step to step. */
  readonly stepMs: number;
}

/** What plays where a file does not say: 25 a second. */
export const USUAL_FRAME_MS = 40;

export const SPEEDS = [0.25, 0.5, 1, 2] as const;
export type Speed = (typeof SPEEDS)[number];

export function lengthOf({ first, last }: FrameRange): number {
  return last - first + 1;
}

/** The frame of a step: the range is gone through again and again. */
export function frameOf({ range, from }: Playback, step: number): number {
  return range.first + modulo(from - range.first + step, lengthOf(range));
}

/** The step that is due; the start is step 0. */
export function stepAt({ stepMs }: Playback, elapsedMs: number): number {
  return Math.max(0, Math.floor(elapsedMs / stepMs));
}

/** The frame `by` steps on, going round at the ends of the range; from outside the range its nearer end. */
export function stepped(frame: number, by: number, range: FrameRange): number {
  if (frame < range.first) return by > 0 ? range.first : range.last;
  if (frame > range.last) return by > 0 ? range.first : range.last;
  return range.first + modulo(frame - range.first + by, lengthOf(range));
}

/** The range with another first or last frame; the other end gives way rather than that they cross. */
export function withEnd(range: FrameRange, end: 'first' | 'last', frame: number): FrameRange {
  return end === 'first'
    ? { first: frame, last: Math.max(frame, range.last) }
    : { first: Math.min(frame, range.first), last: frame };
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
