/**
 * What proposals may do to a frame: nothing where a human has worked on it, and of what heads drew before only what may be
 * replaced. Rules alone; who draws and who saves is elsewhere (proposer.ts, main/batch).
 */
import { PROPOSING_USER } from '../../shared/domain';
import type { LabelId, MaskChange, MaskInstance, MaskRle, Origin, ReviewState } from '../../shared/domain';

/** What a head drew for a label. */
export interface Drawing {
  readonly labelId: LabelId;
  /** Null: it found nothing, or no head is in use any more. */
  readonly content: { readonly rle: MaskRle; readonly quality: number; readonly origin: Origin } | null;
}

const WITHDRAWN = { tool: 'delete' } as const;

/** No review but the proposals' own, and no mask that is not a proposal as it was made, or withdrawn since. */
export function isUntouched(review: ReviewState, masks: readonly MaskInstance[]): boolean {
  return (
    (review === 'unopened' || review === 'proposed') && masks.every(({ current }) => current.user === PROPOSING_USER)
  );
}

/** The label's masks that were not deleted. */
export function heldOf(masks: readonly MaskInstance[], labelId: LabelId): MaskInstance[] {
  return masks.filter((mask) => mask.labelId === labelId && mask.current.state !== 'deleted');
}

/** A proposal of another head than the label has now; null: it has none. */
export function isStale({ current }: MaskInstance, version: string | null): boolean {
  const { tool, headVersion, insteadOf } = current.origin;
  // One that a batch drew by another version stands while the one it was taken instead of is in use.
  const standsFor = insteadOf === undefined ? headVersion : insteadOf;
  return current.state === 'proposed' && tool === 'proposal' && standsFor !== version;
}

/**
 * A new mask; or the new pixels of an old proposal; or its end, where the head finds nothing now.
 *
 * @param held the label's masks on the frame
 * @param mayReplace whether such a mask may go; where one may not, nothing changes
 */
export function changesOf(
  { labelId, content }: Drawing,
  held: readonly MaskInstance[],
  mayReplace: (mask: MaskInstance) => boolean,
): MaskChange[] {
  if (!held.every(mayReplace)) return [];
  const old = held.map(({ id, current }) => ({ maskId: id, previousId: current.id }));
  const [first] = old;
  const drawn: MaskChange[] = [];
  const state = 'proposed' as const;
  if (content) {
    drawn.push(first ? { kind: 'edit', ...first, state, ...content } : { kind: 'add', labelId, state, ...content });
  }
  const gone = content ? old.slice(1) : old;
  return [...drawn, ...gone.map((mask) => ({ kind: 'state', ...mask, state: 'deleted', origin: WITHDRAWN }) as const)];
}
