/**
 * How fast the window is: from a click to its mask, from a key to the next frame, while panning and zooming, from the
 * launch to the first page, while a round of learning runs, and while a large model is busy. In a real Electron, measured in the page itself.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { PROJECT_ROOT, SANDBOX_FLAGS, stringEnv } from '../support/desktop';
import { DevtoolsPipe, PIPE_STDIO } from '../support/devtools-pipe';
import { resolveElectron } from '../support/electron-runtime';
import { ask } from '../support/journey/workplace';
import { randomModel } from './models';
import { benchRound } from './window-round';
import { canvasMiddle, evenness, framesDuring, pan, zoom } from './window-motion';
import { clicks, HEAD, LIMIT_MS, ms, REST_MS, USUAL, type Say } from './window-clicks';
import { frameReady, makeStudy, openStudy, removeStudy, type BenchFrame, type BenchWindow } from './window-study';

const CLICKS = 40;
const NEXT_FRAMES = 12;
const LAUNCHES = 5;
const LARGE = [2048, 1536] as const;

export const say: Say = (title, result) => console.log(`${title.padEnd(58)}${result}`);

export async function benchWindow(): Promise<void> {
  await launches(say);
  await usualStudy(say);
  await benchRound(say);
  await largeFrame(say);
  await largeModel(say);
}

async function launches(say: Say): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < LAUNCHES; i++) times.push(await launchMs());
  say('process start to first page painted', ms(times));
}

/** A launch without Playwright, which holds the program up while it attaches. */
async function launchMs(): Promise<number> {
  const { executablePath } = await resolveElectron();
  const profile = mkdtempSync(join(tmpdir(), 'sonomask-bench-'));
  const args = [...SANDBOX_FLAGS, '--remote-debugging-pipe', `--user-data-dir=${profile}`, PROJECT_ROOT];
  const start = Date.now();
  const child = spawn(executablePath, args, { cwd: PROJECT_ROOT, env: stringEnv(), stdio: [...PIPE_STDIO] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const painted = await firstPaint(new DevtoolsPipe(child));
  child.kill();
  await ended;
  rmSync(profile, { recursive: true, force: true });
  return painted - start;
}

/** When the first words or pictures of the interface were on screen, as `Date.now` counts. */
async function firstPaint(pipe: DevtoolsPipe): Promise<number> {
  const look = `(() => {
    const [paint] = location.href.startsWith('app:') ? performance.getEntriesByName('first-contentful-paint') : [];
    return paint ? performance.timeOrigin + paint.startTime : null;
  })()`;
  for (let attempt = 0; attempt < 1_000; attempt++) {
    // Until the interface is loaded there is nothing to ask.
    const at = await pipe.evaluate(look).catch(() => null);
    if (typeof at === 'number') return at;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the interface was not painted');
}

async function usualStudy(say: Say): Promise<void> {
  const { folder, frames } = makeStudy(Array.from({ length: NEXT_FRAMES + 1 }, () => USUAL));
  const opened = await openStudy(folder, HEAD);
  try {
    const [first] = frames;
    if (first) {
      await frameReady(opened.page, first.sha256);
      say(`click to new mask, ${USUAL.join('x')}`, ms(await clicks(opened, first, { count: CLICKS, restMs: REST_MS })));
      say('  the pointer comes and clicks at once', ms(await clicks(opened, first, { count: CLICKS, restMs: 0 })));
    }
    say(`next frame to image and proposal, ${USUAL.join('x')}`, ms(await nextFrames(opened, frames)));
  } finally {
    await opened.close();
    removeStudy(folder);
  }
}

async function nextFrames({ page }: BenchWindow, frames: readonly BenchFrame[]): Promise<number[]> {
  const times: number[] = [];
  for (const { sha256 } of frames.slice(1)) {
    await prefetched(page, sha256);
    await page.evaluate(() => window.bench.arm('keydown', 'frame'));
    await page.keyboard.press('ArrowRight');
    const painted = await page.evaluate((limit) => window.bench.painted(limit), LIMIT_MS);
    if (!painted) throw new Error(`frame ${sha256} was not painted with a mask within ${LIMIT_MS} ms`);
    times.push(painted.ms);
    await frameReady(page, sha256);
  }
  return times;
}

/** Waits until the neighbour has its proposal; its samples are loaded before that. */
async function prefetched(page: Page, sha256: string): Promise<void> {
  for (let waited = 0; waited < 120_000; waited += 200) {
    const { frames } = await ask(page, 'frames.list', { filter: {}, limit: 100, offset: 0 });
    if (frames.some((frame) => frame.sha256 === sha256 && frame.maskCount > 0)) break;
    await page.waitForTimeout(200);
  }
  await page.waitForTimeout(500);
}

async function largeFrame(say: Say): Promise<void> {
  const { folder, frames } = makeStudy([LARGE]);
  const opened = await openStudy(folder, HEAD);
  const { page } = opened;
  try {
    const [frame] = frames;
    if (!frame) return;
    await frameReady(page, frame.sha256);
    say(`click to new mask, ${LARGE.join('x')}`, ms(await clicks(opened, frame, { count: CLICKS, restMs: REST_MS })));
    say(`pan, ${LARGE.join('x')}`, evenness(await framesDuring(page, () => pan(page))));
    say(`zoom, ${LARGE.join('x')}`, evenness(await framesDuring(page, () => zoom(page))));
  } finally {
    await opened.close();
    removeStudy(folder);
  }
}

/** The page while an embedding takes seconds: panned, zoomed, drawn on. */
async function largeModel(say: Say): Promise<void> {
  const model = await randomModel('vit-b');
  const { folder, frames } = makeStudy([USUAL, USUAL]);
  const opened = await openStudy(folder, 'lesion', model);
  const { page } = opened;
  try {
    const [frame] = frames;
    if (!frame) return;
    await page.locator(`.frame-canvas[data-frame-sha256="${frame.sha256}"][data-embedding=waiting]`).waitFor();
    const said = await page.locator('.notice').first().textContent();
    await page.evaluate(() => window.bench.longTasks());
    const start = Date.now();
    let ready = false;
    const done = frameReady(page, frame.sha256, { mask: false }).then(() => (ready = true));
    const gaps: number[] = [];
    while (!ready) gaps.push(...(await framesDuring(page, () => workMeanwhile(page))));
    await done;
    const seconds = (Date.now() - start) / 1_000;
    const long = await page.evaluate(() => window.bench.longTasks());
    say(
      'ViT-B: embedding of the frame on screen',
      `${seconds.toFixed(1).padStart(5)} s, told meanwhile: "${said?.trim()}"`,
    );
    const longest =
      long.length > 0 ? `${Math.max(...long).toFixed(0)} ms (${long.length} over 50 ms)` : 'none over 50 ms';
    say('ViT-B: longest task in the window meanwhile', longest);
    say('ViT-B: frames while panning, zooming, painting', evenness(gaps));
  } finally {
    await opened.close();
    removeStudy(folder);
    rmSync(dirname(model), { recursive: true, force: true });
  }
}

async function workMeanwhile(page: Page): Promise<void> {
  const { x, y } = await canvasMiddle(page);
  await page.mouse.move(x, y);
  await page.keyboard.press('b');
  await page.mouse.down();
  for (let i = 0; i < 30; i++) await page.mouse.move(x + 60 * Math.sin(i / 5), y + 60 * Math.cos(i / 5));
  await page.mouse.up();
  for (let i = 0; i < 20; i++) await page.mouse.wheel(0, i < 10 ? -30 : 30);
}
