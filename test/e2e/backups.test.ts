/**
 * A project in the real window: backed up, worked on, taken back to its backup by the dialog; then its database is damaged: the
 * window says so, offers the backup, and the masks are there again.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Desktop, openDesktop } from '../support/desktop';
import { ask, menu } from '../support/journey/workplace';
import { ProjectStore } from '../../main/project';
import { HEIGHT, maskOfBits, WIDTH } from '../unit/main/project/support-masks';

const WAIT = { timeout: 90_000 };
const FRAME = 'ab'.repeat(32);
let folder: string;
let desktop: Desktop | undefined;
let project: string;

/** Adds as many masks, while no window has the project. */
async function draw(count: number): Promise<void> {
  const store = await ProjectStore.open(project);
  const [frame] = (await store.frames.list({ filter: {}, limit: 1, offset: 0 })).frames;
  const [label] = await store.labels.list();
  const rle = maskOfBits(7);
  const change = { kind: 'add', labelId: label!.id, state: 'drawn', rle, origin: { tool: 'brush' } } as const;
  const changes = Array.from({ length: count }, () => change);
  await store.masks.save({ frameId: frame!.id, frameSha256: FRAME, user: 'Reader', changes });
  await store.close();
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sonomask-backups-'));
  project = join(folder, 'Breast 2026.sonomask');
  const store = await ProjectStore.create(project);
  await store.images.add([
    {
      study: { key: 'p', name: 'p', patient: 'p' },
      series: { key: 'b', name: 'b' },
      ...{
        absolutePath: join(folder, 'gone.png'),
        relativePath: 'p/gone.png',
        sizeBytes: 1,
        mtimeMs: 1,
        frameCount: 1,
      },
    },
  ]);
  const [frame] = (await store.frames.list({ filter: {}, limit: 1, offset: 0 })).frames;
  await store.frames.setHash(frame!.id, { sha256: FRAME, widthPx: WIDTH, heightPx: HEIGHT });
  await store.labels.create({ name: 'lesion', instances: 'multiple' });
  await store.close();
  await draw(3);
  desktop = await openDesktop();
});

afterAll(async () => {
  await desktop?.close();
  rmSync(folder, { recursive: true, force: true });
});

it('goes back to a backup, with what that leaves out said first, and keeps the present state', async () => {
  const { app, page } = desktop!;
  await ask(page, 'project.open', { path: project });
  // Never backed up: the first is made at once.
  await expect.poll(async () => (await ask(page, 'backup.list', { path: project })).length, WAIT).toBe(1);
  await ask(page, 'project.close');
  await draw(2);
  await ask(page, 'project.open', { path: project });
  await menu(app, 'project.backups');
  await page.getByRole('button', { name: /^Restore the backup of/ }).click(WAIT);
  const question = page.getByRole('alertdialog');
  await question.waitFor(WAIT);
  expect(await question.innerText()).toContain('2 edits of masks made since then are not in it');
  await question.getByRole('button', { name: 'Restore' }).click();
  await page.getByText('The backup was restored').waitFor(WAIT);
  const backups = await ask(page, 'backup.list', { path: project });
  expect(backups.map(({ aside, masks }) => [aside, masks])).toEqual([
    [true, 5],
    [false, 3],
  ]);
});

it('checks the project: sound, with its head to copy; then what somebody planted is found, and where', async () => {
  const { app, page } = desktop!;
  const dialog = page.locator('.dialog-verify');
  await menu(app, 'project.verify');
  await dialog.getByRole('button', { name: 'Check', exact: true }).click(WAIT);
  await dialog.getByText('The project is as SonoMask sealed it').waitFor(WAIT);
  const head = await dialog.locator('code').innerText();
  expect(head).toMatch(/^[0-9a-f]{64}$/);
  await dialog.getByRole('button', { name: 'Copy' }).click();
  expect(await app.evaluate(({ clipboard }) => clipboard.readText())).toBe(head);
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await ask(page, 'project.close');

  const database = new DatabaseSync(join(project, 'project.db'));
  database.exec('drop trigger revisions_no_update');
  database.exec(`update revisions set area_px = area_px + 1 where id = 2`);
  database.close();
  await ask(page, 'project.open', { path: project });
  // The file is not what it was: that is told at once, what it is that changed by the check.
  await page.locator('.dialog-backups').getByRole('button', { name: 'Close' }).last().click(WAIT);
  await menu(app, 'project.verify');
  const field = dialog.getByRole('textbox');
  await field.fill('no head');
  await dialog.getByText('A head has 64 digits').waitFor();
  await field.fill('0'.repeat(64));
  await dialog.getByRole('button', { name: 'Check', exact: true }).click();
  await dialog.getByText('2 things are not as SonoMask sealed them').waitFor(WAIT);
  const found = await dialog.locator('li').allInnerTexts();
  expect(found[0]).toContain('The head you gave');
  expect(found[1]).toMatch(/^Changed\s+State of a mask 2 on p\/gone\.png\s+last sealed .*, account .+, seal \d+$/);
  await dialog.getByRole('button', { name: 'Backups…' }).click();
  await page.locator('.dialog-backups').getByRole('button', { name: 'Close' }).last().click(WAIT);
});

it('says that a project is damaged, and opens it again with its backup', async () => {
  const { page } = desktop!;
  await ask(page, 'project.close');
  const path = join(project, 'project.db');
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0xa5, bytes.length >> 1));
  await page.getByRole('button', { name: /Breast 2026/ }).click(WAIT);
  const dialog = page.locator('.dialog-backups');
  await dialog.getByText('This project is damaged. Restore a backup').waitFor(WAIT);
  await dialog.locator('li', { hasText: '5 masks' }).getByRole('button').click(WAIT);
  const question = page.getByRole('alertdialog');
  await question.waitFor(WAIT);
  expect(await question.innerText()).toContain('What was done since then is not in it.');
  await question.getByRole('button', { name: 'Restore' }).click();
  await expect.poll(() => ask(page, 'project.current'), WAIT).toMatchObject({ path: project });
  await ask(page, 'project.close');
  const store = await ProjectStore.open(project);
  const [frame] = (await store.frames.list({ filter: {}, limit: 1, offset: 0 })).frames;
  expect(await store.masks.ofFrame(frame!.id)).toHaveLength(5);
  expect((await store.audit.latest(5)).filter(({ action }) => action === 'restore')).toHaveLength(1);
  await store.close();
});
