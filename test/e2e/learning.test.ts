/**
 * The loop the product exists for, in the real window on simulated patients: correct a new label by clicks, accept the
 * offered round, watch its curve while going on, see proposals where there were none, compare versions, go back.
 */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nextClick, type Click } from '../../shared/clicks';
import { takesOver, type FrameSummary, type MaskInstance } from '../../shared/domain';
import { emptyMask, maskFromCocoRle, type Mask } from '../../shared/mask';
import { dice } from '../../shared/metrics';
import { openDesktop, type Desktop } from '../support/desktop';
import { until, WindowHands } from '../support/journey/window-hands';
import { answerDialogs, ask, menu } from '../support/journey/workplace';
import { temporaryFolder } from '../support/study-folder';
import { VENTRICLE as LABEL, writeVentricles } from '../support/ventricles';

const [WIDTH, HEIGHT] = [256, 192];
const CORRECTED = 12;
const PATIENTS = 20;
const MOST_CLICKS = 6;
const GOOD = 0.9;
/** A round yields to everything else that runs, other tests included. */
const ROUND_MS = 600_000;

const study = join(temporaryFolder(), 'patients');
/** What is really there, by the name of the patient. */
let truth: ReadonlyMap<string, Mask>;
let desktop: Desktop;
let page: Page;
let hands: WindowHands;

const frames = async (): Promise<readonly FrameSummary[]> =>
  (await ask(page, 'frames.list', { filter: {}, limit: 100, offset: 0 })).frames;
const maskOf = ({ current: { rle } }: MaskInstance): Mask =>
  maskFromCocoRle({ size: [rle.heightPx, rle.widthPx], counts: rle.counts });
const panel = () => page.getByRole('region', { name: 'Learning', exact: true });
const selected = () => page.locator('[role=option][aria-selected=true]');

/** The machine may have other things to do. */
const eventually = <T>(ask: () => T | Promise<T>) => expect.poll(ask, { timeout: 30_000 });

async function liveMask(frameId: number): Promise<MaskInstance | undefined> {
  const masks = await ask(page, 'masks.ofFrame', { frameId });
  return masks.find(({ current }) => current.state !== 'rejected' && current.state !== 'deleted');
}

/** Opens the n-th frame of the list by the keyboard. */
async function openFrame(n: number): Promise<FrameSummary> {
  const place = async (): Promise<number> => Number(await selected().getAttribute('aria-posinset')) - 1;
  for (let at = await place(); at !== n; at = await place()) {
    await page.keyboard.press(at < n ? 'ArrowRight' : 'ArrowLeft');
    await eventually(place).not.toBe(at);
  }
  const frame = (await frames())[n]!;
  await until(
    `frame ${n} ready`,
    () => hands.look(),
    (seen) => seen.embedding === 'ready' && seen.frameSha256 !== '',
    90_000,
  );
  return frame;
}

