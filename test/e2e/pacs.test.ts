/**
 * A PACS in the real window: a server is named and tried out, a study is searched for, chosen and fetched from Orthanc, a mask
 * is accepted and sent back, once.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { examination } from '../support/archived-study';
import { openDesktop, type Desktop } from '../support/desktop';
import { drawMask } from '../support/journey/draw-mask';
import { until } from '../support/journey/window-hands';
import { answerDialogs, ask, menu } from '../support/journey/workplace';
import { describeWithOrthanc, startOrthanc, type Orthanc } from '../support/orthanc';
import { disc, temporaryFolder } from '../support/study-folder';

const WAIT = { timeout: 90_000 };
const folder = join(temporaryFolder(), 'Thyroid clinic');

describeWithOrthanc('a PACS', () => {
  let orthanc: Orthanc;
  let desktop: Desktop;
  let page: Page;
  const dialog = (name: string) => page.locator(`.dialog-pacs-${name}`);
  const button = (of: string, name: string) => dialog(of).getByRole('button', { name, exact: true });
  const frames = async () => (await ask(page, 'frames.list', { filter: {}, limit: 100, offset: 0 })).frames;
  const segmentations = async (): Promise<string[]> => {
    const query = Buffer.from('{"Level":"Instance","Query":{"Modality":"SEG"}}');
    return (await (await orthanc.rest('/tools/find', query)).json()) as string[];
  };

  beforeAll(async () => {
    [orthanc, desktop] = await Promise.all([startOrthanc(), openDesktop()]);
    for (const n of [1, 2]) for (const { file } of examination(n)) await orthanc.rest('/instances', file);
    page = desktop.page;
  });
  afterAll(async () => {
    await desktop.close();
    await orthanc.stop();
  });

  it('is named; a wrong password is told, the right one works, and neither is in the file or told to the page', async () => {
    await menu(desktop.app, 'pacs.servers');
    await dialog('servers').getByLabel('Name', { exact: true }).fill('Test clinic');
    await dialog('servers').getByLabel('Address').fill(orthanc.url);
    await dialog('servers').getByLabel('User', { exact: true }).fill(orthanc.user);
    await dialog('servers').getByLabel('Password', { exact: true }).fill('wrong');
    await button('servers', 'Test connection').click();
    await dialog('servers').getByText('refused the login').waitFor(WAIT);
    await dialog('servers').getByLabel('Password', { exact: true }).fill(orthanc.password);
    await button('servers', 'Test connection').click();
    await dialog('servers').getByText('answers and takes the login').waitFor(WAIT);
    await button('servers', 'Save').click();
    await dialog('servers').getByText('Saved').waitFor(WAIT);
    await page.keyboard.press('Escape');

    const { servers } = await ask(page, 'pacs.servers', undefined);
    expect(servers).toMatchObject([{ name: 'Test clinic', hasSecret: true }]);
    const kept = readFileSync(join(desktop.profile, 'archives.json'), 'utf8');
    for (const text of [kept, JSON.stringify(servers)]) expect(text).not.toContain(orthanc.password);
  });

  it('is searched, and what is chosen is fetched and opened', async () => {
    await menu(desktop.app, 'pacs.fetch');
    await dialog('fetch').getByLabel('Patient name').fill('doe');
    await dialog('fetch').getByLabel('Patient name').press('Enter');
    await dialog('fetch').getByRole('checkbox', { name: 'Doe Jane2' }).waitFor(WAIT);
    await dialog('fetch').getByRole('checkbox', { name: 'Doe Jane1' }).click();
    await answerDialogs(desktop.app, folder);
    await button('fetch', 'Choose…').click();
    await button('fetch', 'Fetch 1 study').click();
    const shown = await until('the frames', frames, ({ length }) => length === 5, 90_000);
    expect(new Set(shown.map(({ patient }) => patient))).toEqual(new Set(['PAT1']));
    expect(readdirSync(folder)).toEqual([examination(1)[0]!.study]);
  });

  it('gets the accepted masks, and the same ones not again', async () => {
    await page.getByRole('button', { name: 'Later' }).click();
    const label = await ask(page, 'labels.create', { label: { name: 'Nodule' }, head: null });
    const [first] = await frames();
    await drawMask(page, first!.id, label.id, disc(280, 235, 100, 100, 30));
    await ask(page, 'frames.setReview', { frameId: first!.id, review: 'accepted' });
    for (const [sent, already] of [
      [1, 0],
      [0, 1],
    ]) {
      await menu(desktop.app, 'pacs.send');
      await button('send', 'Send').click();
      await dialog('send').getByText(`sent: ${sent},`).waitFor(WAIT);
      await dialog('send').getByText(`already there: ${already}`).waitFor();
      await page.keyboard.press('Escape');
      await dialog('send').waitFor({ state: 'detached' });
      expect(await segmentations()).toHaveLength(1);
    }
  });
});
