/**
 * `tsx test/support/manual-pictures.ts [LANGUAGE]`: the pictures of docs/manual, of simulated examinations, in both
 * languages. Builds first; opens its own display where there is none. The pictures of README are `screenshots.ts`.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ElectronApplication, Page } from 'playwright-core';
import sharp from 'sharp';
import type { FrameSummary } from '../../shared/domain';
import { LANGUAGES, type Language } from '../../shared/language';
import { nextClick } from '../../shared/clicks';
import { decompressCounts, maskFromRunLengths, type Mask } from '../../shared/mask';
import { en } from '../../renderer/i18n/en';
import { zhCn } from '../../renderer/i18n/zh-cn';
import { openDesktop, PROJECT_ROOT } from './desktop';
import setUp from './e2e-setup';
import { drawMask } from './journey/draw-mask';
import { until, WindowHands, type Spot } from './journey/window-hands';
import { answerDialogs, ask, menu } from './journey/workplace';
import { writeBreastStudy, writeHeartStudy } from './phantom-study';

const OUT = join(PROJECT_ROOT, 'docs', 'manual', 'pictures');
const WORDS = { en, 'zh-CN': zhCn };
const SIZE = { width: 1280, height: 800 };
const PATIENT_MS = 300_000;
const PATIENTS = 6;
const LOOP_FRAMES = 24;
const READER = 'Dr. Chen';
/** So many are accepted and read twice. */
const ACCEPTED = 6;
/** Place in the list of the proposal that a click corrects. */
const CORRECTED = 1;
// Image pixels.
const CALIPER: [Spot, Spot] = [
  { x: 236, y: 215 },
  { x: 402, y: 160 },
];
const AXIS: [Spot, Spot] = [
  { x: 40, y: 230 },
  { x: 120, y: 218 },
];
const WIDTH: Spot = { x: 82, y: 248 };

/** A window in one language, and what its pictures are taken with. */
class Photographer {
  readonly words;
  readonly hands: WindowHands;

  constructor(
    readonly app: ElectronApplication,
    readonly page: Page,
    private readonly language: Language,
  ) {
    this.words = WORDS[language];
    this.hands = new WindowHands(app);
  }

  button(name: string) {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** The window as it is, once nothing in it is half-loaded and the pointer is away. */
  async take(name: string): Promise<void> {
    const { page } = this;
    for (const close of await page.locator('.toast button').all()) await close.click();
    await this.blur();
    await page.mouse.move(SIZE.width / 2, SIZE.height - 4);
    const [before = '', after = ''] = this.words.status.queue.split('{n}');
    await page.getByText(before || after).waitFor({ state: 'hidden', timeout: PATIENT_MS });
    await page.waitForFunction(() => [...document.images].every(({ complete }) => complete), null, {
      timeout: PATIENT_MS,
    });
    await page.waitForTimeout(2_000);
    await sharp(await page.screenshot())
      .png({ palette: true, quality: 90, effort: 10 })
      .toFile(join(OUT, this.language, `${name}.png`));
  }

  /** Keys are the image's again. */
  private async blur(): Promise<void> {
    await this.page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
  }

  async command(id: string): Promise<void> {
    await menu(this.app, id);
  }

  async frames(): Promise<readonly FrameSummary[]> {
    return (await ask(this.page, 'frames.list', { filter: {}, limit: 100, offset: 0 })).frames;
  }

  /** The frame is on screen and answers clicks. */
  async open(place: number): Promise<void> {
    const frame = (await this.frames())[place];
    // The list has only rows in sight.
    await this.page.locator('.scroller[role="listbox"]').press('Home');
    await this.page.locator(`#frame-${frame?.id}`).click();
    const isOpen = ({ frameSha256, embedding }: { frameSha256: string; embedding: string }): boolean =>
      frameSha256 === frame?.sha256 && embedding === 'ready';
    await until('the frame', () => this.hands.look(), isOpen, PATIENT_MS);
    await this.blur();
  }

  async masks(count: number): Promise<void> {
    const there = ({ masks, waiting }: { masks: readonly string[]; waiting: number }): boolean =>
      masks.length >= count && waiting === 0;
    await until('the masks', () => this.hands.look(), there, PATIENT_MS);
  }

  async click(spot: Spot, button: 'left' | 'right' = 'left'): Promise<void> {
    const at = await this.hands.place(spot);
    if (at) await this.page.mouse.click(at.x, at.y, { button });
  }

  async drag(from: Spot, to: Spot): Promise<void> {
    const { mouse } = this.page;
    const [begin, end] = [await this.hands.place(from), await this.hands.place(to)];
    if (!begin || !end) return;
    await mouse.move(begin.x, begin.y);
    await mouse.down();
    await mouse.move(end.x, end.y, { steps: 5 });
    await mouse.up();
  }

  /** Opens another reading; makes it if there is none of this name. */
  async readAs(reader: string): Promise<void> {
    const { review } = this.words;
    await this.dialog('readers', 'review.readers');
    const dialog = this.page.locator('.dialog-readers');
    const open = dialog.getByRole('button', { name: `${review.readers.open}: ${reader}` });
    if ((await open.count()) === 0) {
      await dialog.getByRole('textbox', { name: review.readers.name }).fill(reader);
      await dialog.getByRole('button', { name: review.readers.create, exact: true }).click();
    }
    await open.click();
    await dialog.waitFor({ state: 'hidden' });
    await until(
      'the reading',
      () => this.hands.look(),
      ({ frameSha256 }) => frameSha256 !== '',
      PATIENT_MS,
    );
  }

  async dialog(name: string, id: string): Promise<void> {
    await this.command(id);
    await this.page.locator(`.dialog-${name}`).waitFor();
  }

  async closed(name: string): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.page.locator(`.dialog-${name}`).waitFor({ state: 'hidden' });
  }
}

