/**
 * Files that are complete or absent: written beside their place, forced to the disk, renamed. A reader never sees half a
 * file, a power cut leaves the old one or the new one.
 */
import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError, isAppError } from '../../shared/errors';

/** Appends to the file being made. */
export type Write = (chunk: Uint8Array | string) => Promise<void>;

/**
 * Makes the file at `path` out of what `produce` writes; folders are made as needed. An error of `produce` leaves things as
 * they were.
 *
 * @param check looks at what was written before it takes its place
 * @throws AppError `disk-full`, `write-failed`, or what `produce` or `check` throws.
 */
export async function writeAtomically(
  path: string,
  produce: (write: Write) => Promise<void>,
  check?: (draft: string) => Promise<void>,
): Promise<void> {
  const draft = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(draft, 'wx');
    try {
      await produce((chunk) => writeAll(handle, typeof chunk === 'string' ? Buffer.from(chunk) : chunk));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await check?.(draft);
    await rename(draft, path);
    await syncFolder(dirname(path));
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw isAppError(cause) ? cause : writeError(path, cause);
  }
}

/** What went wrong while writing `path`. */
export function writeError(path: string, cause: unknown): AppError {
  const isFull = cause instanceof Error && 'code' in cause && (cause.code === 'ENOSPC' || cause.code === 'EDQUOT');
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError(isFull ? 'disk-full' : 'write-failed', path, `${path}: ${reason}`, { cause });
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.length) done += (await handle.write(bytes, done)).bytesWritten;
}

/** The rename itself must reach the disk. Windows cannot open folders and does it by itself. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
