/** A mask as a PNG image: one channel, 8 bit, 0 outside and 255 inside, at the frame's own size. */
import { encode } from 'fast-png';
import type { Mask } from '../../shared/mask';
import { writeAtomically } from '../files';

export function encodeMaskPng({ widthPx, heightPx, data }: Mask): Uint8Array {
  const grey = data.map((value) => (value === 0 ? 0 : 255));
  return encode({ width: widthPx, height: heightPx, data: grey, channels: 1, depth: 8 });
}

/**
 * Writes the mask, complete or not at all.
 *
 * @returns size of the file, bytes
 * @throws AppError `disk-full`, `write-failed`.
 */
export async function writeMaskPng(path: string, mask: Mask): Promise<number> {
  const bytes = encodeMaskPng(mask);
  await writeAtomically(path, (write) => write(bytes));
  return bytes.length;
}
