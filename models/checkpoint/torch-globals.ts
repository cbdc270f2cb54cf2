/**
 * The Python names that a PyTorch checkpoint may mention, and what each means here: how tensors and storages are rebuilt,
 * ordered dicts, and a few inert values found beside weights. Everything not in this table is refused by the unpickler.
 */
import { corrupt } from './file';
import { isGlobal, Tuple, type Foreign, type Global, type PickleValue } from './pickle';
import type { DType } from './tensor';

/** A run of elements in one storage of the file. */
export interface StorageRef extends Foreign {
  readonly kind: 'storage';
  readonly key: string;
  readonly dtype: DType;
  /** Elements of the whole storage, as the pickle claims. */
  readonly storageLength: number;
  /** First element and number of elements of the part referred to; the whole storage unless it is a legacy view. */
  readonly start: number;
  readonly length: number;
}

/** A tensor as the pickle describes it, checked against the claimed size of its storage. Units: elements. */
export interface TensorRef extends Foreign {
  readonly kind: 'tensor';
  readonly storage: StorageRef;
  /** First element, from the beginning of the storage. */
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** PyTorch's own limit. */
const MAX_RANK = 64;

const STORAGE_TYPES: readonly (readonly [string, DType])[] = [
  ['DoubleStorage', 'F64'],
  ['FloatStorage', 'F32'],
  ['HalfStorage', 'F16'],
  ['BFloat16Storage', 'BF16'],
  ['LongStorage', 'I64'],
  ['IntStorage', 'I32'],
  ['ShortStorage', 'I16'],
  ['CharStorage', 'I8'],
  ['ByteStorage', 'U8'],
  ['BoolStorage', 'BOOL'],
];

const DTYPE_BY_STORAGE_TYPE = new Map(STORAGE_TYPES.map(([name, dtype]) => [`torch.${name}`, dtype]));

/** Values that stand beside weights in training checkpoints. Nothing is made of them. */
const INERT_NAMES = [
  'torch.Size',
  'torch.device',
  ...['float64', 'float32', 'float16', 'bfloat16', 'int64', 'int32', 'int16', 'int8', 'uint8', 'bool'].map(
    (name) => `torch.${name}`,
  ),
  ...['numpy.core', 'numpy._core'].flatMap((core) => [`${core}.multiarray.scalar`, `${core}.multiarray._reconstruct`]),
  'numpy.ndarray',
  'numpy.dtype',
  '_codecs.encode',
  // Protocol 2 writes Python 2's name of the module.
  ...['builtins', '__builtin__'].flatMap((module) =>
    ['set', 'bytes', 'list', 'dict', 'int'].map((name) => `${module}.${name}`),
  ),
];

const IGNORED: Foreign = { kind: 'ignored' };

export function isTensorRef(value: PickleValue | undefined): value is TensorRef {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'tensor';
}

function isStorageRef(value: PickleValue | undefined): value is StorageRef {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'storage';
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function countsOf(value: PickleValue | undefined): readonly number[] | undefined {
  if (!(value instanceof Tuple) || value.items.length > MAX_RANK) return undefined;
  return value.items.every(isCount) ? (value.items as readonly number[]) : undefined;
}

/** `_rebuild_tensor(storage, offset, size, stride)`; `_rebuild_tensor_v2` adds gradient flag and hooks, both of no use. */
function rebuildTensor(args: readonly PickleValue[], path: string): TensorRef {
  const [storage, offset] = args;
  const shape = countsOf(args[2]);
  const strides = countsOf(args[3]);
  if (!isStorageRef(storage)) throw corrupt(path, 'a tensor has no storage');
  const where = `a tensor in storage ${storage.key}`;
  if (!isCount(offset) || !shape || !strides || shape.length !== strides.length) {
    throw corrupt(path, `${where} has a bad offset, shape or stride`);
  }
  // Products beyond 2^53 are inexact here and still far beyond any storage.
  const isEmpty = shape.includes(0);
  const lastElement = shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] as number), offset);
  if (!isEmpty && lastElement >= storage.length) {
    const reason = `[${shape.join(', ')}] reaches element ${lastElement}, the storage has ${storage.length}`;
    throw corrupt(path, `${where} ${reason}`);
  }
  return { kind: 'tensor', storage, offset: storage.start + offset, shape, strides };
}

