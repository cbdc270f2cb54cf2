/**
 * Embeddings that were computed once: the last ones in memory, many more as files in the project's cache folder, both
 * bounded in bytes. Keyed by the frame's pixels and the encoder, so that nothing in it can ever be stale. A file that is
 * damaged, or a disk that is full, is a miss and never an error.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ByteLru } from '../../shared/byte-lru';
import { embeddingFromBytes, embeddingToBytes, type StoredEmbedding } from './embedding-file';

export interface CacheLimits {
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

/** 128 embeddings of the bundled model in memory, 4,000 on disk. */
const LIMITS: CacheLimits = { memoryBytes: 64 * 2 ** 20, diskBytes: 2 * 2 ** 30 };
/** What is left after making room: so that not every new file means looking for an old one. */
const KEPT_SHARE = 0.9;
const SUFFIX = '.embedding';

interface CachedFile {
  readonly path: string;
  readonly bytes: number;
  /** Last use, ms since 1970. */
  readonly usedMs: number;
}

export class EmbeddingCache {
  readonly #memory: ByteLru<StoredEmbedding>;
  /** Of all files; known after the first look. */
  #diskBytes: number | undefined;
  /** Writing and making room go one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  /** @param folder of the cache, made when needed */
  constructor(
    private readonly folder: string,
    private readonly limits: CacheLimits = LIMITS,
  ) {
    this.#memory = new ByteLru(limits.memoryBytes);
  }

  get memoryBytes(): number {
    return this.#memory.bytes;
  }

  async get(frameSha256: string, encoderId: string): Promise<StoredEmbedding | undefined> {
    const key = `${encoderId}/${frameSha256}`;
    const held = this.#memory.get(key);
    if (held) return held;
    const path = this.#pathOf(frameSha256, encoderId);
    const bytes = await readFile(path).catch(() => undefined);
    if (!bytes) return undefined;
    const embedding = embeddingFromBytes(bytes, frameSha256, encoderId);
    if (!embedding) {
      await rm(path, { force: true }).catch(() => undefined);
      return undefined;
    }
    this.#memory.set(key, embedding, embedding.halves.byteLength);
    const now = new Date();
    // Making room takes the files used longest ago.
    await utimes(path, now, now).catch(() => undefined);
    return embedding;
  }

  /** Answers when it is on disk, or could not be put there. */
  async put(embedding: StoredEmbedding): Promise<void> {
    const { frameSha256, encoderId, halves } = embedding;
    this.#memory.set(`${encoderId}/${frameSha256}`, embedding, halves.byteLength);
    const writing = this.#turn.then(() =>
      this.#write(this.#pathOf(frameSha256, encoderId), embeddingToBytes(embedding)),
    );
    this.#turn = writing;
    await writing;
  }

  /** For work that nobody looks at: kept while there is room, so that it pushes out nothing that somebody has used. */
  async putIfRoom(embedding: StoredEmbedding): Promise<void> {
    const { frameSha256, encoderId } = embedding;
    const bytes = embeddingToBytes(embedding);
    const writing = this.#turn.then(async () => {
      if ((await this.#bytesOnDisk()) + bytes.length > this.limits.diskBytes) return;
      await this.#write(this.#pathOf(frameSha256, encoderId), bytes);
    });
    this.#turn = writing;
    await writing;
  }

  async #bytesOnDisk(): Promise<number> {
    this.#diskBytes ??= (await this.#files()).reduce((sum, file) => sum + file.bytes, 0);
    return this.#diskBytes;
  }

  async #write(path: string, bytes: Uint8Array): Promise<void> {
    const partial = `${path}.${randomUUID()}`;
    try {
      const before = await this.#bytesOnDisk();
      await mkdir(dirname(path), { recursive: true });
      await writeFile(partial, bytes);
      await rename(partial, path);
      this.#diskBytes = before + bytes.length;
      if (this.#diskBytes > this.limits.diskBytes) await this.#makeRoom();
    } catch {
      await rm(partial, { force: true }).catch(() => undefined);
    }
  }

  /** Removes what was used longest ago, and what a crash left half written. */
  async #makeRoom(): Promise<void> {
    const files = (await this.#files()).sort((a, b) => a.usedMs - b.usedMs);
    let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    for (const file of files) {
      if (bytes <= this.limits.diskBytes * KEPT_SHARE && file.path.endsWith(SUFFIX)) continue;
      await rm(file.path, { force: true });
      bytes -= file.bytes;
    }
    this.#diskBytes = bytes;
  }

  async #files(folder = this.folder): Promise<CachedFile[]> {
    const files: CachedFile[] = [];
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) files.push(...(await this.#files(path)));
      const found = entry.isFile() ? await stat(path).catch(() => undefined) : undefined;
      if (found) files.push({ path, bytes: found.size, usedMs: found.mtimeMs });
    }
    return files;
  }

  #pathOf(frameSha256: string, encoderId: string): string {
    return join(this.folder, encoderId.slice(0, 16), frameSha256.slice(0, 2), `${frameSha256}${SUFFIX}`);
  }
}
