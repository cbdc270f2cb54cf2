/**
 * Watches the page from outside, through Playwright: what the visible canvas draws and when, how evenly frames follow
 * each other, which tasks were long. Wraps the browser's own drawing calls; the program knows nothing of it.
 */
import type { Page } from 'playwright-core';

/** A mask as it was last drawn: its box in image pixels and its bits, row by row, as `0` and `1`. */
export interface DrawnMask {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly bits: string;
}

/** What was on the canvas when it was last drawn. */
export interface Drawn {
  /** The frame the page says it shows. */
  readonly sha256: string;
  /** Of the pixels that were drawn, as `frameHash` makes it. */
  readonly drawnSha256: string;
  readonly masks: readonly DrawnMask[];
  /** Drawings, since the watch began, of pixels or masks of another frame than the page said it shows. */
  readonly stale: readonly string[];
}

export interface Paint {
  /** From the input event to the first animation frame after the new pixels were drawn. */
  readonly ms: number;
  /** From the input event to the end of the task that drew them: the program's own share, without waiting for a display. */
  readonly drawnMs: number;
}

interface Watch {
  /** Arms: the next input event of this kind starts the clock, new pixels on the canvas stop it. */
  arm(event: 'pointerdown' | 'pointermove' | 'keydown', until: 'mask' | 'frame'): void;
  /** Resolves when armed and painted; null after `limitMs`. */
  painted(limitMs: number): Promise<Paint | null>;
  drawn(): Promise<Drawn>;
  startFrames(): void;
  /** Milliseconds between animation frames since `startFrames`. */
  stopFrames(): number[];
  /** Durations of tasks over 50 ms since the last call. */
  longTasks(): number[];
}

declare global {
  interface Window {
    bench: Watch;
  }
}

export async function watchPage(page: Page): Promise<void> {
  // tsx names inner functions through a helper that the page does not have.
  await page.evaluate('globalThis.__name ??= (f) => f');
  await page.evaluate(install);
}

