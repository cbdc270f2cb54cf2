/** How the image is shown, in the real window: filters and colours change what is seen and nothing of what is made from it. */
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { phantomLoop } from '../../shared/phantom';
import { openDesktop, type Desktop } from '../support/desktop';
import { dicomFile, greyLoop } from '../support/dicom-file';
import { until, WindowHands } from '../support/journey/window-hands';
import { ask, menu } from '../support/journey/workplace';
import { temporaryFolder, writeAt } from '../support/study-folder';

const [widthPx, heightPx, COUNT] = [320, 240, 6];
const beat = phantomLoop({ label: 'lv-cavity', seed: 3, widthPx, heightPx }, 2 * COUNT).slice(0, COUNT);
let desktop: Desktop;
let page: Page;
let hands: WindowHands;

const badge = () => page.getByText('Filtered view: Local contrast (CLAHE)');
/** What the canvas of the image holds, and the filter over it. */
const shown = () =>
  hands.look<{ sum: number; filter: string }>(`(() => {
    const canvas = document.querySelector('.frame-canvas canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let sum = 0;
    for (let i = 0; i < data.length; i += 4) sum = (sum * 31 + data[i]) % 1000003;
    return { sum, filter: canvas.style.filter };
  })()`);

/** The mask that a click in the middle of the ventricle gives; taken back again. */
async function maskOfClick(): Promise<string> {
  const { mask } = beat[0]!;
  const inside = [...mask.data.keys()].filter((i) => mask.data[i] === 1);
  const at = inside[Math.floor(inside.length / 2)]!;
  await page.keyboard.press('p');
  await hands.drag([{ x: (at % widthPx) + 0.5, y: Math.floor(at / widthPx) + 0.5 }]);
  const { masks } = await until(
    'the mask',
    () => hands.look(),
    (seen) => seen.masks.length === 1 && seen.waiting === 0,
    60_000,
  );
  await menu(desktop.app, 'edit.undo');
  await until(
    'it taken back',
    () => hands.look(),
    (seen) => seen.masks.length === 0,
  );
  return masks[0]!;
}

