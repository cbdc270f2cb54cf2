/**
 * Writes `.safetensors` tensor by tensor, so that a large checkpoint converts without being in memory. The file appears
 * whole or not at all, and the same content always gives the same bytes.
 */
import { randomBytes } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError, isAppError } from '../../shared/errors';
import { systemErrorCode } from './file';
import { ELEMENT_BYTES, elementCount, type LazyTensor, type Tensor } from './tensor';

interface Entry {
  readonly name: string;
  readonly tensor: Tensor | LazyTensor;
  readonly byteLength: number;
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * By name, tensors whose length is no multiple of 8 bytes last and larger elements first. The format allows no padding
 * between tensors; in this order all but such tails begin at a multiple of 8 bytes, and tails at a multiple of their
 * element, which is what onnxruntime needs of external data.
 */
function inFileOrder(entries: Entry[]): Entry[] {
  const tailRank = ({ tensor, byteLength }: Entry): number =>
    byteLength % 8 === 0 ? 0 : 8 - ELEMENT_BYTES[tensor.dtype];
  return entries.sort((a, b) => tailRank(a) - tailRank(b) || byCodeUnits(a.name, b.name));
}

function collectEntries(path: string, tensors: Iterable<readonly [string, Tensor | LazyTensor]>): Entry[] {
  const names = new Set<string>(['__metadata__']);
  const entries: Entry[] = [];
  for (const [name, tensor] of tensors) {
    if (names.has(name)) throw new AppError('write-failed', path, `${path}: tensor name "${name}" is taken`);
    names.add(name);
    entries.push({ name, tensor, byteLength: elementCount(tensor.shape) * ELEMENT_BYTES[tensor.dtype] });
  }
  return inFileOrder(entries);
}

/** Length field and JSON, padded with spaces so that the data section begins at a multiple of 8 bytes. */
function encodeHeader(entries: readonly Entry[], metadata: Readonly<Record<string, string>>): Uint8Array {
  const fields: string[] = [];
  const metadataPairs = Object.entries(metadata).sort(([a], [b]) => byCodeUnits(a, b));
  if (metadataPairs.length > 0) {
    const pairs = metadataPairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
    fields.push(`"__metadata__":{${pairs.join(',')}}`);
  }
  let offset = 0;
  for (const { name, tensor, byteLength } of entries) {
    const info = { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [offset, offset + byteLength] };
    fields.push(`${JSON.stringify(name)}:${JSON.stringify(info)}`);
    offset += byteLength;
  }
  const json = new TextEncoder().encode(`{${fields.join(',')}}`);
  const paddedLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + paddedLength).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(paddedLength), true);
  bytes.set(json, 8);
  return bytes;
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, Math.min(bytes.length - done, 2 ** 30));
    done += bytesWritten;
  }
}

async function writeContent(
  handle: FileHandle,
  path: string,
  entries: readonly Entry[],
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  await writeAll(handle, encodeHeader(entries, metadata));
  for (const { name, tensor, byteLength } of entries) {
    const { data } = 'read' in tensor ? await tensor.read() : tensor;
    if (data.byteLength !== byteLength) {
      const reason = `tensor "${name}" holds ${data.byteLength} bytes, its shape needs ${byteLength}`;
      throw new AppError('write-failed', path, `${path}: ${reason}`);
    }
    await writeAll(handle, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
}

/** Makes a rename durable. Windows cannot open folders and needs no such call. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  if (!handle) return;
  try {
    await handle.sync();
  } catch {
    // Some file systems refuse to sync a folder; the file itself is on disk.
  } finally {
    await handle.close();
  }
}

function writeError(path: string, cause: unknown): AppError {
  if (isAppError(cause)) return cause;
  const code = systemErrorCode(cause) === 'ENOSPC' ? 'disk-full' : 'write-failed';
  return new AppError(code, path, `${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}

/**
 * Writes the tensors, sorted (see `inFileOrder`), to a temporary file beside `path`, syncs it and renames it. Lazy tensors
 * are read one at a time when their turn comes. Throws `disk-full`, `write-failed`, or what a lazy tensor's `read` throws;
 * then `path` is as it was.
 */
export async function writeSafetensors(
  path: string,
  tensors: Iterable<readonly [string, Tensor | LazyTensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const entries = collectEntries(path, tensors);
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await writeContent(handle, path, entries, metadata);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw writeError(path, cause);
  }
  await syncFolder(dirname(path));
}
