/** Small files that try to run code or to pass for weights. */
import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  good,
  legacyCheckpoint,
  py,
  safetensors,
  state,
  tensor,
  withZip64,
  zipCheckpoint,
  type LegacyStorages,
} from './craft';
import { corruptCode, expectRefused, probe, temporaryFolder, unsafeCode, type HostileCase } from './hostile-harness';
import type { ProbeResult } from './probe';

const folder = temporaryFolder();

/** A root that is wrong in itself, in both containers. */
function inBoth(
  what: string,
  root: () => Buffer,
  code: string,
  cause: string | RegExp,
  storages?: LegacyStorages,
): HostileCase[] {
  const name = what.replaceAll(/\W+/g, '-');
  return [
    { what: `${what} (zip)`, file: `${name}.zip.pth`, bytes: () => zipCheckpoint(root()), code, cause },
    {
      what: `${what} (legacy)`,
      file: `${name}.legacy.pth`,
      bytes: () => legacyCheckpoint(root(), storages),
      code,
      cause,
    },
  ];
}

const marker = join(tmpdir(), `sonomask-executed-${process.pid}`);

const codeExecution: HostileCase[] = [
  ...inBoth(
    'os.system',
    () => py.dict({ weight: good, x: py.call(py.global('os', 'system'), py.text(`touch ${marker}`)) }),
    unsafeCode,
    'os.system',
  ),
  ...inBoth('posix.system', () => py.call(py.global('posix', 'system'), py.text('id')), unsafeCode, 'posix.system'),
  ...inBoth('an unknown global', () => state(py.global('evil.zoo', 'Thing')), unsafeCode, 'evil.zoo.Thing'),
  ...inBoth('a name of Object.prototype', () => py.global('constructor', 'constructor'), unsafeCode, 'constructor'),
  ...inBoth(
    'eval by STACK_GLOBAL',
    () => Buffer.concat([py.text('builtins'), py.text('eval'), Buffer.from([0x93])]),
    unsafeCode,
    'builtins.eval',
  ),
  ...inBoth('opcode INST', () => Buffer.from('(ios\nsystem\n'), unsafeCode, 'opcode 0x69'),
  ...inBoth(
    'opcode NEWOBJ',
    () => Buffer.concat([py.global('torch', 'Size'), py.tuple(), Buffer.from([0x81])]),
    unsafeCode,
    'opcode 0x81',
  ),
  ...inBoth('opcode EXT1', () => Buffer.from([0x82, 1]), unsafeCode, 'opcode 0x82'),
  ...inBoth('a call of data', () => py.call(py.text('os'), py.none), corruptCode, 'no function'),
];

