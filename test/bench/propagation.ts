/**
 * `npm run bench -- propagation [LOOP.dcm]`: masks carried on through loops, frame by frame, against the exact masks of
 * simulated beating hearts: beside a copy of the first mask, and beside the decoder asked with the mask before as prompt.
 * Of a real loop, whose masks nobody knows: there and back again.
 */
import { Predictor } from '../../main/inference';
import { readImage } from '../../main/study';
import { readModel } from '../../models/folder';
import { bundledModelFolder } from '../../models/weights';
import { dice } from '../../shared/metrics';
import { boundingBox, emptyMask, type Mask } from '../../shared/mask';
import { phantomLoop } from '../../shared/phantom';
import type { GrayImage } from '../../shared/image';
import { trackMask } from '../../shared/track';
import { mean, quantile } from './statistics';

const SEEDS = [11, 12, 13, 14];
const FRAMES = 24;
const SIZE = { widthPx: 480, heightPx: 360 };

export async function benchPropagation(say: (line: string) => void, loops: readonly string[]): Promise<void> {
  const rows: { method: string; dice: number[]; last: number[] }[] = ['carried on', 'copied', 'decoder, box'].map(
    (method) => ({ method, dice: [], last: [] }),
  );
  const ms: number[] = [];
  const predictor = new Predictor(await readModel(bundledModelFolder()));
  for (const seed of SEEDS) {
    const frames = phantomLoop({ label: 'lv-cavity', seed, ...SIZE }, FRAMES);
    const first = frames[0]?.mask ?? emptyMask(SIZE.widthPx, SIZE.heightPx);
    let [carried, decoded] = [first, first];
    for (const [i, { image, mask }] of frames.entries()) {
      const before = frames[i - 1]?.image;
      if (!before) continue;
      const began = performance.now();
      carried = trackMask(carried, before, image).mask;
      ms.push(performance.now() - began);
      decoded = await redrawn(predictor, image, decoded);
      [carried, first, decoded].forEach((own, k) => {
        const score = dice(own, mask);
        rows[k]?.dice.push(score);
        if (i === frames.length - 1) rows[k]?.last.push(score);
      });
    }
  }
  await predictor.dispose();
  say(`simulated hearts: ${SEEDS.length} loops of ${FRAMES} frames, one beat, ${SIZE.widthPx}x${SIZE.heightPx}`);
  say('| | mean Dice | worst frame | after the beat |\n| - | -: | -: | -: |');
  for (const { method, dice: all, last } of rows) {
    say(`| ${method} | ${mean(all).toFixed(3)} | ${Math.min(...all).toFixed(3)} | ${mean(last).toFixed(3)} |`);
  }
  say(`a frame takes ${quantile(ms, 0.5).toFixed(0)} ms (median)`);
  for (const path of loops) await thereAndBack(say, path);
}

/** SAM has no memory: what it is told of the frame before is a box around the mask, a little larger. */
async function redrawn(predictor: Predictor, image: GrayImage, before: Mask): Promise<Mask> {
  const [x, y, width, height] = boundingBox(before) ?? [0, 0, 1, 1];
  const [dx, dy] = [0.06 * width, 0.06 * height];
  const box = {
    ...{ x0: Math.max(0, x - dx), y0: Math.max(0, y - dy) },
    ...{ x1: Math.min(image.widthPx, x + width + dx), y1: Math.min(image.heightPx, y + height + dy) },
  };
  const { mask } = await predictor.decode(await predictor.encode(image), { points: [], box });
  return boundingBox(mask) ? mask : before;
}

/** An ellipse in the middle of the picture, carried to the last frame and back to the first. */
async function thereAndBack(say: (line: string) => void, path: string): Promise<void> {
  const { metadata } = await readImage(path);
  const images: GrayImage[] = [];
  for (let i = 0; i < metadata.frameCount; i++) images.push((await readImage(path, i)).frame);
  const { widthPx, heightPx } = images[0] ?? { widthPx: 1, heightPx: 1 };
  const start = emptyMask(widthPx, heightPx);
  for (let i = 0; i < start.data.length; i++) {
    const [x, y] = [(i % widthPx) / widthPx - 0.54, Math.floor(i / widthPx) / heightPx - 0.42];
    start.data[i] = (x / 0.07) ** 2 + (y / 0.17) ** 2 < 1 ? 1 : 0;
  }
  const there = images.map((_, i) => i);
  const way = [...there, ...there.slice(0, -1).reverse()];
  let mask = start;
  let lowest = 1;
  for (const [k, to] of way.entries()) {
    const [from, next] = [images[way[k - 1] ?? -1], images[to]];
    if (!from || !next) continue;
    const tracked = trackMask(mask, from, next);
    mask = tracked.mask;
    lowest = Math.min(lowest, tracked.confidence);
  }
  const kept = dice(mask, start).toFixed(3);
  say(
    `${path}: ${images.length} frames there and back, Dice ${kept} to where it began, least sure step ${lowest.toFixed(2)}`,
  );
}
