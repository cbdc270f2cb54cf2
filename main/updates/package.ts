/** Fetches a package: complete and as the feed says, or not there at all. */
import { createHash } from 'node:crypto';
import { AppError, isAppError } from '../../shared/errors';
import { writeAtomically } from '../files';
import type { FeedPackage } from './feed';
import type { Place } from './place';

export interface FetchTools {
  readonly signal: AbortSignal;
  onProgress(doneBytes: number): void;
}

/**
 * @param path where to
 * @throws AppError `update-damaged`, `update-unreachable`, `disk-full`, `write-failed`, `cancelled`
 */
export async function fetchPackage(
  place: Place,
  { url: name, sha512, size }: FeedPackage,
  path: string,
  { signal, onProgress }: FetchTools,
): Promise<void> {
  const damaged = (why: string): AppError => new AppError('update-damaged', name, `${name}: ${why}`);
  await writeAtomically(path, async (write) => {
    const hash = createHash('sha512');
    let done = 0;
    for await (const chunk of present(place.chunks(name, signal), name)) {
      done += chunk.length;
      if (done > size) throw damaged(`more than ${size} bytes`);
      hash.update(chunk);
      await write(chunk);
      onProgress(done);
    }
    if (done < size) throw damaged(`${done} bytes instead of ${size}`);
    if (hash.digest('base64') !== sha512) throw damaged('other bytes than were signed for');
  });
}

async function* present(chunks: AsyncGenerator<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (cause) {
    if (!isAppError(cause) || cause.code !== 'file-not-found') throw cause;
    throw new AppError('update-unreachable', name, `${name} is not there`, { cause });
  }
}
