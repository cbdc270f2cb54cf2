/**
 * How loops play in the window: from choosing one to its first picture, the rate that is reached, and how many frames came
 * too late to be shown. 500 frames of 640x480, not compressed and as JPEG, at 30 and at 60 a second.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { openDesktop } from '../support/desktop';
import { until } from '../support/journey/window-hands';
import { ask } from '../support/journey/workplace';
import { jpegLoop, plainLoop, type LoopSpec } from '../support/loop-file';
import type { Say } from './window-clicks';

const SPEC: LoopSpec = { frames: 500, widthPx: 640, heightPx: 480, frameTimeMs: 1_000 / 30 };
const PLAY_MS = 10_000;

/** @param others further DICOM loops to play */
export async function benchCine(say: Say, others: readonly string[] = []): Promise<void> {
  const folder = join(mkdtempSync(join(tmpdir(), 'sonomask-bench-')), 'study');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'a first.dcm'), plainLoop({ ...SPEC, frames: 2 }));
  writeFileSync(join(folder, 'not compressed.dcm'), plainLoop(SPEC));
  writeFileSync(join(folder, 'JPEG.dcm'), await jpegLoop(SPEC));
  const desktop = await openDesktop({ args: [folder, ...others] });
  const { page } = desktop;
  try {
    await page.getByRole('dialog').waitFor({ timeout: 60_000 });
    await page.keyboard.press('Escape');
    const images = await until(
      'the loops',
      () => firstFrames(page),
      (found) => found.length >= 3 + others.length,
    );
    await page.evaluate('globalThis.__name ??= (f) => f');
    for (const { id, relativePath, frameCount } of images.filter((image) => image.frameCount > 2)) {
      // Pictures of the list and the timeline are made meanwhile.
      await page.waitForTimeout(5_000);
      say(`${relativePath}, ${frameCount} frames: to its first picture`, `${(await opened(page, id)).toFixed(0)} ms`);
      for (const speed of [1, 2]) {
        await page.waitForTimeout(5_000);
        const { due, shown } = await played(page, speed);
        const rate = `${((1_000 * shown) / PLAY_MS).toFixed(1)} of ${((1_000 * due) / PLAY_MS).toFixed(1)} frames/s`;
        say(`  played at ${speed}×`, `${rate}, ${((100 * (due - shown)) / due).toFixed(1)} % too late`);
      }
    }
  } finally {
    await desktop.close();
    rmSync(join(folder, '..'), { recursive: true, force: true });
  }
}

async function firstFrames(page: Page) {
  const { frames } = await ask(page, 'frames.list', { filter: {}, limit: 1_000, offset: 0 });
  const more = await ask(page, 'frames.list', { filter: {}, limit: 1_000, offset: 1_000 });
  return [...frames, ...more.frames].filter(({ frameIndex }) => frameIndex === 0);
}

interface Stores {
  get(name: 'cine'): {
    index: number;
    wanted: number;
    setSpeed(speed: number): void;
    acts: Record<string, () => unknown>;
  };
  get(name: 'study-list'): { goTo(find: () => Promise<number>): Promise<boolean> };
  get(name: 'editor'): { image: unknown; frame: { id: number } | null };
}

interface App {
  __vue_app__: { config: { globalProperties: { $pinia: { _s: Stores } } } };
}

/** From choosing a frame to the first animation frame with its image. */
function opened(page: Page, frameId: number): Promise<number> {
  return page.evaluate(async (id) => {
    const { _s: stores } = (document.querySelector('#app') as unknown as App).__vue_app__.config.globalProperties
      .$pinia;
    const start = performance.now();
    void stores.get('study-list').goTo(() => Promise.resolve(id));
    const editor = stores.get('editor');
    while (editor.image === null || editor.frame?.id !== id) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now() - start;
  }, frameId);
}

/** Frames that were due, and those that were on screen. */
function played(page: Page, speed: number): Promise<{ due: number; shown: number }> {
  return page.evaluate(
    async ([times, forMs]) => {
      const { _s: stores } = (document.querySelector('#app') as unknown as App).__vue_app__.config.globalProperties
        .$pinia;
      const cine = stores.get('cine');
      cine.setSpeed(times);
      cine.acts['cine.play']?.();
      let [shown, last] = [0, cine.index];
      const start = performance.now();
      while (performance.now() - start < forMs) {
        await new Promise(requestAnimationFrame);
        if (cine.index !== last) shown++;
        last = cine.index;
      }
      const due = Math.round((cine.wanted * forMs) / 1_000);
      await cine.acts['cine.play']?.();
      return { due, shown };
    },
    [speed, PLAY_MS] as const,
  );
}
