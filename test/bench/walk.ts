/**
 * A walk through a long study with edits on every frame: the memory and handles of every process on the way, how quickly
 * clicks and frames are answered, and at every step whether what is drawn is the frame and the masks it is taken for.
 * Throws at the first that is not.
 */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { bundledModelFolder } from '../../models/weights';
import { readModel } from '../../models/folder';
import { Predictor } from '../../main/inference';
import type { MaskInstance } from '../../shared/domain';
import { maskFromCocoRle, type Mask } from '../../shared/mask';
import { dice } from '../../shared/metrics';
import { ask, menu } from '../support/journey/workplace';
import { holdingsOf, type Holding, type Holdings } from './processes';
import { median, quantile } from './statistics';
import { LIMIT_MS } from './window-clicks';
import {
  frameReady,
  makeStudy,
  onScreen,
  openStudy,
  removeStudy,
  saved,
  type BenchFrame,
  type BenchWindow,
} from './window-study';
import type { Drawn } from './window-page';

const HEAD = 'breast-lesion';
/** Lines of the memory table, however long the walk. */
const SAMPLES = 20;
/** So many of the proposals are computed again from the file alone. */
const RECOMPUTED = 20;
/** The same computation, in another process and another order of sums. */
const SAME_DICE = 0.995;

const NOTHING_MS = 4_000;

/** Times of a part of the walk, ms. */
interface Pace {
  /** From a click to its mask. */
  readonly clicks: number[];
  /** From the end of a stroke until it is on the disk. */
  readonly saves: number[];
}

interface Mark {
  readonly step: number;
  readonly holdings: Holdings;
  /** Since the mark before. */
  readonly pace: Pace;
}

export async function benchWalk(frameCount: number): Promise<void> {
  const { folder, frames } = makeStudy(Array.from({ length: frameCount }, (_, i) => sizeOf(i)));
  const window = await openStudy(folder, HEAD);
  const predictor = new Predictor(await readModel(bundledModelFolder()), { threads: 1 });
  const curve: Mark[] = [];
  let pace: Pace = { clicks: [], saves: [] };
  const page = await window.page.context().newCDPSession(window.page);
  const mark = async (step: number): Promise<void> => {
    // What Chromium keeps as long as nobody else wants the memory (decoded pictures, garbage) would hide what is never let go.
    await page.send('Memory.simulatePressureNotification', { level: 'critical' });
    await page.send('HeapProfiler.collectGarbage');
    curve.push({ step, holdings: await holdingsOf(window), pace });
    pace = { clicks: [], saves: [] };
  };
  let recomputed = 0;
  let empty = 0;
  try {
    const ids = await frameIds(window.page, frames);
    // The first was drawn before anybody watched.
    for (const [key, to] of [
      ['ArrowRight', frames[1]],
      ['ArrowLeft', frames[0]],
    ] as const) {
      await window.page.keyboard.press(key);
      if (to) await frameReady(window.page, to.sha256, { mask: false });
    }
    for (const [step, frame] of frames.entries()) {
      if (step % Math.max(1, Math.floor(frameCount / SAMPLES)) === 0) await mark(step);
      await frameReady(window.page, frame.sha256, { mask: false });
      if (!(await isProposed(window.page))) empty++;
      const masks = await sameAsStored(window.page, frame, ids[step] ?? 0);
      if (step % Math.max(1, Math.floor(frameCount / RECOMPUTED)) === 0) {
        await sameAsComputed(predictor, frame, masks);
        recomputed++;
      }
      await edit(window, frame, step, pace);
      await sameAsStored(window.page, frame, ids[step] ?? 0);
      await goOn(window.page, frame, frames[step + 1]);
    }
    await mark(frameCount);
  } finally {
    await window.close();
    await predictor.dispose();
    removeStudy(folder);
  }
  console.log(`walked through ${frameCount} frames with edits: at every step the pixels drawn had the frame's hash,`);
  console.log(`the masks drawn were those stored for it; ${recomputed} proposals computed again were the same;`);
  console.log(`on ${empty} the head found nothing`);
  printCurve(curve);
}

/** Small, and of many shapes, so that a mask of another frame would stand out. */
function sizeOf(i: number): readonly [number, number] {
  return [64 + ((i * 37) % 193), 64 + ((i * 53) % 193)];
}

async function frameIds(page: Page, frames: readonly BenchFrame[]): Promise<number[]> {
  for (let waited = 0; ; waited += 500) {
    const ids: number[] = [];
    for (let offset = 0; offset < frames.length; offset += 1_000) {
      const answer = await ask(page, 'frames.list', { filter: {}, limit: 1_000, offset });
      ids.push(...answer.frames.map(({ id }) => id));
    }
    if (ids.length === frames.length) return ids;
    if (waited > 300_000) throw new Error(`${ids.length} of ${frames.length} frames were found`);
    await page.waitForTimeout(500);
  }
}

/** What is drawn is this frame, with the masks main has stored for it; nothing stale was drawn on the way here. */
async function sameAsStored(page: Page, frame: BenchFrame, frameId: number): Promise<Mask[]> {
  const storedNow = async (): Promise<Mask[]> =>
    (await ask(page, 'masks.ofFrame', { frameId })).filter(isShown).map(storedMask);
  let stored = await storedNow();
  let shown = await drawn(page);
  // What was just saved or proposed is drawn with the next animation frame.
  for (let i = 0; i < 50 && !sameMasks(shown, stored, frame); i++) {
    await page.waitForTimeout(20);
    stored = await storedNow();
    shown = await drawn(page);
  }
  assert.deepEqual(shown.stale, [], frame.path);
  assert.equal(shown.sha256, frame.sha256, `the frame shown is not ${frame.path}`);
  assert.equal(shown.drawnSha256, frame.sha256, `the pixels drawn are not those of ${frame.path}`);
  assert.ok(sameMasks(shown, stored, frame), `the masks drawn are not those stored for ${frame.path}`);
  return stored;
}

