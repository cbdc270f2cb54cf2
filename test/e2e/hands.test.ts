/** What the hands do in the real window: keys changed and at once in effect everywhere, two keys for the whole loop. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decompressCounts } from '../../shared/mask';
import { openDesktop, type Desktop } from '../support/desktop';
import { until, WindowHands } from '../support/journey/window-hands';
import { ask, menu } from '../support/journey/workplace';
import { disc, imageOf, temporaryFolder, writeAt } from '../support/study-folder';

const NAMES = ['Ann', 'Bob', 'Cem'] as const;
let desktop: Desktop;
let page: Page;
let hands: WindowHands;

const list = async () => (await ask(page, 'frames.list', { filter: {}, limit: 100, offset: 0 })).frames;
const states = async () => (await list()).map(({ review }) => review);
const toolOn = (id: string) => page.locator(`[data-command="${id}"][aria-pressed="true"]`).waitFor();
const accelerator = (id: string) =>
  desktop.app.evaluate(({ Menu }, item) => String(Menu.getApplicationMenu()!.getMenuItemById(item)!.accelerator), id);

/** A key that Playwright has no name for. */
async function pedal(key: 'F13' | 'F14'): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const windowsVirtualKeyCode = { F13: 0x7c, F14: 0x7d }[key];
  for (const type of ['rawKeyDown', 'keyUp'] as const) {
    await session.send('Input.dispatchKeyEvent', { type, key, code: key, windowsVirtualKeyCode });
  }
  await session.detach();
}

beforeAll(async () => {
  const study = join(temporaryFolder(), 'study');
  NAMES.forEach((name, i) => writeAt(join(study, name, 'scan.png'), imageOf(disc(160, 120, 60 + 10 * i, 60, 24))));
  desktop = await openDesktop({ args: [study] });
  page = desktop.page;
  hands = new WindowHands(desktop.app);
  await page.getByRole('button', { name: 'Later' }).click();
  await page.locator('.dialog-labels').waitFor({ state: 'hidden' });
  await ask(page, 'labels.create', { label: { name: 'Nodule', shortcut: '7' }, head: null });
  await until('the list', list, ({ length }) => length === NAMES.length);
  await until(
    'the frame',
    () => hands.look(),
    ({ frameSha256 }) => frameSha256 !== '',
  );
});

afterAll(() => desktop.close());

