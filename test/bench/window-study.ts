/** Simulated studies for the benches of the window, and a window opened on one of them, ready to work in. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encode } from 'fast-png';
import type { Page } from 'playwright-core';
import { frameHash } from '../../main/study/frame-hash';
import type { GrayImage } from '../../shared/image';
import type { Mask } from '../../shared/mask';
import { phantomFrame, type PhantomSpec } from '../../shared/phantom';
import { openDesktop, type Desktop } from '../support/desktop';
import { until } from '../support/journey/window-hands';
import { ask } from '../support/journey/workplace';
import { watchPage } from './window-page';

export interface BenchFrame {
  readonly path: string;
  readonly sha256: string;
  readonly image: GrayImage;
  /** What is simulated in it. */
  readonly truth: Mask;
}

export interface BenchWindow {
  readonly desktop: Desktop;
  readonly page: Page;
  close(): Promise<void>;
}

const PROPOSAL_MS = 240_000;

/**
 * A new folder of simulated breast lesions, in the order the study list has.
 *
 * @param patients each is of a patient of its own
 */
export function makeStudy(
  sizes: readonly (readonly [widthPx: number, heightPx: number])[],
  { patients = false } = {},
): { folder: string; frames: BenchFrame[] } {
  const folder = join(mkdtempSync(join(tmpdir(), 'sonomask-bench-')), 'study');
  const frames = sizes.map(([widthPx, heightPx], i): BenchFrame => {
    const spec: PhantomSpec = { label: 'breast-lesion', seed: 7_000 + i, widthPx, heightPx };
    const { image, mask } = phantomFrame(spec);
    const name = `frame-${String(i + 1).padStart(5, '0')}`;
    const path = patients ? join(folder, name, 'still.png') : join(folder, `${name}.png`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, encode({ width: widthPx, height: heightPx, data: image.data, channels: 1 }));
    return { path, sha256: frameHash(image), image, truth: mask };
  });
  return { folder, frames };
}

export function removeStudy(folder: string): void {
  rmSync(join(folder, '..'), { recursive: true, force: true });
}

/**
 * Opens the program on a folder and gives it one label.
 *
 * @param head of the model, that proposes for the label
 * @param model folder; the bundled one otherwise
 */
export async function openStudy(folder: string, head: string, model?: string): Promise<BenchWindow> {
  const desktop = await openDesktop({ args: [folder], env: model === undefined ? {} : { SONOMASK_MODEL: model } });
  const { page } = desktop;
  await page.locator('.frame-canvas').waitFor();
  // The program asks what is to be outlined: answered here, so that it does not matter how heads are called.
  await page.getByRole('dialog').waitFor({ timeout: 60_000 });
  await until(
    'the model',
    () => ask(page, 'labels.heads'),
    (heads) => heads.some(({ name }) => name === head),
    120_000,
  );
  await ask(page, 'labels.create', { label: { name: 'lesion' }, head });
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await watchPage(page);
  return { desktop, page, close: () => desktop.close() };
}

/** Waits until the frame is on screen, its clicks are answered, and a mask is drawn. */
export async function frameReady(
  page: Page,
  sha256: string,
  options: { mask: boolean } = { mask: true },
): Promise<void> {
  await page.locator(`.frame-canvas[data-frame-sha256="${sha256}"][data-embedding=ready][aria-busy=false]`).waitFor({
    timeout: PROPOSAL_MS,
  });
  if (options.mask) await page.locator('.mask').first().waitFor({ timeout: PROPOSAL_MS });
}

/** Waits until everything done is on the disk. */
export async function saved(page: Page): Promise<void> {
  await page.locator('[data-save-state=saved]').waitFor({ timeout: 60_000 });
}

export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Where image points are in the window, in CSS pixels. */
export function onScreen(page: Page, spots: readonly Spot[]): Promise<Spot[]> {
  return page.evaluate((points) => {
    interface View {
      viewport: { scale: number; offsetX: number; offsetY: number };
    }
    const app = document.querySelector('#app') as unknown as { __vue_app__: { config: { globalProperties: object } } };
    const { $pinia } = app.__vue_app__.config.globalProperties as { $pinia: { _s: Map<string, View> } };
    const { viewport } = $pinia._s.get('editor')!;
    const box = document.querySelector('.frame-canvas')!.getBoundingClientRect();
    return points.map(({ x, y }) => ({
      x: box.left + viewport.offsetX + x * viewport.scale,
      y: box.top + viewport.offsetY + y * viewport.scale,
    }));
  }, spots);
}
