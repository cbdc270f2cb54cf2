/** The loss that a head is fine-tuned on: proposals from cached embeddings, encoder and decoder frozen. */
import { LOW_RES_SIZE, type HeadConfig, type ModelConfig } from '../autosamus/config';
import { embeddingInput, propose } from '../autosamus/graphs';
import { segmentationLoss } from '../autosamus/loss';
import { input, type Value } from '../graph/value';

/** Inputs: image_embedding [B, C, 32, 32], target [B, 1, 128, 128] in {0, 1}. */
export function headLoss(config: ModelConfig, head: HeadConfig, batch: number): Value {
  const target = input('target', [batch, 1, LOW_RES_SIZE, LOW_RES_SIZE]);
  return segmentationLoss(propose(embeddingInput(config, batch), config, head).lowRes, target);
}

/**
 * Peak learning rate for a head that learns from so many images. Measured on DDTI: 1e-3 is best with 146 images (2e-3 and
 * 5e-4 lose 0.02 and 0.01 Dice on val), and makes a head that saw 20 forget what its start knew.
 */
export function headRate(images: number): number {
  return 1e-3 * Math.min(1, Math.sqrt(images / 100));
}
