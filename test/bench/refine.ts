/**
 * `npm run bench -- refine`: what the decoder makes of a mask that is itself the prompt, exact or drawn sloppily, against the
 * true one: by the mask alone, and by the mask and the box around it. On images of ../shared/data.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Predictor } from '../../main/inference';
import { readImage } from '../../main/study';
import { readModel } from '../../models/folder';
import { bundledModelFolder } from '../../models/weights';
import { resizeBilinearAntialias } from '../../shared/image';
import { boundingBox, maskAbove, rasterizePolygon, type Mask } from '../../shared/mask';
import { dice } from '../../shared/metrics';
import { mean } from './statistics';

const DATA = join(import.meta.dirname, '..', '..', '..', 'shared', 'data');
const SETS = ['busi', 'hc18', 'ddti'];
const IMAGES = 24;
const SLOPPY = [0, 0.15, 0.3];
const CORNERS = 10;
/** What a mask is worth as logits; as in main/inference. */
const MASK_LOGIT = 8;

export async function benchRefine(say: (line: string) => void): Promise<void> {
  const predictor = new Predictor(await readModel(bundledModelFolder()));
  const random = congruential(1);
  say('| | given | mask alone | mask and box |\n| - | -: | -: | -: |');
  for (const set of SETS) {
    const scores = SLOPPY.map(() => ({ given: [] as number[], alone: [] as number[], boxed: [] as number[] }));
    for (const name of some(readdirSync(join(DATA, set, 'img')).sort())) {
      const { frame } = await readImage(join(DATA, set, 'img', name));
      const { frame: label } = await readImage(join(DATA, set, 'label', name));
      const truth = maskAbove(label.data, label.widthPx, label.heightPx, 0);
      if (!boundingBox(truth)) continue;
      const embedding = await predictor.encode(frame);
      for (const [i, by] of SLOPPY.entries()) {
        const given = by === 0 ? truth : sloppy(truth, by, random);
        const logits = logitsOf(given);
        const alone = await predictor.decode(embedding, { points: [] }, logits);
        const boxed = await predictor.decode(embedding, { points: [], box: boxAround(given) }, logits);
        scores[i]?.given.push(dice(given, truth));
        scores[i]?.alone.push(dice(alone.mask, truth));
        scores[i]?.boxed.push(dice(boxed.mask, truth));
      }
    }
    for (const [i, { given, alone, boxed }] of scores.entries()) {
      const row = [given, alone, boxed].map((values) => mean(values).toFixed(3));
      say(`| ${set}, sloppy by ${100 * (SLOPPY[i] ?? 0)} % | ${row.join(' | ')} |`);
    }
  }
  await predictor.dispose();
}

/** The mask as a prompt. */
export function logitsOf({ widthPx, heightPx, data }: Mask): Float32Array {
  const cells = resizeBilinearAntialias({ widthPx, heightPx, data: data.map((bit) => bit * 255) }, 128, 128);
  return Float32Array.from(cells.data, (value) => MASK_LOGIT * (value / 127.5 - 1));
}

export function boxAround(mask: Mask): { x0: number; y0: number; x1: number; y1: number } {
  const [x0, y0, width, height] = boundingBox(mask) ?? [0, 0, 1, 1];
  return { x0, y0, x1: x0 + width, y1: y0 + height };
}

/** A polygon of few corners whose distance from the middle is wrong by up to a share. */
function sloppy(mask: Mask, by: number, random: () => number): Mask {
  const { x0, y0, x1, y1 } = boxAround(mask);
  const [cx, cy] = [(x0 + x1) / 2, (y0 + y1) / 2];
  const corners: number[] = [];
  for (let k = 0; k < CORNERS; k++) {
    const angle = (2 * Math.PI * k) / CORNERS;
    let reach = 0;
    for (let step = 0; step < Math.max(mask.widthPx, mask.heightPx); step++) {
      const [x, y] = [Math.floor(cx + step * Math.cos(angle)), Math.floor(cy + step * Math.sin(angle))];
      if (x < 0 || y < 0 || x >= mask.widthPx || y >= mask.heightPx) break;
      if (mask.data[y * mask.widthPx + x] === 1) reach = step;
    }
    const distance = reach * (1 + by * (2 * random() - 1));
    corners.push(cx + distance * Math.cos(angle), cy + distance * Math.sin(angle));
  }
  return rasterizePolygon([corners], mask.widthPx, mask.heightPx);
}

/** As many at even distances. */
function some(names: readonly string[]): string[] {
  const step = Math.max(1, Math.floor(names.length / IMAGES));
  return names.filter((_, i) => i % step === 0).slice(0, IMAGES);
}

/** The same numbers on every machine; 0 to 1. */
function congruential(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) & 0x7fffffff) / 0x7fffffff;
}
