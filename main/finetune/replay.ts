/**
 * What a label knew before a round and must know after it: simulated phantoms of the organ that the bundled head is for,
 * and frames of the project that earlier versions learned from.
 */
import { createHash } from 'node:crypto';
import { INPUT_SIZE_PX } from '../../models/autosamus';
import type { RoundReport } from '../../shared/domain';
import { resizeNearest } from '../../shared/image';
import { phantomFrame, type PhantomLabel } from '../../shared/phantom';
import { pairedGain } from './gate';
import { type Head, type HeadRunner, meanOf } from './head-runner';
import { type Embeddings, prepare } from './prepare';
import type { RoundPlan } from './round-plan';
import { pause, type Sample, targetOf } from './samples';

const PHANTOMS: readonly PhantomLabel[] = ['breast-lesion', 'fetal-head', 'lv-cavity'];
/** Enough for an interval a few hundredths of Dice wide. */
const PHANTOM_COUNT = 12;
/** Far from those of the sample study, which a user may correct and train on. */
const FIRST_SEED = 900_000;
/** Half the size that ultrasound has: drawing takes a quarter of the time, and the network sees no more. */
const SIZE_PX = { widthPx: 320, heightPx: 256 };
/** Of the project's own frames; which ones, their hashes decide. */
const MAX_FRAMES = 40;

/** Embeddings of what is replayed; the first round of a project computes those of the phantoms. @throws AppError 'cancelled' */
export async function replaySamples(
  plan: Pick<RoundPlan, 'ownHead' | 'replay'>,
  embeddings: Embeddings,
  signal?: AbortSignal,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const organ = PHANTOMS.find((label) => label === plan.ownHead);
  for (let i = 0; organ && i < PHANTOM_COUNT; i++) {
    await pause(signal);
    const sample = phantomSample(organ, FIRST_SEED + i, embeddings);
    await sample.embedding();
    samples.push(sample);
  }
  const frames = [...plan.replay].sort((a, b) => (a.frameSha256 < b.frameSha256 ? -1 : 1)).slice(0, MAX_FRAMES);
  const prepared = await prepare(frames, embeddings, signal);
  return [...samples, ...prepared.samples];
}

function phantomSample(label: PhantomLabel, seed: number, embeddings: Embeddings): Sample {
  const spec = { label, seed, ...SIZE_PX };
  const { image, mask } = phantomFrame(spec);
  const key = createHash('sha256')
    .update(`phantom ${JSON.stringify(spec)}`)
    .digest('hex');
  return {
    target: targetOf(resizeNearest(mask, INPUT_SIZE_PX, INPUT_SIZE_PX)),
    embedding: () => embeddings.of(key, () => Promise.resolve(image)),
  };
}

/** Null where there is too little to forget to tell. */
export async function replay(
  before: Head,
  after: Head,
  samples: readonly Sample[],
  options: { readonly runner: HeadRunner; readonly seed: number; readonly signal?: AbortSignal },
): Promise<RoundReport['replay']> {
  if (samples.length < 2) return null;
  const [old, now] = [
    await options.runner.dice(before, samples, options.signal),
    await options.runner.dice(after, samples, options.signal),
  ];
  const pairs = old.map((dice, i) => ({ group: String(i), before: dice, after: now[i] ?? 0 }));
  return { images: samples.length, before: meanOf(old), after: meanOf(now), gain: pairedGain(pairs, options.seed) };
}
