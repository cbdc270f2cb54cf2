/** A window in one language, led to its views by commands and pointer, and photographed for the manual. */
import { join } from 'node:path';
import type { ElectronApplication, Page } from 'playwright-core';
import sharp from 'sharp';
import { en } from '../../renderer/i18n/en';
import { zhCn } from '../../renderer/i18n/zh-cn';
import type { FrameSummary } from '../../shared/domain';
import type { Language } from '../../shared/language';
import { until, WindowHands, type Spot } from './journey/window-hands';
import { ask, menu } from './journey/workplace';

const WORDS = { en, 'zh-CN': zhCn };
export const SIZE = { width: 1280, height: 800 };
/** For what the model computes on a busy machine. */
export const PATIENT_MS = 300_000;

export class Photographer {
  readonly words;
  readonly hands: WindowHands;

  constructor(
    readonly app: ElectronApplication,
    readonly page: Page,
    private readonly language: Language,
    /** Folder of the pictures, a folder a language in it. */
    private readonly out: string,
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
      .toFile(join(this.out, this.language, `${name}.png`));
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
