import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maskFromCocoRle } from '../../shared/mask';
import type { MaskInstance } from '../../shared/domain';
import { openDesktop, type Desktop } from '../support/desktop';
import { readScreenMask, type ScreenMask } from '../support/journey/screen-masks';
import { until } from '../support/journey/window-hands';
import { answerDialogs, ask, copyNative, hasNativeImages, menu } from '../support/journey/workplace';
import { python, runPython } from '../support/python-venv';
import { temporaryFolder } from '../support/study-folder';

const LABEL = 'Breast lesion';
const here = temporaryFolder();
const study = join(
  here,
  '病例 2026 — 乳腺超声',
  `a folder with a long name ${'that goes on '.repeat(8)}and on`.trim(),
  'Müller_Ö',
);
const exports = join(here, '导出 out');
let desktop: Desktop;
let page: Page;

const canvas = () => page.locator('.frame-canvas');
const saved = () =>
  expect
    .poll(() => page.locator('[data-save-state]').getAttribute('data-save-state'), { timeout: 20_000 })
    .toBe('saved');
const selected = () => page.locator('[role=option][aria-selected=true]');
const frames = async () => (await ask(page, 'frames.list', { filter: {}, limit: 100, offset: 0 })).frames;

/** The masks that count on the n-th frame of the list, as main has them. */
async function stored(n: number): Promise<MaskInstance[]> {
  const frameId = (await frames())[n]!.id;
  const masks = await ask(page, 'masks.ofFrame', { frameId });
  return masks.filter(({ current }) => current.state !== 'rejected' && current.state !== 'deleted');
}

const pixelsOf = ({ current: { rle } }: MaskInstance): ScreenMask =>
  maskFromCocoRle({ size: [rle.heightPx, rle.widthPx], counts: rle.counts });

/** Clicks an image point given as a share of the image's width and height. */
async function click(x: number, y: number, button: 'left' | 'right'): Promise<void> {
  const [spot] = await onScreen([[x, y]]);
  await page.mouse.click(spot!.x, spot!.y, { button });
}

function onScreen(shares: [number, number][]): Promise<{ x: number; y: number }[]> {
  return page.evaluate((points) => {
    const app = document.querySelector('#app') as unknown as { __vue_app__: { config: { globalProperties: object } } };
    const { $pinia } = app.__vue_app__.config.globalProperties as { $pinia: { _s: Map<string, never> } };
    const { image, viewport } = $pinia._s.get('editor') as unknown as {
      image: { widthPx: number; heightPx: number };
      viewport: { scale: number; offsetX: number; offsetY: number };
    };
    const box = document.querySelector('.frame-canvas')!.getBoundingClientRect();
    return points.map(([x, y]) => ({
      x: box.left + viewport.offsetX + x * image.widthPx * viewport.scale,
      y: box.top + viewport.offsetY + y * image.heightPx * viewport.scale,
    }));
  }, shares);
}

/** A point deep inside the mask, as a share of the image: where its outline would be cut. */
function middleOf({ widthPx, heightPx, data }: ScreenMask): [number, number] {
  const inside = [...data.keys()].filter((i) => data[i] === 1);
  const mean = (of: (i: number) => number) => inside.reduce((sum, i) => sum + of(i), 0) / inside.length;
  return [mean((i) => i % widthPx) / widthPx, mean((i) => Math.floor(i / widthPx)) / heightPx];
}

