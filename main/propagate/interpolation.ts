/**
 * A label's masks on the frames between two where a human stands for them, by the shapes of these two alone
 * (`shared/mask`): what there is in the image between is not looked at.
 */
import type { LabelOnFrame } from '../../shared/domain';
import type { PropagationResult } from '../../shared/ipc';
import { boundingBox, packMask, unpackMask, type Mask } from '../../shared/mask';
import type { Held } from './loop-masks';
import type { Way } from './carry';

/** The frames a human stands for that are nearest to a frame, before (or at) it and after; null where there are not two. */
export function keyFrames(frames: readonly LabelOnFrame[], index: number): readonly [number, number] | null {
  const isKey = ({ by, masks }: LabelOnFrame): boolean => by === 'human' && masks > 0;
  const next = frames.findIndex((frame, i) => i > index && isKey(frame));
  const end = next < 0 ? index : next;
  const start = frames.findLastIndex((frame, i) => i < end && i <= index && isKey(frame));
  const last = frames[end];
  return start >= 0 && last && isKey(last) ? [start, end] : null;
}

/** @returns how many frames lie between, or that there are no two key frames */
export async function interpolate(
  frames: readonly LabelOnFrame[],
  index: number,
  { masks: loop, worker, signal, onFrame }: Way,
): Promise<Pick<PropagationResult, 'of' | 'stopped'>> {
  const keys = keyFrames(frames, index);
  if (!keys) return { of: 0, stopped: 'no-keys' };
  const [start, end] = keys;
  const [before, after] = [frames[start]?.frameId ?? 0, frames[end]?.frameId ?? 0];
  const [first, last] = [await loop.masksOn(before), await loop.masksOn(after)];
  const pairs = pairsOf(first, last);
  let isWhole = first.length === last.length;
  const between = frames.slice(start + 1, end);
  for (const [i, { frameId, by }] of between.entries()) {
    signal.throwIfAborted();
    onFrame();
    const place = await loop.place(frameId);
    if (!place) isWhole = false;
    // A frame that was judged without a mask is left as it is.
    if (!place || by === 'human' || (await loop.isHuman(frameId))) continue;
    const held = await Promise.all(
      pairs.map(async ([from, to]): Promise<Held> => {
        const { widthPx, heightPx } = from;
        const ends = { from: packMask(from), to: packMask(to), share: (i + 1) / (between.length + 1) };
        const bits = await worker.request('interpolate', { widthPx, heightPx, ...ends }, { signal });
        return { mask: unpackMask(bits, widthPx, heightPx), confidence: null };
      }),
    );
    const isKept = await loop.keep(place, held, { tool: 'interpolation', fromFrameId: before });
    isWhole &&= isKept;
  }
  return { of: between.length, stopped: isWhole ? 'interpolated' : 'interpolated-part' };
}

/** Each mask of the first frame with the nearest of the second; what is left over on either side has no shape between. */
function pairsOf(first: readonly Held[], second: readonly Held[]): (readonly [Mask, Mask])[] {
  const rest = second.map(({ mask }) => mask);
  return first.flatMap(({ mask }) => {
    const distances = rest.map((other) => distance(mask, other));
    const nearest = distances.indexOf(Math.min(...distances));
    const [other] = nearest < 0 ? [] : rest.splice(nearest, 1);
    return other ? [[mask, other] as const] : [];
  });
}

/** Between the middles of their boxes, px. */
function distance(a: Mask, b: Mask): number {
  const [[ax, ay], [bx, by]] = [middle(a), middle(b)];
  return Math.hypot(ax - bx, ay - by);
}

function middle(mask: Mask): readonly [number, number] {
  const [x, y, width, height] = boundingBox(mask) ?? [0, 0, 0, 0];
  return [x + width / 2, y + height / 2];
}
