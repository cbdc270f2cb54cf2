/**
 * A reader who never touches the mouse: chooses the label, accepts good proposals, corrects bad ones with the keyboard's
 * crosshair, exports. Every key is a real input event; what the reader knows of the truth is where a mask is wrong.
 */
import type { ElectronApplication, Page } from 'playwright-core';
import { nextClick, type Click } from '../../../shared/clicks';
import { maskFromCocoRle, emptyMask, type Mask } from '../../../shared/mask';
import { dice } from '../../../shared/metrics';
import { until, WindowHands } from './window-hands';

/** An image as the reader knows it. */
export interface KnownFrame {
  readonly sha256: string;
  readonly truth: Mask;
}

export interface ReadFrame {
  readonly seconds: number;
  readonly keys: number;
  readonly clicks: number;
  readonly proposed: number;
  readonly dice: number;
}

type Modifier = 'shift' | 'control';

const MOST_CLICKS = 5;
/** The page's own store. */
const CURSOR = "document.querySelector('#app').__vue_app__.config.globalProperties.$pinia._s.get('keyboard-cursor')";
/** As `renderer/canvas/keyboard-cursor.ts` moves, CSS pixels. */
const STEPS: readonly (readonly [number, readonly Modifier[]])[] = [
  [40, ['shift']],
  [8, []],
  [1, ['control']],
];
const WAIT_MS = 120_000;

export class KeyboardReader {
  readonly hands: WindowHands;
  #keys = 0;

  constructor(
    private readonly app: ElectronApplication,
    private readonly page: Page,
  ) {
    this.hands = new WindowHands(app);
  }

  get keys(): number {
    return this.#keys;
  }

  async press(keyCode: string, ...modifiers: Modifier[]): Promise<void> {
    this.#keys++;
    await this.app.evaluate(
      ({ BrowserWindow }, key) => {
        const contents = BrowserWindow.getAllWindows()[0]!.webContents;
        contents.sendInputEvent({ type: 'keyDown', ...key });
        contents.sendInputEvent({ type: 'keyUp', ...key });
      },
      { keyCode, modifiers },
    );
  }

  /** Goes on with Tab until what has the focus is called so. */
  async tabTo(name: string): Promise<void> {
    const focused = (): Promise<string> =>
      this.page.evaluate(() => {
        const element = document.activeElement as HTMLElement | null;
        const pressed = element?.matches('button, [role=checkbox], [role=radio]') ?? false;
        return pressed ? `${element?.ariaLabel ?? ''} ${element?.innerText ?? ''}` : '';
      });
    for (let i = 0; i < 60; i++) {
      if ((await focused()).includes(name)) return;
      await this.press('Tab');
      await this.page.waitForTimeout(30);
    }
    throw new Error(`Tab never comes to ${name}`);
  }

  /** Outlines what the window shows now, and goes on to the next. @param good Dice that is good enough to be accepted */
  async read({ sha256, truth }: KnownFrame, good: number): Promise<ReadFrame> {
    const look = () => this.hands.look();
    await until('the frame', look, (seen) => seen.frameSha256 === sha256 && seen.embedding === 'ready', WAIT_MS);
    // Where a head finds nothing, no mask comes.
    await until('a proposal', look, ({ masks }) => masks.length > 0, 5_000).catch(() => undefined);
    const [start, before] = [Date.now(), this.#keys];
    let mask = await this.#shown(truth);
    const proposed = dice(mask, truth);
    const clicked: Click[] = [];
    if (proposed < good) await this.press('Z');
    while (dice(mask, truth) < good && clicked.length < MOST_CLICKS) {
      const click = nextClick(mask, truth, clicked);
      if (!click) break;
      clicked.push(click);
      await this.#click(click);
      mask = await this.#shown(truth);
    }
    if (proposed < good) await this.press('Escape');
    await this.press('Return', 'shift');
    await until(
      'the next frame, and all saved',
      look,
      (seen) => seen.saveState === 'saved' && (seen.frameSha256 !== sha256 || seen.messages !== ''),
      WAIT_MS,
    );
    const [seconds, keys] = [(Date.now() - start) / 1_000, this.#keys - before];
    return { seconds, keys, clicks: clicked.length, proposed, dice: dice(mask, truth) };
  }

  async #click({ x, y, positive }: Click): Promise<void> {
    const to = await this.hands.place({ x, y });
    const { x: fromX, y: fromY } = await this.#crosshair();
    if (!to) throw new Error('no image');
    await this.#go(to.x - fromX, 'Left', 'Right');
    await this.#go(to.y - fromY, 'Up', 'Down');
    const had = (await this.hands.look()).masks.join();
    if (positive) await this.press('Space');
    else await this.press('Space', 'shift');
    // A click that changes no pixel leaves the mask as it is.
    await until(
      'the answer',
      () => this.hands.look(),
      ({ waiting, masks }) => waiting === 0 && masks.join() !== had,
      10_000,
    ).catch(() => undefined);
  }

  async #go(distance: number, back: string, forth: string): Promise<void> {
    let left = Math.round(Math.abs(distance));
    for (const [step, modifiers] of STEPS) {
      // Up to four pixels are no matter for a click.
      if (step === 1 && left <= 4) return;
      for (; left >= step; left -= step) await this.press(distance < 0 ? back : forth, ...modifiers);
    }
  }

  /** Where the crosshair is in the window. */
  async #crosshair(): Promise<{ x: number; y: number }> {
    const at = await until(
      'the crosshair',
      () => this.hands.look<{ x: number; y: number } | null>(`(({ at }) => at && { x: at.x, y: at.y })(${CURSOR})`),
      (found) => found !== null,
    );
    const place = await this.hands.place(at!);
    if (!place) throw new Error('no image');
    return place;
  }

  async #shown({ widthPx, heightPx }: Mask): Promise<Mask> {
    const [counts] = (await this.hands.look()).masks;
    return counts === undefined ? emptyMask(widthPx, heightPx) : maskFromCocoRle({ size: [heightPx, widthPx], counts });
  }
}
