/**
 * What can be done to a whole mask at once, as acts: pure functions of the states before them, like all local acts.
 * Which mask, and whether it can be done, is the editor's matter.
 */
import { fillHoles, grown, mirrored, partsOf, shrunk, smoothed, stamp, type Mask } from '../../shared/mask';
import { handMade, type Change, type LocalAct } from './acts';
import type { Instance } from './instance';
import { cropOf, isLive, pixelsOf, type FrameSize, type Snapshot } from './snapshot';

/** By which a mask grows, shrinks and is smoothed at a time. */
const STEP_PX = 2;

export const OPERATIONS = {
  grow: (mask) => grown(mask, STEP_PX),
  shrink: (mask) => shrunk(mask, STEP_PX),
  smooth: (mask) => smoothed(mask, STEP_PX),
  fillHoles,
  largestPart: (mask) => partsOf(mask)[0] ?? mask,
  mirror: mirrored,
} as const satisfies Readonly<Record<string, (mask: Mask) => Mask>>;

export type MaskOperation = keyof typeof OPERATIONS;

type Perform = LocalAct['perform'];

/** One that would leave nothing does nothing: deleting is another act. */
export function operationChange(instance: Instance, operation: MaskOperation, size: FrameSize): Perform {
  return (stateOf) => {
    const before = stateOf(instance);
    if (!isLive(before)) return [];
    return changed(instance, before, OPERATIONS[operation](pixelsOf(before, size)));
  };
}

/** What belongs to another mask of the frame is taken away from this one. */
export function subtractChange(instance: Instance, others: readonly Instance[], size: FrameSize): Perform {
  return (stateOf) => {
    const before = stateOf(instance);
    if (!isLive(before)) return [];
    return changed(instance, before, stamped(before, others.map(stateOf).filter(isLive), 0, size));
  };
}

/** The others' pixels become this one's, and the others go. */
export function mergeChange(instance: Instance, others: readonly Instance[], size: FrameSize): Perform {
  return (stateOf) => {
    const before = stateOf(instance);
    if (!isLive(before)) return [];
    const joined = others.flatMap((other) => {
      const state = stateOf(other);
      return isLive(state) ? [{ instance: other, before: state }] : [];
    });
    if (joined.length === 0) return [];
    const theirs = joined.map((other) => other.before);
    const mask = stamped(before, theirs, 1, size);
    const gone = joined.map((other): Change => {
      const origin = { ...other.before.origin, tool: 'delete' } as const;
      return { ...other, after: { ...other.before, state: 'deleted', origin } };
    });
    return [{ instance, before, after: handMade(before, mask, 'operation') }, ...gone];
  };
}

/** The largest part stays, each other becomes an instance of its own. @param another makes one */
export function splitChange(instance: Instance, another: () => Instance, size: FrameSize): Perform {
  // Done again on top of a late click, the same instances hold the parts.
  const made: Instance[] = [];
  return (stateOf) => {
    const before = stateOf(instance);
    const [first, ...others] = isLive(before) ? partsOf(pixelsOf(before, size)) : [];
    if (!before || !first || others.length === 0) return [];
    const parts = others.map((mask, i): Change => {
      const part = (made[i] ??= another());
      return { instance: part, before: stateOf(part), after: handMade(null, mask, 'operation') };
    });
    return [{ instance, before, after: handMade(before, first, 'operation') }, ...parts];
  };
}

/** A mask on which others are set or cleared: there may be hundreds of them, so nothing outside of their boxes is looked at. */
function stamped(onto: Snapshot, others: readonly Snapshot[], value: 0 | 1, size: FrameSize): Mask {
  const mask = pixelsOf(onto, size);
  for (const other of others) {
    const crop = cropOf(other, size);
    if (crop) stamp(mask, crop, value);
  }
  return mask;
}

function changed(instance: Instance, before: Snapshot, mask: Mask): Change[] {
  const after = handMade(before, mask, 'operation');
  return after.areaPx === 0 || after.counts === before.counts ? [] : [{ instance, before, after }];
}
