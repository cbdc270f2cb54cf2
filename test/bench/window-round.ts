/**
 * Clicks while a round of learning runs, beside the same clicks on the same frame while it is paused: what learning in the
 * background costs whoever works in front. The two take turns, so that other load on the machine is in both.
 */
import { availableParallelism } from 'node:os';
import type { Page } from 'playwright-core';
import { drawMask } from '../support/journey/draw-mask';
import { until } from '../support/journey/window-hands';
import { ask } from '../support/journey/workplace';
import { median, quantile } from './statistics';
import { clicks, HEAD, ms, REST_MS, USUAL, type Say } from './window-clicks';
import { frameReady, makeStudy, openStudy, removeStudy, type BenchFrame, type BenchWindow } from './window-study';

/** So few patients are left out one after the other: the round trains six heads and outlasts the clicks. */
const TAUGHT = 12;
const TURNS = 3;
const CLICKS = 20;
const PATIENCE_MS = 1_200_000;

export async function benchRound(say: Say): Promise<void> {
  const sizes = Array.from({ length: TAUGHT + 1 }, () => USUAL);
  const { folder, frames } = makeStudy(sizes, { patients: true });
  const opened = await openStudy(folder, HEAD);
  const { page } = opened;
  try {
    const [shown, ...taught] = frames;
    if (!shown) return;
    await frameReady(page, shown.sha256);
    const labelId = await outline(page, taught);
    const status = () => ask(page, 'inference.status');
    await until('quiet', status, ({ queue }) => queue.waiting === 0 && !queue.running, PATIENCE_MS);
    const { id: roundId } = await ask(page, 'learning.start', { labelId, minutes: 60 });

    const running: Times = { rested: [], atOnce: [] };
    const paused: Times = { rested: [], atOnce: [] };
    const shares: number[] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      if (turn > 0) await ask(page, 'learning.resume', { roundId });
      // It reads and encodes images for a while. The last turn is for the training.
      const last = turn === TURNS - 1;
      const begun = () => progressOf(page);
      await until('the round', begun, (now) => !!now && now.done > 0 && (!last || now.phase === 'train'), PATIENCE_MS);
      await cpuShare(opened);
      await turnOf(opened, shown, running);
      shares.push(await cpuShare(opened));
      if (!(await progressOf(page)))
        throw new Error('the round ended before the clicks did: there is nothing to compare');
      await ask(page, 'learning.pause', { roundId });
      await turnOf(opened, shown, paused);
    }
    report(say, paused, running, shares);
  } finally {
    await opened.close();
    removeStudy(folder);
  }
}

interface Times {
  readonly rested: number[];
  readonly atOnce: number[];
}

async function turnOf(opened: BenchWindow, frame: BenchFrame, { rested, atOnce }: Times): Promise<void> {
  rested.push(...(await clicks(opened, frame, { count: CLICKS, restMs: REST_MS })));
  atOnce.push(...(await clicks(opened, frame, { count: CLICKS, restMs: 0 })));
}

function report(say: Say, paused: Times, running: Times, shares: readonly number[]): void {
  const ratio = (way: keyof Times): string => (quantile(running[way], 0.95) / quantile(paused[way], 0.95)).toFixed(2);
  say(`click to new mask, ${USUAL.join('x')}, a round paused`, ms(paused.rested));
  say('  the round runs', `${ms(running.rested)}, p95 ${ratio('rested')} times`);
  say('the pointer comes and clicks at once, a round paused', ms(paused.atOnce));
  say('  the round runs', `${ms(running.atOnce)}, p95 ${ratio('atOnce')} times`);
  say('  of a core the round had meanwhile', `${median(shares).toFixed(0).padStart(5)} %`);
}

/** Draws what is simulated on each frame, as a human would; @returns the label */
async function outline(page: Page, frames: readonly BenchFrame[]): Promise<number> {
  const [label] = await ask(page, 'labels.list');
  if (!label) throw new Error('there is no label');
  const listed = await ask(page, 'frames.list', { filter: {}, limit: 100, offset: 0 });
  for (const [i, { truth }] of frames.entries()) {
    await drawMask(page, listed.frames[i + 1]?.id ?? 0, label.id, truth);
  }
  return label.id;
}

/** Of the round that runs; null where none does. */
async function progressOf(page: Page) {
  const [learning] = await ask(page, 'learning.labels');
  return learning?.round?.state === 'running' ? learning.progress : null;
}

/** What the round's process has used of a core since this was last asked, in percent. */
async function cpuShare({ desktop }: BenchWindow): Promise<number> {
  const ofAll = await desktop.app.evaluate(({ app }) => {
    const worker = app.getAppMetrics().find(({ name }) => name?.includes('finetune'));
    return worker?.cpu.percentCPUUsage ?? 0;
  });
  return ofAll * availableParallelism();
}
