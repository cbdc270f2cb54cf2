/**
 * Videos in the real window, on a computer without ffmpeg: Chromium's decoders give the very frames that ffmpeg gives, the loop
 * plays, and the page that decodes may die.
 */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FrameSummary } from '../../shared/domain';
import { openDesktop, type Desktop } from '../support/desktop';
import { until } from '../support/journey/window-hands';
import { ask } from '../support/journey/workplace';
import { temporaryFolder, writeAt } from '../support/study-folder';
import { TINY_VIDEOS } from '../support/video-files';

const study = join(temporaryFolder(), 'study');
const COUNT = TINY_VIDEOS.reduce((sum, { hashes }) => sum + hashes.length, 0);
let desktop: Desktop;
let page: Page;

const list = async () => (await ask(page, 'frames.list', { filter: {}, limit: 100, offset: 0 })).frames;
const player = () => page.getByRole('region', { name: 'Cine' });

async function opened({ id, relativePath, frameIndex }: FrameSummary): Promise<string> {
  const { frame, problem } = await ask(page, 'frames.open', { frameId: id });
  expect(problem, `${relativePath} ${frameIndex}`).toBeNull();
  return frame.sha256 ?? '';
}

/** The hidden window's process. */
const decoder = () =>
  desktop.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()
      .map(({ webContents }) => ({ url: webContents.getURL(), pid: webContents.getOSProcessId() }))
      .find(({ url }) => url.endsWith('/decoder.html')),
  );

describe('videos in the window', () => {
  beforeAll(async () => {
    for (const { name, bytes } of TINY_VIDEOS) writeAt(join(study, name), bytes);
    desktop = await openDesktop({ args: [study], env: { PATH: study } });
    page = desktop.page;
    await page.getByRole('button', { name: 'Later' }).click();
    await page.locator('.dialog-labels').waitFor({ state: 'hidden' });
    await until('the list', list, ({ length }) => length === COUNT);
  });

  afterAll(() => desktop.close());

  it('have the frames that ffmpeg decodes, whichever is opened first', async () => {
    const frames = await list();
    for (const { name, hashes } of TINY_VIDEOS) {
      const own = frames.filter(({ relativePath }) => relativePath === name);
      expect(own).toHaveLength(hashes.length);
      for (const frame of [...own].reverse()) {
        expect((await opened(frame)).slice(0, 12), `${name} ${frame.frameIndex}`).toBe(hashes[frame.frameIndex]);
      }
    }
  });

  it('are decoded in a hidden process of their own, which may die', async () => {
    const before = await decoder();
    expect(before).toBeDefined();
    process.kill(before!.pid, 'SIGKILL');
    await until('the page to be gone', decoder, (now) => now?.pid !== before!.pid);
    // Written anew, a file is another one: nothing of it is kept.
    const { name, bytes, hashes } = TINY_VIDEOS[0]!;
    writeAt(join(study, name), bytes);
    const [first] = (await list()).filter(({ relativePath }) => relativePath === name);
    expect((await opened(first!)).slice(0, 12)).toBe(hashes[0]);
  });

  it('play', async () => {
    const onScreen = async () => Number(await player().getByRole('slider').getAttribute('aria-valuenow'));
    await player().waitFor();
    await page.keyboard.press('a');
    await until('playback', onScreen, (number) => number > 3);
  });

  it('keep no program running whose window was closed', async () => {
    expect(await decoder()).toBeDefined();
    const ended = desktop.app.waitForEvent('close');
    await page.close();
    await ended;
  });
});
