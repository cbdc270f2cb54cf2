/**
 * Files made to harm: to run code, to exhaust memory or time, or to pass for weights. Each must end in a typed error that
 * names the file and the cause, under 2 s and 200 MB of extra memory, measured in a process of its own.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors, readTorchCheckpoint } from '../../../../models/checkpoint';
import {
  legacyCheckpoint,
  legacyPreamble,
  pickle,
  py,
  safetensors,
  tensor,
  withZip64,
  zip,
  zipCheckpoint,
  type LegacyStorages,
} from './craft';
import type { ProbeResult } from './probe';

const MB = 2 ** 20;
const probeScript = fileURLToPath(new URL('./probe.ts', import.meta.url));
const fixtures = fileURLToPath(new URL('./fixtures', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sonomask-hostile-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Reads the files in one child process. */
function probe(files: readonly string[]): ProbeResult[] {
  const output = execFileSync(process.execPath, ['--import', 'tsx', probeScript, ...files], { encoding: 'utf8' });
  const lines = output.trim().split('\n');
  return lines.map((line) => JSON.parse(line) as ProbeResult);
}

interface HostileCase {
  readonly what: string;
  readonly file: string;
  readonly bytes: () => Buffer;
  readonly code: string;
  /** The cause, as the message must tell it. */
  readonly cause: string | RegExp;
}

function expectRefused(result: ProbeResult, path: string, { code, cause }: HostileCase): void {
  expect(result).toMatchObject({ code, subject: path });
  expect(result.message).toContain(path);
  expect(result.message).toMatch(cause);
  expect(result.message.length).toBeLessThan(2000);
  expect(result.seconds).toBeLessThan(2);
  expect(result.extraBytes).toBeLessThan(200 * MB);
}

const good = tensor({}, 0, [4], [1]);
const unsafeCode = 'checkpoint-unsafe';
const corruptCode = 'checkpoint-corrupt';

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
const state = (root: Buffer): Buffer => py.dict({ weight: root });

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
      const path = join(folder, file);
      writeFileSync(path, bytes());
      return path;
    });
    // One process for all: each result's peak then includes the files before, so the bound is the stricter for it.
    probe(paths).forEach((result, index) => results.set(small[index]!, result));
  });

  it.each(small.map((one) => [one.what, one] as const))('refuses %s', (_what, one) => {
    expectRefused(results.get(one)!, join(folder, one.file), one);
  });

  it('has run nothing', () => expect(existsSync(marker)).toBe(false));
});

/** `count` times the same bytes, closed as a pickle needs. */
const repeated = (opcodes: string, count: number): Buffer =>
  Buffer.alloc(opcodes.length * count, Buffer.from(opcodes, 'latin1'));
const bytes = 7 * MB;

/** LONG_BINPUT to a new index each time. */
function memoBomb(): Buffer {
  const puts = Buffer.alloc(5 * 1_400_000);
  for (let i = 0; i < 1_400_000; i++) {
    puts[5 * i] = 0x72;
    puts.writeUInt32LE(i * 3000, 5 * i + 1);
  }
  return Buffer.concat([py.none, puts]);
}

