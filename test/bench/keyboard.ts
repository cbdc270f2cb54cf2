/**
 * A reader without a mouse goes through fifty simulated frames: label, proposals accepted or corrected, each saved. Seconds and
 * keystrokes a frame, and how good the masks are in the end.
 */
import { openDesktop } from '../support/desktop';
import { KeyboardReader, type ReadFrame } from '../support/journey/keyboard-reader';
import { median, quantile } from './statistics';
import { USUAL, type Say } from './window-clicks';
import { makeStudy, removeStudy } from './window-study';

const GOOD = 0.9;
const ASKED_MS = 120_000;

export async function benchKeyboard(say: Say, count = 50): Promise<void> {
  const { folder, frames } = makeStudy(
    Array.from({ length: count }, () => USUAL),
    { patients: true },
  );
  const desktop = await openDesktop({ args: [folder] });
  try {
    const reader = new KeyboardReader(desktop.app, desktop.page);
    await desktop.page.getByRole('checkbox', { name: /Breast lesion/ }).waitFor({ timeout: ASKED_MS });
    await reader.tabTo('Breast lesion');
    await reader.press('Space');
    await reader.tabTo('Start');
    await reader.press('Space');
    await desktop.page.locator('.dialog-labels').waitFor({ state: 'hidden', timeout: ASKED_MS });
    const setUp = reader.keys;
    const read: ReadFrame[] = [];
    for (const frame of frames) read.push(await reader.read(frame, GOOD));
    const of = (value: (frame: ReadFrame) => number): number[] => read.map(value);
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const line = (values: number[], digits: number): string =>
      `${median(values).toFixed(digits)} median ${quantile(values, 0.95).toFixed(digits)} p95 ${mean(values).toFixed(digits)} mean`;
    say(`keyboard only, ${count} frames ${USUAL.join('x')}: keys for the label`, String(setUp));
    say(
      '  seconds a frame, from image and proposal to the next',
      line(
        of(({ seconds }) => seconds),
        1,
      ),
    );
    say(
      '  keystrokes a frame',
      line(
        of(({ keys }) => keys),
        0,
      ),
    );
    say(`  frames corrected (Dice below ${GOOD})`, String(read.filter(({ clicks }) => clicks > 0).length));
    say(
      '  Dice of proposals',
      line(
        of(({ proposed }) => proposed),
        3,
      ),
    );
    say(
      '  Dice in the end',
      line(
        of(({ dice }) => dice),
        3,
      ),
    );
  } finally {
    await desktop.close();
    removeStudy(folder);
  }
}
