/**
 * Pans and zooms the bench's window: how evenly animation frames follow each other meanwhile, and what they cost, which
 * other work on the machine changes less.
 */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { mean } from './statistics';
import { ms } from './window-clicks';
import type { BenchWindow, Spot } from './window-study';

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

/** The same while something is done, and on Linux the processor time of the page's own thread for a frame. */
export async function moving({ desktop, page }: BenchWindow, act: (page: Page) => Promise<void>): Promise<string> {
  const pid = await desktop.app.evaluate(
    ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId() ?? 0,
  );
  let usedMs = NaN;
  const gaps = await framesDuring(page, async () => {
    const before = threadMs(pid);
    await act(page);
    usedMs = threadMs(pid) - before;
  });
  const cost = Number.isNaN(usedMs) ? '' : `, ${(usedMs / gaps.length).toFixed(1)} ms of processor a frame`;
  return evenness(gaps) + cost;
}

/** Processor time of a process's first thread so far; NaN where the system has no /proc. */
function threadMs(pid: number): number {
  if (process.platform !== 'linux') return NaN;
  const stat = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8');
  // After the name in brackets: state is the third field, time in user mode and in the system's the 14th and 15th, in ticks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Of the kernel's clock. */
const TICK_MS = 10;

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
