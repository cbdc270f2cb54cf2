/** The identity of a frame: what it shows, not the file it came from. */
import { createHash } from 'node:crypto';
import type { GrayImage } from '../../shared/image';

/** SHA-256, in hex, of width and height (32 bit, little endian) and the decoded grey pixels. */
export function frameHash({ widthPx, heightPx, data }: GrayImage): string {
  const size = new DataView(new ArrayBuffer(8));
  size.setUint32(0, widthPx, true);
  size.setUint32(4, heightPx, true);
  return createHash('sha256').update(size).update(data).digest('hex');
}
