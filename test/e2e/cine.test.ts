/** A loop in the real window: played, stopped by a click, stepped through, and a part of it repeated. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDesktop, type Desktop } from '../support/desktop';
import { until } from '../support/journey/window-hands';
import { ask, menu } from '../support/journey/workplace';
import { plainLoop } from '../support/loop-file';
import { temporaryFolder, writeAt } from '../support/study-folder';

const study = join(temporaryFolder(), 'study');
const COUNT = 12;
let desktop: Desktop;
let page: Page;

const player = () => page.getByRole('region', { name: 'Cine' });
/** 1-based. */
const onScreen = async () => Number(await player().getByRole('slider').getAttribute('aria-valuenow'));
const isPlaying = async () =>
  (await player().getByRole('button', { name: 'Play', exact: true }).getAttribute('aria-pressed')) === 'true';
const openFrame = () => page.locator('.frame-canvas').getAttribute('data-frame-sha256');
const isOpen = (frame: number) =>
  until('the frame to be open', openFrame, (sha256) => sha256 === frames[frame - 1]!.sha256 && sha256 !== null);
let frames: { id: number; sha256: string | null }[] = [];

/** The different frames on screen in a while. */
async function seen(forMs: number): Promise<Set<number>> {
  const numbers = new Set<number>();
  for (const end = Date.now() + forMs; Date.now() < end; await page.waitForTimeout(20)) numbers.add(await onScreen());
  return numbers;
}

describe('a loop in the window', () => {
  beforeAll(async () => {
    writeAt(join(study, 'a loop.dcm'), plainLoop({ frames: COUNT, widthPx: 160, heightPx: 120, frameTimeMs: 100 }));
    writeAt(join(study, 'b still.dcm'), plainLoop({ frames: 1, widthPx: 160, heightPx: 120 }));
    desktop = await openDesktop({ args: [study] });
    page = desktop.page;
    await page.getByRole('button', { name: 'Later' }).click();
    await page.locator('.dialog-labels').waitFor({ state: 'hidden' });
    await player().waitFor();
    const list = async () => (await ask(page, 'frames.list', { filter: {}, limit: 100, offset: 0 })).frames;
    await until('the list', list, ({ length }) => length === COUNT + 1);
    for (const { id } of (await list()).slice(0, COUNT)) await ask(page, 'frames.open', { frameId: id });
    frames = [...(await list())];
    await isOpen(1);
  });

  afterAll(() => desktop.close());

  it('plays, frame after frame, and no frame is open meanwhile', async () => {
    await page.keyboard.press('a');
    await until('playback', onScreen, (number) => number > 2);
    expect(await isPlaying()).toBe(true);
    expect((await seen(1_500)).size).toBeGreaterThan(5);
    expect(await openFrame()).toBeNull();
  });

  it('stops at a click and opens the frame on screen; a key for a mask stops it too, and does nothing else', async () => {
    await page.locator('.cine-canvas').click();
    await until('the loop to stop', isPlaying, (playing) => !playing);
    await isOpen(await onScreen());
    await page.keyboard.press('a');
    await until('playback', isPlaying, (playing) => playing);
    await page.keyboard.press('Enter');
    await until('the loop to stop', isPlaying, (playing) => !playing);
    await isOpen(await onScreen());
    const { counts } = await ask(page, 'frames.list', { filter: {}, limit: 1, offset: 0 });
    expect(counts.accepted).toBe(0);
  });

  it('is stepped through round its ends', async () => {
    await page.keyboard.press('Home');
    await isOpen(1);
    await page.keyboard.press('Shift+ArrowRight');
    await isOpen(2);
    await page.keyboard.press('Shift+ArrowLeft');
    await isOpen(1);
    await page.keyboard.press('Shift+ArrowLeft');
    await isOpen(COUNT);
  });

  it('repeats a part, from and to the frames that were said', async () => {
    await page.keyboard.press('Home');
    await isOpen(1);
    for (let frame = 2; frame <= 4; frame++) {
      await page.keyboard.press('Shift+ArrowRight');
      await isOpen(frame);
    }
    await menu(desktop.app, 'cine.playFrom');
    for (let frame = 5; frame <= 6; frame++) {
      await page.keyboard.press('Shift+ArrowRight');
      await isOpen(frame);
    }
    await page.keyboard.press('Shift+O');
    await player().getByText('plays 4–6').waitFor();
    await page.keyboard.press('a');
    await until('playback', isPlaying, (playing) => playing);
    const numbers = await seen(1_200);
    expect([...numbers].filter((number) => number < 4 || number > 6)).toEqual([]);
    expect(numbers.size).toBeGreaterThan(1);
    await page.keyboard.press('Escape');
    await until('the loop to stop', isPlaying, (playing) => !playing);
    await page.keyboard.press('Shift+A');
    await player().getByText('plays').waitFor({ state: 'detached' });
  });

  it('goes through its frames as the timeline is dragged, and opens the one where it is let go', async () => {
    const box = (await player().getByRole('slider').boundingBox())!;
    const at = (frame: number) => [box.x + ((frame - 0.5) * box.width) / COUNT, box.y + 20] as const;
    await page.mouse.move(...at(3));
    await page.mouse.down();
    await page.mouse.move(...at(7), { steps: 4 });
    expect(await onScreen()).toBe(7);
    await page.mouse.up();
    await isOpen(7);
  });

  it('stays where it is while an outline is open on its frame', async () => {
    await ask(page, 'labels.create', { label: { name: 'Wall' }, head: null });
    await page.keyboard.press('g');
    const canvas = (await page.locator('.frame-canvas').boundingBox())!;
    const middle = { x: canvas.x + canvas.width / 2, y: canvas.y + canvas.height / 2 };
    for (const [dx, dy] of [
      [0, 0],
      [40, 0],
      [40, 40],
    ] as const)
      await page.mouse.click(middle.x + dx, middle.y + dy);
    const box = (await player().getByRole('slider').boundingBox())!;
    await page.mouse.click(box.x + (2.5 * box.width) / COUNT, box.y + 20);
    await page.getByText('The outline is not closed yet.').waitFor();
    expect(await onScreen()).toBe(7);
    expect(await openFrame()).toBe(frames[6]!.sha256);
    await page.keyboard.press('Escape');
    await page.mouse.click(box.x + (2.5 * box.width) / COUNT, box.y + 20);
    await isOpen(3);
  });

  it('is left by one key; an image of one frame has no player', async () => {
    await page.keyboard.press('Shift+PageDown');
    await player().waitFor({ state: 'detached' });
    await page.keyboard.press('Shift+PageUp');
    await player().waitFor();
    await isOpen(1);
  });
});
