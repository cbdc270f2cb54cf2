/**
 * Damaged files of every format that is read or imported, and files made to do harm: a picture, or an `AppError` naming the
 * file, within five seconds and a gigabyte, whatever is in it. Seeded; `npm run test:long -- files` does it 20,000 times.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fuzz } from '../support/fuzz/fuzz';

const folder = mkdtempSync(join(tmpdir(), 'sonomask-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('damaged and hostile files are read or refused by name, quickly and in little memory', async () => {
  const { failures, tallies, inputs } = await fuzz({ folder, count: 400, heavy: false, processes: 2 });
  expect(failures).toEqual([]);
  expect(inputs).toBeGreaterThan(400);
  // The damage is neither always fatal nor never.
  const kinds = [...tallies.values()];
  expect(kinds.filter(({ read }) => read > 0).length).toBeGreaterThan(20);
  expect(kinds.filter(({ refused }) => refused > 0).length).toBeGreaterThan(20);
});