const bombs: HostileCase[] = [
  ...[']', '}', ')', '(', 'N', 'K\x01', 'G\x00\x00\x00\x00\x00\x00\x00\x00', 'X\x02\x00\x00\x00ab'].map((opcodes) => ({
    what: `a pickle of ${JSON.stringify(opcodes)} again and again`,
    file: `repeat-${opcodes.charCodeAt(0)}.pth`,
    bytes: () => zipCheckpoint(repeated(opcodes, Math.floor(bytes / opcodes.length))),
    code: unsafeCode,
    cause: 'the pickle holds',
  })),
  {
    what: 'lists nested ever deeper',
    file: 'deep.legacy.pth',
    bytes: () => legacyCheckpoint(Buffer.concat([repeated(']', 3_000_000), repeated('a', 2_999_999)])),
    code: unsafeCode,
    cause: 'over 150000 lists',
  },
  {
    what: 'a full dict, filled and copied again and again',
    file: 'copies.zip.pth',
    bytes: () => {
      const pairs = Array.from({ length: 100_000 }, (_, i) => Buffer.concat([py.int(i), py.none]));
      const dict = Buffer.concat([Buffer.from('}('), ...pairs, Buffer.from('uq\x00')]);
      const callee = Buffer.concat([py.global('collections', 'OrderedDict'), Buffer.from('q\x01')]);
      return zipCheckpoint(Buffer.concat([dict, callee, repeated('h\x01h\x00\x85R', 200_000)]));
    },
    code: unsafeCode,
    cause: 'the pickle holds',
  },
  {
    what: 'a memo of millions of entries',
    file: 'memo.zip.pth',
    bytes: () => zipCheckpoint(memoBomb()),
    code: unsafeCode,
    cause: 'memorises over',
  },
  {
    what: 'a string of 4 GB by its length field',
    file: 'unicode.zip.pth',
    bytes: () => zipCheckpoint(Buffer.from('X\xff\xff\xff\xffabc', 'latin1')),
    code: corruptCode,
    cause: 'truncated: the pickle wants 4294967295 bytes',
  },
  {
    what: 'a string of 2^64 bytes by its length field',
    file: 'unicode8.legacy.pth',
    bytes: () => legacyCheckpoint(Buffer.concat([Buffer.from([0x8d]), Buffer.alloc(8, 0xff)])),
    code: corruptCode,
    cause: 'truncated: the pickle wants 18446744073709552000 bytes',
  },
  {
    what: 'an integer of megabytes',
    file: 'long.zip.pth',
    bytes: () => zipCheckpoint(Buffer.concat([Buffer.from('8b00006000', 'hex'), Buffer.alloc(6 * MB, 0x7f)])),
    code: unsafeCode,
    cause: 'an integer of 6291456 bytes',
  },
  {
    what: 'a global with a name of megabytes',
    file: 'name.zip.pth',
    bytes: () => zipCheckpoint(py.global('m'.repeat(bytes), 'n')),
    code: unsafeCode,
    cause: 'mmm',
  },
  {
    what: 'a pickle beyond 8 MB (zip)',
    file: 'pickle.zip.pth',
    bytes: () => zipCheckpoint(repeated('N0', 50 * MB)),
    code: unsafeCode,
    cause: 'data.pkl has',
  },
  {
    what: 'a pickle beyond 8 MB (legacy)',
    file: 'pickle.legacy.pth',
    bytes: () => Buffer.concat([legacyPreamble(), repeated('K\x010', 20 * MB)]),
    code: unsafeCode,
    cause: 'the pickle holds',
  },
  {
    what: 'a data.pkl that inflates to 300 MB',
    file: 'bomb-pickle.pth',
    bytes: () => zip([{ name: 'net/data.pkl', data: Buffer.alloc(300 * MB), deflate: true }]),
    code: unsafeCode,
    cause: 'net/data.pkl is compressed',
  },
  {
    what: 'a storage that inflates to 300 MB and claims 16 bytes',
    file: 'bomb-storage.pth',
    bytes: () =>
      zip([
        { name: 'net/data.pkl', data: pickle(state(good)) },
        { name: 'net/data/0', data: Buffer.alloc(300 * MB), deflate: true, claimedBytes: 16 },
      ]),
    code: unsafeCode,
    cause: 'net/data/0 is compressed',
  },
  {
    what: 'a zip that claims 60,000 entries',
    file: 'claims-entries.pth',
    bytes: () => zip([{ name: 'net/data.pkl', data: pickle(state(good)) }], 60_000),
    code: unsafeCode,
    cause: 'claims 60000 entries',
  },
  {
    what: 'a zip that claims 9,000 entries and has one',
    file: 'few-entries.pth',
    bytes: () => zip([{ name: 'net/data.pkl', data: pickle(state(good)) }], 9_000),
    code: corruptCode,
    cause: 'damaged or truncated zip',
  },
  {
    what: 'a zip of 10,000 entries without a pickle',
    file: 'many-entries.pth',
    bytes: () => zip(Array.from({ length: 10_000 }, (_, i) => ({ name: `net/data/${i}`, data: Buffer.alloc(0) }))),
    code: corruptCode,
    cause: 'no data.pkl',
  },
  {
    what: 'a safetensors header of 2 MB of brackets',
    file: 'brackets.safetensors',
    bytes: () => safetensors(`{"a":${'['.repeat(2 * MB - 100)}`),
    code: corruptCode,
    cause: 'not JSON',
  },
  {
    what: 'a safetensors header of half a million empty objects',
    file: 'objects.safetensors',
    bytes: () => safetensors(`{"a":[{}${',{}'.repeat(690_000)}]}`),
    code: corruptCode,
    cause: 'not an object',
  },
];

