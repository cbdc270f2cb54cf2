/**
 * `tsx test/support/screenshots.ts`: the pictures of README and docs, of the sample study in both languages and themes,
 * and of a label that learns. Builds first; opens its own display where there is none.
 */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDesktop, PROJECT_ROOT } from './desktop';
import setUp from './e2e-setup';
import { learningTour, type LearningView } from './learning-tour';
import { VENTRICLE, writeVentricles } from './ventricles';

const OUT = join(PROJECT_ROOT, 'docs', 'screenshots');
const PICTURES = join(PROJECT_ROOT, 'docs', 'pictures');
const LEARNING: ReadonlySet<LearningView> = new Set(['running', 'report', 'comparison']);
const SIZE = { width: 1440, height: 900 };
const PROPOSAL_MS = 120_000;

const finish = await setUp();
mkdirSync(OUT, { recursive: true });
for (const language of ['en', 'zh-CN']) {
  for (const theme of ['dark', 'light']) {
    const profile = mkdtempSync(join(tmpdir(), 'sonomask-shots-'));
    writeFileSync(join(profile, 'settings.json'), JSON.stringify({ language, theme }));
    const desktop = await openDesktop({ profile, args: ['--sample-study'], env: { HOME: profile } });
    const { page } = desktop;
    await page.setViewportSize(SIZE);
    // Accepting becomes possible with the proposal; thumbnails and neighbours come after it.
    const accept = page.getByRole('button', { name: /^(Accept|接受)/, disabled: false });
    await accept.waitFor({ timeout: PROPOSAL_MS });
    await page.waitForTimeout(15_000);
    await page.screenshot({ path: join(OUT, `${language}-${theme}.png`) });
    await desktop.close();
  }
}
await learning();
finish();

async function learning(): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  const study = join(mkdtempSync(join(tmpdir(), 'sonomask-shots-')), 'hearts');
  const truth = writeVentricles(study, { patients: 24, widthPx: 560, heightPx: 470 });
  const desktop = await openDesktop();
  await desktop.page.setViewportSize(SIZE);
  const at = async (view: LearningView): Promise<void> => {
    if (LEARNING.has(view)) await desktop.page.screenshot({ path: join(PICTURES, `learning-${view}.png`) });
  };
  await learningTour(desktop, { study, label: VENTRICLE, truth, outlined: 16, at });
  await desktop.close();
}
