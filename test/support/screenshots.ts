/**
 * `tsx test/support/screenshots.ts`: the pictures of README and docs, of the sample study in both languages and themes.
 * Builds first; opens its own display where there is none.
 */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDesktop, PROJECT_ROOT } from './desktop';
import setUp from './e2e-setup';

const OUT = join(PROJECT_ROOT, 'docs', 'screenshots');
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
finish();
