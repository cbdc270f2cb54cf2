/**
 * How well a head does on frames it never saw, at their own size: its proposal, and what is left for a clinician to click.
 */
import { LOW_RES_SIZE } from '../../models/autosamus';
import type { HeadScore, MeanScore } from '../../shared/domain';
import { maskOfLogits } from '../../shared/image';
import { dice, hd95 } from '../../shared/metrics';
import { type Predictor, simulateClicks } from '../inference';
import { type Head, type HeadRunner, meanOf } from './head-runner';
import type { FrameSample } from './prepare';
import { pause } from './samples';

/** A mask that needs no more clicks. */
const GOOD_DICE = 0.9;
const MAX_CLICKS = 10;

export interface Judges {
  readonly runner: HeadRunner;
  /** Answers the simulated clicks. */
  readonly predictor: Predictor;
  readonly signal?: AbortSignal;
  /** A frame was judged. */
  readonly onFrame?: () => void;
}

/** @throws AppError 'cancelled' */
export async function judge(
  head: Head,
  samples: readonly FrameSample[],
  { runner, predictor, signal, onFrame }: Judges,
): Promise<HeadScore[]> {
  const scores: HeadScore[] = [];
  for (const sample of samples) {
    await pause(signal);
    const data = await sample.embedding();
    scores.push(await score(sample, data, await runner.propose(head, data), predictor));
    onFrame?.();
  }
  return scores;
}

async function score(
  sample: FrameSample,
  data: Float32Array,
  lowRes: Float32Array,
  predictor: Predictor,
): Promise<HeadScore> {
  const target = sample.mask();
  const { widthPx, heightPx } = target;
  const embedding = { encoderId: predictor.model.manifest.encoderId, widthPx, heightPx, data };
  const proposal = { mask: maskOfLogits(lowRes, LOW_RES_SIZE, LOW_RES_SIZE, widthPx, heightPx), lowRes };
  let clicks = 0;
  let last = 0;
  for await (const mask of simulateClicks(predictor, embedding, target, proposal)) {
    last = dice(mask, target);
    if (last >= GOOD_DICE || clicks === MAX_CLICKS) break;
    clicks++;
  }
  return {
    dice: dice(proposal.mask, target),
    hd95Px: hd95(proposal.mask, target),
    clicks: last >= GOOD_DICE ? clicks : null,
  };
}

export function meanScore(scores: readonly HeadScore[]): MeanScore {
  const distances = scores.flatMap(({ hd95Px }) => (hd95Px === null ? [] : [hd95Px]));
  return {
    dice: meanOf(scores.map(({ dice: each }) => each)),
    hd95Px: distances.length ? meanOf(distances) : null,
    clicks: meanOf(scores.map(({ clicks }) => clicks ?? MAX_CLICKS)),
  };
}
