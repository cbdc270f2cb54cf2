/** Files of up to 100 MB made to exhaust memory or time. SONOMASK_SHOW_COST=1 prints what each takes. */
import { rmSync, writeFileSync } from 'node:fs';
import { describe, it } from 'vitest';
import { good, legacyCheckpoint, legacyPreamble, pickle, py, safetensors, state, zip, zipCheckpoint } from './craft';
import {
  corruptCode,
  expectRefused,
  MB,
  probe,
  temporaryFolder,
  unsafeCode,
  type HostileCase,
} from './hostile-harness';

const folder = temporaryFolder();

/** The same opcodes `count` times. */
const repeated = (opcodes: string, count: number): Buffer =>
  Buffer.alloc(opcodes.length * count, Buffer.from(opcodes, 'latin1'));
const bytes = 7 * MB;

/** LONG_BINPUT to a new, far index each time. */
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
    const path = folder.path(one.file);
    writeFileSync(path, one.bytes());
    const [result] = probe([path]);
    rmSync(path);
    if (process.env.SONOMASK_SHOW_COST) {
      console.log(`${one.what}: ${result!.seconds.toFixed(2)} s, ${(result!.extraBytes / MB).toFixed(0)} MB`);
    }
    expectRefused(result!, path, one);
  });
});
