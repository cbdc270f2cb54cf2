/**
 * Masks in and out in the real window: import what another program drew, see it, refine it by a click, accept, and export
 * it as a data set for training.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MaskInstance } from '../../shared/domain';
import { maskFromCocoRle } from '../../shared/mask';
import { openDesktop, type Desktop } from '../support/desktop';
import { until, WindowHands } from '../support/journey/window-hands';
import { answerDialogs, ask, menu } from '../support/journey/workplace';
import { disc, imageOf, maskPng, temporaryFolder, writeAt } from '../support/study-folder';

const here = temporaryFolder();
const [study, others, exports] = ['study', 'drawn elsewhere', 'out'].map((name) => join(here, name)) as [
  string,
  string,
  string,
];
const PATIENTS = ['Ann', 'Bob', 'Eve'];
const masks = PATIENTS.map((_, i) => disc(160, 120, 70 + 5 * i, 60, 24));
let desktop: Desktop;
let page: Page;

const frames = async () => (await ask(page, 'frames.list', { filter: {}, limit: 100, offset: 0 })).frames;
const dialog = (name: string) => page.locator(`.dialog-${name}`);

async function live(n: number): Promise<MaskInstance[]> {
  const all = await ask(page, 'masks.ofFrame', { frameId: (await frames())[n]!.id });
  return all.filter(({ current: { state } }) => state !== 'rejected' && state !== 'deleted');
}
const pixelsOf = ({ current: { rle } }: MaskInstance) =>
  maskFromCocoRle({ size: [rle.heightPx, rle.widthPx], counts: rle.counts });

describe('masks of other programs', () => {
  beforeAll(async () => {
    PATIENTS.forEach((patient, i) => {
      writeAt(join(study, patient, 'scan.png'), imageOf(masks[i]!));
      writeAt(join(others, 'masks', patient, 'scan_mask.png'), maskPng(masks[i]!));
    });
    writeAt(join(others, 'masks', 'Zoe', 'scan_mask.png'), maskPng(masks[0]!));
    mkdirSync(exports);
    desktop = await openDesktop({ args: [study] });
    page = desktop.page;
    // A label that no head proposes for: what is on the frames was imported.
    await page.getByRole('button', { name: 'Start' }).waitFor();
    await ask(page, 'labels.create', { label: { name: 'Nodule' }, head: null });
    await page.keyboard.press('Escape');
    await until('the list', frames, ({ length }) => length === 3);
  });

  afterAll(() => desktop.close());

  it('are imported onto the frames of their names, and what is not is told', async () => {
    await menu(desktop.app, 'import.open');
    await answerDialogs(desktop.app, others);
    await dialog('import').getByRole('button', { name: 'Choose a folder…' }).click();
    await dialog('import').getByText(others).waitFor();
    await dialog('import').getByRole('button', { name: 'Import', exact: true }).click();
    await dialog('import').getByText('3 masks on 3 frames').waitFor();
    await dialog('import').getByText('Not imported: 1').waitFor();
    await dialog('import').getByText('several frames of this name').waitFor();
    await page.keyboard.press('Escape');
    // While it fades it still takes clicks.
    await dialog('import').waitFor({ state: 'detached' });
    for (const n of [0, 1, 2]) {
      const [mask, ...more] = await live(n);
      expect(more).toEqual([]);
      expect(mask!.current).toMatchObject({ state: 'imported', origin: { tool: 'import' } });
      expect(pixelsOf(mask!)).toEqual(masks[n]);
    }
  });

  it('are on screen at once, and a click refines them', async () => {
    const hands = new WindowHands(desktop.app);
    await until(
      'the frame to be ready',
      () => hands.look(),
      (seen) => seen.embedding === 'ready',
      90_000,
    );
    await page.keyboard.press('p');
    const spot = (await hands.place({ x: 110, y: 60 }))!;
    await page.mouse.click(spot.x, spot.y);
    const [refined] = await until(
      'the click',
      () => live(0),
      ([mask]) => mask!.current.state === 'corrected',
    );
    expect(refined!.current.prompt.points).toHaveLength(1);
    const [before, after] = [masks[0]!, pixelsOf(refined!)];
    expect(after.data[60 * 160 + 110]).toBe(1);
    expect(after.data.filter((set, i) => set === 1 && before.data[i] === 1).length).toBeGreaterThan(1_000);
  });

  it('are exported as a data set, split by patient, with a manifest', async () => {
    for (const { id } of await frames()) await ask(page, 'frames.setReview', { frameId: id, review: 'accepted' });
    await menu(desktop.app, 'export.open');
    await answerDialogs(desktop.app, exports);
    await dialog('export').getByText('More formats').click();
    await dialog('export').getByText('US30K').click();
    await dialog('export').getByText('Validation', { exact: true }).waitFor();
    await dialog('export').getByText('Manifest').click();
    await dialog('export').getByRole('button', { name: 'Choose…' }).click();
    await dialog('export').getByRole('button', { name: 'Export', exact: true }).click();
    await dialog('export').getByText('3 masks on 3 frames').waitFor();
    await dialog('export').getByText('Frames for training').waitFor();
    const [folder] = readdirSync(exports);
    const at = (...path: string[]) => join(exports, folder!, ...path);
    const lists = ['train', 'val', 'test'].map((set) => readFileSync(at('us30k', 'MainPatient', `${set}.txt`), 'utf8'));
    const lines = lists.join('').trim().split('\n').sort();
    expect(lines).toEqual(PATIENTS.map((patient) => `1/study/${patient}_scan`));
    for (const [n, patient] of PATIENTS.entries()) {
      const { data } = decode(readFileSync(at('us30k', 'study', 'label', `${patient}_scan.png`)));
      expect([...data]).toEqual([...pixelsOf((await live(n))[0]!).data]);
    }
  });

  it('are exported with their pictures, black outside an area that is drawn on one of them', async () => {
    await page.keyboard.press('Escape');
    await dialog('export').waitFor({ state: 'detached' });
    await menu(desktop.app, 'export.open');
    await dialog('export').getByText('Source images too').click();
    await dialog('export').getByText('Only an area you draw').click();
    const begin = dialog('export').getByRole('button', { name: 'Export', exact: true });
    await dialog('export').getByText('An area is still to be drawn.').waitFor();
    expect(await begin.isDisabled()).toBe(true);
    const picture = dialog('export').getByRole('img', { name: /hatched/ });
    await picture.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await picture.boundingBox())!;
    await page.mouse.move(x + width / 4, y + height / 4);
    await page.mouse.down();
    await page.mouse.move(x + width / 2, y + height / 2, { steps: 4 });
    await page.mouse.up();
    // To the pixel by the keyboard.
    for (const [side, px] of [
      ['Left', 30],
      ['Top', 20],
      ['Right', 120],
      ['Bottom', 90],
    ] as const) {
      const field = dialog('export').getByLabel(`${side}, px`);
      await field.fill(String(px));
      await field.press('Tab');
    }
    await dialog('export').getByRole('button', { name: 'Next picture of this kind' }).click();
    await dialog('export').getByText('Picture 2 of 3').waitFor();
    await begin.click();
    await dialog('export').getByText('3 images de-identified').waitFor();
    const folder = readdirSync(exports).find((name) => name.startsWith('Deidentified'))!;
    const copies = readdirSync(join(exports, folder, 'images'));
    expect(copies).toHaveLength(3);
    const inside = (i: number) => i % 160 >= 30 && i % 160 < 120 && i >= 160 * 20 && i < 160 * 90;
    for (const name of copies) {
      const { data, width: w, height: h } = decode(readFileSync(join(exports, folder, 'images', name)));
      expect([w, h]).toEqual([160, 120]);
      const values = [...data];
      expect(values.filter((value, i) => !inside(i) && value !== 0)).toEqual([]);
      expect(values.filter((value, i) => inside(i) && value !== 0).length).toBeGreaterThan(1_000);
    }
  });
});
