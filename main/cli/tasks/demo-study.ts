/** The demonstration: a small simulated study, its proposals, and how near they come to the exact masks. */
import { encode } from 'fast-png';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { GrayImage } from '../../../shared/image';
import { dice } from '../../../shared/metrics';
import { type PhantomCase, renderCase, sampleStudy } from '../../../shared/phantom';
import { writeMaskPng } from '../../export';
import { writeAtomically } from '../../files';
import type { Predictor } from '../../inference';
import { overlayPng } from './overlay';

export interface DemoOptions {
  readonly predictor: Predictor;
  /** Gets `img/`, `label/` (exact masks), `proposal/` and `overlay/`. */
  readonly out: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number, name: string) => void;
}

export interface DemoImage {
  readonly name: string;
  readonly label: string;
  readonly dice: number;
}

const SEED = 2026;
/** Cases of the sample study that are looked through for still images of labels that the model knows. */
const CASES = 9;
const PROPOSED = [64, 224, 128] as const;
const EXACT = [255, 176, 32] as const;

/** @throws AppError `disk-full`, `write-failed`. */
export async function demoStudy({ predictor, out, signal, onProgress }: DemoOptions): Promise<DemoImage[]> {
  const results: DemoImage[] = [];
  const cases = demoCases(predictor);
  for (const [i, phantom] of cases.entries()) {
    await setImmediate();
    const [drawn] = renderCase(phantom);
    if (signal.aborted || !drawn) break;
    const { image, mask } = drawn;
    const proposal = await predictor.propose(await predictor.encode(image), phantom.label);
    const file = `${phantom.name}.png`;
    await writeBytes(join(out, 'img', file), framePng(image));
    await writeMaskPng(join(out, 'label', file), mask);
    await writeMaskPng(join(out, 'proposal', file), proposal.mask);
    const lines = [[mask, EXACT] as const, [proposal.mask, PROPOSED] as const];
    await writeBytes(join(out, 'overlay', file), overlayPng(image, lines));
    results.push({ name: phantom.name, label: phantom.label, dice: dice(proposal.mask, mask) });
    onProgress?.(i + 1, cases.length, phantom.name);
  }
  return results;
}

function demoCases({ model }: Predictor): PhantomCase[] {
  const labels = model.manifest.heads.map(({ label }) => label);
  return sampleStudy(SEED, CASES).filter(({ label, frames }) => frames === 1 && labels.includes(label));
}

function framePng({ widthPx, heightPx, data }: GrayImage): Uint8Array {
  return encode({ width: widthPx, height: heightPx, data, channels: 1, depth: 8 });
}

function writeBytes(path: string, bytes: Uint8Array): Promise<void> {
  return writeAtomically(path, (write) => write(bytes));
}
