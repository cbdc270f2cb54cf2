/** Bytes read by place: of a file, which is never held whole, or of what was unpacked into memory. */
import { open } from 'node:fs/promises';
import { AppError } from '../../../shared/errors';

const WINDOW_BYTES = 4_096;

export interface ByteSource {
  /** Named in errors. */
  readonly path: string;
  readonly size: number;
  /** Exactly these bytes. @throws AppError `format-corrupt` where the source ends before. */
  read(position: number, length: number): Promise<Uint8Array>;
}

/** Opens a file for as long as `use` takes. @throws what `use` throws, and the system's errors of opening */
export async function withFile<T>(path: string, use: (bytes: ByteSource) => Promise<T>): Promise<T> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const read = async (position: number, length: number): Promise<Uint8Array> => {
      checkRange(path, size, position, length);
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length;) {
        const { bytesRead } = await handle.read(bytes, done, length - done, position + done);
        if (bytesRead === 0) throw endsEarly(path, position + length, position + done);
        done += bytesRead;
      }
      return bytes;
    };
    return await use({ path, size, read });
  } finally {
    await handle.close();
  }
}

export function memoryBytes(path: string, bytes: Uint8Array): ByteSource {
  return {
    path,
    size: bytes.length,
    read: async (position, length) => {
      checkRange(path, bytes.length, position, length);
      return bytes.subarray(position, position + length);
    },
  };
}

/** Headers of small chunks lie close together: one look into the file sees many. */
export function windowed(file: ByteSource): ByteSource {
  let start = 0;
  let bytes: Uint8Array = new Uint8Array(0);
  const read = async (position: number, length: number): Promise<Uint8Array> => {
    if (position < start || position + length > start + bytes.length) {
      start = position;
      bytes = await file.read(position, Math.max(length, Math.min(WINDOW_BYTES, file.size - position)));
    }
    return bytes.subarray(position - start, position - start + length);
  };
  return { ...file, read };
}

/** Before memory is taken for a length that a damaged header invents. */
function checkRange(path: string, size: number, position: number, length: number): void {
  if (!(position >= 0) || !(length >= 0) || position + length > size) throw endsEarly(path, position + length, size);
}

function endsEarly(path: string, needed: number, there: number): AppError {
  return new AppError('format-corrupt', path, `${path}: truncated: ${needed} bytes needed, ${there} there`);
}