const badTensors: HostileCase[] = [
  ...inBoth('a tensor beyond its storage', () => state(tensor({}, 0, [5], [1])), corruptCode, 'reaches element 4'),
  ...inBoth('an offset beyond its storage', () => state(tensor({}, 4, [1], [1])), corruptCode, 'reaches element 4'),
  ...inBoth('a negative stride', () => state(tensor({}, 3, [4], [-1])), corruptCode, 'bad offset, shape or stride'),
  ...inBoth('a negative offset', () => state(tensor({}, -1, [4], [1])), corruptCode, 'bad offset, shape or stride'),
  ...inBoth('a negative size', () => state(tensor({}, 0, [-4, -1], [1, 1])), corruptCode, 'bad offset, shape'),
  ...inBoth(
    'strides that overflow',
    () => state(tensor({}, 0, [2 ** 52, 2 ** 52], [2 ** 52, 2 ** 52])),
    corruptCode,
    'reaches element',
  ),
  ...inBoth('strides beyond 2^53', () => state(tensor({}, 0, [2], [2n ** 63n - 1n])), corruptCode, 'bad offset, shape'),
  ...inBoth(
    'an axis expanded to a terabyte',
    () => state(tensor({}, 0, [2 ** 38], [0])),
    unsafeCode,
    'are described in a file of',
  ),
  ...inBoth('a negative storage length', () => state(tensor({ length: -4 }, 0, [1], [1])), corruptCode, 'no storage'),
  ...inBoth(
    'a key with and without module.',
    () => py.dict({ a: good, 'module.a': good }),
    corruptCode,
    'with and with',
  ),
  {
    what: 'a storage shorter than its tensor (zip)',
    file: 'short.zip.pth',
    bytes: () => zipCheckpoint(state(tensor({ length: 1000 }, 0, [1000], [1]))),
    code: corruptCode,
    cause: 'storage 0 has 16 bytes, its tensors need 4000',
  },
  {
    what: 'a storage shorter than its tensor (legacy)',
    file: 'short.legacy.pth',
    bytes: () => legacyCheckpoint(state(tensor({ length: 1000 }, 0, [1000], [1]))),
    code: corruptCode,
    cause: 'storage 0 has 4 elements, its tensors need 1000',
  },
  {
    what: 'a storage that claims more than the file has (legacy)',
    file: 'claims.legacy.pth',
    bytes: () => legacyCheckpoint(state(tensor({ length: 2 ** 40 }, 0, [4], [1])), { 0: [2 ** 40, Buffer.alloc(16)] }),
    code: corruptCode,
    cause: 'truncated: storage 0 needs 4398046511104 bytes',
  },
  {
    what: 'a legacy view outside its storage',
    file: 'view.legacy.pth',
    bytes: () => legacyCheckpoint(state(tensor({ view: py.tuple(py.text('1'), py.int(2), py.int(3)) }, 0, [1], [1]))),
    code: corruptCode,
    cause: 'a view of storage 0 does not fit',
  },
  {
    what: 'a storage that is missing',
    file: 'missing.zip.pth',
    bytes: () => zipCheckpoint(state(good), {}),
    code: corruptCode,
    cause: 'storage 0 is missing',
  },
  ...([NaN, Infinity, -Infinity] as const).map((value) => ({
    what: `a weight that is ${value}`,
    file: `${value}.zip.pth`,
    bytes: () => zipCheckpoint(state(good), { 0: Buffer.from(Float32Array.of(1, 2, value, 4).buffer) }),
    code: corruptCode,
    cause: 'tensor weight holds NaN or infinity at element 2',
  })),
  {
    what: 'a half that is NaN',
    file: 'nan-half.zip.pth',
    bytes: () =>
      zipCheckpoint(state(tensor({ type: 'HalfStorage' }, 0, [2], [1])), { 0: Buffer.from('003c017e00000000', 'hex') }),
    code: corruptCode,
    cause: 'tensor weight holds NaN or infinity at element 1',
  },
  {
    what: 'no state dict',
    file: 'none.pth',
    bytes: () => zipCheckpoint(py.list(good)),
    code: 'format-unknown',
    cause: 'no state dict',
  },
  { what: 'an empty file', file: 'empty.pth', bytes: () => Buffer.alloc(0), code: 'file-empty', cause: 'empty' },
  {
    what: 'text',
    file: 'text.pth',
    bytes: () => Buffer.from('weights'),
    code: 'format-unknown',
    cause: 'neither container',
  },
];

/** Objects without a tensor, so the legacy file has no storage either. */
function withoutTensors(what: string, root: () => Buffer): HostileCase[] {
  return inBoth(what, root, 'format-unknown', 'no state dict', {});
}

const zip64Cases: HostileCase[] = [
  {
    what: 'a zip directory beyond 2^53 bytes, at which fs.read throws',
    file: 'directory-beyond.pth',
    bytes: () => withZip64(zipCheckpoint(state(good)), 3n, 2n ** 53n + 4096n),
    code: corruptCode,
    cause: 'beyond the end of the file',
  },
  {
    what: 'a zip of 2^40 entries by its end record',
    file: 'entries-64.pth',
    bytes: () => withZip64(zipCheckpoint(state(good)), 2n ** 40n, 0n),
    code: unsafeCode,
    cause: 'claims 1099511627776 entries',
  },
];

const selfReferences: HostileCase[] = [
  // A dict that is its own state dict, and a list that holds itself: fine to build, endless to walk.
  ...withoutTensors('a dict inside itself', () => Buffer.from('}q\x00(X\x05\x00\x00\x00modelh\x00u')),
  ...withoutTensors('a list inside itself', () => Buffer.from(']q\x00h\x00a')),
  ...withoutTensors('a dict of numbers', () => py.dict({ model: py.dict({ weight: py.int(1) }) })),
];

