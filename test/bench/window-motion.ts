/** Pans and zooms the bench's window, and how evenly animation frames follow each other meanwhile. */
import type { Page } from 'playwright-core';
import { mean } from './statistics';
import { ms } from './window-clicks';
import type { Spot } from './window-study';

/** At 60 Hz a frame takes 16.7 ms; the clock is rounded to a tenth. */
const FRAME_MS = 16.8;

/** Milliseconds between animation frames while something is done. */
export async function framesDuring(page: Page, act: () => Promise<void>): Promise<number[]> {
  await page.waitForTimeout(1_000);
  await page.evaluate(() => window.bench.startFrames());
  await act();
  return page.evaluate(() => window.bench.stopFrames());
}

/** Of the times between animation frames. */
export const evenness = (gaps: readonly number[]): string => {
  const late = gaps.filter((gap) => gap > FRAME_MS).length / gaps.length;
  return `${ms(gaps)}, ${(late * 100).toFixed(1)} % over 16.7 ms, ${(1_000 / mean(gaps)).toFixed(0)} frames/s`;
};

/** In CSS pixels of the window. */
export async function canvasMiddle(page: Page): Promise<Spot> {
  const box = await page.locator('.frame-canvas').boundingBox();
  if (!box) throw new Error('there is no canvas');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

const STEPS = 240;

export async function pan(page: Page): Promise<void> {
  const { x, y } = await canvasMiddle(page);
  await page.mouse.move(x, y);
  await page.mouse.down({ button: 'middle' });
  for (let i = 0; i < STEPS; i++) {
    await page.mouse.move(x + 150 * Math.sin(i / 20), y + 100 * Math.sin(i / 13));
    await page.waitForTimeout(8);
  }
  await page.mouse.up({ button: 'middle' });
}

export async function zoom(page: Page): Promise<void> {
  const { x, y } = await canvasMiddle(page);
  await page.mouse.move(x, y);
  for (let i = 0; i < STEPS; i++) {
    await page.mouse.wheel(0, i % 80 < 40 ? -40 : 40);
    await page.waitForTimeout(8);
  }
}
