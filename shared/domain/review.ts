/**
 * How far a frame's review has come, and how that follows from its masks.
 */
import { z } from 'zod';
import type { MaskState } from './mask-revision';

/** `unopened`: no mask yet; `proposed`: a model's or file's mask waits for the user; then what the user made of it. */
export const reviewState = z.enum(['unopened', 'proposed', 'corrected', 'accepted', 'rejected']);
export type ReviewState = z.infer<typeof reviewState>;

/**
 * The review of a frame whose masks are in these states, where the user has not said it outright. Anything made by hand
 * counts as `corrected` until the frame is accepted as a whole; deleted masks count for nothing.
 */
export function reviewOf(states: readonly MaskState[]): ReviewState {
  const has = (...wanted: MaskState[]): boolean => states.some((state) => wanted.includes(state));
  if (states.length === 0) return 'unopened';
  if (has('corrected', 'drawn')) return 'corrected';
  if (has('proposed', 'propagated', 'imported')) return 'proposed';
  if (has('accepted')) return 'accepted';
  if (has('rejected')) return 'rejected';
  return 'unopened';
}
