/**
 * Works the window from the main process: real input events, and looks at what the page shows. Unlike Playwright's page
 * it goes on working after the page's process was killed and started again. What a test does with it is the test's.
 */
import type { ElectronApplication } from 'playwright-core';

export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** What the window shows at one moment. */
export interface Seen {
  /** `saved`, `saving`, `failed`; empty where no study is open. */
  readonly saveState: string;
  /** Of the frame on screen; empty while none is. */
  readonly frameSha256: string;
  /** `ready` where clicks are answered. */
  readonly embedding: string;
  /** Pixels of the masks on screen, as COCO run lengths. */
  readonly masks: readonly string[];
  /** A click waits for its mask. */
  readonly waiting: number;
  readonly messages: string;
}

/** The page's own editor store: what the canvas and the panels draw from. */
const STORE = "document.querySelector('#app').__vue_app__.config.globalProperties.$pinia._s.get('editor')";

const LOOK = `(() => {
  const canvas = document.querySelector('.frame-canvas');
  const live = ${STORE}.editor.document?.live ?? [];
  return {
    saveState: document.querySelector('[data-save-state]')?.dataset.saveState ?? '',
    frameSha256: canvas?.dataset.frameSha256 ?? '',
    embedding: canvas?.dataset.embedding ?? '',
    masks: live.flatMap(({ shown }) => (shown ? [shown.counts] : [])),
    waiting: ${STORE}.waitingClicks,
    messages: [...document.querySelectorAll('.toast')].map((toast) => toast.innerText).join('\\n'),
  };
})()`;

export class WindowHands {
  constructor(private readonly app: ElectronApplication) {}

  /** Evaluates in the page; throws where there is none just now. */
  look<T = Seen>(script = LOOK): Promise<T> {
    return this.app.evaluate(async ({ BrowserWindow }, code) => {
      const contents = BrowserWindow.getAllWindows()[0]!.webContents;
      if (contents.isCrashed() || contents.isLoading()) throw new Error('no page now');
      const slow = new Promise((_, fail) => setTimeout(() => fail(new Error('the page does not answer')), 5_000));
      return Promise.race([contents.executeJavaScript(code) as Promise<T>, slow]) as Promise<T>;
    }, script);
  }

  /** Where an image point is in the window, in CSS pixels; undefined while no image is shown. */
  place(of: Spot): Promise<Spot | undefined> {
    return this.look<Spot | undefined>(`(() => {
      const { image, viewport } = ${STORE};
      if (!image) return undefined;
      const box = document.querySelector('.frame-canvas').getBoundingClientRect();
      return {
        x: Math.round(box.left + ${of.x} * viewport.scale + viewport.offsetX),
        y: Math.round(box.top + ${of.y} * viewport.scale + viewport.offsetY),
      };
    })()`);
  }

  /** Presses the left button at the first spot, moves over the others and lets it go: image coordinates. */
  async drag(spots: readonly Spot[]): Promise<void> {
    const way: Spot[] = [];
    for (const spot of spots) {
      const at = await this.place(spot);
      if (at) way.push(at);
    }
    // Between two frames there is nothing to draw on.
    if (way.length < spots.length) return;
    await this.app.evaluate(async ({ BrowserWindow }, path) => {
      const contents = BrowserWindow.getAllWindows()[0]!.webContents;
      const [from, to] = [path[0]!, path.at(-1)!];
      const left = { button: 'left', clickCount: 1 } as const;
      contents.sendInputEvent({ type: 'mouseMove', ...from });
      contents.sendInputEvent({ type: 'mouseDown', ...from, ...left });
      for (const point of path) {
        contents.sendInputEvent({ type: 'mouseMove', ...point, modifiers: ['leftbuttondown'] });
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      contents.sendInputEvent({ type: 'mouseUp', ...to, ...left });
    }, way);
  }

  /** A key without modifiers, as Electron names it. */
  press(keyCode: string): Promise<void> {
    return this.app.evaluate(({ BrowserWindow }, key) => {
      const contents = BrowserWindow.getAllWindows()[0]!.webContents;
      contents.sendInputEvent({ type: 'keyDown', keyCode: key });
      contents.sendInputEvent({ type: 'keyUp', keyCode: key });
    }, keyCode);
  }

  /** Process id of a worker (`encode`, `prompt`, `study`) or of the page (`renderer`); undefined while it does not run. */
  pidOf(name: string): Promise<number | undefined> {
    return this.app.evaluate(
      ({ app, BrowserWindow }, wanted) =>
        wanted === 'renderer'
          ? BrowserWindow.getAllWindows()[0]!.webContents.getOSProcessId() || undefined
          : app.getAppMetrics().find((process) => process.name === `SonoMask ${wanted}`)?.pid,
      name,
    );
  }
}

/** Asks again and again until the answer is as wanted; what throws meanwhile counts as "not yet". */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  wanted: (answer: T) => boolean,
  ms = 30_000,
): Promise<T> {
  const end = Date.now() + ms;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const answer = await ask();
      if (wanted(answer)) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  throw new Error(
    `${what}: not within ${ms} ms; at last ${last instanceof Error ? last.message : JSON.stringify(last)}`,
  );
}
