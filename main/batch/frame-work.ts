/** What a batch does with one frame: what is to be drawn on it, and what of what was drawn it gets. Rules, no doing. */
import type { BatchLabel, BatchPlan, FrameDetail, MaskChange, MaskInstance, ReviewState } from '../../shared/domain';
import { changesOf, heldOf, isUntouched, type ProposedFrame } from '../inference';
import type { Decide, ProposalScore } from '../project';

/** The labels to be drawn on a frame; none where it has been worked on, or has what is asked for. */
export function wantedLabels(
  { labels, existing, modelId }: BatchPlan,
  { review, seriesName }: Pick<FrameDetail, 'review' | 'seriesName'>,
  masks: readonly MaskInstance[],
): BatchLabel[] {
  if (!isUntouched(review, masks)) return [];
  const held = masks.filter(({ current }) => current.state !== 'deleted');
  if (existing === 'skip' && held.length > 0) return [];
  return labels.filter(
    (label) =>
      (label.series?.includes(seriesName) ?? true) &&
      heldOf(held, label.labelId).every((mask) => isOther(mask, label, modelId)),
  );
}

/** Decides anew, by what is on the frame when it is written. @param labels those drawn, in the order of the proposals */
export function decideBy(
  plan: BatchPlan,
  seriesName: string,
  labels: readonly BatchLabel[],
  { pixels, proposals }: ProposedFrame,
): Decide {
  const { widthPx, heightPx } = pixels;
  const { modelId } = plan;
  return (review: ReviewState, masks: readonly MaskInstance[]): MaskChange[] => {
    const still = new Set(wantedLabels(plan, { review, seriesName }, masks).map(({ labelId }) => labelId));
    return labels.flatMap((label, i) => {
      const found = proposals[i];
      if (!found || !still.has(label.labelId)) return [];
      const { insteadOf } = label;
      const origin = {
        ...{ tool: 'proposal' as const, modelId, headVersion: found.version },
        ...(insteadOf !== undefined && { insteadOf }),
      };
      const content = { rle: { widthPx, heightPx, counts: found.counts }, quality: found.iou, origin };
      const drawing = { labelId: label.labelId, content: found.areaPx > 0 ? content : null };
      return changesOf(drawing, heldOf(masks, label.labelId), (mask) => isOther(mask, label, modelId));
    });
  };
}

/** How sure the heads were, also where they found nothing. */
export function scoresOf(labels: readonly BatchLabel[], { proposals }: ProposedFrame): ProposalScore[] {
  return labels.flatMap(({ labelId }, i) => {
    const found = proposals[i];
    if (!found) return [];
    const { head, iou, stability } = found;
    return [{ labelId, head, predictedIou: iou, stability, flipDice: null }];
  });
}

/** A proposal of another version than the batch's. */
function isOther({ current }: MaskInstance, { version }: BatchLabel, modelId: string): boolean {
  const { tool, headVersion, modelId: of } = current.origin;
  return current.state === 'proposed' && tool === 'proposal' && (headVersion !== version || of !== modelId);
}
