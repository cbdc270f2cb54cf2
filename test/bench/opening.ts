/** How fast what is asked for is there: the palette of commands, and a project of 20,000 frames. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDesktop, type Desktop } from '../support/desktop';
import { answerDialogs } from '../support/journey/workplace';
import { writeLargeProject } from '../support/large-project';
import { ms, type Say } from './window-clicks';

const FRAMES = 20_000;
const PALETTES = 15;
const OPENINGS = 5;

export async function benchOpening(say: Say): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sonomask-bench-'));
  try {
    const project = await writeLargeProject(folder, FRAMES);
    const times: number[] = [];
    for (let i = 0; i < OPENINGS; i++) {
      const desktop = await openDesktop();
      try {
        await desktop.page.evaluate('globalThis.__name ??= (f) => f');
        times.push(await opening(desktop, project));
        if (i === 0) await palettes(say, desktop);
      } finally {
        await desktop.close();
      }
    }
    say(`a project of ${FRAMES} frames, from the menu to its list`, ms(times));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** From the command, whose dialog answers at once, to the first animation frame with the list's lines. */
async function opening({ app, page }: Desktop, project: string): Promise<number> {
  await page.waitForTimeout(2_000);
  await answerDialogs(app, project);
  const listed = page.evaluate(async () => {
    while (!document.querySelector('.list [role="option"] .name')) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return Date.now();
  });
  const start = await chosen(app, 'project.open');
  return (await listed) - start;
}

/** From the command in the menu to the first animation frame with the palette's lines. */
async function palettes(say: Say, { app, page }: Desktop): Promise<void> {
  await page.waitForTimeout(5_000);
  const times: number[] = [];
  for (let i = 0; i < PALETTES; i++) {
    const shown = page.evaluate(async () => {
      const height = (): number => document.querySelector('#palette-list')?.getBoundingClientRect().height ?? 0;
      while (height() === 0) await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      return Date.now();
    });
    const start = await chosen(app, 'help.palette');
    times.push((await shown) - start);
    await page.keyboard.press('Escape');
    await page.locator('.dialog-palette').waitFor({ state: 'detached' });
    await page.waitForTimeout(300);
  }
  say('palette of commands, from the menu', ms(times));
}

/** Runs a command of the native menu. @returns when, as `Date.now` counts */
function chosen(app: Desktop['app'], id: string): Promise<number> {
  return app.evaluate(({ Menu, BrowserWindow }, item) => {
    const start = Date.now();
    Menu.getApplicationMenu()?.getMenuItemById(item)?.click(undefined, BrowserWindow.getAllWindows()[0]);
    return start;
  }, id);
}
