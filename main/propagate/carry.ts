/**
 * Carrying masks from one frame of a loop to the next, as far as the frames say where they are (`shared/track`): from a
 * frame to the end of the loop, or from a corrected one through what was carried before the correction.
 */
import type { FrameId, LabelOnFrame } from '../../shared/domain';
import type { PropagationEnd, PropagationResult } from '../../shared/ipc';
import { interpolatedMask, packMask, unpackMask } from '../../shared/mask';
import type { Held, LoopMasks, Place, PropagationParts } from './loop-masks';

/**
 * A step less sure than this is not taken. Neighbouring frames of simulated hearts reach 0.45 to 0.69, of pydicom's loop
 * of a real one 0.65 to 0.91; frames four apart 0.12 to 0.22, those of other hearts 0.11 to 0.34, noise 0.02. In pictures
 * of 240 pixels and less unrelated frames may pass for neighbours (0.45 to 0.64 against 0.81 to 0.87).
 */
const LEAST_CONFIDENCE = 0.4;

export interface Way {
  readonly masks: LoopMasks;
  readonly worker: PropagationParts['worker'];
  readonly signal: AbortSignal;
  /** Before each frame. */
  onFrame(): void;
}

/** What a frame on the way gets of the masks carried there; null: the way ends before it. */
type Mixing = (frameId: FrameId, carried: readonly Held[]) => Promise<readonly Held[] | null>;

/**
 * @param rest frames in the order they are come to
 * @returns why it went no further
 */
export async function carry(
  from: Place,
  masks: readonly Held[],
  rest: readonly FrameId[],
  { masks: loop, worker, signal, onFrame }: Way,
  mixing: Mixing = (_, carried) => Promise.resolve(carried),
): Promise<PropagationEnd> {
  const origin = { tool: 'propagation', fromFrameId: from.id } as const;
  let [place, held] = [from, masks];
  for (const id of rest) {
    signal.throwIfAborted();
    onFrame();
    const to = await loop.place(id);
    if (!to) return 'unreadable';
    if (await loop.isHuman(id)) return 'reviewed';
    held = await track(worker, place, to, held, signal);
    if (held.some(({ confidence }) => (confidence ?? 1) < LEAST_CONFIDENCE)) return 'drift';
    const mixed = await mixing(id, held);
    if (mixed === null) return 'reviewed';
    if (!(await loop.keep(to, mixed, origin))) return 'reviewed';
    place = to;
  }
  return 'end';
}

async function track(
  worker: PropagationParts['worker'],
  from: Place,
  to: Place,
  held: readonly Held[],
  signal: AbortSignal,
): Promise<Held[]> {
  const [first] = held;
  const { widthPx, heightPx } = first?.mask ?? { widthPx: 0, heightPx: 0 };
  const answer = await worker.request(
    'track',
    { from, to, widthPx, heightPx, masks: held.map(({ mask }) => packMask(mask)) },
    { signal },
  );
  return answer.map(({ bits, confidence }) => ({ mask: unpackMask(bits, widthPx, heightPx), confidence }));
}

/**
 * After a correction: what was carried to the frames around it is carried anew from it, as far as nobody has worked there.
 * Masks that had come from this side of the correction are replaced. Those that had come from a frame ahead, which is right
 * itself, go over into the new ones little by little: beside that frame they stay as they are.
 *
 * @param frames the label on all frames of the loop
 */
export async function carryCorrection(
  from: Place,
  held: readonly Held[],
  frames: readonly LabelOnFrame[],
  way: Way,
): Promise<Pick<PropagationResult, 'of' | 'stopped'>> {
  const stretches = stretchesAround(frames, from.frameIndex);
  const ends: PropagationEnd[] = [];
  for (const stretch of stretches) {
    const ahead = stretch.map(({ frameId }) => frameId);
    const shares = new Map(stretch.map((frame) => [frame.frameId, shareOfNew(frames, from.frameIndex, frame)]));
    const mixing: Mixing = async (frameId, carried) => {
      const share = shares.get(frameId) ?? 1;
      const there = share < 1 ? await way.masks.masksOn(frameId) : [];
      if (there.length !== carried.length) return carried;
      return carried.map((own, i): Held => {
        const old = there[i];
        return old ? { ...own, mask: interpolatedMask(old.mask, own.mask, share) } : own;
      });
    };
    ends.push(await carry(from, held, ahead, way, mixing));
  }
  const trouble = ends.find((end) => end !== 'end');
  return { of: stretches.flat().length, stopped: trouble ?? 'corrected' };
}

/** The carried frames next to this one, nearest first, on either side. */
export function stretchesAround(frames: readonly LabelOnFrame[], index: number): readonly LabelOnFrame[][] {
  const sides = [frames.slice(index + 1), frames.slice(0, index).reverse()];
  return sides.map((side) => {
    const end = side.findIndex(({ by }) => by !== 'propagation');
    return end < 0 ? side : side.slice(0, end);
  });
}

/** 1 where the masks there came by way of the corrected frame; towards a source ahead it falls to 0. */
function shareOfNew(
  frames: readonly LabelOnFrame[],
  corrected: number,
  { frameId, fromFrameId }: LabelOnFrame,
): number {
  const at = frames.findIndex((frame) => frame.frameId === frameId);
  const source = frames.findIndex((frame) => frame.frameId === fromFrameId && frame.by === 'human');
  const isAhead = source >= 0 && Math.sign(source - at) === Math.sign(at - corrected);
  return isAhead ? (source - at) / (source - corrected) : 1;
}