/** `_rebuild_parameter(tensor, ...)` and its kin: a parameter is its tensor. */
function firstArgument(name: string, args: readonly PickleValue[], path: string): TensorRef {
  const [tensor] = args;
  if (!isTensorRef(tensor)) throw corrupt(path, `${name} is called without a tensor`);
  return tensor;
}

/** `_rebuild_from_type_v2(function, type, arguments, state)`: a tensor that carried Python attributes. */
function rebuildFromType(args: readonly PickleValue[], path: string): PickleValue {
  const [callee, , calleeArgs] = args;
  const isRebuild = isGlobal(callee) && callee.name.startsWith('torch._utils._rebuild_');
  if (!isRebuild || !callee.call || !(calleeArgs instanceof Tuple)) {
    throw corrupt(path, '_rebuild_from_type_v2 is called without a way to rebuild');
  }
  return callee.call(calleeArgs.items);
}

/** `OrderedDict()` or `OrderedDict([(key, value), ...])`; also `defaultdict(factory)` and `Counter(dict)`. */
function buildDict(args: readonly PickleValue[]): Map<PickleValue, PickleValue> {
  const [items] = args;
  if (items instanceof Map) return new Map(items);
  const dict = new Map<PickleValue, PickleValue>();
  if (!Array.isArray(items)) return dict;
  for (const item of items) {
    const pair = item instanceof Tuple ? item.items : Array.isArray(item) ? item : [];
    const [key, value] = pair;
    if (key !== undefined && value !== undefined) dict.set(key, value);
  }
  return dict;
}

/** The allow-list, by `module.name`. `path` names the file in errors. */
export function torchGlobals(path: string): ReadonlyMap<string, Global> {
  const globals = new Map<string, Global>();
  const allow = (name: string, call?: Global['call']): void => {
    globals.set(name, call ? { kind: 'global', name, call } : { kind: 'global', name });
  };
  allow('collections.OrderedDict', buildDict);
  allow('collections.defaultdict', () => new Map());
  allow('collections.Counter', buildDict);
  for (const name of ['_rebuild_tensor', '_rebuild_tensor_v2']) {
    allow(`torch._utils.${name}`, (args) => rebuildTensor(args, path));
  }
  for (const name of ['_rebuild_parameter', '_rebuild_parameter_with_state']) {
    allow(`torch._utils.${name}`, (args) => firstArgument(name, args, path));
  }
  allow('torch._tensor._rebuild_from_type_v2', (args) => rebuildFromType(args, path));
  allow('torch.Tensor');
  allow('torch.nn.parameter.Parameter');
  for (const name of DTYPE_BY_STORAGE_TYPE.keys()) allow(name);
  for (const name of INERT_NAMES) allow(name, () => IGNORED);
  return globals;
}

/**
 * The meaning of a persistent id: `('storage', type, key, device, length)`, in the legacy container followed by a view,
 * `None` or `(key, first element, length)`.
 */
export function storageOfPersistentId(id: PickleValue, path: string): StorageRef {
  const items = id instanceof Tuple ? id.items : [];
  const [tag, type, key, , storageLength, view] = items;
  const dtype = isGlobal(type) ? DTYPE_BY_STORAGE_TYPE.get(type.name) : undefined;
  if (tag !== 'storage' || !dtype || typeof key !== 'string' || !isCount(storageLength)) {
    throw corrupt(path, 'the pickle refers to something that is no storage');
  }
  if (!(view instanceof Tuple)) {
    return { kind: 'storage', key, dtype, storageLength, start: 0, length: storageLength };
  }
  const [, start, length] = view.items;
  if (!isCount(start) || !isCount(length) || start + length > storageLength) {
    throw corrupt(path, `a view of storage ${key} does not fit into it`);
  }
  return { kind: 'storage', key, dtype, storageLength, start, length };
}
