/**
 * Reading byte ranges of a checkpoint file, with every failure as an `AppError` that names the file. Knows no format.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { AppError, type ErrorCode } from '../../shared/errors';

/** A file open for reading, and its size when it was opened. */
export interface SourceFile {
  readonly path: string;
  readonly handle: FileHandle;
  readonly sizeBytes: number;
}

/** Reasons quote names out of the file, which a hostile one can make megabytes long. */
const MAX_REASON_LENGTH = 500;

/** The error of a file whose content is not what its format promises. */
export function corrupt(path: string, reason: string, cause?: unknown): AppError {
  return new AppError('checkpoint-corrupt', path, `${path}: ${reason.slice(0, MAX_REASON_LENGTH)}`, { cause });
}

/** The error of a file that asks for what no checkpoint of weights needs: code to run, or more memory than it is worth. */
export function unsafe(path: string, reason: string): AppError {
  return new AppError('checkpoint-unsafe', path, `${path}: ${reason.slice(0, MAX_REASON_LENGTH)}`);
}

/** The `code` of an error of the operating system, such as ENOENT. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function unreadable(path: string, cause: unknown): AppError {
  const code: ErrorCode = systemErrorCode(cause) === 'ENOENT' ? 'file-not-found' : 'file-unreadable';
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError(code, path, `${path}: ${reason}`, { cause });
}

/** Opens `path`, hands it to `use`, closes it. Refuses folders and empty files. */
export async function withSourceFile<T>(path: string, use: (file: SourceFile) => Promise<T>): Promise<T> {
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new AppError('file-unreadable', path, `${path}: not a regular file`);
    if (stat.size === 0) throw new AppError('file-empty', path, `${path}: the file is empty`);
    return await use({ path, handle, sizeBytes: stat.size });
  } finally {
    await handle.close();
  }
}

/**
 * Reads bytes [position, position + length) into fresh memory, which is allocated only once the range is known to lie
 * inside the file.
 */
export async function readRange(
  file: SourceFile,
  position: number,
  length: number,
  what: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const end = position + length;
  if (!(position >= 0 && length >= 0 && end <= file.sizeBytes)) {
    throw corrupt(file.path, `truncated: ${what} needs bytes ${position} to ${end}, the file has ${file.sizeBytes}`);
  }
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    // One read call of Linux moves at most 2 GiB.
    const wanted = Math.min(length - done, 2 ** 30);
    const { bytesRead } = await file.handle.read(bytes, done, wanted, position + done).catch((cause: unknown) => {
      throw unreadable(file.path, cause);
    });
    if (bytesRead === 0) throw corrupt(file.path, `the file ended early while reading ${what}`);
    done += bytesRead;
  }
  return bytes;
}