describe('a key', () => {
  const row = (id: string) => page.locator(`[data-keys-of="${id}"]`);

  it('is changed, and works at once: pressed, in the tooltip and in the menu', async () => {
    await menu(desktop.app, 'settings.keys');
    await page.getByRole('textbox', { name: 'Search a command or a key' }).fill('brush');
    await row('tool.brush').getByRole('button', { name: 'B for Brush' }).click();
    await page.keyboard.press('F9');
    await row('tool.brush').getByRole('button', { name: 'F9 for Brush' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.dialog-keys').waitFor({ state: 'hidden' });
    await page.keyboard.press('v');
    await toolOn('tool.select');
    await page.keyboard.press('b');
    await page.keyboard.press('F9');
    await toolOn('tool.brush');
    expect(await accelerator('tool.brush')).toBe('F9');
    expect(await page.locator('[data-command="tool.brush"]').getAttribute('aria-keyshortcuts')).toBe('F9');
  });

  it('that another command or a label has is asked about', async () => {
    await menu(desktop.app, 'settings.keys');
    await page.getByRole('textbox', { name: 'Search a command or a key' }).fill('f9');
    await row('tool.brush').getByRole('button', { name: 'F9 for Brush' }).click();
    await page.keyboard.press('e');
    const question = row('tool.brush').getByRole('alert');
    await question.getByText('E belongs to “Eraser”, which would lose it.').waitFor();
    await question.getByRole('button', { name: 'Cancel' }).click();
    await row('tool.brush').getByRole('button', { name: 'Add a key for Brush' }).click();
    await page.keyboard.press('7');
    await question.getByText('7 picks the label “Nodule”, which would have no key.').waitFor();
    await question.getByRole('button', { name: 'Use it here' }).click();
    await page.getByText('A label’s key belongs to a command now: Nodule (7)').waitFor();
    await row('tool.brush').getByRole('button', { name: 'Back to the usual keys of Brush' }).click();
    await row('tool.brush').getByRole('button', { name: 'B for Brush' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.dialog-keys').waitFor({ state: 'hidden' });
    expect((await ask(page, 'settings.get')).settings.keyboard).toEqual({ preset: 'standard', keys: {} });
  });

  it('of a left-handed keyboard lies under the right hand', async () => {
    await ask(page, 'settings.set', { keyboard: { preset: 'left-handed', keys: {} } });
    await page.keyboard.press('i');
    await toolOn('tool.eraser');
    expect(await accelerator('tool.eraser')).toBe('I');
    await ask(page, 'settings.set', { keyboard: { preset: 'standard', keys: {} } });
    await page.keyboard.press('v');
    await toolOn('tool.select');
  });
});

describe('two keys', () => {
  it('do the whole loop: each word is on the disk before the next frame comes', async () => {
    const shown = async () => (await hands.look()).frameSha256;
    const first = await shown();
    await pedal('F13');
    await until('the second frame', shown, (now) => now !== '' && now !== first);
    expect(await states()).toEqual(['accepted', 'unopened', 'unopened']);
    const second = await shown();
    await pedal('F14');
    await until('the third frame', shown, (now) => now !== '' && now !== second);
    expect(await states()).toEqual(['accepted', 'rejected', 'unopened']);
    await pedal('F13');
    await page.getByText('Every frame has been reviewed.').waitFor();
    expect(await states()).toEqual(['accepted', 'rejected', 'accepted']);
  });
});

describe('fingers', () => {
  interface Touch {
    readonly x: number;
    readonly y: number;
    readonly id: number;
  }

  /** Each step is all fingers that are down then. */
  async function touch(steps: readonly (readonly Touch[])[]): Promise<void> {
    const session = await page.context().newCDPSession(page);
    for (const [i, touchPoints] of steps.entries()) {
      const fewer = touchPoints.length < (steps[i - 1]?.length ?? 0);
      const more = touchPoints.length > (steps[i - 1]?.length ?? 0);
      const type = more ? 'touchStart' : fewer ? 'touchEnd' : 'touchMove';
      await session.send('Input.dispatchTouchEvent', { type, touchPoints: [...touchPoints] });
    }
    await session.detach();
  }

  it('paint one by one, and zoom together', async () => {
    await page.keyboard.press('b');
    await toolOn('tool.brush');
    const from = (await hands.place({ x: 60, y: 50 }))!;
    const stroke = [0, 20, 40, 60].map((dx) => [{ x: from.x + dx, y: from.y, id: 1 }]);
    await touch([...stroke, []]);
    const painted = await until(
      'the stroke',
      () => hands.look(),
      ({ masks }) => masks.length === 1,
    );

    const corner = () => hands.place({ x: 0, y: 0 });
    const width = async () => (await hands.place({ x: 100, y: 0 }))!.x - (await corner())!.x;
    const before = await width();
    const apart = (by: number) => [
      { x: from.x, y: from.y, id: 1 },
      { x: from.x + 100 + by, y: from.y, id: 2 },
    ];
    await touch([[apart(0)[0]!], apart(0), apart(50), apart(100), []]);
    await expect.poll(width, { timeout: 60_000 }).toBeGreaterThan(1.9 * before);
    expect((await hands.look()).masks).toEqual(painted.masks);
  });

  it('take away, too, where the switch over the image says so', async () => {
    const area = async (): Promise<number> => {
      const counts = decompressCounts((await hands.look()).masks[0] ?? '');
      return counts.filter((_, run) => run % 2 === 1).reduce((sum, n) => sum + n, 0);
    };
    const before = await area();
    await page.keyboard.press('f');
    await page.keyboard.press('j');
    const sides = page.getByRole('group', { name: 'What a click or stroke does' });
    await sides.getByRole('button', { name: 'Take away' }).click();
    const middle = (await hands.place({ x: 60, y: 50 }))!;
    const around = [
      [-40, -200],
      [200, -200],
      [200, 200],
      [-40, 200],
    ].map(([dx, dy]) => [{ x: middle.x + dx! / 2, y: middle.y + dy! / 2, id: 1 }]);
    await touch([...around, []]);
    await until('less than before', area, (now) => now > 0 && now < before);
    await page.keyboard.press('p');
    await sides.getByRole('button', { name: 'Add', pressed: true }).waitFor();
  });
});

describe('an outline that is not closed', () => {
  it('is not lost to a click on another frame of the list', async () => {
    const { frameSha256: own } = await hands.look();
    const other = page.getByRole('listbox').getByRole('option', { selected: false }).first();
    await page.keyboard.press('g');
    await toolOn('tool.polygon');
    for (const at of [
      { x: 30, y: 20 },
      { x: 90, y: 20 },
      { x: 90, y: 90 },
    ]) {
      const { x, y } = (await hands.place(at))!;
      await page.mouse.click(x, y);
    }
    await other.click();
    await page.getByText('The outline is not closed yet.').waitFor();
    expect(await hands.look()).toMatchObject({ frameSha256: own });
    await page.keyboard.press('Escape');
    await other.click();
    await until(
      'the other frame',
      () => hands.look(),
      ({ frameSha256 }) => frameSha256 !== '' && frameSha256 !== own,
    );
  });
});
