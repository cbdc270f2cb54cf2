/**
 * Prompts: what the user points at to tell the model what to outline. In pixels of the source image, pixel centres at
 * (x + 0.5, y + 0.5); the model's own 256x256 coordinates never appear here.
 */
import { z } from 'zod';

const coordinatePx = z.number().min(0).max(65_535);

/** `positive` adds what lies under the point to the mask; otherwise it takes it away. */
export const promptPoint = z.strictObject({ x: coordinatePx, y: coordinatePx, positive: z.boolean() }).readonly();
export type PromptPoint = z.infer<typeof promptPoint>;

/** Left, top, right, bottom edge of what to outline, with x0 < x1 and y0 < y1. */
export const promptBox = z
  .strictObject({ x0: coordinatePx, y0: coordinatePx, x1: coordinatePx, y1: coordinatePx })
  .refine((box) => box.x0 < box.x1 && box.y0 < box.y1, 'a box needs a width and a height')
  .readonly();
export type PromptBox = z.infer<typeof promptBox>;

/** Everything pointed at for one mask, in the order of the clicks. Empty for a proposal or a brush stroke. */
export const prompt = z
  .strictObject({ points: z.array(promptPoint).max(1_000).readonly(), box: z.exactOptional(promptBox) })
  .readonly();
export type Prompt = z.infer<typeof prompt>;

export const NO_PROMPT: Prompt = { points: [] };
