/**
 * Nothing is lost in either language: no text is cut without a hint, no control lies outside the window or behind the edge
 * of what holds it, at the window's own size and with the page enlarged to 200 %.
 */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDesktop, type Desktop } from '../support/desktop';
import { until } from '../support/journey/window-hands';
import { ask, menu } from '../support/journey/workplace';
import { disc, imageOf, temporaryFolder, writeAt } from '../support/study-folder';
import { DIALOGS, NAMED_SERVER, settled } from '../support/views';

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
  await ask(page, 'pacs.save', { server: NAMED_SERVER, remember: false });
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
      /** The part that shows of what holds it cuts off more than half of it. */
      const hidden = (element: Element, box: DOMRect): boolean => {
        for (let at = element.parentElement; at; at = at.parentElement) {
          const { overflowX, overflowY } = getComputedStyle(at);
          if (/auto|scroll/.test(overflowX + overflowY)) return false;
          if (overflowX === 'visible' && overflowY === 'visible') continue;
          const edge = at.getBoundingClientRect();
          const width = Math.min(box.right, edge.right) - Math.max(box.left, edge.left);
          const height = Math.min(box.bottom, edge.bottom) - Math.max(box.top, edge.top);
          if (width < box.width / 2 || height < box.height / 2) return true;
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
        if (control && hidden(element, box)) found.push(`hidden ${told(element)}`);
        const sideways = /auto|scroll/.test(style.overflowX) && element.scrollWidth > element.clientWidth;
        if (sideways) found.push(`sideways ${told(element)}`);
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

async function show(language: 'en' | 'zh-CN', zoom: number, width: number): Promise<void> {
  await menu(desktop.app, `language.${language}`);
  await expect.poll(() => page.evaluate(() => document.documentElement.lang), { timeout: 60_000 }).toBe(language);
  await desktop.app.evaluate(
    ({ BrowserWindow }, [factor, widthPx]) => {
      const [window] = BrowserWindow.getAllWindows();
      window!.setContentSize(widthPx, 900);
      window!.webContents.setZoomFactor(factor);
    },
    [zoom, width] as const,
  );
  await expect.poll(() => page.evaluate(() => innerWidth), { timeout: 60_000 }).toBe(width / zoom);
  await settled(page);
}

it.each([
  ['en', 1],
  ['zh-CN', 1],
  ['en', 2],
  ['zh-CN', 2],
] as const)('shows everything in %s at a zoom of %d', async (language, zoom) => {
  await show(language, zoom, 1440);
  await menu(desktop.app, 'tool.brush');
  const found = await lost('room', '#app');
  for (const [name, command] of Object.entries({ beside: 'view.beside', grid: 'view.grid' })) {
    await menu(desktop.app, command);
    await page.locator(`.${name}`).waitFor();
    await settled(page);
    found.push(...(await lost(name, '#app')));
    await menu(desktop.app, command);
    await page.locator(`.${name}`).waitFor({ state: 'detached' });
  }
  for (const [name, command] of Object.entries(DIALOGS)) {
    await menu(desktop.app, command);
    await page.locator(`.dialog-${name}`).waitFor();
    await settled(page);
    found.push(...(await lost(name, `.dialog-${name}`)));
    await page.keyboard.press('Escape');
    await page.locator(`.dialog-${name}`).waitFor({ state: 'hidden' });
  }
  expect(found).toEqual([]);
});

it('has its tools in one line in a small window, and what has no room there in a menu at its end', async () => {
  await show('en', 1, 1280);
  const bar = page.getByRole('toolbar', { name: 'Tools' });
  expect((await bar.boundingBox())!.height).toBeLessThan(50);
  expect(await bar.locator('[data-command="view.outlinesOnly"]').isVisible()).toBe(false);
  const outlines = () => page.locator('.right').getByRole('switch', { name: 'Outlines only' });
  expect(await outlines().getAttribute('aria-checked')).toBe('false');
  await bar.getByRole('button', { name: 'Zoom and display' }).click();
  expect(await lost('the menu of the tools', '.n-dropdown-menu')).toEqual([]);
  await page.locator('.n-dropdown-menu').getByText('Outlines Only').click();
  expect(await outlines().getAttribute('aria-checked')).toBe('true');
  await page.keyboard.press('o');
  await show('en', 1, 1440);
  await bar.locator('[data-command="view.outlinesOnly"]').waitFor();
  expect(await bar.getByRole('button', { name: 'Zoom and display' }).isVisible()).toBe(false);
});

it('fills the screen at F11 and is a window again at the next', async () => {
  const isFull = () => desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.isFullScreen());
  for (const full of [true, false]) {
    await page.keyboard.press('F11');
    expect(await until(`full screen ${full}`, isFull, (now) => now === full)).toBe(full);
  }
});
