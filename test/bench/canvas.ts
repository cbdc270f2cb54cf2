/**
 * How fast the canvas is where there is much on it: from a movement of the brush to its paint among 20 masks, panning and
 * zooming over 200, and from a key to the next frame of a loop that is loaded.
 */
import type { Page } from 'playwright-core';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask } from '../support/journey/workplace';
import { plainLoop } from '../support/loop-file';
import { crowd, crowdLabel, shownAnew } from './crowd';
import { holdingsOf } from './processes';
import { HEAD, LIMIT_MS, ms, type Say } from './window-clicks';
import { evenness, framesDuring, moving, pan, zoom } from './window-motion';
import type { Paint } from './window-page';
import { frameReady, makeStudy, openStudy, removeStudy, saved, type BenchWindow } from './window-study';

const BRUSHED = { size: [2048, 1536], masks: 20 } as const;
const CROWDED = { size: [4096, 3072], masks: 200 } as const;
const LOOP = { frames: 60, widthPx: 640, heightPx: 480, frameTimeMs: 1_000 / 30 } as const;
const LOOP_MASKS = 3;
const MOVES = 120;
const STEPS = 40;

export async function benchCanvas(say: Say): Promise<void> {
  await withMasks(say, BRUSHED, async (opened) => {
    const { page } = opened;
    const painted = await stroke(page);
    say('  a movement of the brush to its paint', ms(painted.map((paint) => paint.drawnMs)));
    say('  the same, to the animation frame after', ms(painted.map((paint) => paint.ms)));
    say('  frames during a stroke', evenness(await framesDuring(page, () => scribble(page))));
    say('  pan', await moving(opened, pan));
  });
  await withMasks(say, CROWDED, async (opened) => {
    const { page } = opened;
    await motions(say, opened, 'with masks');
    await page.keyboard.press('h');
    await motions(say, opened, 'masks hidden');
    await page.keyboard.press('h');
    const painted = await stroke(page);
    say('  a movement of the brush to its paint', ms(painted.map((paint) => paint.drawnMs)));
    say('  the same, to the animation frame after', ms(painted.map((paint) => paint.ms)));
  });
  await loopSteps(say);
}

/** With masks hidden, what moving the image alone takes on this machine just now. */
async function motions(say: Say, opened: BenchWindow, masks: string): Promise<void> {
  say(`  pan, ${masks}`, await moving(opened, pan));
  say(`  zoom, ${masks}`, await moving(opened, zoom));
  await opened.page.keyboard.press('Control+1');
  say(`  pan at one image pixel a screen pixel, ${masks}`, await moving(opened, pan));
  await opened.page.keyboard.press('Control+0');
}

async function withMasks(
  say: Say,
  { size, masks }: typeof BRUSHED | typeof CROWDED,
  measure: (opened: BenchWindow) => Promise<void>,
): Promise<void> {
  const { folder, frames } = makeStudy([size]);
  const opened = await openStudy(folder, HEAD);
  try {
    const [frame] = frames;
    if (!frame) return;
    await frameReady(opened.page, frame.sha256);
    const [line] = (await ask(opened.page, 'frames.list', { filter: {}, limit: 1, offset: 0 })).frames;
    const frameId = line?.id ?? 0;
    const before = (await holdingsOf(opened))['window']?.memoryMb ?? 0;
    await crowd(opened.page, frameId, await crowdLabel(opened.page), masks);
    const openedMs = await shownAnew(opened.page, frameId, masks);
    await opened.page.waitForTimeout(3_000);
    const after = (await holdingsOf(opened))['window']?.memoryMb ?? 0;
    const title = `${size.join('x')} with ${masks} masks: opened`;
    say(title, `${openedMs.toFixed(0).padStart(5)} ms, the window has ${after} MB (${before} before)`);
    await frameReady(opened.page, frame.sha256);
    await measure(opened);
  } finally {
    await opened.close();
    removeStudy(folder);
  }
}

/** A stroke around the middle of the image, every movement awaited. */
async function stroke(page: Page): Promise<Paint[]> {
  const { at, from } = await brushAt(page);
  const times: Paint[] = [];
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  for (let i = 1; i <= MOVES; i++) {
    await page.evaluate(() => window.bench.arm('pointermove', 'mask'));
    const { x, y } = at(i);
    await page.mouse.move(x, y);
    const paint = await page.evaluate((limit) => window.bench.painted(limit), LIMIT_MS);
    // Over what is painted already nothing changes.
    if (paint) times.push(paint);
  }
  await page.mouse.up();
  await saved(page);
  return times;
}

/** A stroke as a hand makes it, a movement every few milliseconds. */
async function scribble(page: Page): Promise<void> {
  const { at, from } = await brushAt(page);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  for (let i = 1; i <= 2 * MOVES; i++) {
    const { x, y } = at(i / 2);
    await page.mouse.move(x, y + 60);
    await page.waitForTimeout(8);
  }
  await page.mouse.up();
  await saved(page);
}

/** The last of the masks chosen, the brush in hand, and a way that never crosses itself. */
async function brushAt(page: Page) {
  await page.locator('.mask').last().click();
  await page.keyboard.press('b');
  const box = await page.locator('.frame-canvas').boundingBox();
  if (!box) throw new Error('there is no canvas');
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const at = (i: number) => ({ x: middle.x - 240 + 4 * i, y: middle.y + 50 * Math.sin(i / 6) });
  return { at, from: at(0) };
}

/** A key, and the next frame of the loop with its image and its masks: the frames were read before. */
async function loopSteps(say: Say): Promise<void> {
  const folder = join(mkdtempSync(join(tmpdir(), 'sonomask-bench-')), 'study');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'loop.dcm'), plainLoop(LOOP));
  const opened = await openStudy(folder, HEAD);
  const { page } = opened;
  try {
    const labelId = await crowdLabel(page);
    const { frames } = await ask(page, 'frames.list', { filter: {}, limit: LOOP.frames, offset: 0 });
    for (const { id } of frames) await crowd(page, id, labelId, LOOP_MASKS);
    await shownAnew(page, frames[0]?.id ?? 0, LOOP_MASKS);
    const title = `next frame of a loaded loop, ${LOOP.widthPx}x${LOOP.heightPx}, ${LOOP_MASKS} masks`;
    const times: Paint[] = [];
    for (let i = 0; i < STEPS; i++) {
      // Long enough for what is read ahead, as a reader looks at a frame.
      await page.waitForTimeout(300);
      await page.evaluate(() => window.bench.arm('keydown', 'frame'));
      await page.keyboard.press('Shift+ArrowRight');
      const paint = await page.evaluate((limit) => window.bench.painted(limit), LIMIT_MS);
      if (!paint) throw new Error(`frame ${i + 1} of the loop was not painted with its masks`);
      times.push(paint);
    }
    say(title, ms(times.map((paint) => paint.drawnMs)));
    say('  the same, to the animation frame after', ms(times.map((paint) => paint.ms)));
  } finally {
    await opened.close();
    rmSync(join(folder, '..'), { recursive: true, force: true });
  }
}
