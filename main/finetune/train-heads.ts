/**
 * Trains the heads of a round's lessons in step with each other, looks from time to time how they do on frames they do not
 * see, and remembers the best moment. Steps decide everything; the clock can only end it early.
 */
import type { Model } from '../../models/folder';
import {
  ADAM,
  batchIndices,
  headLoss,
  schedule,
  type Tensors,
  Trainer,
  type TrainingState,
} from '../../models/training';
import type { LearningCurve } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint';
import { type Head, type HeadRunner, meanOf } from './head-runner';
import { rateFor, withHead } from './head-start';
import { batchOf, pause, type Sample } from './samples';

/** A head to train. */
export interface Pupil {
  readonly train: readonly Sample[];
  /** Images among them; the rest are altered copies. */
  readonly images: number;
  /** Never trained on; may be empty. */
  readonly judge: readonly Sample[];
}

export interface Training {
  readonly model: Model;
  readonly start: Head;
  readonly pupils: readonly Pupil[];
  readonly steps: number;
  readonly seed: number;
  readonly threads: number;
  readonly runner: HeadRunner;
  readonly checkpoint: { readonly path: string; readonly round: string };
  /** Wall clock of the round: given what was spent in earlier sittings, what is spent by now. */
  spentMs(before: number): number;
  /** Whether to end it now. */
  enough(spentMs: number): boolean;
  /** A killed round loses so much at most, and what lies between two looks. */
  readonly checkpointMs?: number;
  readonly signal?: AbortSignal;
  /** After each step, with the curve so far. */
  onStep(step: number, curve: LearningCurve): void;
}

const BATCH = 4;
/** Steps from one look to the next. */
const LOOK_EVERY = 10;
const CHECKPOINT_MS = 10_000;

/** @throws AppError 'cancelled': the checkpoint is there to go on from; 'disk-full', 'write-failed' */
export async function trainHeads(training: Training): Promise<Checkpoint> {
  const { model, start, pupils, threads, checkpoint } = training;
  const trainer = await Trainer.create({
    loss: headLoss(model.manifest.config, start.config, BATCH),
    start: start.weights,
    frozen: withHead(model, new Map()),
    optimizer: ADAM,
    session: { weightsFolder: model.folder, threads },
  });
  try {
    const fresh = { states: pupils.map(() => trainer.state), best: null, curve: [], spentMs: 0, ended: false };
    const found = await readCheckpoint(checkpoint.path, checkpoint.round);
    return await goOn(training, trainer, found ?? fresh);
  } finally {
    await trainer.release();
  }
}

async function goOn(training: Training, trainer: Trainer, from: Checkpoint): Promise<Checkpoint> {
  const { steps, checkpoint, checkpointMs = CHECKPOINT_MS, signal } = training;
  let [now, savedAt] = [from, performance.now()];
  let states = [...from.states];
  let losses: number[] = [];
  training.spentMs(from.spentMs);
  while (!now.ended) {
    await pause(signal);
    states = await step(training, trainer, states, losses);
    const done = states[0]?.step ?? 0;
    const spentMs = training.spentMs(from.spentMs);
    const ended = done >= steps || training.enough(spentMs);
    if (done % LOOK_EVERY !== 0 && !ended) {
      training.onStep(done, now.curve);
      continue;
    }
    now = await look(training, trainer, { ...now, states, spentMs, ended }, meanOf(losses));
    losses = [];
    if (ended || performance.now() - savedAt >= checkpointMs) {
      await writeCheckpoint(checkpoint.path, checkpoint.round, now);
      savedAt = performance.now();
    }
    training.onStep(done, now.curve);
  }
  return now;
}

/** Every head one step further. */
async function step(
  { pupils, start, steps, seed, model }: Training,
  trainer: Trainer,
  states: readonly TrainingState[],
  losses: number[],
): Promise<TrainingState[]> {
  const next: TrainingState[] = [];
  for (const [i, { train, images }] of pupils.entries()) {
    const state = states[i];
    if (!state) throw new AppError('internal', 'training', `no state of head ${i}`);
    trainer.state = state;
    const indices = batchIndices({ samples: train.length, batchSize: BATCH, seed }, state.step);
    const batch = await batchOf(train, indices, model.manifest.config.promptDim);
    losses.push(await trainer.train(batch, rateFor(start, images) * schedule(state.step / steps)));
    next.push(trainer.state);
  }
  return next;
}

/** How the heads do now, and whether they never did better. */
async function look(training: Training, trainer: Trainer, now: Checkpoint, loss: number): Promise<Checkpoint> {
  const { start, pupils, runner, signal } = training;
  const heads: Tensors[] = [];
  const scores: number[] = [];
  for (const [i, { judge }] of pupils.entries()) {
    const state = now.states[i];
    if (state) trainer.state = state;
    heads.push(trainer.parameters());
    scores.push(...(await runner.dice({ ...start, weights: trainer.parameters() }, judge, signal)));
  }
  const point = { step: trainer.step, loss, dice: meanOf(scores) };
  const best = now.best && now.best.dice >= point.dice ? now.best : { step: point.step, dice: point.dice, heads };
  return { ...now, best, curve: [...now.curve, point] };
}