describe('files made to exhaust memory or time', () => {
  it.each(bombs.map((one) => [one.what, one] as const))('refuses %s', (_what, one) => {
    const path = join(folder, one.file);
    writeFileSync(path, one.bytes());
    const [result] = probe([path]);
    rmSync(path);
    if (process.env.SONOMASK_SHOW_COST) {
      console.log(`${one.what}: ${result!.seconds.toFixed(2)} s, ${(result!.extraBytes / MB).toFixed(0)} MB`);
    }
    expectRefused(result!, path, one);
  });
});

describe('files cut short', () => {
  it.each(['small.legacy.pth', 'small.zip.pth'])('refuses %s cut at any byte', async (name) => {
    const whole = readFileSync(join(fixtures, name));
    const path = join(folder, `cut-${name}`);
    for (let length = 1; length < whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      const code = length === 1 && name.includes('zip') ? 'format-unknown' : corruptCode;
      await expect(readTorchCheckpoint(path), `${length} bytes`).rejects.toMatchObject({ code, subject: path });
    }
  });

  it('refuses a safetensors file cut at any byte', async () => {
    const whole = safetensors({ a: oneFloat, b: { dtype: 'U8', shape: [3], data_offsets: [4, 7] } }, 7);
    const path = join(folder, 'cut.safetensors');
    for (let length = 1; length < whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      await expect(readSafetensors(path), `${length} bytes`).rejects.toMatchObject({
        code: corruptCode,
        subject: path,
      });
    }
  });

  it('refuses a tensor whose file was cut after it was listed', async () => {
    const path = join(folder, 'cut-later.pth');
    writeFileSync(path, readFileSync(join(fixtures, 'small.legacy.pth')));
    const { tensors } = await readTorchCheckpoint(path);
    writeFileSync(path, Buffer.alloc(20));
    await expect(tensors.get('weight')!.read()).rejects.toMatchObject({ code: corruptCode, subject: path });
  });
});

describe('crafted files that are right', () => {
  it('reads what the hostile ones are made of', async () => {
    for (const [name, content] of [
      ['good.zip.pth', zipCheckpoint(state(good))],
      ['good.legacy.pth', legacyCheckpoint(state(good))],
    ] as const) {
      const path = join(folder, name);
      writeFileSync(path, content);
      const { tensors } = await readTorchCheckpoint(path);
      expect((await tensors.get('weight')!.read()).data).toEqual(Float32Array.of(1, 2, 3, 4));
    }
  });

  it('reads a legacy storage view, which torch no longer writes', async () => {
    const path = join(folder, 'good-view.legacy.pth');
    const view = py.tuple(py.text('1'), py.int(1), py.int(3));
    writeFileSync(path, legacyCheckpoint(state(tensor({ view }, 1, [2], [1]))));
    const { tensors } = await readTorchCheckpoint(path);
    expect((await tensors.get('weight')!.read()).data).toEqual(Float32Array.of(3, 4));
  });

  it('keeps a tensor named __proto__ a tensor', async () => {
    const path = join(folder, 'proto.zip.pth');
    writeFileSync(
      path,
      zipCheckpoint(Buffer.concat([Buffer.from('}('), py.text('__proto__'), good, Buffer.from('u')])),
    );
    const { tensors } = await readTorchCheckpoint(path);
    expect([...tensors.keys()]).toEqual(['__proto__']);
  });
});
