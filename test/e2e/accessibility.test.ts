/**
 * WCAG 2.2 AA as far as a program can tell: axe-core in every view, in both themes and both languages. No finding may be
 * serious or critical.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDesktop, type Desktop } from '../support/desktop';
import { ask, menu } from '../support/journey/workplace';
import { disc, imageOf, temporaryFolder, writeAt } from '../support/study-folder';
import { DIALOGS, NAMED_SERVER, settled } from '../support/views';

/** Contrast hangs on the theme, names on the language, and neither on the other: two of the four show all of both. */
const LOOKS = [
  ['dark', 'en'],
  ['light', 'zh-CN'],
] as const;

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let desktop: Desktop;
let page: Page;

beforeAll(async () => {
  const study = join(temporaryFolder(), 'study');
  for (const patient of ['Ann', 'Bob']) writeAt(join(study, patient, 'scan.png'), imageOf(disc(160, 120, 70, 60, 24)));
  desktop = await openDesktop({ args: [study] });
  page = desktop.page;
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.getByRole('button', { name: 'Later' }).click();
  await page.locator('.dialog-labels').waitFor({ state: 'hidden' });
  await ask(page, 'labels.create', { label: { name: 'Nodule' }, head: null });
  await ask(page, 'labels.create', { label: { name: 'Breast lesion' } });
  await ask(page, 'pacs.save', { server: NAMED_SERVER, remember: false });
  // With the brush and its options over the image.
  await page.locator('.frame-canvas[data-frame-sha256]').waitFor();
  await page.keyboard.press('b');
  await page.getByRole('button', { name: 'Brush options' }).click();
  await page.getByRole('checkbox', { name: /Only grey levels/ }).check();
});

afterAll(() => desktop.close());

/** Serious and critical findings: what, and on which element. */
async function findings(view: string, part = 'html', window = page): Promise<string[]> {
  if (!(await window.evaluate(() => 'axe' in window))) await window.evaluate(source);
  const { violations } = await window.evaluate(async (selector) => {
    const { run } = (window as unknown as { axe: typeof axe }).axe;
    return run(selector, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
      resultTypes: ['violations'],
    });
  }, part);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${view}: ${id}: ${html.slice(0, 160)}`));
}

async function show(theme: string, language: string): Promise<void> {
  await menu(desktop.app, `theme.${theme}`);
  await menu(desktop.app, `language.${language}`);
  await page.locator(`html[lang="${language}"][data-theme="${theme}"]`).waitFor({ state: 'attached' });
  await settled(page);
}

it.each(LOOKS)('has no serious finding in the reading room and its dialogs, %s, %s', async (theme, language) => {
  await show(theme, language);
  const found = await findings('room');
  for (const [name, command] of Object.entries(DIALOGS)) {
    await menu(desktop.app, command);
    await page.locator(`.dialog-${name}`).waitFor();
    // What is still fading in has not its contrast yet.
    await settled(page);
    found.push(...(await findings(name, `.dialog-${name}`)));
    await page.keyboard.press('Escape');
    await page.locator(`.dialog-${name}`).waitFor({ state: 'hidden' });
  }
  expect(found).toEqual([]);
});

it('has none in the grid of frames, with two frames side by side, and in the second window', async () => {
  const opened = desktop.app.waitForEvent('window');
  await ask(page, 'window.toggleSecond');
  const second = await opened;
  await second.locator('.second[data-frame-sha256]').waitFor();
  const found: string[] = [];
  for (const [theme, language] of LOOKS) {
    await ask(page, 'settings.set', { theme, language });
    await second.locator(`html[lang="${language}"][data-theme="${theme}"]`).waitFor({ state: 'attached' });
    found.push(...(await findings(`second window ${theme} ${language}`, 'html', second)));
    await menu(desktop.app, 'view.beside');
    await page.locator('.beside').waitFor();
    found.push(...(await findings(`two frames ${theme} ${language}`, '.area')));
    await menu(desktop.app, 'view.beside');
    await menu(desktop.app, 'view.grid');
    await page.locator('.grid .cell').first().waitFor();
    found.push(...(await findings(`grid ${theme} ${language}`, '.area')));
    await page.keyboard.press('Escape');
    await page.locator('.grid').waitFor({ state: 'detached' });
  }
  const closed = second.waitForEvent('close');
  await ask(page, 'window.toggleSecond');
  await closed;
  expect(found).toEqual([]);
});

it('has none in the start view', async () => {
  await menu(desktop.app, 'project.close');
  await page.getByRole('heading').first().waitFor();
  const found: string[] = [];
  for (const [theme, language] of LOOKS) {
    await show(theme, language);
    found.push(...(await findings(`start ${theme} ${language}`)));
  }
  expect(found).toEqual([]);
});
