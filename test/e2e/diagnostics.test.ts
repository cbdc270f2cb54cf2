/** What leaves with "Copy Diagnostics", and what is in the log, after things went wrong with files named after a patient. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDesktop, type Desktop } from '../support/desktop';
import { answerTo, ask, menu } from '../support/journey/workplace';
import { until, WindowHands } from '../support/journey/window-hands';
import { temporaryFolder } from '../support/study-folder';

const NAMES = ['Przybylski', 'Grażyna', 'Zażółć Gęślą', 'beside Kowalczyk', 'nurse.nowak', 'hunter2secret'];
const [SURNAME, FORENAME, LABEL, COMMENT, USER, PASSWORD] = NAMES as [string, string, string, string, string, string];
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
    desktop = await openDesktop({ args: [folder] });
    page = desktop.page;
    await until(
      'the study',
      async () => (await ask(page, 'frames.list', { filter: {}, limit: 10, offset: 0 })).frames.length,
      (n) => n === 2,
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
    await expect.poll(log).toMatch(/note page: TypeError/);
    expect(log()).toMatch(/error main unhandled: RangeError/);
    expectNoNames(log());
  });

  it('are shown before they are copied, without a name', async () => {
    await menu(desktop.app, 'help.diagnostics');
    const shown = page.getByRole('textbox', { name: 'Diagnostics' });
    await expect.poll(() => shown.inputValue(), { timeout: 20_000 }).toMatch(/^SonoMask \d/);
    const text = await shown.inputValue();
    expect(text).toMatch(/Provider: .*chosen auto/);
    expect(text).toMatch(/frames .*failed 2|frames unopened/);
    expect(text).toContain('study worker ended');
    expectNoNames(text);
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await page.getByText('Diagnostics copied').waitFor();
    expect(await desktop.app.evaluate(({ clipboard }) => clipboard.readText())).toBe(text);
  });
});
