import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDesktop, type Desktop } from '../support/desktop';
import { BAD_FILES, writeBadStudy } from '../support/journey/bad-study';
import { until } from '../support/journey/window-hands';
import { answerDialogs, ask } from '../support/journey/workplace';
import { temporaryFolder } from '../support/study-folder';

const folder = join(temporaryFolder(), 'from the ward');
let desktop: Desktop;

/** What the study list says of each file. */
const listed = (): Promise<Record<string, string>> =>
  desktop.page.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll<HTMLElement>('[role=option]')].map((row) => [
        row.querySelector('.name')?.textContent?.trim(),
        row.querySelector('.detail')?.textContent?.trim(),
      ]),
    ),
  );
const open = (name: string): Promise<void> => desktop.page.locator('[role=option]', { hasText: name }).click();

beforeAll(async () => {
  await writeBadStudy(folder);
  desktop = await openDesktop();
  await answerDialogs(desktop.app, folder);
  await desktop.page.getByRole('button', { name: 'Open a folder' }).click();
  await desktop.page.getByPlaceholder('e.g. thyroid nodule').fill('nodule');
  await desktop.page.getByPlaceholder('e.g. thyroid nodule').press('Enter');
});

afterAll(() => desktop.close());

describe('a folder with files that cannot be shown', () => {
  it('lists each with its reason, and says how many', async () => {
    expect(statSync(join(folder, 'huge.png')).size).toBeLessThan(4_000_000);
    await until('the list', listed, (rows) => Object.keys(rows).length === Object.keys(BAD_FILES).length + 2);
    // A file whose header is sound is found out when its picture for the list is made.
    const known = { ...BAD_FILES, 'good.png': 'Unopened', 'vanishing.png': 'Unopened' };
    await expect.poll(listed, { timeout: 20_000 }).toMatchObject(known);
    const counts = await ask(desktop.page, 'frames.list', { filter: {}, limit: 10, offset: 0 });
    expect(counts.counts).toMatchObject({ failed: Object.keys(BAD_FILES).length });
  });

  it('says in place of each image what the matter is and what to do', async () => {
    for (const name of Object.keys(BAD_FILES)) {
      await open(name);
      const place = desktop.page.locator('.problem');
      await expect.poll(() => place.locator('.file').textContent()).toBe(name);
      expect(await place.locator('h2').textContent()).toMatch(/image/i);
      expect(await place.getByRole('button', { name: 'Try again' }).isVisible()).toBe(true);
    }
  });

  it('notices a file that disappears after it was listed', async () => {
    rmSync(join(folder, 'vanishing.png'));
    await open('vanishing.png');
    await expect.poll(() => desktop.page.locator('.problem h2').textContent()).toBe('The image file is not there');
    await expect.poll(listed).toMatchObject({ 'vanishing.png': 'File not found' });
  });

  it('works on the good image as if the others were not there', async () => {
    await open('good.png');
    const canvas = desktop.page.locator('.frame-canvas');
    await expect.poll(() => canvas.getAttribute('data-embedding'), { timeout: 60_000 }).toBe('ready');
    await desktop.page.keyboard.press('b');
    const box = (await canvas.boundingBox())!;
    await desktop.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await desktop.page.mouse.down();
    await desktop.page.mouse.move(box.x + box.width / 2 + 40, box.y + box.height / 2, { steps: 4 });
    await desktop.page.mouse.up();
    await expect.poll(() => desktop.page.locator('[data-save-state]').getAttribute('data-save-state')).toBe('saved');
    await desktop.page.keyboard.press('Enter');
    await expect.poll(listed).toMatchObject({ ...BAD_FILES, 'good.png': 'Accepted' });
    expect(await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });
});
