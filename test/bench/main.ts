/**
 * `npm run bench [-- models | readers | propagation [LOOP.dcm ...] | refine | verify | window | canvas | round | walk [FRAMES] | keyboard [FRAMES] | cine [LOOP.dcm ...]]`: speed and peak memory of
 * what the application does all day, beside PyTorch (and pydicom) doing the same on this
 * machine in the same run. PyTorch is used where SONOMASK_TORCH_PYTHON (or .venv-torch) has torch and onnx.
 */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { benchCanvas } from './canvas';
import { benchCine } from './cine';
import { benchKeyboard } from './keyboard';
import { benchOpening } from './opening';
import { benchPropagation } from './propagation';
import { graphsForTorch, type ModelName, randomModel, torchForBench } from './models';
import { benchReaders } from './readers';
import { benchRefine } from './refine';
import type { Row } from './row';
import { benchVerify } from './verify';
import { benchWalk } from './walk';
import { benchWindow, say } from './window';
import { benchRound } from './window-round';
import setUp from '../support/e2e-setup';

const here = import.meta.dirname ?? dirname(new URL(import.meta.url).pathname);
const run = promisify(execFile);

interface Measured {
  readonly ms: number;
  readonly peakMb: number;
}

const ROWS: readonly (readonly [string, ModelName, Row])[] = [
  ['encode a frame, bundled model', 'bundled', 'encode'],
  ['propose a mask, bundled model', 'bundled', 'propose'],
  ['decode a click, bundled model', 'bundled', 'decode'],
  ['fine-tune step, batch 4, bundled model', 'bundled', 'finetune'],
  ['encode a frame, ViT-B fp32', 'vit-b', 'encode'],
];

async function measure(command: string, args: readonly string[]): Promise<Measured> {
  const { stdout } = await run(command, args, { maxBuffer: 1 << 20 });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Measured;
}

console.log(`${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}`);
const [part = 'all', count = '60'] = process.argv.slice(2);
if (part === 'all' || part === 'models') await benchModels();
if (part === 'all' || part === 'readers') await benchReaders();
if (part === 'all' || part === 'propagation') await benchPropagation(console.log, process.argv.slice(3));
if (part === 'all' || part === 'refine') await benchRefine(console.log);
if (part === 'all' || part === 'verify') await benchVerify(console.log);
if (!['models', 'readers', 'propagation', 'refine', 'verify'].includes(part)) await benchInWindow();

async function benchModels(): Promise<void> {
  const python = torchForBench();
  if (!python) console.log('PyTorch: not measured (set SONOMASK_TORCH_PYTHON to a python that has torch and onnx)');
  const cell = (m: Measured | undefined) =>
    m ? `${m.ms.toFixed(0).padStart(6)} ms ${m.peakMb.toFixed(0).padStart(6)} MB` : ''.padStart(19);
  console.log('2 threads each');
  console.log(`${''.padEnd(42)}${'SonoMask'.padStart(19)}   ${python ? 'PyTorch, eager'.padStart(19) : ''}`);

  for (const name of ['bundled', 'vit-b'] as const) {
    const [folder, graphs] = [await randomModel(name), python ? await graphsForTorch(name) : undefined];
    try {
      for (const [title, , row] of ROWS.filter(([, model]) => model === name)) {
        const ours = await measure(process.execPath, ['--import', 'tsx', join(here, 'row.ts'), row, folder]);
        const theirs = python && graphs ? await measure(python, [join(here, 'torch_row.py'), row, graphs]) : undefined;
        console.log(`${title.padEnd(42)}${cell(ours)}   ${cell(theirs)}`);
      }
    } finally {
      for (const path of [folder, graphs]) if (path) await rm(dirname(path), { recursive: true });
    }
  }
}

/** In a real Electron, on a display of its own where there is none. */
async function benchInWindow(): Promise<void> {
  const finish = await setUp();
  console.log(`load average ${loadavg()[0]?.toFixed(1)}`);
  try {
    if (part === 'keyboard') return await benchKeyboard(say, Number(process.argv[3] ?? 50));
    if (part === 'cine') return await benchCine(say, process.argv.slice(3));
    if (part === 'canvas' || part === 'all') {
      await benchCanvas(say);
      await benchOpening(say);
      if (part === 'canvas') return;
    }
    if (part === 'round') await benchRound(say);
    else if (part !== 'walk') await benchWindow();
    if (part !== 'round') await benchWalk(Number(count));
    if (part === 'all') await benchCine(say);
  } finally {
    finish();
  }
}
