/**
 * `tsx test/support/manual-pictures.ts [LANGUAGE]`: the pictures of docs/manual, of simulated examinations, in both
 * languages. Builds first; opens its own display where there is none. The pictures of README are `screenshots.ts`.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LANGUAGES, type Language } from '../../shared/language';
import { nextClick } from '../../shared/clicks';
import { decompressCounts, maskFromRunLengths, type Mask } from '../../shared/mask';
import { openDesktop, PROJECT_ROOT } from './desktop';
import setUp from './e2e-setup';
import { drawMask } from './journey/draw-mask';
import { until, type Spot } from './journey/window-hands';
import { answerDialogs, ask } from './journey/workplace';
import { PATIENT_MS, Photographer, SIZE } from './photographer';
import { writeBreastStudy, writeHeartStudy } from './phantom-study';
import { VENTRICLE, writeVentricles } from './ventricles';

const OUT = join(PROJECT_ROOT, 'docs', 'manual', 'pictures');
const PATIENTS = 6;
const LOOP_FRAMES = 24;
/** Patients that a label learns from. */
const OUTLINED = 12;
const ROUND_MINUTES = 1;
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

async function withWindow(language: Language, act: (by: Photographer, folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sonomask-manual-'));
  const profile = join(folder, 'profile');
  mkdirSync(profile);
  writeFileSync(join(profile, 'settings.json'), JSON.stringify({ language, theme: 'dark', user: 'Dr. Lin' }));
  const desktop = await openDesktop({ profile, env: { HOME: folder } });
  await desktop.page.setViewportSize(SIZE);
  try {
    await act(new Photographer(desktop.app, desktop.page, language, OUT), folder);
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

/** A label that nothing proposes for learns from the first patients: the report of what came of it on the others. */
async function learning(by: Photographer, folder: string): Promise<void> {
  const { app, page, words } = by;
  const study = join(folder, 'Hearts 2026');
  const truth = writeVentricles(study, { patients: OUTLINED, widthPx: 480, heightPx: 400 });
  await answerDialogs(app, study);
  await by.command('study.openFolder');
  await by.button(words.setup.later).click();
  const { id: labelId } = await ask(page, 'labels.create', { label: { name: VENTRICLE }, head: null });
  const frames = await until(
    'the frames',
    () => by.frames(),
    ({ length }) => length === OUTLINED,
    PATIENT_MS,
  );
  for (const [i, mask] of [...truth.values()].entries()) {
    const frame = frames[i];
    if (frame) await drawMask(page, frame.id, labelId, mask);
  }
  await ask(page, 'learning.start', { labelId, minutes: ROUND_MINUTES, fromHeadId: null });
  const versions = async () => (await ask(page, 'learning.versions', { labelId })).versions;
  await until('a version', versions, ({ length }) => length > 0, 2 * PATIENT_MS);
  await by.button(words.learning.report).first().click();
  await page.locator('.dialog-report .case canvas').nth(1).waitFor({ timeout: PATIENT_MS });
  await by.take('learning');
  await by.closed('report');
}

const finish = await setUp();
const wanted = process.argv[2];
for (const language of LANGUAGES.filter((each) => !wanted || each === wanted)) {
  mkdirSync(join(OUT, language), { recursive: true });
  await withWindow(language, stills);
  await withWindow(language, loop);
  await withWindow(language, learning);
}
finish();