describe.skipIf(!hasNativeImages)(`a reader's way through a study (needs ../shared/data/native)`, () => {
  beforeAll(async () => {
    copyNative('busi', 4, study);
    mkdirSync(exports, { recursive: true });
    desktop = await openDesktop();
    page = desktop.page;
  });

  afterAll(() => desktop.close());

  it('opens a folder, asks for the label, and proposes', async () => {
    await answerDialogs(desktop.app, study);
    await page.getByRole('button', { name: 'Open a folder' }).click();
    await page.getByText(LABEL, { exact: true }).click();
    await page.getByRole('button', { name: 'Start' }).click();
    await expect.poll(async () => (await frames()).length).toBe(4);
    await until(
      'a proposal',
      () => stored(0),
      (masks) => masks.length > 0,
      60_000,
    );
    expect((await stored(0))[0]!.current).toMatchObject({ state: 'proposed', origin: { tool: 'proposal' } });
    await expect.poll(() => selected().textContent()).toContain('Proposed');
  });

  it('shows the proposal at the pixels it has', async () => {
    await sameOnScreen(0);
  });

  it('corrects with a point that adds and one that removes', async () => {
    const before = (await stored(0))[0]!;
    const [x, y] = middleOf(pixelsOf(before));
    await click(x, y, 'left');
    const first = await until(
      'the first click',
      () => stored(0),
      ([mask]) => mask!.current.id !== before.current.id,
    );
    expect(first[0]!.current).toMatchObject({ state: 'corrected', origin: { tool: 'prompt' } });
    await click(x * 0.5, y * 0.5, 'right');
    const second = await until(
      'the second click',
      () => stored(0),
      ([mask]) => mask!.current.id !== first[0]!.current.id,
    );
    expect(second[0]!.current.prompt.points).toMatchObject([{ positive: true }, { positive: false }]);
    await saved();
  });

  it('paints a stroke, takes it back and does it again', async () => {
    const before = (await stored(0))[0]!;
    const [x, y] = middleOf(pixelsOf(before));
    await page.keyboard.press('b');
    const [from, to] = await onScreen([
      [x, y],
      [Math.min(x + 0.3, 0.95), Math.max(y - 0.3, 0.05)],
    ]);
    await page.mouse.move(from!.x, from!.y);
    await page.mouse.down();
    await page.mouse.move(to!.x, to!.y, { steps: 12 });
    await page.mouse.up();
    const painted = (
      await until(
        'the stroke',
        () => stored(0),
        ([mask]) => mask!.current.origin.tool === 'brush',
      )
    )[0]!;
    expect(painted.current.areaPx).toBeGreaterThan(before.current.areaPx);
    await menu(desktop.app, 'edit.undo');
    await until(
      'the undo',
      () => stored(0),
      ([mask]) => mask!.current.rle.counts === before.current.rle.counts,
    );
    await menu(desktop.app, 'edit.redo');
    await until(
      'the redo',
      () => stored(0),
      ([mask]) => mask!.current.rle.counts === painted.current.rle.counts,
    );
    await saved();
    await sameOnScreen(0);
  });

  it('accepts, goes to the next frame and accepts its proposal as well', async () => {
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await frames())[0]!.review).toBe('accepted');
    if ((await selected().getAttribute('aria-posinset')) === '1') await page.keyboard.press('ArrowRight');
    await expect.poll(() => selected().getAttribute('aria-posinset')).toBe('2');
    await until(
      'its proposal',
      () => stored(1),
      (masks) => masks.length > 0,
      60_000,
    );
    await expect.poll(() => canvas().getAttribute('aria-busy')).toBe('false');
    await sameOnScreen(1);
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await frames())[1]!.review).toBe('accepted');
    await saved();
  });

  it('exports what is accepted, at the size of the sources', async () => {
    await menu(desktop.app, 'export.open');
    await answerDialogs(desktop.app, exports);
    await page.getByRole('button', { name: 'Choose…' }).click();
    await page.getByRole('button', { name: 'Export', exact: true }).last().click();
    await page.getByText('Exported').waitFor();
    expect(readdirSync(exports)).toHaveLength(1);
    await page.keyboard.press('Escape');
  });

  it('has exported PNG masks that equal the canvas pixel by pixel', async () => {
    const folder = join(exports, readdirSync(exports)[0]!);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.png'));
    expect(files).toHaveLength(2);
    for (const n of [0, 1]) {
      const { relativePath } = (await frames())[n]!;
      const name = relativePath.split('/').at(-1)!;
      const path = files.find((file) => file.endsWith(name))!;
      const { width, height, data } = decode(readFileSync(join(folder, path)));
      const screen = await onCanvas(n);
      expect([width, height]).toEqual([screen.widthPx, screen.heightPx]);
      expect(Buffer.from(data.map((value) => (value > 0 ? 1 : 0))).equals(screen.data), name).toBe(true);
      const source = decode(readFileSync(join(study, name)));
      expect([width, height]).toEqual([source.width, source.height]);
    }
  });

  it.skipIf(python() === undefined)(
    'has exported COCO that pycocotools reads as the same pixels (needs .venv)',
    async () => {
      const folder = join(exports, readdirSync(exports)[0]!);
      const read = runPython(PYCOCOTOOLS, join(folder, 'coco.json')) as Record<string, Pycoco>;
      for (const n of [0, 1]) {
        const { relativePath } = (await frames())[n]!;
        const screen = await onCanvas(n);
        const found = read[relativePath]!;
        expect(found).toMatchObject({ width: screen.widthPx, height: screen.heightPx, category: LABEL, masks: 1 });
        expect(Buffer.from(found.pixels, 'base64').equals(screen.data), relativePath).toBe(true);
        expect(found.area).toBe(screen.data.reduce((sum, value) => sum + value, 0));
      }
    },
  );

  it('has everything when it is opened again', async () => {
    const before = await Promise.all([0, 1, 2, 3].map(stored));
    const list = (await frames()).map(({ relativePath, review }) => ({ relativePath, review }));
    await desktop.close({ keepProfile: true });
    desktop = await openDesktop({ profile: desktop.profile, args: [study] });
    page = desktop.page;
    await until(
      'the list',
      async () => (await frames()).length,
      (count) => count === 4,
    );
    expect((await frames()).map(({ relativePath, review }) => ({ relativePath, review }))).toEqual(list);
    expect(await Promise.all([0, 1].map(stored))).toEqual(before.slice(0, 2));
    expect((await ask(page, 'labels.list')).map(({ name }) => name)).toEqual([LABEL]);
    await page.locator('[role=option]').first().click();
    await sameOnScreen(0);
  });
});

