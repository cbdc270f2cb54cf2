/** An act, its undo or its redo as the edit that is sent to the project. Not when it is sent (`SaveQueue`). */
import type { MaskChange, Measurement, ReviewState, SavedEdit } from '../../shared/domain';
import type { Act, Change } from './acts';
import type { EditedFrame, UnsignedEdit } from './ports';
import type { Snapshot } from './snapshot';

export type Direction = 'do' | 'undo' | 'redo';

export interface ActToSave {
  readonly frame: EditedFrame;
  readonly act: Pick<Act, 'changes'>;
  readonly direction: Direction;
  /** Null where it follows from the masks. */
  readonly review: ReviewState | null;
  /** Null where the act is not about them. */
  readonly measurements: readonly Measurement[] | null;
}

/** The stored revision of each snapshot that was saved or loaded. */
export type RevisionOf = Pick<WeakMap<Snapshot, number>, 'get' | 'has' | 'set'>;

/** Must be called right before sending: it names the revisions that are current then. */
export function editOf(
  { frame, act, direction, review, measurements }: ActToSave,
  revisions: RevisionOf,
): UnsignedEdit {
  return {
    frameId: frame.id,
    frameSha256: frame.sha256,
    changes: act.changes.map((change) => maskChange(change, frame, direction, revisions)),
    ...(review === null ? {} : { review }),
    ...(measurements && { measurements }),
  };
}

/** Remembers what the edit's masks and revisions are called in the project. */
export function noteSaved({ act, direction }: ActToSave, answer: SavedEdit, revisions: RevisionOf): void {
  act.changes.forEach(({ instance, before, after }, index) => {
    const stored = answer.masks[index];
    if (stored === undefined) return;
    instance.maskId = stored.id;
    instance.revisionId = stored.current.id;
    const target = direction === 'undo' ? before : after;
    if (target && !revisions.has(target)) revisions.set(target, stored.current.id);
  });
}

function maskChange(change: Change, frame: EditedFrame, direction: Direction, revisions: RevisionOf): MaskChange {
  const { instance, before, after } = change;
  const [from, to] = direction === 'undo' ? [after, before] : [before, after];
  const { maskId, revisionId, labelId } = instance;
  if (maskId === null || revisionId === null) {
    return { kind: 'add', labelId, ...contentOf(to ?? after, frame, direction) };
  }
  const existing = { maskId, previousId: revisionId };
  const tool = direction === 'do' ? undefined : direction;
  if (to === null) return { kind: 'state', ...existing, state: 'deleted', origin: { tool: 'undo' } };
  const stored = revisions.get(to);
  if (tool && stored !== undefined) return { kind: 'restore', ...existing, revisionId: stored, tool };
  const samePixels = from?.counts === to.counts && from.prompt === to.prompt && from.quality === to.quality;
  if (to.state === 'deleted' || (samePixels && from.state !== to.state)) {
    return { kind: 'state', ...existing, state: to.state, origin: tool ? { ...to.origin, tool } : to.origin };
  }
  return { kind: 'edit', ...existing, ...contentOf(to, frame, direction) };
}

function contentOf(snapshot: Snapshot, { widthPx, heightPx }: EditedFrame, direction: Direction) {
  const { state, counts, quality, prompt, origin } = snapshot;
  return {
    state: state === 'deleted' ? 'drawn' : state,
    rle: { widthPx, heightPx, counts },
    quality,
    prompt,
    origin: direction === 'do' ? origin : { ...origin, tool: direction },
  } as const;
}