/** Clicks where a reader would until the outline is good, then accepts. */
async function correct(n: number): Promise<number> {
  const frame = await openFrame(n);
  const target = truth.get(frame.patient)!;
  const clicked: Click[] = [];
  for (let i = 0; i < MOST_CLICKS; i++) {
    const now = await liveMask(frame.id);
    const prediction = now ? maskOf(now) : emptyMask(WIDTH, HEIGHT);
    if (dice(prediction, target) >= GOOD) break;
    const click = nextClick(prediction, target, clicked)!;
    clicked.push(click);
    const spot = (await hands.place({ x: click.x + 0.5, y: click.y + 0.5 }))!;
    await page.mouse.click(spot.x, spot.y, { button: click.positive || !now ? 'left' : 'right' });
    await until(
      'the click',
      () => liveMask(frame.id),
      (mask) => mask !== undefined && mask.current.id !== now?.current.id,
    );
  }
  await page.keyboard.press('Enter');
  await eventually(async () => (await frames())[n]!.review).toBe('accepted');
  return dice(maskOf((await liveMask(frame.id))!), target);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean Dice of what is proposed on frames nobody has worked on; 0 where nothing is. */
async function proposedDice(version: string): Promise<number> {
  const untouched = (await frames()).filter(({ review }) => review === 'unopened' || review === 'proposed');
  const scores = [];
  for (const { id, patient } of untouched) {
    const mask = await liveMask(id);
    const byIt = mask?.current.state === 'proposed' && mask.current.origin.headVersion === version;
    scores.push(byIt ? dice(maskOf(mask), truth.get(patient)!) : 0);
  }
  return mean(scores);
}

const labelId = async (): Promise<number> => (await ask(page, 'labels.list'))[0]!.id;
const versions = async () => (await ask(page, 'learning.versions', { labelId: await labelId() })).versions;

/** Accepts what the dialog offers, but for a shorter time; the dialog remembers it. */
async function startRound(): Promise<void> {
  const dialog = page.locator('.dialog-learn');
  await dialog.waitFor();
  if ((await dialog.getByText('1 minute', { exact: true }).count()) === 0) {
    await dialog.getByText('Automatic', { exact: true }).click();
    await page.getByText('1 minute', { exact: true }).click();
  }
  await page.getByRole('button', { name: 'Start learning' }).click();
}

/** Waits for the end of the round under way; what it has yielded is the newest version. */
async function roundEnded(count: number): Promise<void> {
  await until('the end of the round', versions, ({ length }) => length === count, ROUND_MS);
  await expect
    .poll(() => page.getByText(/proposes from now on|was kept, but not put to use/).count())
    .toBeGreaterThan(0);
}

/** How good a version gets within a minute depends on the machine: where the gate has not let it, the reader does. */
async function useNewest(): Promise<void> {
  const { active, version, report } = (await versions())[0]!;
  expect(active).toBe(report !== null && takesOver(report.verdict));
  if (!active) {
    await menu(desktop.app, 'learning.report');
    await page.getByRole('button', { name: `Use ${version} anyway` }).click();
  }
  await eventually(() => panel().textContent()).toContain(`${version} proposes`);
}

describe('learning from corrections', () => {
  beforeAll(async () => {
    truth = writeVentricles(study, { patients: PATIENTS, widthPx: WIDTH, heightPx: HEIGHT });
    desktop = await openDesktop();
    page = desktop.page;
    hands = new WindowHands(desktop.app);
  });

  afterAll(() => desktop.close());

  it('begins with a label that nothing proposes for', async () => {
    await answerDialogs(desktop.app, study);
    await page.getByRole('button', { name: 'Open a folder' }).click();
    await page.getByPlaceholder('e.g. thyroid nodule').fill(LABEL);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await eventually(async () => (await frames()).length).toBe(PATIENTS);
    await eventually(() => panel().textContent()).toContain('Nothing proposes yet');
  });

  it('offers a round, quietly, once enough has been corrected by clicks', async () => {
    const scores = [];
    for (let n = 0; n < CORRECTED; n++) scores.push(await correct(n));
    expect(mean(scores)).toBeGreaterThan(0.85);
    await eventually(() => panel().textContent()).toContain(`${CORRECTED} new corrections. Learn from them?`);
    expect(await page.locator('.n-modal').count()).toBe(0);
  });

  it(
    'shows the curve of the round while the reader goes on',
    async () => {
      await panel().getByRole('button', { name: 'Learn…', exact: true }).last().click();
      await startRound();
      await panel().getByText(`Learning: ${LABEL}`).waitFor();
      await openFrame(CORRECTED);
      const chart = panel().getByRole('img', { name: /Dice on images kept aside/ });
      await chart.waitFor({ timeout: ROUND_MS });
      expect(await chart.locator('canvas').count()).toBe(1);
      // A page that begins anew knows of the round and its curve.
      await page.reload();
      await panel().getByText(`Learning: ${LABEL}`).waitFor({ timeout: 60_000 });
      await chart.waitFor({ timeout: ROUND_MS });
      expect(await correct(CORRECTED)).toBeGreaterThan(0.7);
      await roundEnded(1);
    },
    2 * ROUND_MS,
  );

  it('proposes on the frames nobody has looked at', async () => {
    await useNewest();
    await until(
      'proposals',
      () => proposedDice('v1'),
      (score) => score > 0.5,
      120_000,
    );
  });

  it(
    'learns again, from what has come since',
    async () => {
      for (let n = CORRECTED + 1; n < CORRECTED + 3; n++) await correct(n);
      await menu(desktop.app, 'learning.start');
      await startRound();
      await panel()
        .getByRole('img', { name: /Dice on images kept aside/ })
        .waitFor({ timeout: ROUND_MS });
      await panel().getByRole('button', { name: 'Stop, keep best' }).click();
      await roundEnded(2);
    },
    2 * ROUND_MS,
  );

  it('compares the two on a frame, with a line that can be moved', async () => {
    await page.keyboard.press('m');
    const line = page.getByRole('slider', { name: 'Line between the versions' });
    await line.waitFor();
    await eventually(() => page.getByText(/^Dice [01]\.\d\d$/).count()).toBe(2);
    await line.focus();
    await page.keyboard.press('ArrowRight');
    expect(await line.getAttribute('aria-valuenow')).toBe('52');
    const box = (await page.locator('.frame-canvas').boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.52, box.y + box.height * 0.7);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.25, box.y + box.height * 0.7);
    await page.mouse.up();
    expect(Number(await line.getAttribute('aria-valuenow'))).toBeCloseTo(25, -1);
    await page.keyboard.press('Escape');
    await line.waitFor({ state: 'detached' });
  });

  it('uses any version, with its report on the screen, and goes back in one click', async () => {
    await useNewest();
    await panel().getByRole('button', { name: 'Back to v1' }).click();
    await eventually(() => panel().textContent()).toContain('v1 proposes');
    expect((await versions()).map(({ version, active }) => [version, active])).toEqual([
      ['v2', false],
      ['v1', true],
    ]);
  });
});
