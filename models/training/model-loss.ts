/**
 * The loss for training any part of the whole model, up to all of it: the head's proposal and the mask decoded from
 * prompts, from one encoding of the image. What is trained is whatever the `Trainer` is given start values for.
 */
import { LOW_RES_SIZE, type HeadConfig, type ModelConfig } from '../autosamus/config';
import { decode, encode, imageInput, propose } from '../autosamus/graphs';
import { segmentationLoss } from '../autosamus/loss';
import { add } from '../graph/ops';
import { input, type Value } from '../graph/value';

/**
 * Inputs: image [B, 1, 256, 256], target [B, 1, 128, 128], points [B, N, 2], point_labels [B, N],
 * mask_input [B, 1, 128, 128], has_mask [B, 1].
 */
export function modelLoss(config: ModelConfig, head: HeadConfig, batch: number, points: number): Value {
  const embedding = encode(imageInput(batch), config);
  const target = input('target', [batch, 1, LOW_RES_SIZE, LOW_RES_SIZE]);
  const prompted = decode(
    embedding,
    {
      points: input('points', [batch, points, 2]),
      labels: input('point_labels', [batch, points]),
      mask: input('mask_input', [batch, 1, LOW_RES_SIZE, LOW_RES_SIZE]),
      hasMask: input('has_mask', [batch, 1]),
    },
    config,
  );
  const proposed = propose(embedding, config, head);
  return add(segmentationLoss(proposed.lowRes, target), segmentationLoss(prompted.lowRes, target));
}
