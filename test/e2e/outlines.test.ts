/** Outlines by hand in the real window: lasso, push, vertices, magnetic contour and scribble, each saved and undone. */
import { join } from 'node:path';
import sharp from 'sharp';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { areaPx, decompressCounts, maskFromRunLengths } from '../../shared/mask';
import { phantomFrame } from '../../shared/phantom';
import { openDesktop, type Desktop } from '../support/desktop';
import { until, WindowHands } from '../support/journey/window-hands';
import { ask, menu } from '../support/journey/workplace';
import { temporaryFolder, writeAt } from '../support/study-folder';

const [widthPx, heightPx] = [320, 240];
let desktop: Desktop;
let page: Page;
let hands: WindowHands;
let frameId: number;

const masks = async (): Promise<readonly string[]> => (await hands.look()).masks;
const area = (counts: string): number => areaPx(maskFromRunLengths(decompressCounts(counts), widthPx, heightPx));
/** Of the only mask on screen. */
const shownArea = async (): Promise<number> => area((await masks())[0] ?? '');
/** What is stored is what is shown. */
const stored = () =>
  until(
    'the mask on the disk',
    async () => {
      const { masks: kept } = await ask(page, 'frames.open', { frameId });
      const live = kept.filter(({ current }) => current.state !== 'deleted' && current.state !== 'rejected');
      return { shown: await masks(), live: live.map(({ current }) => current.rle.counts) };
    },
    ({ shown, live }) => shown.length === live.length && shown.every((counts) => live.includes(counts)),
    60_000,
  );

async function changed(act: () => Promise<unknown>): Promise<void> {
  const before = JSON.stringify(await masks());
  await act();
  await until('another mask', masks, (now) => JSON.stringify(now) !== before, 60_000);
}

const square = (x: number, y: number, side: number) => [
  { x, y },
  { x: x + side, y },
  { x: x + side, y: y + side },
  { x, y: y + side },
  { x, y: y + 4 },
];

async function click(x: number, y: number): Promise<void> {
  const at = (await hands.place({ x, y }))!;
  await page.mouse.click(at.x, at.y);
}

describe('outlines by hand', () => {
  beforeAll(async () => {
    const study = join(temporaryFolder(), 'study');
    const { image } = phantomFrame({ label: 'breast-lesion', seed: 5, widthPx, heightPx });
    const raw = { width: widthPx, height: heightPx, channels: 1 } as const;
    writeAt(join(study, 'breast.png'), await sharp(image.data, { raw }).png().toBuffer());
    desktop = await openDesktop({ args: [study] });
    page = desktop.page;
    hands = new WindowHands(desktop.app);
    await page.getByRole('button', { name: 'Later' }).click();
    await page.locator('.dialog-labels').waitFor({ state: 'hidden' });
    await ask(page, 'labels.create', { label: { name: 'Lesion' }, head: null });
    const list = async () => (await ask(page, 'frames.list', { filter: {}, limit: 9, offset: 0 })).frames;
    frameId = (await until('the list', list, ({ length }) => length === 1, 60_000))[0]!.id;
    await until(
      'the frame',
      () => hands.look(),
      ({ frameSha256 }) => frameSha256 !== '',
      60_000,
    );
  });

  afterAll(() => desktop.close());

  it('are drawn with the lasso, pushed, and undone', async () => {
    await page.keyboard.press('j');
    await page.getByText('Drag around what belongs to it').waitFor();
    await changed(() => hands.drag(square(100, 80, 80)));
    const drawn = await shownArea();
    expect(drawn).toBeGreaterThan(5_800);
    expect(drawn).toBeLessThan(6_600);
    await page.keyboard.press('q');
    await changed(() =>
      hands.drag([
        { x: 160, y: 120 },
        { x: 200, y: 120 },
      ]),
    );
    expect(await shownArea()).toBeGreaterThan(drawn + 100);
    await stored();
    await changed(() => menu(desktop.app, 'edit.undo'));
    expect(await shownArea()).toBe(drawn);
    await stored();
  });

  it('are held by vertices that say how far from the mask they are', async () => {
    const before = await shownArea();
    await page.keyboard.press('y');
    await page.getByText(/^\d+ vertices · up to [\d.]+ px from the outline$/).waitFor();
    expect(await shownArea()).toBe(before);
    await changed(() =>
      hands.drag([
        { x: 180, y: 160 },
        { x: 210, y: 190 },
      ]),
    );
    expect(await shownArea()).toBeGreaterThan(before + 1_000);
    await stored();
    await changed(() => page.keyboard.press('Delete'));
    expect(await shownArea()).toBeLessThan(before);
    await changed(() => menu(desktop.app, 'edit.undo'));
    await changed(() => menu(desktop.app, 'edit.undo'));
    expect(await shownArea()).toBe(before);
  });

  it('cling to the edges of the image', async () => {
    const before = await shownArea();
    await page.keyboard.press('u');
    for (const [x, y] of [
      [220, 40],
      [280, 40],
      [280, 90],
    ] as const) {
      await click(x, y);
    }
    await changed(() => page.keyboard.press('Enter'));
    expect(await shownArea()).toBeGreaterThan(before + 500);
    await stored();
    await changed(() => menu(desktop.app, 'edit.undo'));
    expect(await shownArea()).toBe(before);
  });

  it('come of a scribbled stroke, one undo for all its points', async () => {
    await until(
      'the embedding',
      () => hands.look(),
      ({ embedding }) => embedding === 'ready',
      120_000,
    );
    const before = await masks();
    await page.keyboard.press('w');
    await changed(() =>
      hands.drag([
        { x: 150, y: 100 },
        { x: 200, y: 120 },
        { x: 250, y: 130 },
      ]),
    );
    expect(await shownArea()).toBeGreaterThan(area(before[0] ?? '') + 200);
    await stored();
    const { points } = (await ask(page, 'frames.open', { frameId })).masks[0]!.current.prompt;
    expect(points.length).toBeGreaterThan(4);
    expect(points.length).toBeLessThanOrEqual(8);
    await menu(desktop.app, 'edit.undo');
    await until('undone', masks, (now) => JSON.stringify(now) === JSON.stringify(before), 60_000);
  });
});
