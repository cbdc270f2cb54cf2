/**
 * Makes checkpoints by hand, right and wrong ones: pickles from parts, the two containers of PyTorch around them, and
 * safetensors with any header. For tests only; it checks nothing.
 */
import { deflateRawSync } from 'node:zlib';

function littleEndian(value: bigint | number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  let rest = BigInt.asUintN(8 * bytes, BigInt(value));
  for (let i = 0; i < bytes; i++, rest >>= 8n) buffer[i] = Number(rest & 0xffn);
  return buffer;
}

/** Parts of a pickle, each leaving one value on the stack. */
export const py = {
  none: Buffer.from('N'),
  text: (text: string): Buffer => {
    const utf8 = Buffer.from(text);
    return Buffer.concat([Buffer.from('X'), littleEndian(utf8.length, 4), utf8]);
  },
  /** LONG1 of 8 bytes: any 64-bit integer. */
  int: (value: bigint | number): Buffer => Buffer.concat([Buffer.from([0x8a, 8]), littleEndian(value, 8)]),
  tuple: (...parts: Buffer[]): Buffer => Buffer.concat([Buffer.from('('), ...parts, Buffer.from('t')]),
  list: (...parts: Buffer[]): Buffer => Buffer.concat([Buffer.from(']('), ...parts, Buffer.from('e')]),
  dict: (pairs: Record<string, Buffer>): Buffer =>
    Buffer.concat([Buffer.from('}('), ...Object.entries(pairs).flatMap(([k, v]) => [py.text(k), v]), Buffer.from('u')]),
  global: (module: string, name: string): Buffer => Buffer.from(`c${module}\n${name}\n`),
  call: (callee: Buffer, ...args: Buffer[]): Buffer => Buffer.concat([callee, py.tuple(...args), Buffer.from('R')]),
};

export function pickle(...parts: Buffer[]): Buffer {
  return Buffer.concat([Buffer.from([0x80, 2]), ...parts, Buffer.from('.')]);
}

export interface StorageId {
  readonly key?: string;
  readonly type?: string;
  readonly length?: number;
  readonly view?: Buffer;
}

/** `_rebuild_tensor_v2` on a storage of floats. */
export function tensor(
  storage: StorageId,
  offset: number | bigint,
  shape: readonly (number | bigint)[],
  strides: readonly (number | bigint)[],
): Buffer {
  const { key = '0', type = 'FloatStorage', length = 4, view } = storage;
  const id = [py.text('storage'), py.global('torch', type), py.text(key), py.text('cpu'), py.int(length)];
  const persistent = Buffer.concat([py.tuple(...id, ...(view ? [view] : [])), Buffer.from('Q')]);
  return py.call(
    py.global('torch._utils', '_rebuild_tensor_v2'),
    persistent,
    py.int(offset),
    py.tuple(...shape.map(py.int)),
    py.tuple(...strides.map(py.int)),
  );
}

export interface ZipEntry {
  readonly name: string;
  readonly data: Buffer;
  readonly deflate?: boolean;
  /** What the directory claims, where that is not the truth. */
  readonly claimedBytes?: number;
}

/** A zip; `entryCount` is what its end record claims. */
export function zip(entries: readonly ZipEntry[], entryCount = entries.length): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let position = 0;
  for (const { name, data, deflate, claimedBytes } of entries) {
    const stored = deflate ? deflateRawSync(data, { level: 1 }) : data;
    const fileName = Buffer.from(name);
    const sizes = [littleEndian(stored.length, 4), littleEndian(claimedBytes ?? data.length, 4)];
    const common = [littleEndian(0, 2), littleEndian(deflate ? 8 : 0, 2), littleEndian(0, 8), ...sizes];
    const names = [littleEndian(fileName.length, 2), littleEndian(0, 2)];
    const local = [Buffer.from('PK\x03\x04'), littleEndian(20, 2), ...common, ...names, fileName, stored];
    const central = [Buffer.from('PK\x01\x02'), littleEndian(20, 2), littleEndian(20, 2), ...common, ...names];
    directory.push(...central, littleEndian(0, 10), littleEndian(position, 4), fileName);
    bodies.push(...local);
    position += local.reduce((sum, part) => sum + part.length, 0);
  }
  const directoryBytes = Buffer.concat(directory);
  const counts = [littleEndian(entryCount, 2), littleEndian(entryCount, 2)];
  const end = [littleEndian(directoryBytes.length, 4), littleEndian(position, 4), littleEndian(0, 2)];
  return Buffer.concat([...bodies, directoryBytes, Buffer.from('PK\x05\x06'), littleEndian(0, 4), ...counts, ...end]);
}

/** The same zip with 64-bit records that override its entry count and the place of its directory. */
export function withZip64(bytes: Buffer, entryCount: bigint, directoryOffset: bigint): Buffer {
  const endRecord = bytes.subarray(bytes.length - 22);
  const before = bytes.subarray(0, bytes.length - 22);
  const counts = [littleEndian(entryCount, 8), littleEndian(entryCount, 8)];
  const record = [Buffer.from('PK\x06\x06'), littleEndian(44, 8), littleEndian(0, 12), ...counts, littleEndian(0, 8)];
  const locator = [Buffer.from('PK\x06\x07'), littleEndian(0, 4), littleEndian(before.length, 8), littleEndian(1, 4)];
  return Buffer.concat([before, ...record, littleEndian(directoryOffset, 8), ...locator, endRecord]);
}

const FOUR_FLOATS = Buffer.from(Float32Array.of(1, 2, 3, 4).buffer);

/** A zip checkpoint of this pickled root, with storage 0 of four floats unless others are given. */
export function zipCheckpoint(root: Buffer, storages: Record<string, Buffer> = { 0: FOUR_FLOATS }): Buffer {
  const data = Object.entries(storages).map(([key, bytes]) => ({ name: `net/data/${key}`, data: bytes }));
  return zip([
    { name: 'net/data.pkl', data: pickle(root) },
    ...data,
    { name: 'net/version', data: Buffer.from('3\n') },
  ]);
}

/** The first three pickles of a legacy file: magic number, version, machine. */
export function legacyPreamble(): Buffer {
  const magic = Buffer.concat([Buffer.from([0x8a, 10]), littleEndian(0x1950a86a20f9469cfc6cn, 10)]);
  const machine = py.dict({ protocol_version: py.int(1001), little_endian: Buffer.from([0x88]) });
  return Buffer.concat([pickle(magic), pickle(py.int(1001)), pickle(machine)]);
}

/** By key: the claimed length in elements, and the bytes. */
export type LegacyStorages = Record<string, readonly [length: number, bytes: Buffer]>;

/** A legacy checkpoint of this root, with storage 0 of four floats unless others are given. */
export function legacyCheckpoint(root: Buffer, storages: LegacyStorages = { 0: [4, FOUR_FLOATS] }): Buffer {
  const keys = pickle(py.list(...Object.keys(storages).map(py.text)));
  const data = Object.values(storages).flatMap(([length, bytes]) => [littleEndian(length, 8), bytes]);
  return Buffer.concat([legacyPreamble(), pickle(root), keys, ...data]);
}

/** A safetensors file of any header (an object, or raw text) and `dataBytes` zeros. */
export function safetensors(header: unknown, dataBytes = 0, headerLength?: bigint): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  return Buffer.concat([littleEndian(headerLength ?? json.length, 8), json, Buffer.alloc(dataBytes)]);
}

/** A tensor of the four floats of storage 0, and a state dict of one tensor. */
export const good = tensor({}, 0, [4], [1]);
export const state = (weight: Buffer): Buffer => py.dict({ weight });
