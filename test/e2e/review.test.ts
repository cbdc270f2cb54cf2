/** Several readers of one project in the real window: a blind second reading, and what it must not see. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cocoRle, maskFromCocoRle, union } from '../../shared/mask';
import { openDesktop, type Desktop } from '../support/desktop';
import { until, WindowHands } from '../support/journey/window-hands';
import { ask, menu } from '../support/journey/workplace';
import { disc, imageOf, temporaryFolder, writeAt } from '../support/study-folder';

const PATIENTS = ['Ann', 'Bob', 'Eve'];
const [widthPx, heightPx] = [160, 120];
const masks = PATIENTS.map((_, i) => disc(widthPx, heightPx, 70 + 5 * i, 60, 24));
/** What the second reader draws: much the same, and something else. */
const theirs = [74, 90].map((x) => disc(widthPx, heightPx, x, 60, 24));
let desktop: Desktop;
let page: Page;
let hands: WindowHands;
let frames: number[];
let labelId: number;

const dialog = (name: string) => page.locator(`.dialog-${name}`);
const opened = (index: number) => ask(page, 'frames.open', { frameId: frames[index]! });

/** What a reader draws on a frame, accepted. */
async function draw(index: number, mask: (typeof masks)[number]): Promise<void> {
  const { frame } = await opened(index);
  const rle = { widthPx, heightPx, counts: cocoRle(mask).counts };
  const change = { kind: 'add', labelId, state: 'drawn', rle, origin: { tool: 'brush' } } as const;
  const edit = { frameId: frame.id, frameSha256: frame.sha256!, changes: [change], review: 'accepted' } as const;
  await ask(page, 'masks.save', edit);
}

