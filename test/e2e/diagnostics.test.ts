/** What leaves with "Copy Diagnostics", and what is in the log, after things went wrong with files named after a patient. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDesktop, type Desktop } from '../support/desktop';
import { answerTo, ask, menu } from '../support/journey/workplace';
import { until, WindowHands } from '../support/journey/window-hands';
import { dicomFile, greyLoop } from '../support/dicom-file';
import { temporaryFolder } from '../support/study-folder';

const [SURNAME, FORENAME, LABEL, COMMENT, USER] = [
  'Przybylski',
  'Grażyna',
  'Zażółć Gęślą',
  'beside Kowalczyk',
  'nurse.nowak',
];
const [PASSWORD, SERVER, HOST, STUDY, PATIENT] = [
  'hunter2secret',
  'Klinika Piaseczno',
  'pacs-zgierz',
  'Mammografia',
  'Wieczorek',
];
const NAMES = [SURNAME, FORENAME, LABEL, COMMENT, USER, PASSWORD, SERVER, HOST, STUDY, PATIENT];
let desktop: Desktop;
let page: Page;
let folder: string;

const log = (): string => readFileSync(join(desktop.profile, 'logs', 'sonomask.log'), 'utf8');

function expectNoNames(text: string): void {
  for (const name of NAMES)
    for (const part of name.split(/[ .]/).filter((word) => word.length > 4)) {
      expect(text.toLowerCase()).not.toContain(part.toLowerCase());
    }
}

describe('the log and the diagnostics', () => {
  beforeAll(async () => {
    folder = join(temporaryFolder(), `${SURNAME}^${FORENAME}`);
    mkdirSync(folder);
    writeFileSync(join(folder, `${SURNAME}.png`), 'no picture');
    writeFileSync(join(folder, `${FORENAME}.dcm`), `${' '.repeat(128)}DICM${SURNAME}`);
    const pixels = new Uint8Array(64 * 48).map((_, i) => (i * 7) & 255);
    const before = [
      [0x00081030, 'LO', STUDY],
      [0x0008103e, 'LO', STUDY],
      [0x00100010, 'PN', PATIENT],
      [0x00100020, 'LO', PATIENT],
      [0x0020000d, 'UI', '1.2.3.4'],
    ] as const;
    writeFileSync(join(folder, 'scan.dcm'), dicomFile(greyLoop({ rows: 48, columns: 64, pixels, before })));
    desktop = await openDesktop({ args: [folder] });
    page = desktop.page;
    await until(
      'the study',
      async () => (await ask(page, 'frames.list', { filter: {}, limit: 10, offset: 0 })).frames.length,
      (n) => n === 3,
      60_000,
    );
  });

  afterAll(() => desktop.close());

  it('name codes and places in the code where requests fail, and nobody', async () => {
    const refused = [
      await answerTo(page, 'project.open', { path: join(folder, `${SURNAME}.sonomask`) }),
      await answerTo(page, 'study.add', { paths: [join(folder, 'missing', `${SURNAME}.dcm`)] }),
      await answerTo(page, `labels.${SURNAME}`, undefined),
      await answerTo(page, 'labels.add', { name: LABEL, [SURNAME]: COMMENT }),
      await answerTo(page, 'pacs.search', { archive: USER, user: USER, password: PASSWORD }),
    ];
    expect(refused).toEqual(refused.map(() => expect.objectContaining({ ok: false })));
    expect(log()).toMatch(/error project\.open: AppError [a-z-]+ (\.\w+ )?at /);
    expect(log()).toMatch(/error no channel: AppError usage at /);
    expectNoNames(log());
  });

  it('name nothing of a project at work: its labels, comments, patients, servers, logins and folders', async () => {
    const { frames } = await ask(page, 'frames.list', { filter: {}, limit: 10, offset: 0 });
    const scan = frames.find(({ relativePath }) => relativePath.endsWith('scan.dcm'))!;
    const opened = await ask(page, 'frames.open', { frameId: scan.id });
    expect(opened.frame).toMatchObject({ patient: PATIENT, studyName: STUDY });
    await ask(page, 'labels.create', { label: { name: LABEL } });
    await ask(page, 'comments.add', { frameId: scan.id, x: 3, y: 4, text: COMMENT });
    const server = {
      ...{ id: '0190a5ae-7f6e-4c3c-9d53-7b5f6a2b1c02', name: SERVER, url: `http://${HOST}.invalid/dicom-web` },
      ...({ login: 'basic', user: USER, caFile: null, allowPlaintext: true } as const),
    };
    await ask(page, 'pacs.save', { server, secret: PASSWORD, remember: false });
    const login = { server: `${HOST}.invalid/${SURNAME}`, project: 'przybylski', user: USER, caFile: null };
    const refused = [
      await answerTo(page, 'labels.create', { label: { name: LABEL } }),
      await answerTo(page, 'comments.add', { frameId: scan.id, x: 1e6, y: 1e6, text: COMMENT }),
      await answerTo(page, 'comments.add', { frameId: 777, x: 1, y: 1, text: COMMENT }),
      await answerTo(page, 'pacs.test', { server, secret: PASSWORD }),
      await answerTo(page, 'pacs.find', { id: server.id, query: { patientName: PATIENT } }),
      await answerTo(page, 'team.open', { login, password: PASSWORD, keep: false }),
      await answerTo(page, 'project.open', { path: join(folder, `${SURNAME} ${STUDY}.sonomask`) }),
      await answerTo(page, 'export.run', {
        folder: join(folder, `${SURNAME}.png`),
        formats: ['png'],
        include: 'all',
        manifest: 'none',
      }),
    ];
    expect(refused).toEqual(refused.map(() => expect.objectContaining({ ok: false })));
    expect(log().split('\n').length).toBeGreaterThan(refused.length);
    expectNoNames(log());
  });

  it('takes no words from a page that was taken over', async () => {
    const place = { file: `${SURNAME}.js`, line: 1, column: 2 };
    const told = (fields: object): object => ({ errors: [{ kind: 'Error', code: null, places: [place], ...fields }] });
    for (const wrong of [{ trace: `Error ${PATIENT}` }, told({ kind: PATIENT }), told({ code: PATIENT })])
      expect(await answerTo(page, 'diagnostics.pageFailed', wrong)).toMatchObject({ ok: false });
    expect(await answerTo(page, 'diagnostics.pageFailed', told({ words: PATIENT }))).toMatchObject({ ok: true });
    await expect.poll(log).toMatch(/note page: Error\n/);
    expectNoNames(log());
  });

  it('has what nobody caught: in the page, in main, and the end of a worker', async () => {
    await page.evaluate((words) => {
      setTimeout(() => {
        throw new TypeError(words);
      });
      void Promise.reject(new Error(words));
    }, NAMES.join(' '));
    await desktop.app.evaluate((_electron, words) => void Promise.reject(new RangeError(words)), NAMES.join(' '));
    const pid = await until(
      'a worker',
      () => new WindowHands(desktop.app).pidOf('study'),
      (found) => !!found,
    );
    process.kill(pid!, 'SIGKILL');
    await expect.poll(log, { timeout: 20_000 }).toMatch(/note process: study worker ended/);
    await expect.poll(log).toMatch(/note page: TypeError( at [\w-]+\.js:\d+:\d+.*)?\n/);
    expect(log()).toMatch(/error main unhandled: RangeError/);
    expectNoNames(log());
  });

  it('are shown before they are copied, without a name', async () => {
    await menu(desktop.app, 'help.diagnostics');
    const shown = page.getByRole('textbox', { name: 'Diagnostics' });
    await expect.poll(() => shown.inputValue(), { timeout: 20_000 }).toMatch(/^SonoMask \d/);
    const text = await shown.inputValue();
    expect(text).toMatch(/Provider: .*chosen auto/);
    expect(text).toMatch(/labels 1, frames unopened \d+, .*failed 2/);
    expect(text).toContain('study worker ended');
    expectNoNames(text);
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await page.getByText('Diagnostics copied').waitFor();
    expect(await desktop.app.evaluate(({ clipboard }) => clipboard.readText())).toBe(text);
  });
});
