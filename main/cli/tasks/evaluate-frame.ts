/**
 * How well a model does on one frame whose right mask is known: its proposal, the proposal corrected by simulated clicks,
 * clicks alone, a tight box alone. Clicks follow RITM's protocol (`shared/clicks.ts`); every score is at the frame's own
 * size.
 */
import type { Prompt } from '../../../shared/domain';
import { deepestPoint } from '../../../shared/clicks';
import type { GrayImage } from '../../../shared/image';
import { boundingBox, type Mask, type Spacing } from '../../../shared/mask';
import { dice, hd95, iou } from '../../../shared/metrics';
import { type FrameEmbedding, type Prediction, type Predictor, simulateClicks } from '../../inference';

export interface Score {
  readonly dice: number;
  readonly iou: number;
  /** null where prediction or target is empty: there is no surface to measure from. */
  readonly hd95Px: number | null;
  /** Only where the spacing is known. */
  readonly hd95Mm?: number | null;
}

/** A score after so many clicks; 0 clicks is what the simulated annotator starts from. */
export interface ClickScore extends Score {
  readonly clicks: number;
}

export interface FrameEvaluation {
  /** The proposal; null where the model has no head for the label. */
  readonly auto: Score | null;
  /** Index k: after k clicks that correct the proposal (0: the proposal itself); empty without a proposal. */
  readonly clicks: readonly ClickScore[];
  /** Index k: after k clicks without a proposal (0: the empty mask); empty for an empty target. */
  readonly fromPoint: readonly ClickScore[];
  /** From the tight box around the target alone; null for an empty target. */
  readonly box: Score | null;
}

export interface EvaluateOptions {
  /** Whose head proposes; undefined for no proposal. */
  readonly label: string | undefined;
  readonly clicks: number;
  /** mm a pixel along x and y. */
  readonly spacing?: Spacing;
}

/** @throws AppError as `Predictor` does. */
export async function evaluateFrame(
  predictor: Predictor,
  image: GrayImage,
  target: Mask,
  { label, clicks, spacing }: EvaluateOptions,
): Promise<FrameEvaluation> {
  const embedding = await predictor.encode(image);
  const judge = (mask: Mask): Score => score(mask, target, spacing);
  const counted = (masks: readonly Mask[]) => masks.map((mask, k) => ({ clicks: k, ...judge(mask) }));

  const proposal = label === undefined ? undefined : await predictor.propose(embedding, label);
  const corrected = proposal ? await correct(predictor, embedding, target, clicks, proposal) : [];
  const first = deepestPoint(target);
  const fromPoint = first ? await correct(predictor, embedding, target, clicks) : [];
  const box = boundingBox(target);
  const boxPrompt: Prompt | null = box && {
    points: [],
    box: { x0: box[0], y0: box[1], x1: box[0] + box[2], y1: box[1] + box[3] },
  };
  return {
    auto: proposal ? judge(proposal.mask) : null,
    clicks: counted(corrected),
    fromPoint: counted(fromPoint),
    box: boxPrompt && judge((await predictor.decode(embedding, boxPrompt)).mask),
  };
}

/** The masks before the first click and after each of so many; once nothing is left to correct the mask stays. */
async function correct(
  predictor: Predictor,
  embedding: FrameEmbedding,
  target: Mask,
  clicks: number,
  proposal?: Prediction,
): Promise<Mask[]> {
  const masks: Mask[] = [];
  for await (const mask of simulateClicks(predictor, embedding, target, proposal)) {
    masks.push(mask);
    if (masks.length > clicks) break;
  }
  const last = masks.at(-1) ?? target;
  return [...masks, ...Array<Mask>(clicks + 1 - masks.length).fill(last)];
}

function score(mask: Mask, target: Mask, spacing: Spacing | undefined): Score {
  return {
    dice: dice(mask, target),
    iou: iou(mask, target),
    hd95Px: hd95(mask, target),
    ...(spacing && { hd95Mm: hd95(mask, target, spacing) }),
  };
}
