/**
 * The user's acts as data: what undo takes back and redo does again. A local act is a pure function of the instances'
 * states before it, so it can be done again on top of a click whose mask arrives late. Not the history itself
 * (`FrameDocument`).
 */
import type { MaskState, Measurement, Origin, Prompt, ReviewState } from '../../shared/domain';
import { decompressCounts, emptyMask, fillOutline, maskFromRunLengths } from '../../shared/mask';
import { paintFootprint, type BrushMode } from './brush';
import type { Instance } from './instance';
import { isLive, pixelsOf, snapshotOf, touchedState, type FrameSize, type Snapshot } from './snapshot';

export interface Change {
  readonly instance: Instance;
  /** Null: the instance did not exist. */
  readonly before: Snapshot | null;
  readonly after: Snapshot;
}

export type StateOf = (instance: Instance) => Snapshot | null;

interface ActFields {
  /** As far as known; final once settled. */
  changes: readonly Change[];
  /** False while this act, or one before it, waits for the decoder. Only settled acts are saved. */
  settled: boolean;
  reviewBefore: ReviewState;
  reviewAfter: ReviewState;
  readonly activeBefore: Instance | null;
  readonly activeAfter: Instance | null;
}

/** Needs nothing but the states before it. */
export interface LocalAct extends ActFields {
  readonly kind: 'local';
  readonly perform: (stateOf: StateOf) => Change[];
  /** What the user says of the frame; null: it follows from the masks. */
  readonly review: ReviewState | null;
  /** All that is measured on the frame, where the act is about that: no mask changes it, it is known at once. */
  readonly measured?: { readonly before: readonly Measurement[]; readonly after: readonly Measurement[] };
}

/** A click, a box, or "propose again": its mask comes from the model. */
export interface PromptAct extends ActFields {
  readonly kind: 'prompt';
  readonly instance: Instance;
  readonly promptAfter: (before: Prompt) => Prompt;
  /** Refines the mask before; a box starts afresh. */
  readonly refines: boolean;
  /** Name of the head that is asked to propose; null for points and boxes. */
  readonly head: string | null;
}

export type Act = LocalAct | PromptAct;

/** The list with what an act, done or undone, makes of it; what somebody else measured since stays. */
export function remeasured(
  now: readonly Measurement[],
  from: readonly Measurement[],
  to: readonly Measurement[],
): readonly Measurement[] {
  const isIn = (list: readonly Measurement[], one: Measurement) => list.some((other) => isSame(one, other));
  if (now.length === from.length && now.every((one, i) => from[i] && isSame(one, from[i]))) return to;
  const kept = now.filter((one) => !isIn(from, one) || isIn(to, one));
  return [...kept, ...to.filter((one) => !isIn(from, one) && !isIn(kept, one))];
}

function isSame(a: Measurement, b: Measurement): boolean {
  const asideOf = (one: Measurement): number => (one.kind === 'ellipse' ? one.asidePx : 0);
  const sameEnds = a.x0 === b.x0 && a.y0 === b.y0 && a.x1 === b.x1 && a.y1 === b.y1;
  return a.kind === b.kind && sameEnds && asideOf(a) === asideOf(b);
}

/** What of an act makes its question. */
export type Asked = Pick<PromptAct, 'promptAfter' | 'refines' | 'head'>;

/** A finished stroke: small, and painted again it gives the same pixels, whatever limited the brush. */
export interface Stroke {
  readonly mode: BrushMode;
  /** All pixels it touched, as COCO's compressed run lengths. */
  readonly counts: string;
}

/** A brush or eraser stroke; no change where every pixel already was so. */
export function strokeChange(instance: Instance, stroke: Stroke, size: FrameSize): LocalAct['perform'] {
  const { widthPx, heightPx } = size;
  return (stateOf) => {
    const before = stateOf(instance);
    if (before === null && stroke.mode === 'eraser') return [];
    const pixels = before ? pixelsOf(before, size) : emptyMask(size.widthPx, size.heightPx);
    const footprint = maskFromRunLengths(decompressCounts(stroke.counts), widthPx, heightPx);
    if (!paintFootprint(pixels, footprint, stroke.mode)) return [];
    return [{ instance, before, after: handMade(before, pixels, stroke.mode) }];
  };
}

/** A polygon's inside added to the mask, or taken away from it. */
export function polygonChange(
  instance: Instance,
  vertices: readonly number[],
  mode: 'add' | 'remove',
  size: FrameSize,
): LocalAct['perform'] {
  return (stateOf) => {
    const before = stateOf(instance);
    const pixels = before ? pixelsOf(before, size) : emptyMask(size.widthPx, size.heightPx);
    const inside = fillOutline(vertices, size.widthPx, size.heightPx).data;
    const value = mode === 'add' ? 1 : 0;
    let changed = false;
    for (let i = 0; i < inside.length; i++) {
      if (inside[i] === 1 && pixels.data[i] !== value) {
        pixels.data[i] = value;
        changed = true;
      }
    }
    return changed ? [{ instance, before, after: handMade(before, pixels, 'polygon') }] : [];
  };
}

export function handMade(
  before: Snapshot | null,
  pixels: Parameters<typeof snapshotOf>[0],
  tool: Origin['tool'],
): Snapshot {
  const prompt = before?.prompt ?? { points: [] };
  return snapshotOf(pixels, { state: touchedState(before), quality: null, prompt, origin: { tool } });
}

/** New states, same pixels. */
export function stateChange(states: ReadonlyMap<Instance, MaskState>, tool: Origin['tool']): LocalAct['perform'] {
  return (stateOf) => {
    const changes: Change[] = [];
    for (const [instance, state] of states) {
      const before = stateOf(instance);
      if (before === null || before.state === state) continue;
      changes.push({ instance, before, after: { ...before, state, origin: { ...before.origin, tool } } });
    }
    return changes;
  };
}

/** Pixels and prompts of an older state, in a state of their own: the history only grows. */
export function restoredChange(instance: Instance, older: Snapshot): LocalAct['perform'] {
  return (stateOf) => {
    const before = stateOf(instance);
    if (before === null || (isLive(before) && before.counts === older.counts)) return [];
    const origin = { ...older.origin, tool: 'restore' } as const;
    return [{ instance, before, after: { ...older, state: touchedState(older), origin } }];
  };
}

/** Points and box are forgotten, the pixels stay. */
export function clearedPrompt(instance: Instance): LocalAct['perform'] {
  return (stateOf) => {
    const before = stateOf(instance);
    if (before === null || (before.prompt.points.length === 0 && !before.prompt.box)) return [];
    const after: Snapshot = {
      ...before,
      state: touchedState(before),
      prompt: { points: [] },
      origin: { ...before.origin, tool: 'prompt' },
    };
    return [{ instance, before, after }];
  };
}
