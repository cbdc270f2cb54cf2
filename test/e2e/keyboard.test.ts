/** The whole loop in a real window without a mouse: label, proposals accepted and corrected, export. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeStudy, removeStudy, type BenchFrame } from '../bench/window-study';
import { openDesktop, type Desktop } from '../support/desktop';
import { KeyboardReader, type ReadFrame } from '../support/journey/keyboard-reader';
import { until } from '../support/journey/window-hands';
import { answerDialogs, ask } from '../support/journey/workplace';

const COUNT = 5;
/** Above what some proposals have: they are corrected. */
const GOOD = 0.93;
const WAIT_MS = 120_000;
let desktop: Desktop;
let study: { folder: string; frames: BenchFrame[] };
let reader: KeyboardReader;

beforeAll(async () => {
  study = makeStudy(Array.from({ length: COUNT }, () => [320, 260] as const));
  desktop = await openDesktop({ args: [study.folder] });
  reader = new KeyboardReader(desktop.app, desktop.page);
});

afterAll(async () => {
  await desktop.close();
  removeStudy(study.folder);
});

it('chooses the label, goes through the frames and corrects them, and exports', async () => {
  const { page, app } = desktop;
  await page.getByRole('checkbox', { name: /Breast lesion/ }).waitFor({ timeout: WAIT_MS });
  await reader.tabTo('Breast lesion');
  await reader.press('Space');
  await reader.tabTo('Start');
  await reader.press('Space');
  await page.locator('.dialog-labels').waitFor({ state: 'hidden', timeout: WAIT_MS });
  const read: ReadFrame[] = [];
  for (const frame of study.frames) read.push(await reader.read(frame, GOOD));
  expect(read.some(({ clicks, keys }) => clicks > 0 && keys > 4)).toBe(true);
  expect(read.every(({ clicks, keys }) => clicks > 0 || keys === 1)).toBe(true);
  for (const { dice } of read) expect(dice).toBeGreaterThan(0.8);
  const { counts } = await ask(page, 'frames.list', { filter: {}, limit: 1, offset: 0 });
  expect(counts.accepted).toBe(COUNT);

  const out = join(study.folder, '..', 'out');
  mkdirSync(out, { recursive: true });
  await answerDialogs(app, out);
  await reader.press('E', 'control');
  await page.locator('.dialog-export').waitFor({ timeout: WAIT_MS });
  await reader.tabTo('Choose');
  await reader.press('Space');
  await page.getByText(out).first().waitFor({ timeout: WAIT_MS });
  await reader.tabTo('Export');
  await reader.press('Space');
  await until(
    'the export',
    () => Promise.resolve(existsSync(out) ? readdirSync(out).filter((name) => !name.startsWith('.')) : []),
    ({ length }) => length > 0,
    WAIT_MS,
  );
});
