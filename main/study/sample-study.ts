/**
 * The sample study as files: simulated patients of shared/phantom, written as PNG in folders of patient and series, so
 * that it is opened like any other study.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../shared/errors';
import { renderCase, sampleStudy, type PhantomLabel } from '../../shared/phantom';
import { framePng } from './picture';

const SEED = 2026;
/** Eight still images of four patients and a beating heart of a fifth. */
const CASES = 9;

/** What is outlined in it; `series` are those that show it. A head of this name in the model proposes it. */
export const SAMPLE_LABELS: Readonly<Record<PhantomLabel, { readonly name: string; readonly shortcut: string }>> = {
  'breast-lesion': { name: 'breast lesion', shortcut: '1' },
  'fetal-head': { name: 'fetal head', shortcut: '2' },
  'lv-cavity': { name: 'LV cavity', shortcut: '3' },
};

export interface SampleCase {
  readonly index: number;
  readonly label: PhantomLabel;
  readonly series: string;
  /** Paths below the sample's folder. */
  readonly files: readonly string[];
}

/** All cases, still images first: a loop takes seconds to simulate. */
export function sampleCases(): SampleCase[] {
  const cases = sampleStudy(SEED, CASES).map(({ name, patient, series, label, frames }, index) => {
    const names = frames === 1 ? [`${name}.png`] : frameNames(name, frames);
    return { index, label, series, files: names.map((file) => join(patient, series, file)) };
  });
  return cases.sort((a, b) => a.files.length - b.files.length);
}

/**
 * Simulates one case and writes those of its files that are not there. Each is complete or absent.
 *
 * @throws AppError `write-failed`
 */
export async function writeSampleCase({ folder, index }: { folder: string; index: number }): Promise<void> {
  const files = sampleCases().find((candidate) => candidate.index === index)?.files ?? [];
  const phantom = sampleStudy(SEED, CASES)[index];
  if (!phantom || files.every((file) => existsSync(join(folder, file)))) return;
  for (const [i, { image }] of renderCase(phantom).entries()) {
    const path = join(folder, files[i] ?? '');
    if (!existsSync(path)) await writeWhole(path, await framePng(image));
  }
}

function frameNames(name: string, frames: number): string[] {
  return Array.from({ length: frames }, (_, i) => `${name}-frame-${String(i + 1).padStart(2, '0')}.png`);
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const partial = `${path}.${randomUUID()}`;
  try {
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(partial, bytes);
    await rename(partial, path);
  } catch (cause) {
    await rm(partial, { force: true });
    throw new AppError('write-failed', path, `the sample study cannot be written: ${path}`, { cause });
  }
}
