/**
 * What is to be compared, as plain data: read from the project once, in the process that has it open; computed in another
 * one (compare.ts), which has no project.
 */
import type { AgreementReport, Calibration, FrameDetail, MaskRle, ReadingId } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import type { Outline, ProjectStore } from '../project';

type PlaceOfFrame = Omit<AgreementReport['readByOne'][number], 'reader'>;

/** A label on a frame that both have read, and at least one has outlined. */
export interface PlannedPair extends PlaceOfFrame {
  readonly labelId: number;
  readonly calibration: Calibration | null;
  /** Masks of the first and of the second reader; none where that one has no outline. */
  readonly masks: readonly [readonly MaskRle[], readonly MaskRle[]];
}

export interface AgreementPlan extends Pick<AgreementReport, 'readers' | 'frames' | 'readByOne'> {
  /** Labels in the project's order. */
  readonly labels: readonly { readonly id: number; readonly name: string }[];
  /** In the order of the study list. */
  readonly pairs: readonly PlannedPair[];
}

/**
 * @throws AppError `usage` for unknown readings, or one with itself
 * @throws whatever `signal` was aborted with
 */
export async function planAgreement(
  store: ProjectStore,
  [firstId, secondId]: readonly [ReadingId, ReadingId],
  signal: AbortSignal,
): Promise<AgreementPlan> {
  if (firstId === secondId) throw new AppError('usage', 'readers', 'a reader cannot be compared with themselves');
  const readers = [await store.readings.get(firstId), await store.readings.get(secondId)] as const;
  const [first, second] = [await store.outlines.ofReader(firstId), await store.outlines.ofReader(secondId)];
  const both = first.read.filter((id) => second.isRead.has(id));
  const labels = await store.labels.list();
  const pairs: PlannedPair[] = [];
  for (const frameId of both) {
    signal.throwIfAborted();
    const [ofFirst, ofSecond] = [first.byFrame.get(frameId) ?? [], second.byFrame.get(frameId) ?? []];
    if (ofFirst.length + ofSecond.length === 0) continue;
    const frame = await store.frames.get(frameId);
    for (const { id } of labels) {
      const masks = [masksOf(ofFirst, id), masksOf(ofSecond, id)] as const;
      if (masks[0].length + masks[1].length === 0) continue;
      pairs.push({ ...placeOf(frame), labelId: id, calibration: frame.calibration, masks });
    }
  }
  const readByOne: AgreementPlan['readByOne'][number][] = [];
  for (const [reader, one, other] of [['first', first, second] as const, ['second', second, first] as const]) {
    for (const id of one.read) {
      if (!other.isRead.has(id)) readByOne.push({ ...placeOf(await store.frames.get(id)), reader });
    }
  }
  return { readers, frames: both.length, readByOne, labels: labels.map(({ id, name }) => ({ id, name })), pairs };
}

function masksOf(outlines: readonly Outline[], label: number): MaskRle[] {
  return outlines.filter(({ labelId }) => labelId === label).map(({ rle }) => rle);
}

function placeOf({ id: frameId, patient, relativePath, frameIndex, frameCount }: FrameDetail): PlaceOfFrame {
  return { frameId, patient, relativePath, frameIndex, frameCount };
}
