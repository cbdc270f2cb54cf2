/** Means over frames, and the number of clicks that reach a quality. */
import type { ClickScore, FrameEvaluation, Score } from './evaluate-frame';

export interface EvaluationSummary {
  readonly auto: Score | null;
  /** Index k: after k clicks. */
  readonly clicks: readonly ClickScore[];
  readonly fromPoint: readonly ClickScore[];
  readonly box: Score | null;
  /**
   * NoC of RITM: mean number of clicks, without a proposal, until IoU reaches 85 % (90 %); a frame that never does counts
   * with the most clicks tried. null where nothing was clicked.
   */
  readonly noc85: number | null;
  readonly noc90: number | null;
  /** The same when the clicks correct the proposal; 0 for a frame whose proposal is good enough. */
  readonly afterProposal: { readonly noc85: number | null; readonly noc90: number | null };
}

export function summarize(frames: readonly FrameEvaluation[]): EvaluationSummary {
  const sequences = (of: (frame: FrameEvaluation) => readonly ClickScore[]) =>
    frames.map(of).filter((sequence) => sequence.length > 0);
  const corrected = sequences((frame) => frame.clicks);
  const fromPoint = sequences((frame) => frame.fromPoint);
  return {
    auto: meanScore(frames.map((frame) => frame.auto)),
    clicks: byClick(corrected),
    fromPoint: byClick(fromPoint),
    box: meanScore(frames.map((frame) => frame.box)),
    noc85: clicksToReach(fromPoint, 0.85),
    noc90: clicksToReach(fromPoint, 0.9),
    afterProposal: { noc85: clicksToReach(corrected, 0.85), noc90: clicksToReach(corrected, 0.9) },
  };
}

function byClick(sequences: readonly (readonly ClickScore[])[]): ClickScore[] {
  const counts = sequences[0]?.map(({ clicks }) => clicks) ?? [];
  return counts.flatMap((clicks) => {
    const mean = meanScore(sequences.map((sequence) => sequence[clicks] ?? null));
    return mean ? [{ clicks, ...mean }] : [];
  });
}

/** Frames without a value do not count: no proposal, an empty target, no surface to measure HD95 from. */
function meanScore(scores: readonly (Score | null)[]): Score | null {
  const present = scores.filter((score) => score !== null);
  const [first] = present;
  if (!first) return null;
  return {
    dice: mean(present.map(({ dice }) => dice)) ?? 0,
    iou: mean(present.map(({ iou }) => iou)) ?? 0,
    hd95Px: mean(present.map(({ hd95Px }) => hd95Px)),
    ...('hd95Mm' in first && { hd95Mm: mean(present.map(({ hd95Mm }) => hd95Mm ?? null)) }),
  };
}

function mean(values: readonly (number | null)[]): number | null {
  const present = values.filter((value) => value !== null);
  return present.length === 0 ? null : present.reduce((sum, value) => sum + value, 0) / present.length;
}

function clicksToReach(sequences: readonly (readonly ClickScore[])[], iou: number): number | null {
  return mean(
    sequences.map((sequence) => {
      const reached = sequence.findIndex((score) => score.iou >= iou);
      return reached < 0 ? sequence.length - 1 : reached;
    }),
  );
}