/** False where the head finds nothing, which the page does not say: nothing comes. */
async function isProposed(page: Page): Promise<boolean> {
  const mask = page.locator('.mask').first().waitFor({ timeout: NOTHING_MS });
  return mask.then(
    () => true,
    () => false,
  );
}

const drawn = (page: Page): Promise<Drawn> => page.evaluate(() => window.bench.drawn());
const isShown = ({ current }: MaskInstance): boolean => current.state !== 'rejected' && current.state !== 'deleted';
const storedMask = ({ current: { rle } }: MaskInstance): Mask =>
  maskFromCocoRle({ size: [rle.heightPx, rle.widthPx], counts: rle.counts });

function sameMasks({ masks }: Drawn, stored: readonly Mask[], { image }: BenchFrame): boolean {
  const { widthPx, heightPx } = image;
  const whole = masks.map(({ x, y, width, height, bits }) => {
    const data = new Uint8Array(widthPx * heightPx);
    for (let i = 0; i < width * height; i++)
      data[(y + Math.floor(i / width)) * widthPx + x + (i % width)] = Number(bits[i]);
    return data;
  });
  const digits = (all: readonly Uint8Array[]): string[] => all.map((data) => data.join('')).sort();
  return digits(whole).join() === digits(stored.map(({ data }) => data)).join();
}

/** The stored proposal is what the model draws on these pixels, and so was not computed from another frame's. */
async function sameAsComputed(
  predictor: Predictor,
  { image, path }: BenchFrame,
  stored: readonly Mask[],
): Promise<void> {
  const { mask } = await predictor.propose(await predictor.encode(image), HEAD);
  const none = { ...mask, data: new Uint8Array(mask.data.length) };
  const agreement = dice(mask, stored[0] ?? none);
  assert.ok(agreement >= SAME_DICE, `the proposal on ${path} is not the one of its pixels: Dice ${agreement}`);
}

/** A stroke on every frame, a click as well on every third; on every fifth the stroke is undone and made again. */
async function edit(
  { desktop, page }: BenchWindow,
  { image, truth }: BenchFrame,
  step: number,
  pace: Pace,
): Promise<void> {
  const { widthPx, heightPx } = image;
  const at = truth.data.indexOf(1);
  const [x, y] = [at % widthPx, Math.floor(at / widthPx)];
  const [from, to, click] = await onScreen(page, [
    { x: x + 1, y: y + 1 },
    { x: Math.min(x + 12, widthPx - 2), y: Math.min(y + 9, heightPx - 2) },
    { x: widthPx / 2, y: heightPx / 2 },
  ]);
  if (!from || !to || !click) return;
  if (step % 3 === 0) {
    await page.keyboard.press('p');
    await page.evaluate(() => window.bench.arm('pointerdown', 'mask'));
    await page.mouse.click(click.x, click.y);
    const painted = await page.evaluate((limit) => window.bench.painted(limit), LIMIT_MS);
    // A click that changes no pixel paints nothing.
    if (painted) pace.clicks.push(painted.ms);
    await page.locator('.mask .number').first().filter({ hasNotText: '…' }).waitFor();
  }
  await page.keyboard.press('b');
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
  const begun = performance.now();
  await saved(page);
  pace.saves.push(performance.now() - begun);
  if (step % 5 !== 0) return;
  await menu(desktop.app, 'edit.undo');
  await menu(desktop.app, 'edit.redo');
  await saved(page);
}

async function goOn(page: Page, { sha256 }: BenchFrame, next: BenchFrame | undefined): Promise<void> {
  await page.keyboard.press('Enter');
  await saved(page);
  const stays = (await page.locator('.frame-canvas').getAttribute('data-frame-sha256')) === sha256;
  if (next && stays) await page.keyboard.press('ArrowRight');
}

function printCurve(curve: readonly Mark[]): void {
  const names = [...new Set(curve.flatMap(({ holdings }) => Object.keys(holdings)))];
  const line = (cells: readonly (string | number)[]): string => cells.map((cell) => String(cell).padStart(10)).join('');
  for (const [title, of] of [
    ['resident memory, MB', ({ memoryMb }) => memoryMb],
    ['open handles', ({ handles }) => handles],
  ] as const satisfies readonly (readonly [string, (holding: Holding) => number])[]) {
    const valueOf = (mark: Mark | undefined, name: string): number => {
      const holding = mark?.holdings[name];
      return holding ? of(holding) : NaN;
    };
    console.log(title);
    console.log(line(['frame', ...names.map((name) => name.slice(0, 9))]));
    for (const mark of curve) console.log(line([mark.step, ...names.map((name) => valueOf(mark, name))]));
    const [middle, last] = [curve[Math.floor(curve.length / 2)], curve.at(-1)];
    console.log(line(['2nd half', ...names.map((name) => signed(valueOf(last, name) - valueOf(middle, name)))]));
  }
  console.log('ms: median and 95th percentile of clicks to their mask, of strokes to the disk');
  for (const { step, pace } of curve.slice(1)) {
    const cells = [pace.clicks, pace.saves].flatMap((times) => [
      median(times).toFixed(0),
      quantile(times, 0.95).toFixed(0),
    ]);
    console.log(line([step, ...cells]));
  }
}

const signed = (value: number): string => (value > 0 ? `+${value}` : String(value));
