/** Nothing is lost in either language: no text is cut without a hint, no control lies outside the window, at 100 % and 200 %. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDesktop, type Desktop } from '../support/desktop';
import { ask, menu } from '../support/journey/workplace';
import { disc, imageOf, temporaryFolder, writeAt } from '../support/study-folder';
import { DIALOGS } from '../support/views';

let desktop: Desktop;
let page: Page;

beforeAll(async () => {
  const study = join(temporaryFolder(), 'study');
  for (const patient of ['Ann', 'Bob']) writeAt(join(study, patient, 'scan.png'), imageOf(disc(160, 120, 70, 60, 24)));
  desktop = await openDesktop({ args: [study] });
  page = desktop.page;
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('button', { name: 'Later' }).click();
  await page.locator('.dialog-labels').waitFor({ state: 'hidden' });
  await ask(page, 'labels.create', { label: { name: 'Nodule' }, head: null });
});

afterAll(() => desktop.close());

/** What a person would miss, in words. */
function lost(view: string, part: string): Promise<string[]> {
  return page.evaluate(
    ([name, selector]) => {
      const found: string[] = [];
      const told = (element: Element): string => `${name}: ${element.outerHTML.slice(0, 140)}`;
      const root = document.documentElement;
      if (root.scrollWidth > root.clientWidth) found.push(`${name}: the window scrolls sideways`);
      const scrolls = (element: Element): boolean => {
        for (let at = element.parentElement; at; at = at.parentElement) {
          if (/auto|scroll/.test(getComputedStyle(at).overflowX + getComputedStyle(at).overflowY)) return true;
        }
        return false;
      };
      for (const element of document.querySelectorAll(`${selector} *`)) {
        const box = element.getBoundingClientRect();
        const style = getComputedStyle(element);
        if (box.width === 0 || box.height === 0 || style.visibility === 'hidden' || element.closest('.unseen'))
          continue;
        const control = element.matches('button, input, select, [role="button"], [role="combobox"], [role="slider"]');
        const outside = box.left < -1 || box.right > innerWidth + 1 || box.top < -1 || box.bottom > innerHeight + 1;
        if (control && outside && !scrolls(element)) found.push(`outside ${told(element)}`);
        const hasText = [...element.childNodes].some(({ nodeType, data }: ChildNode & { data?: string }) => {
          return nodeType === Node.TEXT_NODE && (data ?? '').trim() !== '';
        });
        const cut = hasText && element.scrollWidth > element.clientWidth + 1 && style.overflowX !== 'visible';
        const hinted = style.textOverflow === 'ellipsis' && element.closest('[title], [aria-label]') !== null;
        if (cut && !hinted && !/auto|scroll/.test(style.overflowX)) found.push(`cut ${told(element)}`);
      }
      return found;
    },
    [view, part] as const,
  );
}

it.each([
  ['en', 1],
  ['zh-CN', 1],
  ['en', 2],
  ['zh-CN', 2],
] as const)('shows everything in %s at a zoom of %d', async (language, zoom) => {
  await menu(desktop.app, `language.${language}`);
  await expect.poll(() => page.evaluate(() => document.documentElement.lang), { timeout: 60_000 }).toBe(language);
  await page.setViewportSize({ width: 1440 / zoom, height: 900 / zoom });
  await page.waitForTimeout(300);
  const found = await lost('room', '#app');
  for (const [name, command] of Object.entries(DIALOGS)) {
    await menu(desktop.app, command);
    await page.locator(`.dialog-${name}`).waitFor();
    await page.waitForTimeout(300);
    found.push(...(await lost(name, `.dialog-${name}`)));
    await page.keyboard.press('Escape');
    await page.locator(`.dialog-${name}`).waitFor({ state: 'hidden' });
  }
  expect(found).toEqual([]);
});
