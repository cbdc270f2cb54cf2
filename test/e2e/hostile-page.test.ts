/** Malformed messages from the page; 50,000 are `npm run test:long -- messages`. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seededRandom } from '../../models/training';
import { openDesktop, type Desktop } from '../support/desktop';
import { attackMain, attackWorker, filesBelow, stealPort } from '../support/journey/hostile-page';
import { until, WindowHands } from '../support/journey/window-hands';
import { answerDialogs, ask } from '../support/journey/workplace';
import { writeBreastStudy } from '../support/phantom-study';
import { temporaryFolder } from '../support/study-folder';

const COUNT = Number(process.env['SONOMASK_MESSAGES'] ?? 2_000);
const folder = temporaryFolder();
let desktop: Desktop;

beforeAll(async () => {
  writeBreastStudy(folder, 2);
  desktop = await openDesktop({ args: [folder] });
  await answerDialogs(desktop.app, folder);
});

afterAll(() => desktop.close());

/** All that a malformed message might change. */
async function everything(): Promise<unknown> {
  const { page } = desktop;
  const { frames } = await ask(page, 'frames.list', { filter: {}, limit: 100, offset: 0 });
  const masks = [];
  for (const { id } of frames) masks.push(await ask(page, 'masks.ofFrame', { frameId: id }));
  const [labels, settings] = [await ask(page, 'labels.list'), await ask(page, 'settings.get')];
  return { frames, masks, labels, settings, project: await ask(page, 'project.current'), files: filesBelow(folder) };
}

it('malformed messages are refused by name, end no process and change nothing', async () => {
  const { page, app } = desktop;
  const hands = new WindowHands(app);
  await page.getByRole('checkbox', { name: /Breast lesion/ }).check();
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await stealPort(page);
  await until(
    'a frame',
    () => hands.look(),
    ({ embedding, masks }) => embedding === 'ready' && masks.length > 0,
    120_000,
  );
  await until(
    'proposals on all',
    async () => (await ask(page, 'frames.list', { filter: {}, limit: 9, offset: 0 })).frames,
    (frames) => frames.every(({ maskCount }) => maskCount > 0),
    120_000,
  );
  const before = await everything();
  const pids = async () => Promise.all(['prompt', 'study', 'renderer'].map((name) => hands.pidOf(name)));
  const [started, random] = [await pids(), seededRandom('messages')];

  const { sent, codes } = await attackMain(page, COUNT, random);
  expect(sent).toBe(COUNT);
  expect(Object.keys(codes).filter((code) => code !== 'usage' && code !== 'not sent')).toEqual([]);
  expect(codes['usage']).toBeGreaterThan(COUNT / 2);
  expect(await attackWorker(page, COUNT, random)).toBe(true);

  expect(await pids()).toEqual(started);
  expect(await everything()).toEqual(before);
}, 3_600_000);
