/**
 * A beating heart in the real window: measured, calibrated, outlined once, carried through the loop and taken back, copied,
 * interpolated, corrected by a brush that keeps to grey levels.
 */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cocoRle, maskFromCocoRle, type Mask } from '../../shared/mask';
import { phantomLoop } from '../../shared/phantom';
import { openDesktop, type Desktop } from '../support/desktop';
import { dicomFile, greyLoop } from '../support/dicom-file';
import { until, WindowHands } from '../support/journey/window-hands';
import { ask, menu } from '../support/journey/workplace';
import { temporaryFolder, writeAt } from '../support/study-folder';

const [widthPx, heightPx, COUNT] = [320, 240, 6];
const beat = phantomLoop({ label: 'lv-cavity', seed: 3, widthPx, heightPx }, 2 * COUNT).slice(0, COUNT);
let desktop: Desktop;
let page: Page;
let hands: WindowHands;
let frames: number[];

const panel = () => page.getByRole('region', { name: 'Measurements' });
const opened = (index: number) => ask(page, 'frames.open', { frameId: frames[index]! });
const live = async (index: number) =>
  (await opened(index)).masks.filter(({ current: { state } }) => state !== 'deleted' && state !== 'rejected');

describe('a loop that is measured', () => {
  beforeAll(async () => {
    const study = join(temporaryFolder(), 'study');
    const pixels = Buffer.concat(beat.map(({ image }) => image.data));
    const loop = greyLoop({ rows: heightPx, columns: widthPx, frames: COUNT, pixels });
    writeAt(join(study, 'heart.dcm'), dicomFile(loop));
    desktop = await openDesktop({ args: [study] });
    page = desktop.page;
    hands = new WindowHands(desktop.app);
    await page.getByRole('button', { name: 'Later' }).click();
    await page.locator('.dialog-labels').waitFor({ state: 'hidden' });
    const label = await ask(page, 'labels.create', { label: { name: 'Cavity' }, head: null });
    const list = async () => (await ask(page, 'frames.list', { filter: {}, limit: 100, offset: 0 })).frames;
    frames = (await until('the list', list, ({ length }) => length === COUNT)).map(({ id }) => id);
    const { frame } = await opened(0);
    const rle = { widthPx, heightPx, counts: cocoRle(beat[0]!.mask).counts };
    const change = { kind: 'add', labelId: label.id, state: 'drawn', rle, origin: { tool: 'brush' } } as const;
    await ask(page, 'masks.save', { frameId: frame.id, frameSha256: frame.sha256!, changes: [change] });
    await page.getByRole('region', { name: 'Cine' }).waitFor();
    await until(
      'the frame',
      () => hands.look(),
      ({ frameSha256 }) => frameSha256 === frame.sha256,
    );
    // Read anew: the mask was not drawn in this window.
    await page.keyboard.press('Shift+ArrowRight');
    await until(
      'the second frame',
      () => hands.look(),
      ({ frameSha256 }) => frameSha256 !== '' && frameSha256 !== frame.sha256,
    );
    await page.keyboard.press('Shift+ArrowLeft');
    await until(
      'the mask',
      () => hands.look(),
      ({ masks }) => masks.length === 1,
    );
  });

  afterAll(() => desktop.close());

  it('has calipers in pixels, and in millimetres once a known length was given', async () => {
    await page.keyboard.press('d');
    await hands.drag([
      { x: 60, y: 100 },
      { x: 160, y: 100 },
    ]);
    await panel().getByText('100 px', { exact: true }).waitFor();
    await panel().getByRole('button', { name: 'Calibrate…' }).click();
    const field = panel().getByRole('textbox').first();
    await field.fill('50');
    await panel().getByRole('button', { name: 'Apply' }).click();
    await panel().getByText('50.0 mm', { exact: true }).waitFor();
    await panel().getByText('0.5 mm a pixel, set by hand').waitFor();
    await until(
      'the caliper on the disk',
      () => opened(0),
      ({ measurements }) => measurements.length === 1,
    );
    const { frame, measurements } = await opened(0);
    expect(frame.calibration).toMatchObject({ origin: 'manual' });
    const [caliper] = measurements;
    expect(caliper).toMatchObject({ kind: 'caliper', x0: expect.closeTo(60, 0), y1: expect.closeTo(100, 0) });
    await menu(desktop.app, 'edit.undo');
    await until(
      'undone',
      () => opened(0),
      ({ measurements: left }) => left.length === 0,
    );
  });

  it('has its masks carried on to the end, and taken back as one', async () => {
    await page.keyboard.press('Shift+N');
    await page.getByText(`${COUNT - 1} frames have the masks now.`).waitFor();
    for (let i = 1; i < COUNT; i++) expect((await live(i)).map(({ current }) => current.state)).toEqual(['propagated']);
    await menu(desktop.app, 'mask.undoPropagation');
    await page.getByText(`Taken back on ${COUNT - 1} frames.`).waitFor();
    for (let i = 1; i < COUNT; i++) expect(await live(i)).toEqual([]);
    expect(await live(0)).toHaveLength(1);
  });

  it('has its mask copied to the next frame, as one act of that frame', async () => {
    await page.keyboard.press('Shift+C');
    const copied = await until(
      'the copy',
      () => live(1),
      ({ length }) => length === 1,
      60_000,
    );
    expect(copied[0]!.current).toMatchObject({ state: 'propagated', rle: (await live(0))[0]!.current.rle });
    const { frame } = await opened(1);
    await until(
      'the second frame',
      () => hands.look(),
      ({ frameSha256 }) => frameSha256 === frame.sha256,
    );
    await menu(desktop.app, 'edit.undo');
    await until(
      'undone',
      () => live(1),
      ({ length }) => length === 0,
    );
  });

  it('has masks between two outlined frames, which the timeline tells of', async () => {
    const { frame } = await opened(4);
    const rle = { widthPx, heightPx, counts: cocoRle(beat[4]!.mask).counts };
    const { labelId } = (await live(0))[0]!;
    const change = { kind: 'add', labelId, state: 'drawn', rle, origin: { tool: 'brush' } } as const;
    await ask(page, 'masks.save', { frameId: frame.id, frameSha256: frame.sha256!, changes: [change] });
    await page.keyboard.press('Shift+J');
    await page.getByText('3 frames have the masks now.').waitFor();
    for (const i of [1, 2, 3]) expect((await live(i))[0]!.current.origin.tool).toBe('interpolation');
    const timeline = page.getByRole('slider', { name: 'Frames of the loop' });
    await until(
      'what the timeline says',
      () => timeline.getAttribute('aria-valuetext'),
      (said) => said === `Frame 2 of ${COUNT}, carried on, not measured`,
    );
  });

  it('is painted on only where its grey levels allow, and the correction is carried on', async () => {
    const low = 110;
    await page.keyboard.press('b');
    await page.getByRole('button', { name: 'Brush options' }).click();
    await page.getByRole('checkbox', { name: /Only grey levels/ }).check();
    await page.getByRole('slider', { name: 'Darkest grey level' }).fill(String(low));
    await page.getByText(`grey levels ${low}–255`, { exact: true }).waitFor();
    const [before] = await live(1);
    await hands.drag([
      { x: 40, y: 120 },
      { x: 280, y: 130 },
    ]);
    const isCorrected = ([mask]: Awaited<ReturnType<typeof live>>): boolean => mask?.current.state === 'corrected';
    const [after] = await until('the stroke on the disk', () => live(1), isCorrected);
    const [was, is] = [before!, after!].map(({ current: { rle } }) =>
      maskFromCocoRle({ size: [rle.heightPx, rle.widthPx], counts: rle.counts }),
    ) as [Mask, Mask];
    const painted = [...is.data.keys()].filter((at) => is.data[at] === 1 && was.data[at] === 0);
    expect(painted.length).toBeGreaterThan(20);
    for (const at of painted) expect(beat[1]!.image.data[at]).toBeGreaterThanOrEqual(low);
    await page.getByRole('button', { name: 'Carry the Correction On' }).click();
    await page.getByText('All that was carried around the correction follows it now.').waitFor({ timeout: 60_000 });
    for (const i of [2, 3]) expect((await live(i))[0]!.current.origin).toMatchObject({ tool: 'propagation' });
    expect((await live(4))[0]!.current.state).toBe('drawn');
    // What follows the correction is not offered again.
    await page.getByRole('button', { name: 'Carry the Correction On' }).waitFor({ state: 'detached' });
  });
});
