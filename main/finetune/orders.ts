/** Which frame is to be corrected next, by the order in use. */
import type { FrameFilter, FrameId, FrameOrder } from '../../shared/domain';
import type { ProjectStore } from '../project';

/** A frame, and why it is this one. */
export interface NextFrame {
  readonly frameId: FrameId;
  readonly why: FrameOrder;
}

/** Frames that nobody has accepted or rejected. */
const UNREVIEWED: FrameFilter = { states: ['unopened', 'proposed', 'corrected'] };

/**
 * @param after the frame on screen; null: none
 * @param chance a number in [0, 1)
 * @returns null where no other frame is left
 */
export async function nextFrame(
  store: ProjectStore,
  order: FrameOrder,
  after: FrameId | null,
  chance: () => number = Math.random,
): Promise<NextFrame | null> {
  return order === 'file' ? inFileOrder(store, after) : atRandom(store, after, chance);
}

/** From the frame on screen to the end of the list, then from its beginning. */
async function inFileOrder({ frames }: ProjectStore, after: FrameId | null): Promise<NextFrame | null> {
  const next = after === null ? null : await frames.neighbour(after, 'next', UNREVIEWED);
  const found = next ?? (await frames.list({ filter: UNREVIEWED, limit: 1, offset: 0 })).frames[0];
  return found && found.id !== after ? { frameId: found.id, why: 'file' } : null;
}

async function atRandom(
  { frames }: ProjectStore,
  after: FrameId | null,
  chance: () => number,
): Promise<NextFrame | null> {
  const { total } = await frames.list({ filter: UNREVIEWED, limit: 1, offset: 0 });
  const from = Math.floor(chance() * total);
  // The one on screen is among them, perhaps: then it is the one after it.
  for (const offset of [from, (from + 1) % Math.max(1, total)]) {
    const [found] = (await frames.list({ filter: UNREVIEWED, limit: 1, offset })).frames;
    if (found && found.id !== after) return { frameId: found.id, why: 'random' };
  }
  return null;
}
