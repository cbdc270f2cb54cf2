/**
 * Updates in the real window, of a program that trusts a key of the test's own: none is looked for unasked; one is found on a
 * server and in a folder, fetched, checked and shown; a wrong signature is told. (Without a place: network.test.ts.)
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openDesktop, PROJECT_ROOT, type Desktop } from '../support/desktop';
import { answerDialogs, ask, menu } from '../support/journey/workplace';
import { serveShare, updateShare, type ShareServer, type UpdateShare } from '../support/update-share';

const WAIT = { timeout: 90_000 };
const KEY = 'main/electron/packaging/update-key.pem';
let share: UpdateShare;
let server: ShareServer;
let folder: string;
let bytes: Buffer;
let desktop: Desktop | undefined;

beforeAll(async () => {
  share = updateShare();
  bytes = share.publish('9.0.0', 'Sharper outlines.\n<b>No</b> mark-up.', 3_000_000);
  server = await serveShare(share.folder);
  folder = mkdtempSync(join(tmpdir(), 'sonomask-with-key-'));
  mkdirSync(dirname(join(folder, KEY)), { recursive: true });
  cpSync(share.publicKey, join(folder, KEY));
  cpSync(join(PROJECT_ROOT, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(PROJECT_ROOT, 'out'), join(folder, 'out'), 'junction');
});

afterEach(async () => {
  await desktop?.close({ keepProfile: true });
  desktop = undefined;
});

afterAll(async () => {
  await server.close();
  share.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the program; what it asked of any network is in the answered file when it has ended. */
async function start(name: string, settings: object): Promise<string> {
  const [profile, log] = [join(folder, name), join(folder, `${name}.json`)];
  mkdirSync(profile);
  writeFileSync(join(profile, 'settings.json'), JSON.stringify(settings));
  desktop = await openDesktop({ profile, program: folder, args: [`--log-net-log=${log}`] });
  return log;
}

/** Of Chromium's own record. */
const asked = (log: string): string[] => readFileSync(log, 'utf8').match(/"(?:https?|wss?):\/\/[^"]*"/g) ?? [];

it('an update is found on a server and in a folder, fetched, shown; nothing is asked before, nothing taken that others signed', async () => {
  await start('server', { updatePlace: server.url });
  const { page, app } = desktop!;
  await menu(app, 'settings.open');
  await page.locator('.dialog-settings').getByRole('button', { name: 'Updates…' }).click(WAIT);
  const dialog = page.locator('.dialog-updates');
  const look = dialog.getByRole('button', { name: 'Look Now' });
  await look.waitFor(WAIT);
  expect(await ask(page, 'updates.state')).toMatchObject({ phase: 'idle', hasKey: true, handover: 'show' });
  expect(server.asked).toEqual([]);

  await look.click();
  await dialog.getByText('Version 9.0.0 is there').waitFor(WAIT);
  expect(await dialog.getByLabel('What is new').innerText()).toBe('Sharper outlines.\n<b>No</b> mark-up.');
  expect(server.asked).toEqual(['/updates/latest-linux.yml', '/updates/latest-linux.yml.sig']);
  expect(Object.values(server.headers[0]!).join()).not.toMatch(/Electron|Chrome/);

  await dialog.getByRole('button', { name: 'Download' }).click();
  await dialog.getByText('Version 9.0.0 is downloaded and checked').waitFor(WAIT);
  await dialog.getByText('close SonoMask and unpack the package').waitFor();
  await app.evaluate(({ shell }) => {
    shell.showItemInFolder = (path) => Object.assign(globalThis, { shownPackage: path });
  });
  await dialog.getByRole('button', { name: 'Show the Package' }).click();
  const shown = () => app.evaluate(() => (globalThis as unknown as { shownPackage?: string }).shownPackage);
  await expect.poll(shown, WAIT).toBeTruthy();
  expect(readFileSync((await shown())!).equals(bytes)).toBe(true);

  const elsewhere = await serveShare(share.folder);
  server.answer = (path, response) => {
    response.writeHead(302, { location: elsewhere.url.replace('/updates', path) }).end();
    return true;
  };
  await look.click();
  await dialog.getByText('The updates cannot be reached').waitFor(WAIT);
  expect(elsewhere.asked).toEqual([]);
  server.answer = undefined;
  await elsewhere.close();

  await answerDialogs(app, share.folder);
  await dialog.getByRole('button', { name: 'Choose…' }).click(WAIT);
  await expect.poll(() => dialog.getByLabel('Updates lie in').inputValue(), WAIT).toBe(share.folder);
  await look.click();
  await dialog.getByText('Version 9.0.0 is there').waitFor(WAIT);
  const feed = join(share.folder, 'latest-linux.yml');
  const right = readFileSync(feed);
  writeFileSync(feed, right.toString().replace('9.0.0', '9.0.1'));
  await look.click();
  await dialog.getByText('does not carry the right signature').waitFor(WAIT);
  expect(await dialog.getByRole('button', { name: 'Download' }).count()).toBe(0);
  writeFileSync(feed, right);
});

it('looks when it starts where the user wants that, and says what it found', async () => {
  server.asked.length = 0;
  const log = await start('at-start', { updatePlace: server.url, updatesAtStart: true });
  await desktop!.page.getByText('Version 9.0.0 of SonoMask is there').waitFor(WAIT);
  expect(server.asked).toEqual(['/updates/latest-linux.yml', '/updates/latest-linux.yml.sig']);
  await desktop!.close({ keepProfile: true });
  desktop = undefined;
  const places = new Set(asked(log).map((text) => new URL(text.slice(1, -1).split(' ')[0]!).origin));
  expect([...places]).toEqual([new URL(server.url).origin]);
});
