/**
 * A team's project in the real window, on a PostgreSQL that the test starts: opened through the dialog, corrected, a frame that
 * somebody else has, what a reader may not, and a server that goes away and comes back.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forkProcess, WorkerHost } from '../../main/inference';
import { addMember, ProjectStore } from '../../main/project';
import { addStudy, type StudyApi } from '../../main/study';
import { cocoRle } from '../../shared/mask';
import { openDesktop, type Desktop } from '../support/desktop';
import { until, WindowHands } from '../support/journey/window-hands';
import { ask, menu } from '../support/journey/workplace';
import { postgresFolder, TestServer } from '../support/postgres-server';
import { disc, imageOf, temporaryFolder, writeAt } from '../support/study-folder';
import { WORKERS } from '../unit/main/inference/support';

const WAIT = { timeout: 90_000 };
const PROJECT = 'breast_2026';
const SIZE = { widthPx: 160, heightPx: 120 };
const lesion = disc(SIZE.widthPx, SIZE.heightPx, 80, 60, 24);

describe.skipIf(postgresFolder() === undefined)("a team's project", () => {
  let server: TestServer;
  let desktop: Desktop;
  let page: Page;
  let hands: WindowHands;
  let bob: ProjectStore;
  let frames: number[];
  let labelId: number;
  const passwords = new Map<string, string>();
  const dialog = () => page.locator('.dialog-team');
  const field = (name: string) => dialog().getByRole('textbox', { name, exact: false });
  const seen = () => hands.look();

  beforeAll(async () => {
    process.env['SONOMASK_SHARED_FOLDER'] = join(temporaryFolder(), 'shared');
    server = await TestServer.start();
    const place = server.url(PROJECT);
    const study = join(temporaryFolder(), 'study');
    for (const patient of ['Ann', 'Bob']) writeAt(join(study, patient, 'scan.png'), imageOf(lesion));
    const owner = await ProjectStore.create(place);
    const worker = new WorkerHost<StudyApi>('study', forkProcess(WORKERS.study));
    const quietly = { signal: new AbortController().signal, onProgress: () => undefined };
    await addStudy(owner, worker, [study], quietly);
    worker.dispose();
    labelId = (await owner.labels.create({ name: 'lesion' })).id;
    await owner.close();
    for (const name of ['ann', 'bob']) passwords.set(name, (await addMember(place, name, 'reader')) ?? '');
    const plain = await server.connect();
    await plain.query(`create role stranger login password 'strange'`);
    await plain.end();
    bob = await ProjectStore.open(server.url(PROJECT, 'bob', passwords.get('bob')));
    frames = (await bob.frames.list({ filter: {}, limit: 9, offset: 0 })).frames.map(({ id }) => id);
    desktop = await openDesktop();
    ({ page } = desktop);
    hands = new WindowHands(desktop.app);
  });

  afterAll(async () => {
    await bob.close().catch(() => undefined);
    await desktop.close();
    await server.remove();
  });

  async function fill(user: string, password: string, project = PROJECT): Promise<void> {
    await field('Server').fill(`127.0.0.1:${server.port}/postgres`);
    await field('Project').fill(project);
    await field('User').fill(user);
    await field('Password').fill(password);
    await dialog().getByRole('button', { name: 'Open', exact: true }).click();
  }

  it('is opened through the dialog, which says what is wrong; the password is kept nowhere', async () => {
    await page.getByRole('button', { name: /Open a team project/ }).click();
    await dialog().getByText('no safe place for it').waitFor(WAIT);
    const ann = passwords.get('ann') ?? '';
    for (const [user, password, project, said] of [
      ['ann', 'wrong', PROJECT, 'does not know this user or password'],
      ['ann', ann, 'other', 'has no project “other”'],
      ['stranger', 'strange', PROJECT, `not in the team of “${PROJECT}”`],
    ] as const) {
      await fill(user, password, project);
      await dialog().getByText(said).waitFor(WAIT);
    }
    await field('Server').fill(`postgres://ann:${encodeURIComponent(ann)}@127.0.0.1:1/postgres?project=${PROJECT}`);
    expect(await field('Server').inputValue()).toBe('127.0.0.1:1/postgres');
    await dialog().getByRole('button', { name: 'Open', exact: true }).click();
    await dialog().getByText('The team server does not answer').waitFor(WAIT);
    await fill('ann', ann);
    await page.getByText('Reader: ann').waitFor(WAIT);
    await dialog().waitFor({ state: 'hidden' });
    expect(await ask(page, 'project.current', undefined)).toMatchObject({ team: { user: 'ann', role: 'reader' } });
    for (const file of ['team.json', 'recent.json']) {
      const read = () => Promise.resolve(readFileSync(join(desktop.profile, file), 'utf8'));
      const text = await until('the file', read, (found) => found.includes(PROJECT));
      expect(text).not.toContain(ann);
    }
  });

  it('is corrected, and others see it; a frame that is being corrected is nobody else’s', async () => {
    await until('the frame', seen, ({ frameSha256 }) => frameSha256 !== '', 90_000);
    await page.keyboard.press('b');
    await hands.drag([
      { x: 60, y: 60 },
      { x: 90, y: 60 },
    ]);
    await until('the save', seen, ({ saveState, masks }) => saveState === 'saved' && masks.length === 1, 90_000);
    const [stored] = await bob.masks.ofFrame(frames[0]!);
    expect(stored!.current).toMatchObject({ state: 'drawn', user: 'ann' });
    expect(await bob.leases!.take(frames[0]!)).toMatchObject({ mine: false, holder: 'ann' });
  });

  it('shows who else has a frame, refuses to change it, and gives it free with what they have drawn', async () => {
    await bob.leases!.take(frames[1]!);
    await menu(desktop.app, 'go.nextFrame');
    await page.getByText('bob is working on this frame').waitFor(WAIT);
    const { frameSha256 } = await until('the frame', seen, ({ frameSha256: sha }) => sha !== '', 90_000);
    await hands.drag([
      { x: 60, y: 60 },
      { x: 90, y: 60 },
    ]);
    await page.getByText('it cannot be changed now').waitFor(WAIT);
    expect(await seen()).toMatchObject({ masks: [], saveState: 'saved' });
    // The first frame was left: it is free.
    await until(
      'the frame left',
      () => bob.leases!.take(frames[0]!),
      ({ mine }) => mine,
      90_000,
    );

    const rle = { ...SIZE, counts: cocoRle(lesion).counts };
    const change = { kind: 'add', labelId, state: 'drawn', rle, origin: { tool: 'brush' } } as const;
    await bob.masks.save({ frameId: frames[1]!, frameSha256, user: 'bob', changes: [change] });
    await bob.leases!.give(frames[1]!);
    await page.getByText('bob is working on this frame').waitFor({ state: 'hidden', ...WAIT });
    await until('their mask', seen, ({ masks }) => masks[0] === rle.counts, 90_000);
  });

  it('refuses a reader what only reviewers may, and says so', async () => {
    await page.keyboard.press('Enter');
    await page.getByText('Only reviewers do this in this project').waitFor(WAIT);
    expect((await bob.frames.get(frames[1]!)).review).not.toBe('accepted');
    await expect(ask(page, 'learning.setSettings', { automatic: true })).rejects.toThrow('not-permitted');
    await expect(ask(page, 'study.add', { paths: ['/tmp'] })).rejects.toThrow('not-permitted');
  });

  it('is checked against its seals by any member, in the login it was opened with', async () => {
    await menu(desktop.app, 'project.verify');
    const check = page.locator('.dialog-verify');
    await check.getByRole('button', { name: 'Check', exact: true }).click(WAIT);
    await check.getByText('The project is as SonoMask sealed it').waitFor(WAIT);
    expect(await check.locator('code').innerText()).toBe(await bob.head());
    await page.keyboard.press('Escape');
    await check.waitFor({ state: 'hidden' });
  });

  it('changes nothing while the server is away, and goes on when it is back', async () => {
    const before = await seen();
    await server.stop('SIGQUIT');
    await page.getByText('You can look at this frame').waitFor(WAIT);
    await hands.drag([
      { x: 20, y: 20 },
      { x: 40, y: 20 },
    ]);
    expect((await seen()).masks).toEqual(before.masks);
    await server.again();
    await page.getByText('You can look at this frame').waitFor({ state: 'hidden', ...WAIT });
    await until('the frame', seen, ({ masks, frameSha256 }) => frameSha256 !== '' && masks.length === 1, 90_000);
    await hands.drag([
      { x: 20, y: 20 },
      { x: 40, y: 20 },
    ]);
    await until(
      'the save',
      () => bob.masks.ofFrame(frames[1]!).catch(() => []),
      ([mask]) => mask?.current.user === 'ann',
      90_000,
    );
  });

  it('is opened again from the recent projects, which asks for the password', async () => {
    await menu(desktop.app, 'project.close');
    await page.getByRole('button', { name: new RegExp(PROJECT) }).click();
    await dialog().waitFor(WAIT);
    expect(await field('User').inputValue()).toBe('ann');
    expect(await field('Password').inputValue()).toBe('');
    await field('Password').fill(passwords.get('ann') ?? '');
    await field('Password').press('Enter');
    await page.getByText('Reader: ann').waitFor(WAIT);
  });
});
