/** Clicks on a frame of the bench's window, timed from the button to the new mask. */
import { menu } from '../support/journey/workplace';
import type { Desktop } from '../support/desktop';
import { median, quantile } from './statistics';
import { onScreen, saved, type BenchFrame, type BenchWindow, type Spot } from './window-study';

/** The head of the bundled model that proposes in the bench. */
export const HEAD = 'breast-lesion';
export const USUAL = [560, 470] as const;
/** A hand is still for a moment before it clicks; its preview is there then. */
export const REST_MS = 250;
/** Nothing the window is asked for here takes longer. */
export const LIMIT_MS = 2_000;

/** Prints a row. */
export type Say = (title: string, result: string) => void;

export const ms = (values: readonly number[]): string =>
  `${median(values).toFixed(0).padStart(5)} ms median ${quantile(values, 0.95).toFixed(0).padStart(5)} ms p95  (${values.length})`;

export interface Clicking {
  readonly count: number;
  /** How long the pointer is still before the button goes down. */
  readonly restMs: number;
}

/** Points around the simulated lesion's border, added and taken away in turn: each moves the outline. */
export async function clicks(
  { desktop, page }: BenchWindow,
  frame: BenchFrame,
  { count, restMs }: Clicking,
): Promise<number[]> {
  const { mouse } = page;
  await page.keyboard.press('p');
  const times: number[] = [];
  for (let i = 0; times.length < count && i < 4 * count; i++) {
    const [spot] = await onScreen(page, [clickAt(frame, i)]);
    if (!spot) continue;
    await mouse.move(spot.x, spot.y);
    await page.waitForTimeout(restMs);
    await page.evaluate(() => window.bench.arm('pointerdown', 'mask'));
    await mouse.click(spot.x, spot.y, { button: i % 2 ? 'right' : 'left' });
    const painted = await page.evaluate((limit) => window.bench.painted(limit), LIMIT_MS);
    // A click that changes no pixel paints nothing.
    if (painted) times.push(painted.ms);
    // As a reader works: a few points on a mask, not forty.
    if (i % 4 === 3) await undo(desktop, 4);
  }
  return times;
}

async function undo({ app, page }: Desktop, times: number): Promise<void> {
  await page.locator('.mask .number').first().filter({ hasNotText: '…' }).waitFor();
  for (let k = 0; k < times; k++) await menu(app, 'edit.undo');
  await page.waitForTimeout(100);
  await saved(page);
}

/** In turn a point outside, to be added, and one inside, to be taken away, going round the simulated lesion. */
function clickAt({ truth }: BenchFrame, i: number): Spot {
  const { widthPx, heightPx, data } = truth;
  const inside = [...data.keys()].filter((at) => data[at] === 1);
  const mean = (of: (at: number) => number): number => inside.reduce((sum, at) => sum + of(at), 0) / inside.length;
  const [x, y] = [mean((at) => at % widthPx), mean((at) => Math.floor(at / widthPx))];
  const radius = Math.sqrt(inside.length / Math.PI) * (i % 2 ? 0.75 : 1.25);
  const angle = i * 2.4;
  return {
    x: Math.min(Math.max(x + radius * Math.cos(angle), 2), widthPx - 2),
    y: Math.min(Math.max(y + radius * Math.sin(angle), 2), heightPx - 2),
  };
}
