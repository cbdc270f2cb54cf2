/**
 * Tells from a file's first bytes whether it can be an image and how large: what listing 20,000 files can afford. Whether
 * it can really be decoded is told by `readImage`.
 */
import { open, stat, type FileHandle } from 'node:fs/promises';
import type { ImageProblem } from '../../shared/domain';
import { isAppError } from '../../shared/errors';
import { bmpSize } from './bmp';
import { formatOf, HEAD_BYTES } from './format';
import { checkFrameSize } from './limits';

export interface Inspected {
  readonly sizeBytes: number;
  /** Milliseconds since 1970. */
  readonly mtimeMs: number;
  /** Where the first bytes tell: PNG and BMP. */
  readonly widthPx?: number;
  readonly heightPx?: number;
  readonly problem?: Exclude<ImageProblem, 'changed'>;
  readonly problemDetail?: string;
}

/** Never throws: what is wrong with the file is part of the answer. */
export async function inspectImage(path: string): Promise<Inspected> {
  const about = { sizeBytes: 0, mtimeMs: 0 };
  try {
    const found = await stat(path);
    Object.assign(about, { sizeBytes: found.size, mtimeMs: found.mtimeMs });
    if (!found.isFile()) return { ...about, problem: 'file-unreadable', problemDetail: 'not a file' };
    if (found.size === 0) return { ...about, problem: 'file-empty', problemDetail: 'the file is empty' };
    return { ...about, ...(await inspectHead(path)) };
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return { ...about, problem: missing ? 'file-not-found' : 'file-unreadable', problemDetail: reasonOf(error) };
  }
}

async function inspectHead(path: string): Promise<Partial<Inspected>> {
  const head = await readHead(path);
  const format = formatOf(head);
  if (!format) return { problem: 'format-unknown', problemDetail: 'not a PNG, JPEG, TIFF or BMP image' };
  if (format !== 'png' && format !== 'bmp') return {};
  if (head.length < HEAD_BYTES) return { problem: 'format-corrupt', problemDetail: 'truncated in the header' };
  const view = new DataView(head.buffer, head.byteOffset);
  const [widthPx, heightPx] = format === 'png' ? [view.getUint32(16), view.getUint32(20)] : bmpSize(head);
  try {
    checkFrameSize(path, widthPx, heightPx);
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { problem: error.code === 'too-large' ? 'too-large' : 'format-corrupt', problemDetail: error.message };
  }
  return { widthPx, heightPx };
}

async function readHead(path: string): Promise<Uint8Array> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const head = new Uint8Array(HEAD_BYTES);
    const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await handle?.close();
  }
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 1_000);
}
