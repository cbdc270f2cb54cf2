/**
 * A round from plan to report: frames are prepared and split, the old head is judged, the new one trained and judged, and
 * the gate decides. Knows no project: what a round needs is in its plan, what came of it in its result.
 */
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSafetensors } from '../../models/checkpoint';
import { type Model, readModel } from '../../models/folder';
import type { HeadScore, RoundReport } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import { Predictor } from '../inference';
import type { Checkpoint } from './checkpoint';
import { pairedGain, verdictOf } from './gate';
import { type Head, HeadRunner } from './head-runner';
import { chooseStart, readHead, type Starts } from './head-start';
import { judge, meanScore } from './judge';
import { Embeddings, type FrameSample, isUnreadable, prepare } from './prepare';
import { replay, replaySamples } from './replay';
import { RoundClock } from './round-clock';
import { pause, type Sample } from './samples';
import type { RoundFrame, RoundPlan, RoundProgress, RoundResult } from './round-plan';
import { appearance, type Lesson, type Split, split } from './split';
import { type Pupil, trainHeads } from './train-heads';

export interface RoundOptions {
  readonly threads: number;
  /** Ends the round with `cancelled`; it goes on from its checkpoint when it is run again. */
  readonly signal?: AbortSignal;
  /** Ends the training; the best so far is judged. */
  readonly finish?: AbortSignal;
  readonly onProgress?: (progress: RoundProgress) => void;
}

const MAX_COPIES = 7;
const ENOUGH_SAMPLES = 64;
const [FEW_IMAGES, MAX_STEPS] = [30, 400];

type RoundSample = FrameSample<RoundFrame>;

/** What every part of a round needs. */
interface Room extends RoundOptions {
  readonly plan: RoundPlan;
  readonly model: Model;
  readonly predictor: Predictor;
  readonly runner: HeadRunner;
  readonly clock: RoundClock;
}

/** @throws AppError as `FinetuneApi.run` says */
export async function runRound(plan: RoundPlan, options: RoundOptions): Promise<RoundResult> {
  const model = await readModel(plan.modelFolder);
  const predictor = new Predictor(model, { threads: options.threads });
  const runner = new HeadRunner(model, options.threads);
  try {
    await mkdir(plan.stateFolder, { recursive: true });
    const clock = new RoundClock(plan.minutes, options.onProgress);
    return await run({ ...options, plan, model, predictor, runner, clock });
  } finally {
    await Promise.all([predictor.dispose(), runner.dispose()]);
  }
}

async function run(room: Room): Promise<RoundResult> {
  const { plan, model, runner, clock, signal } = room;
  const embeddings = new Embeddings(room.predictor, plan.embeddingsFolder);
  let read = 0;
  const onFrame = (): void => clock.prepared((0.5 * ++read) / plan.frames.length);
  const { samples, leftOut } = await prepare(plan.frames, embeddings, signal, onFrame);
  const places = await splitSamples(samples, plan);
  const pupils = await pupilsOf(samples, places.lessons, room);
  const known = await replaySamples(plan, embeddings, signal);
  const judged = pupils.flatMap(({ judge }) => judge);
  const { nearest, start } = await startsOf(room, judged, pupils.at(-1)?.images ?? 0);
  const old = plan.active ? await readHead(model, plan.active) : nearest;
  const before = await clock.judging(judged.length, (onFrame) => judge(old, judged, { ...room, onFrame }));
  const training = await train(room, pupils, start);
  const heads = (training.best?.heads ?? []).map((weights) => ({ ...start, name: plan.label, weights }));
  const after = await clock.judging(judged.length, (onFrame) => judgeAll(room, heads, pupils, onFrame));
  const head = heads.at(-1);
  if (!head) throw new AppError('internal', plan.label, 'the training yielded no head');
  const forgetting = await replay(old, head, known, { runner, seed: plan.seed, ...(signal && { signal }) });
  const report = reportOf(room, { samples, leftOut, places, judged, start, training, before, after, forgetting });
  const headFile = join(plan.stateFolder, 'head.safetensors');
  const tensors = [...head.weights].map(([name, tensor]) => [name, { dtype: 'F32', ...tensor }] as const);
  await writeSafetensors(headFile, tensors);
  const assignments = samples.map(({ frame }, i) => ({
    frameId: frame.frameId,
    group: places.groups[i] ?? '',
    side: places.sides[i] ?? 'train',
  }));
  return { report, assignments, config: head.config, headFile };
}

/** @throws AppError 'usage' where nothing could be said about the new head */
async function splitSamples(samples: readonly RoundSample[], plan: RoundPlan): Promise<Split> {
  const seen = new Set(plan.replay.map(({ frameId }) => frameId));
  const frames = [];
  for (const sample of samples) {
    const { frameId } = sample.frame;
    frames.push({
      ...sample.frame,
      appearance: appearance(await sample.embedding()),
      seen: seen.has(frameId),
    });
  }
  const places = split(frames, plan.sides);
  const judging = new Set(places.lessons.flatMap(({ judge: judges }) => judges.map((i) => places.groups[i])));
  if (judging.size < 2 || places.lessons.some(({ train: taught }) => taught.length === 0)) {
    const groups = new Set(places.groups).size;
    const reason = `${samples.length} frames of ${groups} patients, series or scenes are too few to learn from and to judge by`;
    throw new AppError('usage', plan.label, `${reason}: correct frames of other patients`);
  }
  return places;
}

interface RoundPupil extends Pupil {
  readonly judge: readonly RoundSample[];
}

