import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readImage, SAMPLE_LABELS, sampleCases } from '../../../../main/study';
import { writeSampleCase } from '../../../../main/study/sample-study';
import { renderCase, sampleStudy } from '../../../../shared/phantom';

it('the sample study is written once, with the very pixels of its phantoms, stills first', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sample-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const cases = sampleCases();
  expect(Object.keys(SAMPLE_LABELS).sort()).toEqual([...new Set(cases.map(({ label }) => label))].sort());
  const [first] = cases;
  expect(first!.files).toHaveLength(1);
  expect(cases.at(-1)!.files.length).toBeGreaterThan(1);
  await writeSampleCase({ folder, index: first!.index });
  const path = join(folder, first!.files[0]!);
  const { frame } = await readImage(path);
  expect(frame).toEqual(renderCase(sampleStudy(2026, 9)[first!.index]!)[0]!.image);
  const { mtimeMs } = statSync(path);
  await writeSampleCase({ folder, index: first!.index });
  expect(statSync(path).mtimeMs).toBe(mtimeMs);
});