describe('a project with two readers', () => {
  beforeAll(async () => {
    const study = join(temporaryFolder(), 'study');
    PATIENTS.forEach((patient, i) => writeAt(join(study, patient, 'scan.png'), imageOf(masks[i]!)));
    desktop = await openDesktop({ args: [study] });
    page = desktop.page;
    hands = new WindowHands(desktop.app);
    const name = dialog('labels').getByRole('textbox');
    await name.fill('jia zhuang xian');
    // Ends the writing of a word, not the dialog.
    await name.dispatchEvent('keydown', { key: 'Enter', isComposing: true });
    await page.getByRole('button', { name: 'Later' }).click();
    await page.locator('.dialog-labels').waitFor({ state: 'hidden' });
    expect(await ask(page, 'labels.list')).toEqual([]);
    labelId = (await ask(page, 'labels.create', { label: { name: 'Nodule' }, head: null })).id;
    const list = async () => (await ask(page, 'frames.list', { filter: {}, limit: 100, offset: 0 })).frames;
    frames = (await until('the list', list, ({ length }) => length === 3)).map(({ id }) => id);
    for (const [i, mask] of masks.entries()) await draw(i, mask);
  });

  afterAll(() => desktop.close());

  it('is read blind by another: nothing of the first is there, and what is done is theirs', async () => {
    await page.getByText('3 of 3 reviewed').waitFor();
    await menu(desktop.app, 'review.readers');
    await dialog('readers').getByRole('textbox', { name: 'Name' }).fill('Dr. Second');
    await dialog('readers').getByRole('button', { name: 'Add', exact: true }).click();
    await dialog('readers').getByRole('button', { name: 'Open: Dr. Second' }).click();
    await page.getByText('Reading by Dr. Second').waitFor();
    await page.getByText('0 of 3 reviewed').waitFor();
    await until(
      'the frame',
      () => hands.look(),
      ({ frameSha256 }) => frameSha256 !== '',
      90_000,
    );
    expect((await hands.look()).masks).toEqual([]);
    for (const i of frames.keys()) expect(await opened(i)).toMatchObject({ masks: [], frame: { review: 'unopened' } });
    await expect(
      ask(page, 'export.run', { folder: '/tmp', formats: ['png'], include: 'all', manifest: 'none' }),
    ).rejects.toThrow('reading-blind');
    await expect(ask(page, 'adjudication.list', { readers: [1, 2] })).rejects.toThrow('reading-blind');
    await expect(ask(page, 'frames.list', { filter: { disputed: true }, limit: 9, offset: 0 })).rejects.toThrow(
      'reading-blind',
    );
    expect(await page.getByRole('button', { name: 'Only frames about which readers differ' }).count()).toBe(0);
    for (const [i, mask] of theirs.entries()) await draw(i, mask);
    await page.getByText('2 of 3 reviewed').waitFor();
    expect((await opened(0)).masks[0]!.current.user).toBe('Dr. Second');
  });

  it('is as it was in the main reading', async () => {
    await page.getByRole('button', { name: 'Reading by Dr. Second' }).click();
    await dialog('readers').getByRole('button', { name: 'Open: Main reading' }).click();
    await page.getByText('3 of 3 reviewed').waitFor();
    await page.getByText('3 frames to learn from').waitFor();
    for (const [i, mask] of masks.entries()) {
      const [only, ...more] = (await opened(i)).masks;
      expect(more).toEqual([]);
      expect(only!.current.rle.counts).toBe(cocoRle(mask).counts);
    }
    await page.getByRole('button', { name: 'Only frames about which readers differ' }).click();
    await page.getByText('1 of 3 shown').waitFor();
    await shot(page, 'disputed');
    await page.getByRole('button', { name: 'Show all' }).click();
  });

  it('is compared: figures, plots, the worst cases; who has not read a frame is named', async () => {
    await menu(desktop.app, 'review.agreement');
    await dialog('agreement').getByRole('button', { name: 'Compare' }).click();
    await dialog('agreement').getByText('2 frames read by both').waitFor();
    await dialog('agreement').getByText('1 frame is in no mean').click();
    await dialog('agreement').getByText('read by Main reading only').waitFor();
    const { report } = await ask(page, 'agreement.run', { readers: [1, 2] });
    const dice = report.labels[0]!.dice.mean!;
    await dialog('agreement')
      .getByText(`${dice.toFixed(3)} ±`)
      .first()
      .waitFor();
    expect(dice).toBeGreaterThan(0.7);
    await dialog('agreement').getByRole('img', { name: 'Dr. Second: scan.png' }).first().waitFor();
    await until(
      'the plots',
      () => page.locator('.dialog-agreement .uplot canvas').count(),
      (count) => count === 2,
    );
    await shot(page, 'agreement');
    await page.keyboard.press('Escape');
    await dialog('agreement').waitFor({ state: 'detached' });
  });

  it('tells who did what on a frame, and an older outline is brought back', async () => {
    const [before] = (await opened(0)).masks;
    await page.locator('.frame-canvas').focus();
    await menu(desktop.app, 'mask.grow');
    const grown = async () => (await opened(0)).masks[0]!.current;
    await until('it has grown', grown, ({ origin }) => origin.tool === 'operation');
    await menu(desktop.app, 'review.history');
    const lines = dialog('history').getByRole('listitem');
    await until(
      'both revisions',
      () => lines.count(),
      (count) => count === 2,
    );
    await shot(page, 'history');
    await lines.nth(1).getByRole('button').click();
    await dialog('history').getByRole('button', { name: 'Bring this back' }).click();
    const { rle } = await until('it is back', grown, ({ origin }) => origin.tool === 'restore');
    expect(rle).toEqual(before!.current.rle);
    // Keys are the dialog's until it is gone.
    await dialog('history').waitFor({ state: 'hidden' });
  });

  it('has comments at their places, which undo leaves alone and a blind reader does not see', async () => {
    const spot = (await hands.place({ x: 40, y: 30 }))!;
    await page.mouse.move(spot.x, spot.y);
    await page.keyboard.press('Shift+T');
    await page.getByRole('textbox', { name: 'What is to be said about this place' }).fill('Is this a margin?');
    await page.keyboard.press('Enter');
    const pin = page.getByRole('button', { name: 'Comment 1: Is this a margin?' });
    await pin.waitFor();
    const { frame } = await opened(0);
    const of = () => ask(page, 'comments.ofFrame', { frameId: frame.id });
    expect((await of())[0]).toMatchObject({ x: expect.closeTo(40, 0), y: expect.closeTo(30, 0), state: 'open' });
    const panel = page.getByRole('region', { name: 'Comments' });
    await panel.getByRole('button', { name: 'Resolved' }).click();
    await until('it is resolved', of, ([comment]) => comment?.state === 'resolved');
    await panel.getByRole('button', { name: 'Change text' }).click();
    const field = panel.getByRole('textbox', { name: 'Change text' });
    await field.fill('Not meant');
    await page.keyboard.press('Escape');
    await field.waitFor({ state: 'detached' });
    await menu(desktop.app, 'edit.undo');
    expect(await of()).toMatchObject([{ text: 'Is this a margin?' }]);
    await page.getByRole('button', { name: 'Only frames with comments' }).click();
    await page.getByText('1 of 3 shown').waitFor();
    await shot(page, 'comment');
    await page.getByRole('button', { name: 'Show all' }).click();
    await ask(page, 'readings.open', { readingId: 2 });
    await page.getByText('Reading by Dr. Second').waitFor();
    expect(await of()).toEqual([]);
    await ask(page, 'readings.open', { readingId: 1 });
    await pin.waitFor();
    await panel.getByRole('button', { name: 'Remove' }).click();
    await pin.waitFor({ state: 'hidden' });
  });

  it('is adjudicated by keyboard: what is picked holds in the main reading, and is taken back', async () => {
    await menu(desktop.app, 'review.adjudicate');
    const view = dialog('adjudication');
    await view.getByRole('button', { name: 'Compare' }).click();
    await view.getByText('0 of 2 decided').waitFor();
    const { report } = await ask(page, 'agreement.run', { readers: [1, 2] });
    const [worst, other] = report.rows
      .toSorted((a, b) => a.dice - b.dice)
      .map(({ frameId }) => frames.indexOf(frameId));
    const before = (await opened(other!)).masks[0]!.current;
    await page.keyboard.press('2');
    await view.getByText('1 of 2 decided').waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('3');
    await view.getByText('Decided: Union').waitFor();
    await view.getByText('2 of 2 decided').waitFor();
    await view.getByRole('img', { name: 'Dr. Second: scan.png' }).waitFor();
    await shot(page, 'adjudication');
    expect((await opened(worst!)).masks).toMatchObject([
      {
        current: {
          rle: { counts: cocoRle(theirs[worst!]!).counts },
          origin: { tool: 'adjudication', fromReadingIds: [2] },
        },
      },
    ]);
    const both = union(maskFromCocoRle({ size: [heightPx, widthPx], counts: before.rle.counts }), theirs[other!]!);
    expect((await opened(other!)).masks).toMatchObject([{ current: { rle: { counts: cocoRle(both).counts } } }]);
    await page.keyboard.press('Backspace');
    await view.getByText('Not decided yet').waitFor();
    expect((await opened(other!)).masks[0]!.current.rle).toEqual(before.rle);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Backspace');
    await view.getByText('0 of 2 decided').waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('2');
    await view.getByText('Decided: Dr. Second').waitFor();
    // Opens the frame, where what was picked can be changed by hand.
    await page.keyboard.press('e');
    await view.waitFor({ state: 'hidden' });
    const { sha256 } = (await opened(other!)).frame;
    const { masks: now } = await until(
      'the frame',
      () => hands.look(),
      ({ frameSha256 }) => frameSha256 === sha256,
    );
    expect(now).toHaveLength(1);
  });
});

/** For whoever wants to look: SONOMASK_SHOTS names a folder. */
async function shot(of: Page, name: string): Promise<void> {
  const folder = process.env['SONOMASK_SHOTS'];
  if (folder) await of.screenshot({ path: join(folder, `${name}.png`) });
}
