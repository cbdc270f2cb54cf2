/**
 * One state of one instance, as undo brings it back. Immutable and small: pixels are run lengths, so that a history of
 * thousands of strokes costs little. Logits and revision numbers are kept beside it (`FrameDocument`).
 */
import type { MaskRevision, MaskState, Origin, Prompt } from '../../shared/domain';
import {
  compressCounts,
  cropOfRuns,
  decompressCounts,
  isSetInRuns,
  maskFromRunLengths,
  runLengths,
  type Crop,
  type Mask,
} from '../../shared/mask';

export interface Snapshot {
  readonly state: MaskState;
  /** COCO's compressed run lengths at the frame's size. */
  readonly counts: string;
  readonly areaPx: number;
  readonly quality: number | null;
  readonly prompt: Prompt;
  readonly origin: Origin;
}

export interface FrameSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** True for a place on the image; false for NaN. */
export function covers({ widthPx, heightPx }: FrameSize, x: number, y: number): boolean {
  return x >= 0 && y >= 0 && x < widthPx && y < heightPx;
}

export function snapshotOf(mask: Mask, rest: Omit<Snapshot, 'counts' | 'areaPx'>): Snapshot {
  const runs = runLengths(mask);
  let areaPx = 0;
  for (let k = 1; k < runs.length; k += 2) areaPx += runs[k] as number;
  return { ...rest, counts: compressCounts(runs), areaPx };
}

export function snapshotOfRevision(revision: MaskRevision): Snapshot {
  const { state, rle, areaPx, quality, prompt, origin } = revision;
  return { state, counts: rle.counts, areaPx, quality, prompt, origin };
}

export function pixelsOf(snapshot: Snapshot, { widthPx, heightPx }: FrameSize): Mask {
  return maskFromRunLengths(decompressCounts(snapshot.counts), widthPx, heightPx);
}

/** The same inside its bounding box; null for an empty mask. */
export function cropOf(snapshot: Snapshot, { heightPx }: Pick<FrameSize, 'heightPx'>): Crop | null {
  return cropOfRuns(decompressCounts(snapshot.counts), heightPx);
}

/** Whether it is set at a pixel of the image. */
export function isSetAt(snapshot: Snapshot, { heightPx }: Pick<FrameSize, 'heightPx'>, x: number, y: number): boolean {
  return isSetInRuns(decompressCounts(snapshot.counts), heightPx, x, y);
}

/** On the frame, not set aside. */
export function isLive(snapshot: Snapshot | null): snapshot is Snapshot {
  return snapshot !== null && snapshot.state !== 'rejected' && snapshot.state !== 'deleted';
}

/** What an instance becomes when the user changes it: `drawn` if made from nothing, else `corrected`. */
export function touchedState(before: Snapshot | null): 'drawn' | 'corrected' {
  return before === null || before.state === 'drawn' ? 'drawn' : 'corrected';
}