/** The lessons with their samples; copies of what is trained on are encoded. */
async function pupilsOf(
  samples: readonly RoundSample[],
  lessons: readonly Lesson[],
  { clock, signal }: Room,
): Promise<RoundPupil[]> {
  const taught = lessons.at(-1)?.train ?? [];
  const copies = copiesFor(taught.length);
  const withCopies = new Map<number, Sample[]>();
  let done = 0;
  for (const i of taught) {
    const sample = samples[i];
    if (!sample) continue;
    const altered: Sample[] = [];
    for (let k = 0; k < copies; k++) {
      await pause(signal);
      const copy = sample.copy(k);
      if (await isReady(copy)) altered.push(copy);
      clock.prepared(0.5 + (0.5 * ++done) / (taught.length * copies));
    }
    withCopies.set(i, [sample, ...altered]);
  }
  return lessons.map(({ train, judge }) => ({
    images: train.length,
    train: train.flatMap((i) => withCopies.get(i) ?? []),
    judge: judge.flatMap((i) => samples[i] ?? []),
  }));
}

/** Whether it could be encoded. A frame that was encoded earlier is learned from also where its file is gone, without copies. */
async function isReady(copy: Sample): Promise<boolean> {
  try {
    await copy.embedding();
    return true;
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return false;
  }
}

async function startsOf(
  { plan, model, runner }: Room,
  judged: readonly RoundSample[],
  images: number,
): Promise<Starts> {
  if (!plan.start) return chooseStart(model, plan.ownHead, judged, { runner, seed: plan.seed, images });
  const start = await readHead(model, plan.start);
  return { nearest: start, start };
}

function train(room: Room, pupils: readonly RoundPupil[], start: Head): Promise<Checkpoint> {
  const { plan, model, clock, runner, threads, signal, finish } = room;
  const images = pupils.at(-1)?.images ?? 0;
  const steps = stepsFor(images);
  const judged = pupils.map(({ judge }) => judge.map(({ frame }) => frame.frameSha256));
  const masks = plan.frames.map(({ frameSha256, rle }) => [frameSha256, rle.counts]);
  const id = [model.manifest.id, plan.label, plan.start, plan.ownHead, plan.seed, masks, judged, steps];
  return trainHeads({
    ...{ model, start, pupils, steps, seed: plan.seed, threads, runner },
    checkpoint: {
      path: join(plan.stateFolder, 'training.safetensors'),
      round: createHash('sha256').update(JSON.stringify(id)).digest('hex'),
    },
    spentMs: (before) => clock.spentMs(before),
    enough: (spentMs) => finish?.aborted === true || clock.isUp(spentMs),
    onStep: (step, curve) => clock.trained(step / steps, curve),
    ...(signal && { signal }),
  });
}

/** Every judge's frames in order, each by the head that never saw them. */
async function judgeAll(
  room: Room,
  heads: readonly Head[],
  pupils: readonly RoundPupil[],
  onFrame: () => void,
): Promise<HeadScore[]> {
  const scores: HeadScore[] = [];
  for (const [i, pupil] of pupils.entries()) {
    const head = heads[i];
    if (head) scores.push(...(await judge(head, pupil.judge, { ...room, onFrame })));
  }
  return scores;
}

interface Outcome {
  readonly samples: readonly RoundSample[];
  readonly leftOut: RoundReport['leftOut'];
  readonly places: Split;
  readonly judged: readonly RoundSample[];
  readonly start: Head;
  readonly training: Checkpoint;
  /** Of `judged`. */
  readonly before: readonly HeadScore[];
  readonly after: readonly HeadScore[];
  readonly forgetting: RoundReport['replay'];
}

function reportOf({ plan, clock }: Room, outcome: Outcome): RoundReport {
  const { samples, leftOut, places, judged, start, training, before, after, forgetting } = outcome;
  const groupOf = new Map(samples.map(({ frame }, i) => [frame.frameId, places.groups[i] ?? '']));
  const frames = judged.flatMap(({ frame: { frameId } }, i) => {
    const [old, now] = [before[i], after[i]];
    return old && now ? [{ frameId, group: groupOf.get(frameId) ?? '', before: old, after: now }] : [];
  });
  const pairs = frames.map((frame) => ({ ...frame, before: frame.before.dice, after: frame.after.dice }));
  const gain = pairedGain(pairs, plan.seed);
  const mean = meanScore(after);
  const taught = places.lessons.at(-1)?.train ?? [];
  const groupsAt = (indices: readonly number[]): number => new Set(indices.map((i) => places.groups[i])).size;
  return {
    judging: places.judging,
    images: { train: taught.length, validation: judged.length },
    groups: { train: groupsAt(taught), validation: new Set(frames.map(({ group }) => group)).size },
    groupedBy: places.groupedBy,
    startedFrom: start.name,
    steps: training.best?.step ?? 0,
    minutes: clock.spentMs(0) / 60_000,
    curve: training.curve,
    before: meanScore(before),
    after: mean,
    gain,
    replay: forgetting,
    verdict: verdictOf(gain, forgetting?.gain ?? null, plan.active ? null : mean.dice),
    frames: frames.sort((a, b) => a.after.dice - b.after.dice),
    leftOut,
  };
}

/** Augmented copies of an image: they help where there are few images, and cost as much time as those. */
function copiesFor(images: number): number {
  return Math.min(MAX_COPIES, Math.max(0, Math.floor(ENOUGH_SAMPLES / images) - 1));
}

/**
 * More images bear more steps before a head begins to learn them by heart, many of them more each. On DDTI, corrected by
 * clicks: 15 and 30 images are best after half of theirs, and gain nothing by 1.5 times as many; 61 gain 0.015 Dice by 240 in
 * place of 148, 110 gain 0.03 by 380 in place of 240, and nothing more by 600.
 */
function stepsFor(images: number): number {
  const few = Math.min(images, FEW_IMAGES);
  return Math.min(MAX_STEPS, 28 + 2 * few + 4 * (images - few));
}
