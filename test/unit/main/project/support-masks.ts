/** Small masks for tests, also for child processes that run without vitest. */
import type { MaskRle } from '../../../../shared/domain';
import { cocoRle } from '../../../../shared/mask';

export const WIDTH = 6;
export const HEIGHT = 4;

/** A mask of WIDTH x HEIGHT whose pixels are the lowest bits of a number, row by row. */
export function maskOfBits(bits: number): MaskRle {
  const data = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => (bits >> i) & 1);
  return { widthPx: WIDTH, heightPx: HEIGHT, counts: cocoRle({ widthPx: WIDTH, heightPx: HEIGHT, data }).counts };
}
