/** Frames as PNG for the page: whole, in colour where they have it, or small and grey for the study list. Not a reader. */
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { resizeBilinearAntialias, type ColourImage, type GrayImage } from '../../shared/image';

export const THUMBNAIL_PX = 160;

const deflated = promisify(deflate);
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A PNG with exactly these pixels. Not compressed: it lives for one trip to the page. */
export function framePng({ widthPx, heightPx, data, rgb }: ColourImage): Promise<Uint8Array> {
  return png({ widthPx, heightPx, samples: rgb ?? data, channels: rgb ? 3 : 1 }, 0);
}

/** At most 160 px on the longer side, never enlarged. */
export function thumbnailPng(frame: GrayImage): Promise<Uint8Array> {
  const scale = Math.min(1, THUMBNAIL_PX / Math.max(frame.widthPx, frame.heightPx));
  if (scale === 1) return greyPng(frame);
  const size = (px: number): number => Math.max(1, Math.round(px * scale));
  return greyPng(resizeBilinearAntialias(frame, size(frame.widthPx), size(frame.heightPx)));
}

function greyPng({ widthPx, heightPx, data }: GrayImage): Promise<Uint8Array> {
  return png({ widthPx, heightPx, samples: data, channels: 1 }, 6);
}

interface Bitmap {
  readonly widthPx: number;
  readonly heightPx: number;
  /** 8 bit, interleaved. */
  readonly samples: Uint8Array;
  readonly channels: 1 | 3;
}

/** @param level of zlib, 0 (stored) to 9 */
async function png({ widthPx, heightPx, samples, channels }: Bitmap, level: number): Promise<Uint8Array> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(widthPx, 0);
  header.writeUInt32BE(heightPx, 4);
  // 8 bits, grey or true colour; then zlib, the five filters, not interlaced, which are 0 each.
  header[8] = 8;
  header[9] = channels === 3 ? 2 : 0;
  // Each row begins with the number of its filter: 0, none.
  const row = channels * widthPx;
  const rows = Buffer.alloc((row + 1) * heightPx);
  for (let y = 0; y < heightPx; y++) rows.set(samples.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
  const pixels = await deflated(rows, { level });
  return new Uint8Array(
    Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]),
  );
}

function chunk(type: string, content: Uint8Array): Buffer {
  const bytes = Buffer.alloc(content.length + 12);
  bytes.writeUInt32BE(content.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(content, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, content.length + 8)), content.length + 8);
  return bytes;
}

/** CRC-32 of every byte value: PNG specification, annex D. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** `zlib.crc32` came with Node 22; the oldest Electron this runs in has 18. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) {
    crc = (CRC_TABLE[(crc ^ (bytes[i] as number)) & 255] as number) ^ (crc >>> 8);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
