/**
 * Damaged DICOM files: bytes flipped, cut out, repeated or cut off at random. Opening and decoding them gives a picture or
 * an `AppError` naming the file, never another error, and never takes long. Seeded, so that a failure can be repeated.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { readImage } from '../../main/study';
import { isAppError } from '../../shared/errors';
import { dicomFile, greyLoop, type Element } from '../support/dicom-file';

const folder = mkdtempSync(join(tmpdir(), 'sonomask-fuzz-dicom-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const RUNS = 300;
const LONGEST_MS = 5_000;

const pixels = Uint8Array.from({ length: 3 * 64 }, (_, i) => (i * 37) % 256);
const regions: Element = [
  0x00186011,
  'SQ',
  [
    [
      [0x00186012, 'US', 1],
      [0x00186018, 'UL', 0],
      [0x0018601a, 'UL', 0],
      [0x0018601c, 'UL', 7],
      [0x0018601e, 'UL', 7],
      [0x0018602c, 'FD', 0.05],
    ],
  ],
];
const loop = dicomFile(greyLoop({ rows: 8, columns: 8, frames: 3, pixels, before: [regions] }));

/** A header of 64 bytes, and a run of 64 equal pixels. */
const rleFrame = Buffer.concat([Buffer.from([1, 0, 0, 0, 64, 0, 0, 0]), Buffer.alloc(56), Buffer.from([193, 9])]);
const item = (content: Uint8Array): Buffer => {
  const head = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content]);
};
const description = greyLoop({ rows: 8, columns: 8, pixels }).slice(0, -1);
const rle = Buffer.concat([
  dicomFile(description, '1.2.840.10008.1.2.5'),
  Buffer.from([0xe0, 0x7f, 0x10, 0x00, 0x4f, 0x42, 0, 0, 255, 255, 255, 255]),
  ...[item(Buffer.alloc(0)), item(rleFrame)],
  Buffer.from([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]),
]);

const damage = fc.record({
  /** Behind the preamble, whose bytes mean nothing. */
  at: fc.noBias(fc.integer({ min: 128, max: 700 })),
  value: fc.integer({ min: 0, max: 255 }),
  kind: fc.constantFrom('set', 'set', 'set', 'cut', 'insert', 'end'),
});

function damaged(bytes: Buffer, { at, value, kind }: { at: number; value: number; kind: string }): Buffer {
  const place = Math.min(at, bytes.length - 1);
  const [head, tail] = [bytes.subarray(0, place), bytes.subarray(place + 1)];
  if (kind === 'set') return Buffer.concat([head, Buffer.from([value]), tail]);
  if (kind === 'cut') return Buffer.concat([head, tail]);
  return kind === 'end' ? Buffer.from(head) : Buffer.concat([head, Buffer.alloc(2, value), bytes.subarray(place)]);
}

async function outcome(path: string): Promise<string> {
  try {
    const { frame } = await readImage(path, 0);
    expect(frame.data.length).toBe(frame.widthPx * frame.heightPx);
    return 'read';
  } catch (error) {
    if (!isAppError(error) || error.subject !== path) throw error;
    expect(error.message).toContain(path);
    return error.code;
  }
}

test.each([
  ['a loop', loop],
  ['RLE', rle],
])('%s, damaged, is read or refused by an AppError', async (name, original) => {
  const path = join(folder, `${name}.dcm`);
  writeFileSync(path, original);
  expect(await outcome(path)).toBe('read');
  const outcomes = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (damages) => {
      writeFileSync(path, damages.reduce(damaged, original));
      const began = performance.now();
      outcomes.add(await outcome(path));
      expect(performance.now() - began).toBeLessThan(LONGEST_MS);
    }),
    { numRuns: RUNS, seed: 20261124 },
  );
  expect([...outcomes]).toEqual(expect.arrayContaining(['read', 'format-corrupt']));
});
