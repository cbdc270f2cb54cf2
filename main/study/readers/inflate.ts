/** Unpacks gzip and zlib streams as far as is asked: a bomb costs no more than the image that its header promises. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createUnzip } from 'node:zlib';
import { AppError } from '../../../shared/errors';

/** Deflate packs at most 1,032 bytes into one. */
const MOST_PACKED = 1_032;

/**
 * The first bytes of a stream that begins at `start` of a file.
 *
 * @param path named in errors
 * @param wanted bytes of the result, exactly
 * @throws AppError `format-corrupt` for a damaged stream and for one that ends before, and the system's errors of reading
 */
export async function inflatedBytes(path: string, file: string, start: number, wanted: number): Promise<Uint8Array> {
  const { size } = await stat(file);
  // Before memory is taken for a header that lies.
  if (wanted > (size - start) * MOST_PACKED) throw corrupt(path, `${size - start} bytes cannot hold ${wanted} packed`);
  const bytes = new Uint8Array(wanted);
  const source = createReadStream(file, { start });
  const unzip = source.pipe(createUnzip({ chunkSize: 2 ** 18 }));
  source.on('error', (error) => unzip.destroy(error));
  let done = 0;
  try {
    for await (const chunk of unzip as AsyncIterable<Buffer>) {
      bytes.set(chunk.subarray(0, wanted - done), done);
      done += Math.min(chunk.length, wanted - done);
      if (done === wanted) return bytes;
    }
  } catch (cause) {
    const isDamage = cause instanceof Error && 'code' in cause && String(cause.code).startsWith('Z_');
    throw isDamage ? corrupt(path, `its packed data are damaged: ${cause.message}`, cause) : cause;
  } finally {
    source.destroy();
  }
  throw corrupt(path, `truncated: ${wanted} bytes needed, ${done} there`);
}

function corrupt(path: string, reason: string, cause?: unknown): AppError {
  return new AppError('format-corrupt', path, `${path}: ${reason}`, { cause });
}
