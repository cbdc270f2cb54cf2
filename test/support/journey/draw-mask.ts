/** A mask drawn by a human, but for the hand: saved as the page saves one. */
import type { Page } from 'playwright-core';
import type { FrameId, LabelId } from '../../../shared/domain';
import { cocoRle, type Mask } from '../../../shared/mask';
import { ask } from './workplace';

export async function drawMask(page: Page, frameId: FrameId, labelId: LabelId, mask: Mask): Promise<void> {
  const { frame } = await ask(page, 'frames.open', { frameId });
  if (frame.sha256 === null) throw new Error(`${frame.relativePath} cannot be read`);
  const { widthPx, heightPx } = mask;
  const rle = { widthPx, heightPx, counts: cocoRle(mask).counts };
  const change = { kind: 'add', labelId, state: 'drawn', rle, origin: { tool: 'brush' } } as const;
  await ask(page, 'masks.save', { frameId, frameSha256: frame.sha256, changes: [change] });
}
