/**
 * The container that torch.save writes since 1.6: a zip whose entries are stored, not compressed: `NAME/data.pkl` and one
 * `NAME/data/KEY` a storage. Storages are only located here; their bytes are read straight from their place in the file.
 */
import { read } from 'node:fs';
import { fromRandomAccessReaderPromise, RandomAccessReader, type Entry, type ZipFile } from 'yauzl';
import { isAppError } from '../../shared/errors';
import { corrupt, readRange, unsafe, type SourceFile } from './file';
import { unpickle } from './pickle';
import { MAX_PICKLE_BYTES, MAX_STORAGES, type StoragePlace, type TorchContainer } from './torch-container';
import { storageOfPersistentId, torchGlobals, type StorageRef } from './torch-globals';
import { ELEMENT_BYTES } from './tensor';

/** Beside the storages: the pickle, version, byte order and the like. */
const MAX_ENTRIES = MAX_STORAGES + 16;
/** Of an entry's name, extra field and comment together. */
const MAX_ENTRY_TEXT_BYTES = 2048;

/**
 * Reads for yauzl, within the file only: its own reader hands positions out of damaged directories to `fs.read`, which
 * throws for those beyond 2^53, and thrown in a callback that ends the process.
 */
class BoundedReader extends RandomAccessReader {
  constructor(private readonly file: SourceFile) {
    super();
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    if (position + length > this.file.sizeBytes) {
      setImmediate(callback, new Error(`bytes ${position} to ${position + length} are beyond the end of the file`));
      return;
    }
    read(this.file.handle.fd, buffer, offset, length, position, callback);
  }
}

/** A zip's directory, and where in the file each entry's bytes are. */
class StoredZip {
  private constructor(
    private readonly file: SourceFile,
    private readonly zip: ZipFile,
    private readonly entries: ReadonlyMap<string, Entry>,
  ) {}

  /** Reads the directory. The file stays the caller's to close. */
  static async open(file: SourceFile): Promise<StoredZip> {
    try {
      const options = { lazyEntries: true, autoClose: false };
      const zip = await fromRandomAccessReaderPromise(new BoundedReader(file), file.sizeBytes, options);
      return new StoredZip(file, zip, await readEntries(file, zip));
    } catch (cause) {
      throw asCorruptZip(file, cause);
    }
  }

  names(): IterableIterator<string> {
    return this.entries.keys();
  }

  /** Undefined if there is no such entry. */
  async place(name: string): Promise<StoragePlace | undefined> {
    const entry = this.entries.get(name);
    if (!entry) return undefined;
    try {
      const { fileDataStart } = await this.zip.readLocalFileHeaderPromise(entry, { minimal: true });
      return { byteOffset: fileDataStart, byteLength: entry.uncompressedSize };
    } catch (cause) {
      throw asCorruptZip(this.file, cause);
    }
  }
}

function asCorruptZip(file: SourceFile, cause: unknown): Error {
  if (isAppError(cause)) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return corrupt(file.path, `damaged or truncated zip: ${reason}`, cause);
}

async function readEntries(file: SourceFile, zip: ZipFile): Promise<Map<string, Entry>> {
  if (zip.entryCount > MAX_ENTRIES) throw unsafe(file.path, `the zip claims ${zip.entryCount} entries`);
  const entries = new Map<string, Entry>();
  let totalBytes = 0;
  for await (const entry of zip.eachEntry()) {
    const name = entry.fileName;
    if (entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength > MAX_ENTRY_TEXT_BYTES) {
      throw unsafe(file.path, 'the zip has an entry with an oversized name, extra field or comment');
    }
    if (entry.compressionMethod !== 0 || entry.isEncrypted() || entry.compressedSize !== entry.uncompressedSize) {
      const reason = `is compressed or encrypted (${entry.compressedSize} bytes for ${entry.uncompressedSize})`;
      throw unsafe(file.path, `zip entry ${name} ${reason}; PyTorch stores entries as they are`);
    }
    if (entries.has(name)) throw corrupt(file.path, `the zip has two entries ${name}`);
    totalBytes += entry.uncompressedSize;
    if (totalBytes > file.sizeBytes) throw corrupt(file.path, 'zip entries claim more bytes than the file has');
    entries.set(name, entry);
  }
  return entries;
}

/** The folder inside the zip, with its slash; torch names it after the file. */
function rootFolder(file: SourceFile, zip: StoredZip): string {
  const roots: string[] = [];
  for (const name of zip.names()) {
    const match = /^([^/]+\/)data\.pkl$/.exec(name);
    if (match?.[1] !== undefined) roots.push(match[1]);
  }
  const [root] = roots;
  if (root === undefined || roots.length > 1) throw corrupt(file.path, 'the zip is no PyTorch checkpoint: no data.pkl');
  return root;
}

async function checkByteOrder(file: SourceFile, place: StoragePlace | undefined): Promise<void> {
  // Written since PyTorch 2.1; before, files carry the order of the machine, in practice little-endian.
  if (!place) return;
  const order = await readRange(file, place.byteOffset, Math.min(place.byteLength, 16), 'the byte order');
  const text = new TextDecoder('latin1').decode(order);
  if (text !== 'little') throw corrupt(file.path, `byte order "${text}" is not supported`);
}

/** Opens a zip checkpoint. Throws `checkpoint-corrupt`, `checkpoint-unsafe`. */
export async function openZipContainer(file: SourceFile): Promise<TorchContainer> {
  const zip = await StoredZip.open(file);
  const root = rootFolder(file, zip);
  await checkByteOrder(file, await zip.place(`${root}byteorder`));
  const picklePlace = await zip.place(`${root}data.pkl`);
  if (!picklePlace) throw corrupt(file.path, 'the zip is no PyTorch checkpoint: no data.pkl');
  if (picklePlace.byteLength > MAX_PICKLE_BYTES) {
    throw unsafe(file.path, `data.pkl has ${picklePlace.byteLength} bytes, at most ${MAX_PICKLE_BYTES} are accepted`);
  }
  const bytes = await readRange(file, picklePlace.byteOffset, picklePlace.byteLength, 'data.pkl');
  const { value } = unpickle(bytes, 0, {
    path: file.path,
    globals: torchGlobals(file.path),
    persistentLoad: (id) => storageOfPersistentId(id, file.path),
  });
  const places = new Map<string, StoragePlace | undefined>();
  return {
    root: value,
    async place(storage: StorageRef): Promise<StoragePlace> {
      const { key, dtype, storageLength } = storage;
      if (!places.has(key)) places.set(key, await zip.place(`${root}data/${key}`));
      const place = places.get(key);
      if (!place) throw corrupt(file.path, `storage ${key} is missing from the zip`);
      const needed = storageLength * ELEMENT_BYTES[dtype];
      if (place.byteLength < needed) {
        throw corrupt(file.path, `storage ${key} has ${place.byteLength} bytes, its tensors need ${needed}`);
      }
      return place;
    },
  };
}
