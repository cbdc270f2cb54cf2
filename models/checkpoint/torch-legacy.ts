/**
 * The container that torch.save wrote before 1.6, and still does with `_use_new_zipfile_serialization=False`: pickles of
 * magic number, protocol version, machine, object and storage keys, then each storage as a 64-bit length and raw elements.
 * Layout: `_legacy_save` in torch/serialization.py.
 */
import { corrupt, readRange, unsafe, type SourceFile } from './file';
import { unpickle, type PickleValue } from './pickle';
import { MAX_PICKLE_BYTES, MAX_STORAGES, type StoragePlace, type TorchContainer } from './torch-container';
import { storageOfPersistentId, torchGlobals, type StorageRef } from './torch-globals';
import { ELEMENT_BYTES } from './tensor';

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;

interface LegacyPickles {
  readonly root: PickleValue;
  readonly keys: readonly string[];
  /** Every storage the object refers to, by key. */
  readonly storages: ReadonlyMap<string, StorageRef>;
  /** Position of the first storage in the file. */
  readonly end: number;
}

/** Reads the five pickles at the beginning of the file. */
async function readPickles(file: SourceFile): Promise<LegacyPickles> {
  const { path } = file;
  const bytes = await readRange(file, 0, Math.min(file.sizeBytes, MAX_PICKLE_BYTES), 'the pickles');
  const storages = new Map<string, StorageRef>();
  const context = {
    path,
    globals: torchGlobals(path),
    persistentLoad(id: PickleValue): StorageRef {
      const storage = storageOfPersistentId(id, path);
      const known = storages.get(storage.key);
      if (known && (known.dtype !== storage.dtype || known.storageLength !== storage.storageLength)) {
        throw corrupt(path, `storage ${storage.key} is described in two ways`);
      }
      storages.set(storage.key, storage);
      return storage;
    },
  };
  let end = 0;
  const next = (): PickleValue => {
    const result = unpickle(bytes, end, context);
    end = result.end;
    return result.value;
  };
  if (next() !== MAGIC) throw corrupt(path, 'no PyTorch checkpoint: the magic number is missing');
  if (next() !== PROTOCOL) throw corrupt(path, `the legacy container's version is not ${PROTOCOL}`);
  const machine = next();
  if (!(machine instanceof Map) || machine.get('little_endian') !== true) {
    throw corrupt(path, 'written by a big-endian machine, which is not supported');
  }
  const root = next();
  const keys = next();
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === 'string')) {
    throw corrupt(path, 'the list of storage keys is malformed');
  }
  if (keys.length > MAX_STORAGES) throw unsafe(path, `the file claims ${keys.length} storages`);
  return { root, keys, storages, end };
}

/** Walks over the storages, whose places follow from the lengths of those before. */
async function locateStorages(file: SourceFile, pickles: LegacyPickles): Promise<Map<string, StoragePlace>> {
  const places = new Map<string, StoragePlace>();
  let position = pickles.end;
  for (const key of pickles.keys) {
    const storage = pickles.storages.get(key);
    if (!storage) throw corrupt(file.path, `storage ${key} is listed and belongs to no tensor`);
    const header = await readRange(file, position, 8, `the length of storage ${key}`);
    const length = new DataView(header.buffer).getBigInt64(0, true);
    if (length !== BigInt(storage.storageLength)) {
      throw corrupt(file.path, `storage ${key} has ${length} elements, its tensors need ${storage.storageLength}`);
    }
    const byteLength = storage.storageLength * ELEMENT_BYTES[storage.dtype];
    if (position + 8 + byteLength > file.sizeBytes) {
      const reason = `truncated: storage ${key} needs ${byteLength} bytes at ${position + 8}`;
      throw corrupt(file.path, `${reason}, the file has ${file.sizeBytes}`);
    }
    places.set(key, { byteOffset: position + 8, byteLength });
    position += 8 + byteLength;
  }
  return places;
}

/** Opens a legacy checkpoint. Throws `checkpoint-corrupt`, `checkpoint-unsafe`. */
export async function openLegacyContainer(file: SourceFile): Promise<TorchContainer> {
  const pickles = await readPickles(file);
  const places = await locateStorages(file, pickles);
  return {
    root: pickles.root,
    async place(storage: StorageRef): Promise<StoragePlace> {
      const place = places.get(storage.key);
      if (!place) throw corrupt(file.path, `storage ${storage.key} is missing from the file`);
      return place;
    },
  };
}
