/** Frames with many masks for the benches of the window: saved as the page saves them, then shown anew. */
import type { Page } from 'playwright-core';
import { compressCounts, rasterizePolygon, runLengths } from '../../shared/mask';
import { ask } from '../support/journey/workplace';
import type { Size } from '../../renderer/canvas/viewport';

const CORNERS = 90;

/** A label of which a frame may hold many masks. @returns its id */
export async function crowdLabel(page: Page): Promise<number> {
  return (await ask(page, 'labels.create', { label: { name: 'nodule', instances: 'multiple' }, head: null })).id;
}

/** Saves so many uneven discs, spread over the frame, that touch each other nowhere. */
export async function crowd(page: Page, frameId: number, labelId: number, count: number): Promise<void> {
  const { frame } = await ask(page, 'frames.open', { frameId });
  const { sha256, widthPx, heightPx } = frame;
  if (sha256 === null || widthPx === null || heightPx === null) throw new Error(`frame ${frameId} cannot be read`);
  await ask(page, 'masks.save', {
    frameId,
    frameSha256: sha256,
    changes: outlines({ width: widthPx, height: heightPx }, count).map((counts) => ({
      kind: 'add',
      labelId,
      state: 'drawn',
      rle: { widthPx, heightPx, counts },
      origin: { tool: 'brush' },
    })),
  });
}

function outlines({ width, height }: Size, count: number): string[] {
  const columns = Math.ceil(Math.sqrt((count * width) / height));
  const rows = Math.ceil(count / columns);
  const [wide, high] = [width / columns, height / rows];
  return Array.from({ length: count }, (_, i) => {
    const [x, y] = [((i % columns) + 0.5) * wide, (Math.floor(i / columns) + 0.5) * high];
    const ring: number[] = [];
    for (let k = 0; k < CORNERS; k++) {
      const angle = (2 * Math.PI * k) / CORNERS;
      const radius =
        Math.min(wide, high) * (0.36 + 0.06 * Math.sin(5 * angle + i) + 0.03 * Math.sin(17 * angle + 2 * i));
      ring.push(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
    }
    return compressCounts(runLengths(rasterizePolygon([ring], width, height)));
  });
}

interface Editor {
  close(): void;
  open(frameId: number): Promise<void>;
  readonly instances: readonly unknown[];
}

/** Closes the frame and opens it: with the masks that are stored now. @returns milliseconds until all of them are there */
export function shownAnew(page: Page, frameId: number, count: number): Promise<number> {
  return page.evaluate(
    async ([id, least]) => {
      interface App {
        __vue_app__: { config: { globalProperties: { $pinia: { _s: Map<string, Editor> } } } };
      }
      const app = document.querySelector('#app') as unknown as App;
      const editor = app.__vue_app__.config.globalProperties.$pinia._s.get('editor')!;
      editor.close();
      const start = performance.now();
      await editor.open(id);
      while (editor.instances.length < least) await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      return performance.now() - start;
    },
    [frameId, count] as const,
  );
}