/** Runs in the page. */
function install(): void {
  const host = (): HTMLElement | null => document.querySelector<HTMLElement>('.frame-canvas');
  const shownSha = (): string => host()?.dataset['frameSha256'] ?? '';

  const repainted = new WeakMap<OffscreenCanvas, number>();
  const belongsTo = new WeakMap<OffscreenCanvas, string>();
  const hashes = new WeakMap<OffscreenCanvas, { at: number; sha256: Promise<string> }>();
  let image: OffscreenCanvas | null = null;
  let masks: { canvas: OffscreenCanvas; x: number; y: number }[] = [];
  const checks: Promise<void>[] = [];
  const stale: string[] = [];

  const hex = (bytes: ArrayBuffer): string =>
    [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

  /** Width and height as 32 bits, little endian, then the grey samples. */
  function hashOf(canvas: OffscreenCanvas): Promise<string> {
    const at = repainted.get(canvas) ?? 0;
    const known = hashes.get(canvas);
    if (known?.at === at) return known.sha256;
    const { width, height } = canvas;
    const rgba = canvas.getContext('2d')!.getImageData(0, 0, width, height).data;
    const content = new Uint8Array(8 + width * height);
    const size = new DataView(content.buffer);
    size.setUint32(0, width, true);
    size.setUint32(4, height, true);
    for (let i = 0; i < width * height; i++) content[8 + i] = rgba[4 * i]!;
    const sha256 = crypto.subtle.digest('SHA-256', content).then(hex);
    hashes.set(canvas, { at, sha256 });
    return sha256;
  }

  // The clock ---------------------------------------------------------------------------------------------------------

  let hashing = false;
  let armed: { event: string; until: string; start: number; sha256: string } | null = null;
  let finish: (paint: Paint | null) => void = () => undefined;
  let painting: Promise<Paint | null> = Promise.resolve(null);
  for (const event of ['pointerdown', 'pointermove', 'keydown']) {
    const begin = ({ timeStamp }: Event): void => {
      if (armed?.event === event && armed.start === 0) armed.start = timeStamp;
    };
    window.addEventListener(event, begin, { capture: true });
  }

  function judge(): void {
    if (!armed || armed.start === 0) return;
    const { start, until, sha256 } = armed;
    const isNew = (canvas: OffscreenCanvas): boolean => (repainted.get(canvas) ?? 0) > start;
    const mask = masks.some(({ canvas }) => isNew(canvas));
    if (!mask || (until === 'frame' && (!image || !isNew(image) || shownSha() === sha256))) return;
    armed = null;
    const done = finish;
    let drawnMs = 0;
    queueMicrotask(() => (drawnMs = performance.now() - start));
    requestAnimationFrame(() => done({ ms: performance.now() - start, drawnMs }));
  }

  /** One drawing of a canvas on the layer that holds the image, or on the one that holds the masks. */
  function noteDrawn(layer: number, canvas: OffscreenCanvas, x: number, y: number): void {
    const sha256 = shownSha();
    if (layer === 0) {
      image = canvas;
      const check = async (drawn: Promise<string>): Promise<void> => {
        if ((await drawn) !== sha256) stale.push(`pixels ${await drawn} on frame ${sha256}`);
      };
      if (hashing) checks.push(check(hashOf(canvas)));
    } else if (layer === 1) {
      masks.push({ canvas, x, y });
      const owner = belongsTo.get(canvas) ?? sha256;
      belongsTo.set(canvas, owner);
      if (owner !== sha256) stale.push(`mask of ${owner} on frame ${sha256}`);
    }
    judge();
  }

  // The browser's calls -----------------------------------------------------------------------------------------------

  const offscreen = OffscreenCanvasRenderingContext2D.prototype;
  const put = offscreen.putImageData as (...given: unknown[]) => void;
  offscreen.putImageData = function (this: OffscreenCanvasRenderingContext2D, ...given: unknown[]) {
    put.apply(this, given);
    repainted.set(this.canvas, performance.now());
  };
  const visible = CanvasRenderingContext2D.prototype;
  /** Konva's first canvas holds the image, the second the masks, the third prompts and drafts. */
  const layerOf = (canvas: HTMLCanvasElement): number =>
    [...(host()?.querySelectorAll('canvas') ?? [])].indexOf(canvas);
  const clear = visible.clearRect;
  visible.clearRect = function (...given) {
    clear.apply(this, given);
    const layer = layerOf(this.canvas);
    if (layer === 0) image = null;
    else if (layer === 1) masks = [];
  };
  const draw = visible.drawImage as (...given: unknown[]) => void;
  visible.drawImage = function (this: CanvasRenderingContext2D, ...given: unknown[]) {
    draw.apply(this, given);
    const [source, x, y] = given as [unknown, number, number];
    if (source instanceof OffscreenCanvas) noteDrawn(layerOf(this.canvas), source, x, y);
  };

  function bitsOf({ canvas, x, y }: (typeof masks)[number]): DrawnMask {
    const { width, height } = canvas;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height);
    let bits = '';
    for (let i = 3; i < data.length; i += 4) bits += data[i]! > 0 ? '1' : '0';
    return { x, y, width, height, bits };
  }

  // Frames and tasks --------------------------------------------------------------------------------------------------

  let gaps: number[] | null = null;
  let long: number[] = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) long.push(duration);
  }).observe({ entryTypes: ['longtask'] });

  window.bench = {
    arm(event, until) {
      armed = { event, until, start: 0, sha256: shownSha() };
      painting = new Promise((resolve) => (finish = resolve));
    },
    painted(limitMs) {
      const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), limitMs));
      return Promise.race([painting, late]);
    },
    async drawn() {
      hashing = true;
      await Promise.all(checks.splice(0));
      const now = { sha256: shownSha(), masks: masks.map(bitsOf), image };
      const drawnSha256 = now.image ? await hashOf(now.image) : '';
      return { sha256: now.sha256, drawnSha256, masks: now.masks, stale };
    },
    startFrames() {
      const mine: number[] = [];
      gaps = mine;
      let last = 0;
      const step = (now: number): void => {
        if (gaps !== mine) return;
        if (last > 0) mine.push(now - last);
        last = now;
        requestAnimationFrame(step);
      };
      requestAnimationFrame(step);
    },
    stopFrames() {
      const seen = gaps ?? [];
      gaps = null;
      return seen;
    },
    longTasks() {
      const seen = long;
      long = [];
      return seen;
    },
  };
}
