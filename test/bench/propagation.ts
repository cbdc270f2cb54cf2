/**
 * `npm run bench -- propagation [LOOP.dcm]`: masks carried on through loops, frame by frame, against the exact masks of
 * simulated beating hearts: beside a copy of the first mask, the proposals of a head that learned hearts a moment before,
 * the decoder asked with the mask before, and tracking joined with either. Of a real loop, whose masks nobody knows: there
 * and back again.
 */
import { finetuneHead, type LabelledImage } from '../../main/finetune';
import { Predictor, type FrameEmbedding } from '../../main/inference';
import { readImage } from '../../main/study';
import { readModel, type Model } from '../../models/folder';
import { bundledModelFolder } from '../../models/weights';
import { dice } from '../../shared/metrics';
import { boundingBox, emptyMask, interpolatedMask, type Mask } from '../../shared/mask';
import { phantomLoop } from '../../shared/phantom';
import type { GrayImage } from '../../shared/image';
import { trackMask } from '../../shared/track';
import { boxAround, logitsOf } from './refine';
import { mean, quantile } from './statistics';

const SEEDS = [11, 12, 13, 14];
const FRAMES = 24;
const SIZE = { widthPx: 480, heightPx: 360 };
const HEART = 'heart';
/** Hearts the head learns from are others than those it is asked about. */
const TAUGHT_SEEDS = [21, 22, 23, 24, 25];
const TAUGHT_FRAMES = 4;
const TAUGHT_STEPS = 40;
/** Two masks of one frame agree this far, or the one that looks at the image alone is not believed. */
const AGREE = 0.88;

interface Step {
  readonly before: GrayImage;
  readonly image: GrayImage;
  readonly embedding: FrameEmbedding;
  readonly first: Mask;
}
type Method = (last: Mask, step: Step) => Promise<Mask> | Mask;

export async function benchPropagation(say: (line: string) => void, loops: readonly string[]): Promise<void> {
  const model = await readModel(bundledModelFolder());
  const predictor = new Predictor(model);
  say(await learnHearts(model, predictor));
  const ms: number[] = [];
  const tracked = (last: Mask, { before, image }: Step): Mask => {
    const began = performance.now();
    const { mask } = trackMask(last, before, image);
    ms.push(performance.now() - began);
    return mask;
  };
  const proposed: Method = async (_, { embedding }) => (await predictor.propose(embedding, HEART)).mask;
  const methods: Readonly<Record<string, Method>> = {
    'carried on, by speckle': tracked,
    'the first mask copied': (_, { first }) => first,
    'proposed on each frame by a head': proposed,
    'drawn by the decoder, the one before as prompt': (last, { embedding }) => redrawn(predictor, embedding, last),
    'speckle, then the decoder where it agrees': async (last, step) => {
      const carried = tracked(last, step);
      return believed(carried, await redrawn(predictor, step.embedding, carried));
    },
    'speckle, half way to the head where it agrees': async (last, step) => {
      const carried = tracked(last, step);
      return believed(carried, await proposed(last, step), 0.5);
    },
  };
  const scores = new Map(Object.keys(methods).map((name) => [name, [] as number[][]]));
  for (const seed of SEEDS) {
    const frames = phantomLoop({ label: 'lv-cavity', seed, ...SIZE }, FRAMES);
    const first = frames[0]?.mask ?? emptyMask(SIZE.widthPx, SIZE.heightPx);
    const held = new Map(Object.keys(methods).map((name) => [name, first]));
    const loop = new Map(Object.keys(methods).map((name) => [name, [] as number[]]));
    for (const [i, { image, mask }] of frames.entries()) {
      const before = frames[i - 1]?.image;
      if (!before) continue;
      const step = { before, image, first, embedding: await predictor.encode(image) };
      for (const [name, method] of Object.entries(methods)) {
        const own = await method(held.get(name) ?? first, step);
        held.set(name, own);
        loop.get(name)?.push(dice(own, mask));
      }
    }
    for (const [name, own] of loop) scores.get(name)?.push(own);
  }
  await predictor.dispose();
  say(`simulated hearts: ${SEEDS.length} loops of ${FRAMES} frames, one beat, ${SIZE.widthPx}x${SIZE.heightPx}`);
  say('| | mean Dice | worst frame | first 6 frames | last 6 frames |\n| - | -: | -: | -: | -: |');
  for (const [name, all] of scores) {
    const [flat, early, late] = [all.flat(), all.flatMap((l) => l.slice(0, 6)), all.flatMap((l) => l.slice(-6))];
    const row = [mean(flat), Math.min(...flat), mean(early), mean(late)].map((value) => value.toFixed(3));
    say(`| ${name} | ${row.join(' | ')} |`);
  }
  say(`Dice by frame, mean of the loops:`);
  for (const [name, all] of scores) {
    const byFrame = (all[0] ?? []).map((_, i) => mean(all.map((loop) => loop[i] ?? 0)).toFixed(2));
    say(`${name}: ${byFrame.join(' ')}`);
  }
  say(`tracking takes ${quantile(ms, 0.5).toFixed(0)} ms a frame (median)`);
  for (const path of loops) await thereAndBack(say, path);
}

/** As a user's first round: a few frames of a few patients. */
async function learnHearts(model: Model, predictor: Predictor): Promise<string> {
  const training = TAUGHT_SEEDS.flatMap((seed): LabelledImage[] =>
    phantomLoop({ label: 'lv-cavity', seed, ...SIZE }, TAUGHT_FRAMES).map((pair, i) => {
      return { name: `${seed} ${i}`, load: () => Promise.resolve(pair) };
    }),
  );
  const { config, weights, steps, minutes, diceAfter } = await finetuneHead({
    ...{ model, label: HEART, training },
    budget: { steps: TAUGHT_STEPS },
  });
  predictor.addHead(HEART, { version: 'bench', config, tensors: new Map(weights) });
  return `a head learned from ${training.length} frames: ${steps} steps in ${minutes.toFixed(1)} min, Dice on them ${diceAfter.toFixed(3)}`;
}

/** What "Refine" does: the mask as logits and the box around it are the prompt. */
async function redrawn(predictor: Predictor, embedding: FrameEmbedding, before: Mask): Promise<Mask> {
  const prompt = { points: [], box: boxAround(before) };
  const { mask } = await predictor.decode(embedding, prompt, logitsOf(before));
  return boundingBox(mask) ? mask : before;
}

/** @param share of the other mask in what comes of it */
function believed(carried: Mask, other: Mask, share = 1): Mask {
  if (dice(carried, other) < AGREE) return carried;
  return share === 1 ? other : interpolatedMask(carried, other, share);
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