const screens = new Map<number, ScreenMask>();

/** What was on the canvas for the n-th frame when it was last looked at. */
async function onCanvas(n: number): Promise<ScreenMask> {
  const known = screens.get(n);
  if (!known) throw new Error(`frame ${n} was never looked at`);
  return known;
}

/** The canvas shows exactly the pixels that are stored for the n-th frame, which is on screen. */
async function sameOnScreen(n: number): Promise<void> {
  const [mask, ...others] = await stored(n);
  expect(others).toEqual([]);
  const sha256 = (await frames())[n]!.sha256;
  await expect.poll(() => canvas().getAttribute('data-frame-sha256')).toBe(sha256);
  const { colour } = (await ask(page, 'labels.list'))[0]!;
  const shown = await readScreenMask(page, colour);
  const wanted = pixelsOf(mask!);
  expect([shown.widthPx, shown.heightPx]).toEqual([wanted.widthPx, wanted.heightPx]);
  const wrong = wanted.data.reduce((sum, value, i) => sum + (value === shown.data[i] ? 0 : 1), 0);
  expect(wrong, 'pixels that differ between canvas and store').toBe(0);
  expect(shown.data.includes(1)).toBe(true);
  screens.set(n, shown);
}

interface Pycoco {
  readonly width: number;
  readonly height: number;
  readonly category: string;
  readonly masks: number;
  readonly area: number;
  readonly pixels: string;
}

const PYCOCOTOOLS = `
import base64, contextlib, io, json, sys
from pycocotools.coco import COCO
with contextlib.redirect_stdout(io.StringIO()):
    coco = COCO(json.load(sys.stdin))
out = {}
for image in coco.loadImgs(coco.getImgIds()):
    annotations = coco.loadAnns(coco.getAnnIds(imgIds=image['id']))
    first = annotations[0]
    out[image['file_name']] = {
        'width': image['width'], 'height': image['height'], 'masks': len(annotations), 'area': first['area'],
        'category': coco.loadCats(first['category_id'])[0]['name'],
        'pixels': base64.b64encode(coco.annToMask(first).tobytes()).decode(),
    }
print(json.dumps(out))
`;
