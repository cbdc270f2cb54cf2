/** A batch in the real window: asked for, estimated, interrupted by the end of the program, gone on with, reviewed. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BatchStatus } from '../../shared/ipc';
import { openDesktop, type Desktop } from '../support/desktop';
import { ask, menu } from '../support/journey/workplace';
import { disc, imageOf, temporaryFolder, writeAt } from '../support/study-folder';
import { writeTinyModel } from '../support/tiny-model';

const PATIENTS = 30;
const home = temporaryFolder();
const study = join(home, 'study');
const broken = join(study, 'p07', 'scan.png');
const env = { SONOMASK_MODEL: join(home, 'tiny') };
let desktop: Desktop;
let page: Page;

beforeAll(async () => {
  await writeTinyModel(env.SONOMASK_MODEL, ['breast lesion', 'fetal head']);
  for (let i = 0; i < PATIENTS; i++) {
    const patient = `p${String(i).padStart(2, '0')}`;
    writeAt(join(study, patient, 'scan.png'), imageOf(disc(160, 120, 40 + 2 * i, 60, 20)));
  }
  writeFileSync(broken, 'no picture');
  desktop = await openDesktop({ args: [study], env });
  page = desktop.page;
  await page.getByRole('button', { name: 'Later' }).click();
  await page.locator('.dialog-labels').waitFor({ state: 'hidden' });
  for (const name of ['breast lesion', 'fetal head']) await ask(page, 'labels.create', { label: { name } });
  await page.getByText(`0 of ${PATIENTS - 1} reviewed`).waitFor();
});

afterAll(() => desktop.close());

const status = (): Promise<BatchStatus | null> => ask(page, 'batch.status', undefined);
const dialog = () => page.locator('.dialog-batch');
const WAIT = { timeout: 120_000 };

it('tells how long it would take, and begins', async () => {
  await menu(desktop.app, 'batch.open');
  await dialog()
    .getByText(/^\d+ frames, about \d+ s at [\d.]+ frames\/s$/)
    .waitFor(WAIT);
  await dialog().getByRole('checkbox', { name: 'Fetal head' }).uncheck();
  await dialog().getByRole('button', { name: 'Start' }).click();
  await dialog().getByText('Proposing', { exact: true }).waitFor(WAIT);
  await dialog().getByRole('button', { name: 'Pause' }).click();
  await dialog().getByText('Paused', { exact: true }).waitFor(WAIT);
});

it('goes on after the program has ended in the middle of it, in the study list and the dialog', async () => {
  const { batch } = (await status())!;
  expect(batch).toMatchObject({ state: 'paused', plan: { labels: [{ head: 'breast lesion' }] } });
  const { profile } = desktop;
  await ask(page, 'batch.resume', undefined);
  await desktop.app.evaluate(() => process.kill(process.pid, 'SIGKILL')).catch(() => undefined);
  await desktop.close({ keepProfile: true }).catch(() => undefined);

  desktop = await openDesktop({ args: [study], env, profile });
  page = desktop.page;
  await page.getByText(/^Batch not finished: \d+ of \d+$/).waitFor(WAIT);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText(/The batch is finished; 1 frame got nothing/).waitFor(WAIT);
  expect(await status()).toMatchObject({
    working: false,
    batch: { id: batch.id, state: 'finished', counts: { waiting: 0, failed: 1 } },
  });
  await expect.poll(() => page.getByText(/^Batch/).count()).toBe(0);
});

it('names the file that got nothing, tries it again, and hands the frames over for review', async () => {
  await menu(desktop.app, 'batch.open');
  await dialog().getByText('p07/scan.png').waitFor();
  await dialog().getByText('Not an image').waitFor();
  writeAt(broken, imageOf(disc(160, 120, 99, 60, 20)));
  await dialog().getByRole('button', { name: 'Try these again' }).click();
  await dialog().getByText('Finished').waitFor(WAIT);
  await dialog().getByText('p07/scan.png').waitFor({ state: 'hidden' });
  expect((await status())!.batch.counts).toMatchObject({ waiting: 0, failed: 0, 'set-aside': 0 });
  await dialog().getByRole('button', { name: 'Review, most uncertain first' }).click();
  await dialog().waitFor({ state: 'hidden' });
  await expect.poll(() => ask(page, 'learning.settings', undefined)).toMatchObject({ order: 'uncertain' });
  // Those on screen and beside it the window had proposed on before.
  const { counts } = await ask(page, 'frames.list', { filter: {}, limit: 1, offset: 0 });
  expect(counts).toMatchObject({ failed: 0 });
  expect(counts.proposed).toBeGreaterThan(0);
});