async function withWindow(language: Language, act: (by: Photographer, folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sonomask-manual-'));
  const profile = join(folder, 'profile');
  mkdirSync(profile);
  writeFileSync(join(profile, 'settings.json'), JSON.stringify({ language, theme: 'dark', user: 'Dr. Lin' }));
  const desktop = await openDesktop({ profile, env: { HOME: folder } });
  await desktop.page.setViewportSize(SIZE);
  try {
    await act(new Photographer(desktop.app, desktop.page, language), folder);
  } catch (error) {
    const seen = join(tmpdir(), 'manual-failed.png');
    await desktop.page.screenshot({ path: seen });
    throw new Error(`the window is in ${seen}`, { cause: error });
  } finally {
    await desktop.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Stills: from the first window to the export. */
async function stills(by: Photographer, folder: string): Promise<void> {
  const { app, page, words } = by;
  await page.getByRole('heading').first().waitFor();
  await by.take('start');

  const study = join(folder, 'Breast 2026');
  const truth = writeBreastStudy(study, PATIENTS);
  await answerDialogs(app, study);
  await by.command('study.openFolder');
  const setup = page.locator('.dialog-labels');
  await setup.getByText(words.heads['breast lesion']).click();
  await by.take('labels');
  await by.button(words.setup.start).click();
  await setup.waitFor({ state: 'hidden' });

  await by.dialog('batch', 'batch.open');
  await page.locator('.dialog-batch [role="status"] strong').waitFor({ timeout: PATIENT_MS });
  await page.getByText(words.batch.measuring).waitFor({ state: 'hidden', timeout: PATIENT_MS });
  await by.take('batch');
  await by.button(words.batch.start).click();
  await by.button(words.batch.another).waitFor({ timeout: PATIENT_MS });
  await by.closed('batch');
  const all = async () => (await by.frames()).map(({ review }) => review);
  await until('proposals', all, (states) => states.every((state) => state === 'proposed'), PATIENT_MS);
  await by.open(0);
  await by.masks(1);
  await by.take('frame');
  await correct(by, truth);
  await measure(by);
  await compare(by);
  await review(by);
  await by.dialog('export', 'export.open');
  await by.take('export');
  await by.closed('export');
  await by.dialog('keys', 'settings.keys');
  await by.take('keys');
  await by.closed('keys');
}

/** A click where the proposal is most wrong, then the outline by its vertices. */
async function correct(by: Photographer, truth: readonly Mask[]): Promise<void> {
  const right = truth[CORRECTED];
  if (!right) return;
  await by.open(CORRECTED);
  await by.masks(1);
  const [counts] = (await by.hands.look()).masks;
  const now = maskFromRunLengths(decompressCounts(counts ?? ''), right.widthPx, right.heightPx);
  const next = nextClick(now, right);
  if (next) await by.click(next, next.positive ? 'left' : 'right');
  const answered = ({ masks, waiting }: { masks: readonly string[]; waiting: number }): boolean =>
    masks.length > 0 && masks[0] !== counts && waiting === 0;
  await until('the answer', () => by.hands.look(), answered, PATIENT_MS);
  await by.take('correct');
  await by.page.keyboard.press('y');
  await by.take('vertices');
  await by.page.keyboard.press('p');
}

async function measure(by: Photographer): Promise<void> {
  await by.open(0);
  await by.masks(1);
  await by.page.keyboard.press('d');
  await by.drag(...CALIPER);
  await by.page.keyboard.press('s');
  await by.drag(...AXIS);
  await by.click(WIDTH);
  await by.page.keyboard.press('p');
  await by.take('measure');
}

/** Two frames side by side, through a filter. */
async function compare(by: Photographer): Promise<void> {
  const { page, words } = by;
  await by.open(2);
  await by.command('view.beside');
  await by.open(3);
  await by.masks(1);
  await by.command('display.filter.clahe');
  await page.getByText(words.display.filteredView.split('{')[0] ?? '').waitFor();
  await by.take('compare');
  await by.command('display.filter.none');
  await by.command('view.beside');
}

/** Frames are accepted, another reader outlines them, too, and the two are compared; then the figures of it all. */
async function review(by: Photographer): Promise<void> {
  const { page, words } = by;
  await by.open(0);
  const accepted = async () => (await by.frames()).filter(({ review: state }) => state === 'accepted').length;
  for (let done = 1; done <= ACCEPTED; done++) {
    await by.masks(1);
    await by.command('mask.acceptAndNext');
    await until('an accepted frame', accepted, (count) => count === done, PATIENT_MS);
  }
  await by.readAs(READER);
  await by.open(0);
  for (let done = 1; done <= ACCEPTED; done++) {
    await by.masks(1);
    for (let times = 0; times <= done % 4; times++) await by.command(done % 2 ? 'mask.grow' : 'mask.shrink');
    await by.command('mask.acceptAndNext');
    await until('an accepted frame', accepted, (count) => count === done, PATIENT_MS);
  }
  await by.readAs(words.review.main);
  await by.dialog('agreement', 'review.agreement');
  await by.button(words.review.agreement.run).click();
  await page.getByText(words.review.agreement.worst).waitFor({ timeout: PATIENT_MS });
  await by.take('agreement');
  await by.closed('agreement');
  await by.dialog('dashboard', 'view.dashboard');
  await page.locator('.dialog-dashboard canvas').first().waitFor();
  await by.take('dashboard');
  await by.closed('dashboard');
}

/** A loop: one frame outlined, the others from it. */
async function loop(by: Photographer, folder: string): Promise<void> {
  const { app, page, words } = by;
  const study = join(folder, 'Heart 2026');
  const truth = writeHeartStudy(study, LOOP_FRAMES);
  await answerDialogs(app, study);
  await by.command('study.openFolder');
  await by.button(words.setup.later).click();
  const { id: labelId } = await ask(page, 'labels.create', { label: { name: 'LV cavity' }, head: null });
  const frames = await until(
    'the frames',
    () => by.frames(),
    ({ length }) => length === LOOP_FRAMES,
    PATIENT_MS,
  );
  const [first] = frames;
  if (first && truth[0]) await drawMask(page, first.id, labelId, truth[0]);
  await by.open(1);
  await by.open(0);
  await by.masks(1);
  await by.command('mask.propagateForward');
  const carried = async () => (await by.frames()).filter(({ maskCount }) => maskCount > 0).length;
  await until('masks carried on', carried, (count) => count > LOOP_FRAMES / 2, PATIENT_MS);
  await page.locator('.carrying').waitFor({ state: 'detached', timeout: PATIENT_MS });
  await by.open(8);
  await by.masks(1);
  await by.take('loop');
}

const finish = await setUp();
const wanted = process.argv[2];
for (const language of LANGUAGES.filter((each) => !wanted || each === wanted)) {
  mkdirSync(join(OUT, language), { recursive: true });
  await withWindow(language, stills);
  await withWindow(language, loop);
}
finish();
