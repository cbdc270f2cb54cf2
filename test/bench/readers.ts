/** DICOM loops of 30 frames: how long until the first picture, how long until all, beside pydicom in the same run. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { python } from '../support/python-venv';

const run = promisify(execFile);
const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname;
const LOOPS = [
  ['jpeg.dcm', 'JPEG baseline, YBR 4:2:2'],
  ['j2k.dcm', 'JPEG 2000 lossless, grey'],
  ['jpeg-ls.dcm', 'JPEG-LS lossless, grey'],
] as const;

interface Row {
  readonly coldMs: number;
  readonly firstMs: number;
  readonly allMs: number;
  readonly peakMb: number;
}

export async function benchReaders(): Promise<void> {
  const venv = python();
  if (venv === undefined) return console.log('Readers: not measured (no .venv: run test/support/make-venv.sh)');
  const folder = await mkdtemp(join(tmpdir(), 'sonomask-bench-'));
  const measure = async (command: string, args: readonly string[]): Promise<Row> =>
    JSON.parse((await run(command, args)).stdout.trim().split('\n').at(-1) ?? '') as Row;
  try {
    await run(venv, [join(here, 'loops.py'), 'make', folder]);
    const head = 'first picture: cold, again; all 30; peak';
    console.log(`${'DICOM, 30 frames of 800x600'.padEnd(30)}${`SonoMask, ${head}`.padEnd(54)}pydicom, the same`);
    for (const [file, title] of LOOPS) {
      const path = join(folder, file);
      const ours = await measure(process.execPath, ['--import', 'tsx', join(here, 'reader-row.ts'), path]);
      const theirs = await measure(venv, [join(here, 'loops.py'), 'read', path]);
      console.log(`${title.padEnd(30)}${cell(ours).padEnd(54)}${cell(theirs)}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function cell({ coldMs, firstMs, allMs, peakMb }: Row): string {
  const ms = (value: number): string => `${value.toFixed(0).padStart(5)} ms`;
  return `${ms(coldMs)} ${ms(firstMs)} ${ms(allMs)} ${peakMb.toFixed(0).padStart(6)} MB`;
}
