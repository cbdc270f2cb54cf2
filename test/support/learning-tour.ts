/** Leads a window through a label's first round of learning, from outlines to the history, and stops at every view worth a picture. */
import type { Page } from 'playwright-core';
import type { Mask } from '../../shared/mask';
import type { Desktop } from './desktop';
import { drawMask } from './journey/draw-mask';
import { until } from './journey/window-hands';
import { answerDialogs, ask, menu } from './journey/workplace';

export type LearningView = 'offer' | 'setup' | 'running' | 'report' | 'comparison' | 'history';

export interface Tour {
  /** Folder with a patient in each of its folders. */
  readonly study: string;
  readonly label: string;
  /** What is there, by patient, in the order of the list. */
  readonly truth: ReadonlyMap<string, Mask>;
  /** So many are outlined. */
  readonly outlined: number;
  /** The view is on the screen; the language is English. */
  readonly at: (view: LearningView) => Promise<void>;
}

const ROUND_MS = 600_000;

export async function learningTour({ app, page }: Desktop, { study, label, truth, outlined, at }: Tour): Promise<void> {
  await answerDialogs(app, study);
  await page.getByRole('button', { name: 'Open a folder' }).click();
  await page.getByPlaceholder('e.g. thyroid nodule').fill(label);
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  const labelId = await outline(page, truth, outlined);
  const panel = page.getByRole('region', { name: 'Learning', exact: true });
  await page.keyboard.press('ArrowRight');
  await panel.getByText('new corrections. Learn from them?').waitFor();
  await at('offer');

  await menu(app, 'learning.start');
  await page.locator('.dialog-learn').waitFor();
  await at('setup');
  await page.keyboard.press('Escape');
  await ask(page, 'learning.start', { labelId, fromHeadId: null });
  const points = async (): Promise<number> => (await ask(page, 'learning.labels'))[0]?.progress?.curve.length ?? 0;
  await until('a curve', points, (count) => count >= 3, ROUND_MS);
  await at('running');

  const round = (await ask(page, 'learning.labels'))[0]?.round;
  if (round) await ask(page, 'learning.finish', { roundId: round.id }).catch(() => undefined);
  const versions = async () => (await ask(page, 'learning.versions', { labelId })).versions;
  await until('a version', versions, ({ length }) => length > 0, ROUND_MS);
  await panel.getByRole('button', { name: 'Report' }).first().click();
  await page.locator('.dialog-report .case canvas').nth(1).waitFor();
  await tidy(page);
  await at('report');
  await page.keyboard.press('Escape');

  // A second one to compare it with: a moment of training suffices.
  const first = (await versions())[0]?.id ?? null;
  await ask(page, 'learning.activate', { labelId, headId: first });
  await ask(page, 'learning.start', { labelId, minutes: 0.5, fromHeadId: first });
  await until('another version', versions, ({ length }) => length > 1, ROUND_MS);
  await panel
    .getByText(/v2 (proposes|is kept)/)
    .first()
    .waitFor();
  await menu(app, 'learning.compare');
  await page.getByRole('slider', { name: 'Line between the versions' }).waitFor();
  await page
    .getByText(/^Dice [01]\.\d\d$/)
    .first()
    .waitFor();
  await tidy(page);
  await at('comparison');
  await page.keyboard.press('Escape');
  await menu(app, 'learning.versions');
  await page.locator('.dialog-versions').waitFor();
  await at('history');
}

/** Draws what is there on the first frames, as a human would; @returns the only label */
async function outline(page: Page, truth: ReadonlyMap<string, Mask>, count: number): Promise<number> {
  const list = () => ask(page, 'frames.list', { filter: {}, limit: 100, offset: 0 });
  const { frames } = await until('the frames', list, ({ total }) => total === truth.size);
  const [label] = await until(
    'the label',
    () => ask(page, 'labels.list'),
    ({ length }) => length > 0,
  );
  if (!label) throw new Error('there is no label');
  for (const { id: frameId, patient } of frames.slice(0, count)) {
    const mask = truth.get(patient);
    if (mask) await drawMask(page, frameId, label.id, mask);
  }
  return label.id;
}

/** What a minute's waiting would do: messages go, and the focus is nowhere. */
async function tidy(page: Page): Promise<void> {
  for (const close of await page.locator('.toast button').all()) await close.click();
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
}
