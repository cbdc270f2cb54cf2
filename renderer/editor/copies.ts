/**
 * Masks of one frame brought onto another of the same size, where they stand: never over what a human has outlined there.
 * Not which frame that is and not how to get there (`stores/copying.ts`).
 */
import { MACHINE_STATES, type MaskState } from '../../shared/domain';
import { decompressCounts, maskFromRunLengths, type Mask } from '../../shared/mask';
import { dice } from '../../shared/metrics';
import type { Change, LocalAct } from './acts';
import type { FrameDocument } from './frame-document';
import type { FrameSize, Snapshot } from './snapshot';

/** A mask, however it is kept. `counts`: COCO's compressed run lengths at the frame's size. */
export interface PlacedMask {
  readonly labelId: number;
  readonly state: MaskState;
  readonly counts: string;
}

/** `replaces`: what only a machine drew of the same instance there; null where the copy is another one. */
export interface CopyPlace<There extends PlacedMask> {
  readonly copy: PlacedMask;
  readonly replaces: There | null;
}

/** Two masks of a label that a frame holds many of are the same instance where they agree this far. */
const SAME_INSTANCE_DICE = 0.5;

/** What is copied from a frame: the chosen mask, or all there are where none is chosen. */
export function masksToCopy({ active, live }: FrameDocument): PlacedMask[] {
  return (active ? [active] : live).flatMap(({ labelId, shown }) =>
    shown && shown.areaPx > 0 ? [{ labelId, state: shown.state, counts: shown.counts }] : [],
  );
}

/**
 * Where copies may go.
 *
 * @param there live masks of the other frame
 * @returns each copy that no human's mask of the same label and instance stands against
 */
export function placesFor<There extends PlacedMask>(
  copies: readonly PlacedMask[],
  there: readonly There[],
  holdsOne: (labelId: number) => boolean,
  size: FrameSize,
): CopyPlace<There>[] {
  const taken = new Set<There>();
  return copies.flatMap((copy): CopyPlace<There>[] => {
    const others = there.filter((mask) => mask.labelId === copy.labelId && !taken.has(mask));
    const same = holdsOne(copy.labelId) ? others[0] : mostAlike(copy, others, size);
    if (!same) return [{ copy, replaces: null }];
    taken.add(same);
    return MACHINE_STATES.has(same.state) ? [{ copy, replaces: same }] : [];
  });
}

/**
 * Puts the copies on a frame as one act, in state `propagated`; the first becomes the active one.
 *
 * @returns false where a human's masks leave no place
 */
export function placeCopies(
  document: FrameDocument,
  copies: readonly PlacedMask[],
  holdsOne: (labelId: number) => boolean,
  fromFrameId: number,
): boolean {
  const there = document.live.flatMap((instance) => {
    const { shown, labelId } = instance;
    return shown ? [{ instance, labelId, state: shown.state, counts: shown.counts }] : [];
  });
  const targets = placesFor(copies, there, holdsOne, document.frame).map(({ copy, replaces }) => {
    return { instance: replaces?.instance ?? document.newInstance(copy.labelId), after: copied(copy, fromFrameId) };
  });
  const [first] = targets;
  if (!first) return false;
  const perform: LocalAct['perform'] = (stateOf) =>
    targets.map(({ instance, after }): Change => ({ instance, before: stateOf(instance), after }));
  return document.do({ kind: 'local', perform, review: null }, first.instance);
}

function copied({ counts }: PlacedMask, fromFrameId: number): Snapshot {
  const runs = decompressCounts(counts);
  let areaPx = 0;
  for (let k = 1; k < runs.length; k += 2) areaPx += runs[k] as number;
  const origin = { tool: 'propagation', fromFrameId } as const;
  return { state: 'propagated', counts, areaPx, quality: null, prompt: { points: [] }, origin };
}

function mostAlike<There extends PlacedMask>(copy: PlacedMask, others: readonly There[], size: FrameSize) {
  const own = maskOf(copy, size);
  let best: { mask: There; score: number } | null = null;
  for (const mask of others) {
    const score = dice(own, maskOf(mask, size));
    if (score >= SAME_INSTANCE_DICE && score > (best?.score ?? 0)) best = { mask, score };
  }
  return best?.mask;
}

function maskOf({ counts }: PlacedMask, { widthPx, heightPx }: FrameSize): Mask {
  return maskFromRunLengths(decompressCounts(counts), widthPx, heightPx);
}
