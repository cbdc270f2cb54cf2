/**
 * A frame with many masks, in the real window: drawn as one picture that is moved and stretched, and at rest, pixel by pixel,
 * what drawing them one by one gives. They are drawn one by one where they are few.
 */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crowd, crowdLabel, shownAnew } from '../bench/crowd';
import { openDesktop, type Desktop } from '../support/desktop';
import { until } from '../support/journey/window-hands';
import { ask } from '../support/journey/workplace';
import { disc, imageOf, temporaryFolder, writeAt } from '../support/study-folder';

const [widthPx, heightPx, COUNT] = [1200, 900, 24];
/** Of 255: how far colours may differ, since a line a thousandth of a pixel further covers another share of a pixel. */
const ROUNDING = 4;
let desktop: Desktop;
let page: Page;

/** Runs in the page, where `editor` is the page's own store. */
const inPage = <T>(code: string): Promise<T> =>
  page.evaluate<T>(`(() => {
    const editor = document.querySelector('#app').__vue_app__.config.globalProperties.$pinia._s.get('editor');
    const canvas = document.querySelectorAll('.frame-canvas canvas')[1];
    const pixels = () => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    ${code}
  })()`);

/** When nothing is drawn any more: a picture is painted sharp a moment after the last movement. */
async function rest(): Promise<void> {
  await page.waitForTimeout(600);
  await inPage('window.kept = pixels()');
  await until(
    'the view to rest',
    async () => {
      await page.waitForTimeout(200);
      return inPage<boolean>(
        `const before = window.kept; window.kept = pixels(); return before.every((v, i) => v === window.kept[i])`,
      );
    },
    (same) => same,
    60_000,
  );
}

/** Compares with what was drawn at the last rest, as it is seen over black: what hardly covers anything may have any colour. */
const difference = () =>
  inPage<{ largest: number; painted: number }>(`
    const now = pixels();
    let [largest, painted] = [0, 0];
    for (let i = 0; i < now.length; i++) {
      const seen = (from) => (i % 4 === 3 ? from[i] : (from[i] * from[i | 3]) / 255);
      largest = Math.max(largest, Math.abs(seen(now) - seen(window.kept)));
      if (i % 4 === 3 && now[i] > 0) painted++;
    }
    return { largest, painted };
  `);

/** Deletes what is not on screen, so that what is left is drawn one by one. @returns how many are left */
const deleteUnseen = () =>
  inPage<number>(`
    const { scale, offsetX, offsetY } = editor.viewport;
    const isSeen = ([x, y, width, height]) =>
      (x + width + 20) * scale + offsetX > 0 && (x - 20) * scale + offsetX < canvas.clientWidth &&
      (y + height + 20) * scale + offsetY > 0 && (y - 20) * scale + offsetY < canvas.clientHeight;
    for (const { key, crop } of editor.editor.document.live) if (!isSeen(crop.box)) editor.deleteInstance(key);
    return editor.instances.length;
  `);

const undoAll = () => inPage<undefined>('while (editor.enabled("edit.undo")) editor.execute("edit.undo")');

async function middle(): Promise<{ x: number; y: number }> {
  const box = (await page.locator('.frame-canvas').boundingBox())!;
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

async function pan(dx: number, dy: number): Promise<void> {
  const { x, y } = await middle();
  await page.mouse.move(x, y);
  await page.mouse.down({ button: 'middle' });
  await page.mouse.move(x + dx, y + dy, { steps: 12 });
  await page.mouse.up({ button: 'middle' });
}

async function zoom(steps: number): Promise<void> {
  const { x, y } = await middle();
  await page.mouse.move(x + 20, y - 30);
  for (let k = 0; k < Math.abs(steps); k++) await page.mouse.wheel(0, steps > 0 ? -100 : 100);
}

/** What is drawn now is what drawing one by one gives. */
async function expectExact(): Promise<void> {
  await rest();
  expect(await inPage<number>('return editor.instances.length')).toBe(COUNT);
  const left = await deleteUnseen();
  // The chosen one is drawn by itself anyway.
  expect(left).toBeGreaterThan(1);
  expect(left).toBeLessThanOrEqual(8);
  await page.waitForTimeout(300);
  const { largest, painted } = await difference();
  expect(painted).toBeGreaterThan(5_000);
  expect(largest).toBeLessThanOrEqual(ROUNDING);
  await undoAll();
  await page.waitForTimeout(300);
  expect((await difference()).largest).toBeLessThanOrEqual(ROUNDING);
}

describe('many masks', () => {
  beforeAll(async () => {
    const study = join(temporaryFolder(), 'study');
    writeAt(join(study, 'scan.png'), imageOf(disc(widthPx, heightPx, 600, 450, 200)));
    desktop = await openDesktop({ args: [study] });
    page = desktop.page;
    await page.getByRole('button', { name: 'Later' }).click();
    await page.locator('.dialog-labels').waitFor({ state: 'hidden' });
    const [frame] = await until(
      'the frame',
      async () => (await ask(page, 'frames.list', { filter: {}, limit: 1, offset: 0 })).frames,
      (frames) => frames.length === 1,
      60_000,
    );
    await crowd(page, frame!.id, await crowdLabel(page), COUNT);
    await shownAnew(page, frame!.id, COUNT);
    await inPage('editor.activate(null)');
  });

  afterAll(() => desktop.close());

  it('are exact after zooming in', async () => {
    await zoom(11);
    await expectExact();
  });

  it('are exact after moving far and back, by less than the picture reaches and by more', async () => {
    await pan(-60, 40);
    await pan(-220, -180);
    await pan(150, -130);
    await expectExact();
  });

  it('are exact where another mask is chosen, and where the view is zoomed out and in again', async () => {
    await inPage('editor.activate(editor.instances[9].key)');
    await zoom(-3);
    await zoom(3);
    await expectExact();
    await inPage('editor.activate(null)');
    await expectExact();
  });

  it('are exact with another opacity and with outlines alone', async () => {
    await inPage('editor.changeOpacity(2)');
    await expectExact();
    await inPage('editor.outlinesOnly = true');
    await expectExact();
    await inPage('editor.outlinesOnly = false');
  });

  it('are where they belong while the view is zoomed out, also where they come into view', async () => {
    await rest();
    const { x, y } = await middle();
    await page.mouse.move(x, y);
    const shares = await inPage<Promise<{ moving: number; rest: number }>>(`
      const inked = () => { let n = 0; const now = pixels(); for (let i = 3; i < now.length; i += 4) n += now[i] > 0; return n; };
      return (async () => {
        const frame = () => new Promise(requestAnimationFrame);
        for (let k = 0; k < 8; k++) { editor.zoom(1 / 1.3); await frame(); }
        await frame();
        const moving = inked();
        await new Promise((done) => setTimeout(done, 1500));
        return { moving, rest: inked() };
      })();
    `);
    expect(shares.rest).toBeGreaterThan(5_000);
    expect(Math.abs(shares.moving / shares.rest - 1)).toBeLessThan(0.15);
  });
});