const oneFloat = { dtype: 'F32', shape: [1], data_offsets: [0, 4] };

function badSafetensors(what: string, bytes: () => Buffer, cause: string | RegExp): HostileCase {
  return {
    what: `safetensors: ${what}`,
    file: `${what.replaceAll(/\W+/g, '-')}.safetensors`,
    bytes,
    code: corruptCode,
    cause,
  };
}

const safetensorsCases: HostileCase[] = [
  badSafetensors('a header of 2^63 bytes', () => safetensors({}, 0, 2n ** 63n), 'header of 9223372036854775808 bytes'),
  badSafetensors('a header longer than the file', () => safetensors({}, 0, 1000n), 'truncated: the header'),
  badSafetensors('three bytes', () => Buffer.from('abc'), 'truncated: the header length'),
  badSafetensors('a header that is no JSON', () => safetensors('{"a":'), 'not JSON'),
  badSafetensors('a header that is no object', () => safetensors('[1]'), 'not a JSON object'),
  badSafetensors(
    'offsets out of bounds',
    () => safetensors({ a: { ...oneFloat, data_offsets: [4, 8] } }, 4),
    'outside the data',
  ),
  badSafetensors(
    'reversed offsets',
    () => safetensors({ a: { ...oneFloat, data_offsets: [4, 0] } }, 4),
    'outside the data',
  ),
  badSafetensors(
    'negative offsets',
    () => safetensors({ a: { ...oneFloat, data_offsets: [-4, 0] } }, 4),
    'data_offsets',
  ),
  badSafetensors(
    'overlapping tensors',
    () => safetensors({ a: oneFloat, b: { dtype: 'F32', shape: [2], data_offsets: [2, 10] } }, 10),
    'tensor "b" overlaps',
  ),
  badSafetensors('two tensors at one place', () => safetensors({ a: oneFloat, b: oneFloat }, 4), 'overlaps'),
  badSafetensors('a hole', () => safetensors({ a: { ...oneFloat, data_offsets: [4, 8] } }, 8), 'before tensor "a"'),
  badSafetensors('trailing bytes', () => safetensors({ a: oneFloat }, 8), 'after the last tensor'),
  badSafetensors('a shape that needs other bytes', () => safetensors({ a: { ...oneFloat, shape: [2] } }, 4), 'needs 8'),
  badSafetensors(
    'a shape that overflows',
    () => safetensors({ a: { ...oneFloat, shape: [2 ** 40, 2 ** 40] } }, 4),
    'needs',
  ),
  badSafetensors('a negative size', () => safetensors({ a: { ...oneFloat, shape: [-1, -1] } }, 4), 'list of sizes'),
  badSafetensors(
    'an unknown element type',
    () => safetensors({ a: { ...oneFloat, dtype: 'F3' } }, 4),
    '"F3" is not supp',
  ),
  badSafetensors(
    'toString as element type',
    () => safetensors({ a: { ...oneFloat, dtype: 'toString' } }, 4),
    'not supp',
  ),
  badSafetensors('an entry that is null', () => safetensors({ a: null }), 'not an object'),
  badSafetensors('metadata that is no text', () => safetensors({ __metadata__: { a: 1 } }), 'metadata "a"'),
  badSafetensors('a tensor named __proto__', () => safetensors('{"__proto__":{"dtype":"F32"}}'), 'list of sizes'),
];

const small = [...codeExecution, ...badTensors, ...zip64Cases, ...selfReferences, ...safetensorsCases];

describe('small hostile files', () => {
  const results = new Map<HostileCase, ProbeResult>();
  beforeAll(() => {
    const paths = small.map(({ file, bytes }) => {
      const path = folder.path(file);
      writeFileSync(path, bytes());
      return path;
    });
    // One process for all: each result's peak then includes the files before, so the bound is the stricter for it.
    probe(paths).forEach((result, index) => results.set(small[index]!, result));
  });

  it.each(small.map((one) => [one.what, one] as const))('refuses %s', (_what, one) => {
    expectRefused(results.get(one)!, folder.path(one.file), one);
  });

  it('has run nothing', () => expect(existsSync(marker)).toBe(false));
});
