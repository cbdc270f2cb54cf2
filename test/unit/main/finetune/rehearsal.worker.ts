/**
 * A fine-tune worker that trains nothing: it says it has got half way, waits until it is told to finish (or not at all,
 * with WAIT=no), and answers a head of random weights with the VERDICT it was started for; with VERDICT=dies the process
 * ends, with VERDICT=throws the round fails.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FinetuneApi } from '../../../../main/finetune';
import { serveWorker } from '../../../../main/inference';
import { writeSafetensors } from '../../../../models/checkpoint';
import type { Verdict } from '../../../../shared/domain';
import { AppError } from '../../../../shared/errors';
import { TINY_HEAD, tinyHead } from '../../../support/tiny-model';

const verdict = process.env['VERDICT'] ?? 'better';
const score = (dice: number) => ({ dice, hd95Px: 1, clicks: 2 });
let told: () => void = () => undefined;
const finished = new Promise<void>((resolve) => (told = resolve));

const api: FinetuneApi = {
  run: async ({ frames, stateFolder, seed }, { report }) => {
    report({ phase: 'train', done: 0.5, secondsLeft: 1, curve: [{ step: 1, loss: 0.5, dice: 0.5 }] });
    await mkdir(stateFolder, { recursive: true });
    if (process.env['WAIT'] !== 'no') await finished;
    if (verdict === 'dies') process.exit(1);
    if (verdict === 'throws') throw new AppError('usage', 'nodule', 'there are too few patients');
    const headFile = join(stateFolder, 'head.safetensors');
    await writeSafetensors(headFile, tinyHead(seed));
    const assignments = frames.map(({ frameId, patient }, i) => ({
      frameId,
      group: `patient:${patient}`,
      side: i % 2 ? ('train' as const) : ('validation' as const),
    }));
    return {
      ...{ assignments, headFile, config: TINY_HEAD },
      report: {
        judging: 'held-out',
        images: { train: 4, validation: 4 },
        groups: { train: 4, validation: 4 },
        groupedBy: 'patient',
        startedFrom: 'neutral',
        steps: 1,
        minutes: 0.1,
        curve: [{ step: 1, loss: 0.5, dice: 0.5 }],
        before: score(0.4),
        after: score(0.6),
        gain: { mean: 0.2, low: 0.1, high: 0.3 },
        replay: null,
        verdict: verdict as Verdict,
        frames: frames.map(({ frameId, patient }) => ({
          ...{ frameId, group: `patient:${patient}` },
          ...{ before: score(0.4), after: score(0.6) },
        })),
        leftOut: [],
      },
    };
  },
  finish: () => told(),
};

serveWorker(api);
