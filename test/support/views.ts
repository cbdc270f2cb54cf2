import type { Page } from 'playwright-core';

/** Every dialog with the command that opens it over a project: what accessibility and layout tests look at. Add yours here. */
export const DIALOGS: Readonly<Record<string, string>> = {
  export: 'export.open',
  import: 'import.open',
  'pacs-fetch': 'pacs.fetch',
  'pacs-send': 'pacs.send',
  'pacs-servers': 'pacs.servers',
  file: 'file.describe',
  settings: 'settings.open',
  keys: 'settings.keys',
  shortcuts: 'help.shortcuts',
  palette: 'help.palette',
  updates: 'help.updates',
  about: 'help.about',
  dashboard: 'view.dashboard',
  batch: 'batch.open',
  learn: 'learning.start',
  versions: 'learning.versions',
  readers: 'review.readers',
  agreement: 'review.agreement',
  adjudication: 'review.adjudicate',
  history: 'review.history',
  manual: 'help.manual',
  backups: 'project.backups',
  verify: 'project.verify',
};

/** With it the dialogs about a PACS have all of their fields. */
export const NAMED_SERVER = {
  ...{
    id: '0190a5ae-7f6e-4c3c-9d53-7b5f6a2b1c01',
    name: 'Department of Obstetrics, Gynaecology and Prenatal Medicine',
  },
  ...({ url: 'http://pacs.example.org/dicom-web', login: 'basic', user: 'reader' } as const),
  ...{ caFile: null, allowPlaintext: true },
};

/** What a page that was asked to move little needs to look as it will: Vue begins and ends a change in frames of their own. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
  });
}
