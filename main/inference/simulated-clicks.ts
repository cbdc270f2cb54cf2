/** The simulated clinician at work: the clicks of shared/clicks.ts, each answered by the model. */
import type { PromptPoint } from '../../shared/domain';
import { nextClick } from '../../shared/clicks';
import { emptyMask, type Mask } from '../../shared/mask';
import type { FrameEmbedding, Prediction, Predictor } from './predictor';

/**
 * The masks before the first click and after each, for as long as the caller wants more or until nothing is left to
 * correct. Without a proposal the first click is the deepest point of the target (what is missing from the empty mask) and
 * there are no previous logits.
 */
export async function* simulateClicks(
  predictor: Predictor,
  embedding: FrameEmbedding,
  target: Mask,
  proposal?: Pick<Prediction, 'mask' | 'lowRes'>,
): AsyncGenerator<Mask, void> {
  let mask = proposal?.mask ?? emptyMask(target.widthPx, target.heightPx);
  let previous = proposal?.lowRes;
  const points: PromptPoint[] = [];
  for (;;) {
    yield mask;
    const click = nextClick(mask, target, points);
    if (!click) return;
    points.push(click);
    ({ mask, lowRes: previous } = await predictor.decode(embedding, { points }, previous));
  }
}
