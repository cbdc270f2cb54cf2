/**
 * Reads the mask off the painted canvas, pixel by pixel: magnifies the image, shows it part by part, and looks at the
 * colour in the middle of every image pixel. Takes nothing from the editor's memory but where the image is on screen.
 */
import type { Page } from 'playwright-core';

/** CSS pixels an image pixel: the outline, drawn half over the border pixels, does not reach their middle. */
const SCALE = 8;

export interface ScreenMask {
  readonly widthPx: number;
  readonly heightPx: number;
  /** 1 where the label's colour is on screen. */
  readonly data: Uint8Array;
}

/** @param colour of the label, `#rrggbb`. Leaves the image fitted. */
export async function readScreenMask(page: Page, colour: string): Promise<ScreenMask> {
  const read = await page.evaluate(
    async ([scale, hex]) => {
      const host = document.querySelector<HTMLElement>('.frame-canvas')!;
      const app = document.querySelector('#app') as unknown as {
        __vue_app__: { config: { globalProperties: object } };
      };
      const pinia = (app.__vue_app__.config.globalProperties as { $pinia: { _s: Map<string, never> } }).$pinia;
      const store = pinia._s.get('editor') as unknown as {
        image: { widthPx: number; heightPx: number };
        viewport: { scale: number; offsetX: number; offsetY: number };
        opacity: number;
        zoom(factor: number, at: { x: number; y: number }): void;
        pan(dx: number, dy: number): void;
        fitImage(): void;
      };
      const painted = (): Promise<void> =>
        new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())));
      const wanted = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
      const { widthPx, heightPx } = store.image;
      const room = { width: host.clientWidth, height: host.clientHeight };
      const opacity = store.opacity;
      store.opacity = 1;
      store.zoom(scale / store.viewport.scale, { x: 0, y: 0 });
      const rows: number[] = new Array<number>(widthPx * heightPx).fill(2);
      const across = Math.floor(room.width / scale) - 1;
      const down = Math.floor(room.height / scale) - 1;
      for (let top = 0; top < heightPx; top += down) {
        for (let left = 0; left < widthPx; left += across) {
          const { offsetX, offsetY } = store.viewport;
          // Away from the edge, so that no pixel is cut.
          store.pan(4 - left * scale - offsetX, 4 - top * scale - offsetY);
          await painted();
          // Konva's first canvas holds the image, the second the masks, the third prompts and drafts.
          const canvas = host.querySelectorAll('canvas')[1]!;
          const density = canvas.width / canvas.clientWidth;
          const shot = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
          const view = store.viewport;
          for (let y = 0; y < heightPx; y++) {
            const sy = Math.floor(((y + 0.5) * view.scale + view.offsetY) * density);
            if (sy < scale / 2 || sy >= canvas.height - scale / 2) continue;
            for (let x = 0; x < widthPx; x++) {
              const sx = Math.floor(((x + 0.5) * view.scale + view.offsetX) * density);
              if (sx < scale / 2 || sx >= canvas.width - scale / 2) continue;
              const at = (sy * canvas.width + sx) * 4;
              rows[y * widthPx + x] = wanted.every((value, k) => Math.abs(shot.data[at + k]! - value) <= 2) ? 1 : 0;
            }
          }
        }
      }
      store.opacity = opacity;
      store.fitImage();
      await painted();
      return { widthPx, heightPx, digits: rows.join('') };
    },
    [SCALE, colour] as const,
  );
  if (read.digits.includes('2')) throw new Error('a part of the image was never on screen');
  return { widthPx: read.widthPx, heightPx: read.heightPx, data: Uint8Array.from(read.digits, Number) };
}
