/**
 * An embedding as a file: fp16, with what it belongs to and a hash over all of it. A file that is anything else than what
 * was written reads as absent. Not where files are or how many are kept (embedding-cache.ts).
 */
import { createHash } from 'node:crypto';
import { float16ToFloat32, float32ToFloat16 } from '../../models/checkpoint';
import type { FrameEmbedding } from './predictor';

/** A frame's embedding at half precision: what is cached and handed to the prompt worker. */
export interface StoredEmbedding {
  /** Of the frame. */
  readonly frameSha256: string;
  readonly encoderId: string;
  /** Of the frame. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** [C, 32, 32] as IEEE halves */
  readonly halves: Uint16Array;
}

export function storedEmbedding(frameSha256: string, embedding: FrameEmbedding): StoredEmbedding {
  const { encoderId, widthPx, heightPx, data } = embedding;
  return { frameSha256, encoderId, widthPx, heightPx, halves: float32ToFloat16(data) };
}

export function frameEmbedding({ encoderId, widthPx, heightPx, halves }: StoredEmbedding): FrameEmbedding {
  return { encoderId, widthPx, heightPx, data: float16ToFloat32(halves) };
}

const MAGIC = Buffer.from('SNMKEMB1', 'latin1');
/** Magic, frame hash, encoder id, width, height, number of halves; then the halves; then SHA-256 of all before. */
const HEADER_BYTES = MAGIC.length + 32 + 32 + 3 * 4;
const HASH_BYTES = 32;

export function embeddingToBytes(embedding: StoredEmbedding): Uint8Array {
  const { halves } = embedding;
  const bytes = Buffer.alloc(HEADER_BYTES + halves.byteLength + HASH_BYTES);
  MAGIC.copy(bytes);
  bytes.write(embedding.frameSha256, 8, 'hex');
  bytes.write(embedding.encoderId, 40, 'hex');
  bytes.writeUInt32LE(embedding.widthPx, 72);
  bytes.writeUInt32LE(embedding.heightPx, 76);
  bytes.writeUInt32LE(halves.length, 80);
  // Every platform this runs on is little endian.
  Buffer.from(halves.buffer, halves.byteOffset, halves.byteLength).copy(bytes, HEADER_BYTES);
  hashOf(bytes).copy(bytes, bytes.length - HASH_BYTES);
  return bytes;
}

/** Undefined for bytes that are not exactly the embedding of this frame by this encoder. */
export function embeddingFromBytes(bytes: Buffer, frameSha256: string, encoderId: string): StoredEmbedding | undefined {
  if (bytes.length < HEADER_BYTES + HASH_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const count = bytes.readUInt32LE(80);
  if (bytes.length !== HEADER_BYTES + 2 * count + HASH_BYTES) return undefined;
  if (bytes.toString('hex', 8, 40) !== frameSha256 || bytes.toString('hex', 40, 72) !== encoderId) return undefined;
  if (!hashOf(bytes).equals(bytes.subarray(bytes.length - HASH_BYTES))) return undefined;
  const halves = new Uint16Array(count);
  bytes.copy(Buffer.from(halves.buffer), 0, HEADER_BYTES);
  return { frameSha256, encoderId, widthPx: bytes.readUInt32LE(72), heightPx: bytes.readUInt32LE(76), halves };
}

function hashOf(bytes: Buffer): Buffer {
  return createHash('sha256')
    .update(bytes.subarray(0, bytes.length - HASH_BYTES))
    .digest();
}