describe('how the image is shown', () => {
  beforeAll(async () => {
    const study = join(temporaryFolder(), 'study');
    const pixels = Buffer.concat(beat.map(({ image }) => image.data));
    writeAt(join(study, 'heart.dcm'), dicomFile(greyLoop({ rows: heightPx, columns: widthPx, frames: COUNT, pixels })));
    desktop = await openDesktop({ args: [study] });
    page = desktop.page;
    hands = new WindowHands(desktop.app);
    await page.getByRole('button', { name: 'Later' }).click();
    await page.locator('.dialog-labels').waitFor({ state: 'hidden' });
    await ask(page, 'labels.create', { label: { name: 'Cavity' }, head: null });
    await until(
      'the embedding',
      () => hands.look(),
      ({ embedding }) => embedding === 'ready',
      120_000,
    );
  });

  afterAll(() => desktop.close());

  it('says that it is filtered, and a click gives the very same mask as without', async () => {
    const before = { seen: await shown(), mask: await maskOfClick() };
    expect(before.seen.filter).toBe('');
    await menu(desktop.app, 'display.filter.clahe');
    await badge().waitFor();
    await menu(desktop.app, 'display.inverted');
    await menu(desktop.app, 'display.contrast');
    const now = await until('another look', shown, ({ filter, sum }) => filter !== '' && sum !== before.seen.sum);
    expect(now.filter).toContain('url(');
    expect(await maskOfClick()).toBe(before.mask);
  });

  it('is the same while the loop plays', async () => {
    await until(
      'everything saved',
      () => hands.look(),
      ({ saveState }) => saveState === 'saved',
    );
    await menu(desktop.app, 'cine.play');
    await page.locator('.cine-canvas').waitFor();
    const filter = () =>
      page
        .locator('.cine-canvas canvas')
        .first()
        .evaluate((canvas) => getComputedStyle(canvas).filter);
    expect(await filter()).toContain('url(');
    await badge().waitFor();
    await page.locator('.cine-canvas').click();
    await page.locator('.cine-canvas').waitFor({ state: 'detached' });
    await badge().waitFor();
  });

  it('is remembered, and reset by one key', async () => {
    await page.reload();
    await badge().waitFor({ timeout: 60_000 });
    await page.getByRole('region', { name: 'Image', exact: true }).getByText('High contrast').waitFor();
    await page.keyboard.press('r');
    await badge().waitFor({ state: 'detached' });
    expect((await shown()).filter).toBe('');
  });

  it('shows the frames as pictures: arrow keys and Enter open one, Shift+Enter puts one beside it', async () => {
    const openFrame = () => page.locator('.frame-canvas').getAttribute('data-frame-sha256');
    const first = await openFrame();
    await page.keyboard.press('Shift+G');
    const grid = page.getByRole('region', { name: 'Frames', exact: true });
    expect(await grid.getByRole('option').count()).toBe(COUNT);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await grid.waitFor({ state: 'detached' });
    const second = await until('the second frame', openFrame, (sha256) => sha256 !== null && sha256 !== first);
    await page.keyboard.press('Shift+G');
    await page.keyboard.press('Home');
    await page.keyboard.press('Shift+Enter');
    const beside = page.getByRole('region', { name: 'Frame beside' });
    await beside.getByText('Frame 1 of 6').waitFor();
    expect(await openFrame()).toBe(second);
    await page.keyboard.press('Shift+D');
    await beside.waitFor({ state: 'detached' });
  });

  it('has an overview while it is zoomed in, which moves the view', async () => {
    const map = page.getByRole('img', { name: /Overview/ });
    expect(await map.isVisible()).toBe(false);
    for (let k = 0; k < 6; k++) await page.keyboard.press('=');
    await map.waitFor();
    const place = () =>
      hands.look<number>(
        `document.querySelector('#app').__vue_app__.config.globalProperties.$pinia._s.get('editor').viewport.offsetX`,
      );
    const before = await place();
    await map.click({ position: { x: 10, y: 10 } });
    expect(await place()).toBeGreaterThan(before);
    await page.keyboard.press('f');
    await map.waitFor({ state: 'detached' });
  });

  it('is shown in a second window, which follows the first and can ask main for nothing', async () => {
    const openFrame = () => page.locator('.frame-canvas').getAttribute('data-frame-sha256');
    const opened = desktop.app.waitForEvent('window');
    await page.keyboard.press('Shift+V');
    const second = await opened;
    const shows = (sha256: string | null) => second.locator(`.second[data-frame-sha256="${sha256}"]`).waitFor();
    const before = await openFrame();
    await shows(before);
    await page.keyboard.press('ArrowRight');
    await shows(await until('another frame', openFrame, (sha256) => sha256 !== null && sha256 !== before));
    expect(await second.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
    await menu(desktop.app, 'theme.light');
    await second.locator('html[data-theme="light"]').waitFor({ state: 'attached' });
    expect(await second.evaluate(() => 'sonomask' in window)).toBe(false);
    const refused = await desktop.app.evaluate(({ ipcMain }) => {
      const handlers = (ipcMain as unknown as { _invokeHandlers: Map<string, (...args: unknown[]) => unknown> })
        ._invokeHandlers;
      const event = { senderFrame: { url: 'app://sonomask/second.html', parent: null } };
      return handlers.get('sonomask:invoke')!(event, 'app.info', undefined);
    });
    expect(refused).toMatchObject({ ok: false, error: { code: 'usage' } });
  });

  it('is shown there also while the loop plays, and the rulers with it in both windows', async () => {
    const [, second] = desktop.app.windows();
    const frame = second!.locator('.second');
    const shown = () => frame.getAttribute('data-frame-sha256');
    const marks = (where: Locator) =>
      where.evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, canvas.height - 12, canvas.width, 12);
        return data.some((value) => value > 0);
      });
    const above = (part: Locator) => part.locator('canvas').last();
    expect(await marks(above(frame))).toBe(false);
    await menu(desktop.app, 'view.rulers');
    await until('rulers', () => marks(above(frame)), Boolean);
    await menu(desktop.app, 'cine.play');
    await page.locator('.cine-canvas').waitFor();
    await until('rulers in passing', () => marks(above(page.locator('.cine-canvas'))), Boolean);
    const seen = new Set<string | null>();
    await until(
      'three frames',
      async () => seen.add(await shown()).size,
      (count) => count >= 3,
    );
    expect(await marks(above(frame))).toBe(true);
    expect(seen.has(null)).toBe(false);
    await page.locator('.cine-canvas').click();
    await page.locator('.cine-canvas').waitFor({ state: 'detached' });
    const stopped = await page.locator('.frame-canvas').getAttribute('data-frame-sha256');
    await until('the frame it stopped at', shown, (sha256) => sha256 === stopped);
    const closed = second!.waitForEvent('close');
    await page.keyboard.press('Shift+V');
    await closed;
  });
});
