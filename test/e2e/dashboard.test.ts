/** The dashboard in a real window: figures of a project with work in it, their files, and words where there is none. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDesktop, type Desktop } from '../support/desktop';
import { ask, menu } from '../support/journey/workplace';
import { LARGE_PROJECT_BEGAN, writeLargeProject } from '../support/large-project';
import { temporaryFolder } from '../support/study-folder';

let desktop: Desktop;
let page: Page;
/** As the window names the day on which all of it was done. */
const DAY = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric' }).format(LARGE_PROJECT_BEGAN);
const folder = join(temporaryFolder(), 'study');

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  desktop = await openDesktop({ args: [await writeLargeProject(folder, 360)] });
  page = desktop.page;
  await page.getByText('360').first().waitFor();
});

afterAll(() => desktop.close());

/** Answers the next save dialogs with this path. */
const saveAs = (path: string) =>
  desktop.app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, path);
const chart = (name: string) => page.getByRole('region', { name, exact: true }).first();

it('shows what was done, as charts and as tables', async () => {
  await menu(desktop.app, 'view.dashboard');
  await page.getByText('160 of 360').waitFor();
  await chart('What became of proposals').getByText('As a table').click();
  await chart('What became of proposals').getByRole('row', { name: '1–50 22 21 7 50' }).waitFor();
  await page.getByText('By day').click();
  await chart('What became of proposals')
    .getByRole('row', { name: `${DAY} 120 120 40 280` })
    .waitFor();
  await chart('lesion: quality by version').getByText('As a table').click();
  await chart('lesion: quality by version')
    .getByRole('row', { name: /^v1 0\.97\d 0\.97\d 28 4 280 40$/ })
    .waitFor();
});

it('writes a chart as a picture and its figures as a table', async () => {
  const [png, csv] = [join(folder, 'chart.png'), join(folder, 'figures')];
  await saveAs(png);
  await page.getByRole('button', { name: 'Save Time per image as PNG' }).press('Enter');
  await page.getByText('Saved: chart.png').waitFor();
  const picture = decode(readFileSync(png));
  expect([picture.width, picture.height]).toEqual([1_280, 560]);
  expect(new Set(picture.data).size).toBeGreaterThan(20);
  await saveAs(csv);
  await page.getByRole('button', { name: 'Save Time per image as CSV' }).press('Enter');
  // Not every system's dialog adds the ending.
  await page.getByText('Saved: figures.csv').waitFor();
  const table = readFileSync(`${csv}.csv`, 'utf8');
  expect(table).toBe(`\ufeffDay,"Median, s",Images,Images timed\r\n${DAY},8.45,280,280\r\n`);
});

it('says in words where nothing was done', async () => {
  await page.keyboard.press('Escape');
  await page.locator('.dialog-dashboard').waitFor({ state: 'hidden' });
  await ask(page, 'project.create', { folder: join(folder, '..'), name: 'Empty' });
  await page.getByRole('button', { name: 'Later' }).click();
  await page.locator('.dialog-labels').waitFor({ state: 'hidden' });
  await menu(desktop.app, 'view.dashboard');
  await page.getByText('Nothing to show yet.').waitFor();
});
