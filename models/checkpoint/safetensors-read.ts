/**
 * Reads `.safetensors`: 8 bytes of header length, a JSON header, then the tensors' bytes. Every claim of the header is
 * checked before memory is taken for it. Format: https://github.com/huggingface/safetensors#format
 */
import { AppError } from '../../shared/errors';
import { corrupt, readRange, withSourceFile, type SourceFile } from './file';
import { ELEMENT_BYTES, elementCount, isDType, tensorOverBytes, type DType, type TensorMap } from './tensor';

/** Ours need 60 kB for ViT-B; the limit bounds what a hostile header can make JSON.parse allocate. */
const MAX_HEADER_BYTES = 2 * 2 ** 20;

/** Where a tensor lies in its file. */
export interface TensorInfo {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** From the beginning of the file, not of the data section. */
  readonly byteOffset: number;
  readonly byteLength: number;
}

export interface SafetensorsHeader {
  readonly tensors: Map<string, TensorInfo>;
  readonly metadata: Record<string, string>;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function parseMetadata(value: unknown, path: string): Record<string, string> {
  if (!isRecord(value)) throw corrupt(path, '__metadata__ of the header is not an object');
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw corrupt(path, `metadata "${key}" of the header is not a string`);
  }
  return value as Record<string, string>;
}

/** Checks one header entry against the data section [dataStart, fileSize). */
function parseTensorInfo(name: string, entry: unknown, dataStart: number, file: SourceFile): TensorInfo {
  const fail = (reason: string): AppError => corrupt(file.path, `tensor "${name}": ${reason}`);
  if (!isRecord(entry)) throw fail('its header entry is not an object');
  const { dtype, shape, data_offsets: offsets } = entry;
  if (!isDType(dtype)) throw fail(`element type ${JSON.stringify(dtype)} is not supported`);
  if (!Array.isArray(shape) || !shape.every(isCount)) throw fail('its shape is not a list of sizes');
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw fail('data_offsets is not a pair of byte offsets');
  }
  const [begin, end] = offsets as [number, number];
  if (begin > end || dataStart + end > file.sizeBytes) {
    throw fail(`bytes ${begin} to ${end} are outside the data section of ${file.sizeBytes - dataStart} bytes`);
  }
  const byteLength = elementCount(shape) * ELEMENT_BYTES[dtype];
  if (end - begin !== byteLength) {
    throw fail(`${end - begin} bytes given, ${dtype} [${shape.join(', ')}] needs ${byteLength}`);
  }
  return { dtype, shape, byteOffset: dataStart + begin, byteLength };
}

/** The format wants the tensors to tile the data section: no two share a byte, no byte belongs to none. */
function checkTiling(tensors: Map<string, TensorInfo>, dataStart: number, file: SourceFile): void {
  const inOrder = [...tensors].sort(([, a], [, b]) => a.byteOffset - b.byteOffset || a.byteLength - b.byteLength);
  let position = dataStart;
  for (const [name, info] of inOrder) {
    if (info.byteOffset < position) throw corrupt(file.path, `tensor "${name}" overlaps the one before it`);
    if (info.byteOffset > position) throw corrupt(file.path, `unclaimed bytes lie before tensor "${name}"`);
    position += info.byteLength;
  }
  if (position !== file.sizeBytes) throw corrupt(file.path, 'unclaimed bytes lie after the last tensor');
}

async function readHeader(file: SourceFile): Promise<SafetensorsHeader> {
  const lengthBytes = await readRange(file, 0, 8, 'the header length');
  const headerLength = new DataView(lengthBytes.buffer).getBigUint64(0, true);
  if (headerLength > MAX_HEADER_BYTES) {
    throw corrupt(file.path, `header of ${headerLength} bytes, at most ${MAX_HEADER_BYTES} are accepted`);
  }
  const dataStart = 8 + Number(headerLength);
  const headerBytes = await readRange(file, 8, Number(headerLength), 'the header');
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(headerBytes));
  } catch (cause) {
    throw corrupt(file.path, 'the header is not JSON', cause);
  }
  if (!isRecord(parsed)) throw corrupt(file.path, 'the header is not a JSON object');
  const tensors = new Map<string, TensorInfo>();
  let metadata: Record<string, string> = {};
  for (const [name, entry] of Object.entries(parsed)) {
    if (name === '__metadata__') metadata = parseMetadata(entry, file.path);
    else tensors.set(name, parseTensorInfo(name, entry, dataStart, file));
  }
  checkTiling(tensors, dataStart, file);
  return { tensors, metadata };
}

/** Names, element types, shapes and places of all tensors, fully checked. Throws `checkpoint-corrupt`, `file-*`. */
export function readSafetensorsHeader(path: string): Promise<SafetensorsHeader> {
  return withSourceFile(path, readHeader);
}

/**
 * The tensors' values, of all or of the given names, in the file's order or the names' order. F16 and BF16 stay raw bits
 * (`toFloat32` converts). Throws `checkpoint-mismatch` for a name the file does not have, else as the header does.
 */
export function readSafetensors(path: string, options: { names?: Iterable<string> } = {}): Promise<TensorMap> {
  return withSourceFile(path, async (file) => {
    const { tensors } = await readHeader(file);
    const result: TensorMap = new Map();
    for (const name of options.names ?? tensors.keys()) {
      const info = tensors.get(name);
      if (!info) throw new AppError('checkpoint-mismatch', path, `${path}: has no tensor "${name}"`);
      const bytes = await readRange(file, info.byteOffset, info.byteLength, `tensor "${name}"`);
      result.set(name, tensorOverBytes(info.dtype, info.shape, bytes));
    }
    return result;
  });
}
