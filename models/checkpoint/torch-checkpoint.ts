/**
 * Lists the tensors of a PyTorch checkpoint (`.pth`, `.pt`) and reads them one by one from their place in the file. It
 * knows where a state dict may sit in what training scripts save, not which names a model has.
 */
import { AppError } from '../../shared/errors';
import { corrupt, readRange, unsafe, withSourceFile, type SourceFile } from './file';
import type { PickleValue } from './pickle';
import { gatherRowMajor, isContiguous } from './strided';
import { ELEMENT_BYTES, elementCount, tensorOverBytes, type LazyTensor, type Tensor } from './tensor';
import type { OpenContainer, StoragePlace } from './torch-container';
import { isTensorRef, type TensorRef } from './torch-globals';
import { openLegacyContainer } from './torch-legacy';
import { openZipContainer } from './torch-zip';

export interface TorchCheckpoint {
  readonly container: 'zip' | 'legacy';
  /** In the state dict's order; a `module.` prefix (DataParallel's) is stripped. Tied weights appear under each name. */
  readonly tensors: Map<string, LazyTensor>;
}

/** Keys under which training scripts keep the state dict. */
const STATE_DICT_KEYS = ['state_dict', 'model_state_dict', 'model'];
const PREFIX = 'module.';

/**
 * Views may repeat storage (tied weights, expanded axes), so a small file can describe tensors of any size. Real ones
 * stay near the size of the file.
 */
const FREE_BYTES = 64 * 2 ** 20;
const MAX_BYTES_PER_FILE_BYTE = 4;
/** How far a non-contiguous tensor may be scattered over its storage. */
const MAX_SPAN_RATIO = 8;

function byteLengthOf(ref: TensorRef): number {
  return elementCount(ref.shape) * ELEMENT_BYTES[ref.storage.dtype];
}

function tensorsIn(value: PickleValue | undefined): Map<string, TensorRef> {
  const tensors = new Map<string, TensorRef>();
  if (!(value instanceof Map)) return tensors;
  for (const [name, item] of value) if (typeof name === 'string' && isTensorRef(item)) tensors.set(name, item);
  return tensors;
}

/** A state dict beside epoch, optimiser and random state, or the whole file. */
function findStateDict(root: PickleValue, path: string): Map<string, TensorRef> {
  if (root instanceof Map) {
    for (const key of STATE_DICT_KEYS) {
      const nested = tensorsIn(root.get(key));
      if (nested.size > 0) return nested;
    }
  }
  const bare = tensorsIn(root);
  if (bare.size > 0) return bare;
  const reason = `holds no state dict, neither bare nor under ${STATE_DICT_KEYS.join(', ')}`;
  throw new AppError('format-unknown', path, `${path}: ${reason}`);
}

/** Elements from the tensor's first to its last, both included. */
function spanOf({ shape, strides }: TensorRef): number {
  if (shape.includes(0)) return 0;
  return shape.reduce((span, size, axis) => span + (size - 1) * (strides[axis] as number), 1);
}

async function readTensor(file: SourceFile, name: string, ref: TensorRef, place: StoragePlace): Promise<Tensor> {
  const { dtype } = ref.storage;
  const elementBytes = ELEMENT_BYTES[dtype];
  const position = place.byteOffset + ref.offset * elementBytes;
  const source = await readRange(file, position, spanOf(ref) * elementBytes, `tensor ${name}`);
  const bytes = isContiguous(ref.shape, ref.strides)
    ? source
    : gatherRowMajor(source, elementBytes, ref.shape, ref.strides);
  return tensorOverBytes(dtype, ref.shape, bytes);
}

function checkSizes(refs: ReadonlyMap<string, TensorRef>, file: SourceFile): void {
  let totalBytes = 0;
  for (const [name, ref] of refs) {
    const byteLength = byteLengthOf(ref);
    totalBytes += byteLength;
    if (totalBytes > FREE_BYTES + MAX_BYTES_PER_FILE_BYTE * file.sizeBytes) {
      throw unsafe(file.path, `tensors of over ${totalBytes} bytes are described in a file of ${file.sizeBytes}`);
    }
    if (spanOf(ref) * ELEMENT_BYTES[ref.storage.dtype] > FREE_BYTES + MAX_SPAN_RATIO * byteLength) {
      throw unsafe(file.path, `tensor ${name} is scattered over a storage far larger than itself`);
    }
  }
}

async function containerOf(file: SourceFile): Promise<{ kind: 'zip' | 'legacy'; open: OpenContainer }> {
  const start = await readRange(file, 0, Math.min(2, file.sizeBytes), 'the first bytes');
  if (start[0] === 0x50 && start[1] === 0x4b) return { kind: 'zip', open: openZipContainer };
  if (start[0] === 0x80) return { kind: 'legacy', open: openLegacyContainer };
  throw new AppError('format-unknown', file.path, `${file.path}: neither container of a PyTorch checkpoint`);
}

/**
 * Opens a checkpoint and lists its state dict without reading weights. Both containers, F64 to BOOL, any strides; other
 * content (optimiser, epoch, arguments) is parsed and ignored. The file is closed on return, and opened again by each
 * tensor's `read`.
 *
 * Throws `checkpoint-unsafe` (naming the global) for a pickle that asks for anything but tensors and plain data,
 * `checkpoint-corrupt` for a damaged file, `format-unknown` where there is no state dict, and `file-*`.
 */
export function readTorchCheckpoint(path: string): Promise<TorchCheckpoint> {
  return withSourceFile(path, async (file) => {
    const { kind, open } = await containerOf(file);
    const container = await open(file);
    const refs = findStateDict(container.root, path);
    checkSizes(refs, file);
    const tensors = new Map<string, LazyTensor>();
    for (const [fullName, ref] of refs) {
      const name = fullName.startsWith(PREFIX) ? fullName.slice(PREFIX.length) : fullName;
      if (tensors.has(name)) throw corrupt(path, `tensor ${name} is there with and without "${PREFIX}"`);
      const place = await container.place(ref.storage);
      tensors.set(name, {
        dtype: ref.storage.dtype,
        shape: ref.shape,
        read: () => withSourceFile(path, (reopened) => readTensor(reopened, name, ref, place)),
      });
    }
    return { container: kind, tensors };
  });
}
