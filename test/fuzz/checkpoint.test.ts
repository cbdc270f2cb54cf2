/**
 * Damaged checkpoints: bytes flipped, cut out, repeated or cut off at random. The readers give tensors or an `AppError`
 * naming the file, never another error, and never take long. Seeded, so that a failure can be repeated.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors, readTorchCheckpoint, toFloat32, writeSafetensors } from '../../models/checkpoint';
import { isAppError } from '../../shared/errors';

const fixtures = fileURLToPath(new URL('../unit/models/checkpoint/fixtures', import.meta.url));
/** A tenth of this on an idle machine. */
const BUDGET_MS = 60_000;

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sonomask-fuzz-'));
  const { tensors } = await readTorchCheckpoint(join(fixtures, 'small.zip.pth'));
  await writeSafetensors(join(folder, 'small.safetensors'), tensors, { source: 'small.zip.pth' });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Damage {
  readonly kind: 'set' | 'flip' | 'cut' | 'insert' | 'end';
  /** Position, modulo the length of the file. */
  readonly at: number;
  readonly value: number;
  readonly length: number;
}

const damage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom('set', 'set', 'flip', 'flip', 'cut', 'insert', 'end'),
  at: fc.noBias(fc.nat(1_000_000)),
  value: fc.integer({ min: 0, max: 255 }),
  length: fc.integer({ min: 1, max: 16 }),
});

function damaged(bytes: Buffer, { kind, at, value, length }: Damage): Buffer {
  const position = at % Math.max(bytes.length, 1);
  const head = bytes.subarray(0, position);
  switch (kind) {
    case 'set':
    case 'flip': {
      const copy = Buffer.from(bytes);
      if (copy.length > 0) copy[position] = kind === 'set' ? value : copy[position]! ^ (1 << (value & 7));
      return copy;
    }
    case 'cut':
      return Buffer.concat([head, bytes.subarray(position + length)]);
    case 'insert':
      return Buffer.concat([head, Buffer.alloc(length, value), bytes.subarray(position)]);
    case 'end':
      return Buffer.from(head);
  }
}

async function readAll(path: string): Promise<number> {
  if (path.endsWith('.safetensors')) {
    const tensors = await readSafetensors(path);
    for (const tensor of tensors.values()) toFloat32(tensor);
    return tensors.size;
  }
  const { tensors } = await readTorchCheckpoint(path);
  for (const lazy of tensors.values()) {
    const tensor = await lazy.read();
    const count = tensor.shape.reduce((product, size) => product * size, 1);
    expect(tensor.data.length).toBe(count);
  }
  return tensors.size;
}

/** How a damaged file was taken: an `AppError`'s code, or `read`. */
async function outcome(path: string): Promise<string> {
  try {
    await readAll(path);
    return 'read';
  } catch (error) {
    if (!isAppError(error) || error.subject !== path) throw error;
    return error.code;
  }
}

describe.each(['small.legacy.pth', 'small.zip.pth', 'small.safetensors'])('%s, damaged', (name) => {
  it('is read, or refused by an AppError', async () => {
    const source = name.endsWith('.pth') ? join(fixtures, name) : join(folder, name);
    const original = readFileSync(source);
    const path = join(folder, `damaged-${name}`);
    const outcomes = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (damages) => {
        writeFileSync(path, damages.reduce(damaged, original));
        const began = performance.now();
        const result = await outcome(path);
        expect(performance.now() - began).toBeLessThan(2000);
        outcomes.set(result, (outcomes.get(result) ?? 0) + 1);
      }),
      { numRuns: 2000, seed: 20261123, interruptAfterTimeLimit: BUDGET_MS, markInterruptAsFailure: true },
    );
    // Damage that never did anything, or of which nothing ever survived, would test nothing.
    expect(outcomes.get('read') ?? 0).toBeGreaterThan(10);
    expect(outcomes.get('checkpoint-corrupt') ?? 0).toBeGreaterThan(10);
  });
});
