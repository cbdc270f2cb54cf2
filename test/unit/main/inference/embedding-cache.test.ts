import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddingCache } from '../../../../main/inference/embedding-cache';
import {
  embeddingFromBytes,
  embeddingToBytes,
  frameEmbedding,
  storedEmbedding,
  type StoredEmbedding,
} from '../../../../main/inference/embedding-file';

const ENCODER = 'e'.repeat(64);
const KIB = 1_024;

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'embeddings-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const hashOf = (n: number): string => createHash('sha256').update(String(n)).digest('hex');

/** 2 KiB of halves. */
function embedding(n: number): StoredEmbedding {
  const halves = Uint16Array.from({ length: KIB }, (_, i) => (i * n) & 0x7bff);
  return { frameSha256: hashOf(n), encoderId: ENCODER, widthPx: 640, heightPx: 480, halves };
}

function files(): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.map((name) => join(folder, name)).filter((path) => statSync(path).isFile());
}

describe('the embedding cache', () => {
  it('gives back what was put, also after a restart, and only for the same frame and encoder', async () => {
    await new EmbeddingCache(folder).put(embedding(1));
    const later = new EmbeddingCache(folder);
    expect(await later.get(hashOf(1), ENCODER)).toEqual(embedding(1));
    expect(await later.get(hashOf(2), ENCODER)).toBeUndefined();
    expect(await later.get(hashOf(1), 'f'.repeat(64))).toBeUndefined();
  });

  it('keeps no more in memory than it may', async () => {
    const cache = new EmbeddingCache(folder, { memoryBytes: 10 * KIB, diskBytes: 1_000 * KIB });
    for (let n = 1; n <= 20; n++) await cache.put(embedding(n));
    expect(cache.memoryBytes).toBeLessThanOrEqual(10 * KIB);
    expect(await cache.get(hashOf(1), ENCODER)).toEqual(embedding(1));
    expect(cache.memoryBytes).toBeLessThanOrEqual(10 * KIB);
  });

  it('keeps no more on the disk than it may, and forgets what was used longest ago', async () => {
    const cache = new EmbeddingCache(folder, { memoryBytes: 0, diskBytes: 22 * KIB });
    for (let n = 1; n <= 8; n++) {
      await cache.put(embedding(n));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await cache.get(hashOf(1), ENCODER);
    for (let n = 9; n <= 16; n++) {
      await cache.put(embedding(n));
      await new Promise((resolve) => setTimeout(resolve, 5));
      // What is used all the time stays.
      expect(await cache.get(hashOf(1), ENCODER)).toBeDefined();
    }
    expect(files().reduce((sum, path) => sum + statSync(path).size, 0)).toBeLessThanOrEqual(22 * KIB);
    expect(await cache.get(hashOf(2), ENCODER)).toBeUndefined();
    expect(await cache.get(hashOf(16), ENCODER)).toBeDefined();
  });

  it('takes a damaged file for none, and removes it', async () => {
    await new EmbeddingCache(folder).put(embedding(1));
    const [path = ''] = files();
    const bytes = readFileSync(path);
    bytes[500] = (bytes[500] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const later = new EmbeddingCache(folder);
    expect(await later.get(hashOf(1), ENCODER)).toBeUndefined();
    expect(existsSync(path)).toBe(false);
    await later.put(embedding(1));
    expect(await new EmbeddingCache(folder).get(hashOf(1), ENCODER)).toEqual(embedding(1));
  });

  it('goes without a disk where it cannot write', async () => {
    writeFileSync(join(folder, 'file'), 'no folder');
    const cache = new EmbeddingCache(join(folder, 'file', 'embeddings'));
    await cache.put(embedding(1));
    expect(await cache.get(hashOf(1), ENCODER)).toEqual(embedding(1));
  });
});

describe('an embedding as a file', () => {
  it('is read back exactly, and every file with a byte more, less or other is refused', () => {
    const bytes = Buffer.from(embeddingToBytes(embedding(3)));
    expect(embeddingFromBytes(bytes, hashOf(3), ENCODER)).toEqual(embedding(3));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        return embeddingFromBytes(damaged, hashOf(3), ENCODER) === undefined;
      }),
    );
    fc.assert(
      fc.property(
        fc.nat(bytes.length - 1),
        (length) => embeddingFromBytes(bytes.subarray(0, length), hashOf(3), ENCODER) === undefined,
      ),
    );
  });

  it('keeps eleven bits of every number', () => {
    const data = Float32Array.from({ length: 32 }, (_, i) => Math.sin(i) * 3);
    const stored = storedEmbedding(hashOf(1), { encoderId: ENCODER, widthPx: 5, heightPx: 7, data });
    const back = frameEmbedding(stored);
    expect(back).toMatchObject({ encoderId: ENCODER, widthPx: 5, heightPx: 7 });
    back.data.forEach((value, i) => expect(Math.abs(value - data[i]!)).toBeLessThanOrEqual(Math.abs(data[i]!) / 2048));
  });
});
