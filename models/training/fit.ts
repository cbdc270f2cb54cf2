/**
 * The training loop: batches by seed and step, a learning-rate schedule over the budget, checkpoints on disk from which
 * it continues exactly, a JSON-lines log, cancel. Knows nothing of what is trained.
 */
import { appendFile, rm } from 'node:fs/promises';
import { AppError } from '../../shared/errors';
import type { TensorData } from '../graph/session';
import { seededRandom, shuffled } from './random';
import type { Trainer } from './trainer';

/** How long to train: a number of steps, or minutes of wall clock. Whichever is given; the first reached ends it. */
export interface Budget {
  readonly steps?: number;
  readonly minutes?: number;
}

export interface FitProgress {
  readonly step: number;
  readonly loss: number;
  /** Part of the budget that is spent, 0 to 1. */
  readonly done: number;
}

export interface FitOptions {
  readonly trainer: Trainer;
  readonly samples: number;
  readonly batchSize: number;
  /** Inputs of the loss for these sample indices. */
  readonly batch: (indices: readonly number[], step: number) => Promise<Record<string, TensorData>>;
  readonly budget: Budget;
  /** Peak learning rate; it warms up over the first 5 % and falls to 0 along a cosine. */
  readonly rate: number;
  readonly seed: number;
  /** Written every `minutes`; when the file exists, training continues from it. Removed at the end. */
  readonly checkpoint?: { readonly path: string; readonly minutes: number };
  /** File to which a line of JSON is added for each step. */
  readonly log?: string;
  readonly onProgress?: (progress: FitProgress) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

const WARM_UP = 0.05;

/** @throws AppError 'cancelled' when the signal fires; a checkpoint is left where one was asked for. */
export async function fit(options: FitOptions): Promise<void> {
  const { trainer, budget, checkpoint, signal } = options;
  if (options.samples < 1) throw new AppError('usage', 'training', 'there is nothing to train on');
  if (budget.steps === undefined && budget.minutes === undefined) {
    throw new AppError('usage', 'training', 'give a number of steps or of minutes');
  }
  if (checkpoint) await restoreIfPresent(trainer, checkpoint.path);
  const clock = startClock(budget, trainer.step);
  let savedAt = performance.now();
  for (;;) {
    const done = clock(trainer.step);
    if (done >= 1) break;
    if (signal?.aborted) {
      if (checkpoint) await trainer.save(checkpoint.path);
      throw new AppError('cancelled', 'training', `cancelled after ${trainer.step} steps`);
    }
    const step = trainer.step;
    const inputs = await options.batch(batchIndices(options, step), step);
    const loss = await trainer.train(inputs, options.rate * schedule(done));
    if (options.log) await appendFile(options.log, `${JSON.stringify({ step, loss, done })}\n`);
    await options.onProgress?.({ step: step + 1, loss, done: clock(step + 1) });
    if (checkpoint && performance.now() - savedAt > checkpoint.minutes * 60_000) {
      await trainer.save(checkpoint.path);
      savedAt = performance.now();
    }
  }
  if (checkpoint) await rm(checkpoint.path, { force: true });
}

async function restoreIfPresent(trainer: Trainer, path: string): Promise<void> {
  await trainer.restore(path).catch((error: unknown) => {
    if (!(error instanceof AppError && error.code === 'file-not-found')) throw error;
  });
}

/** Spent part of the budget as a function of the step reached. */
function startClock({ steps, minutes }: Budget, firstStep: number): (step: number) => number {
  const start = performance.now();
  return (step) => {
    const byTime = minutes === undefined ? 0 : (performance.now() - start) / (minutes * 60_000);
    const bySteps = steps === undefined ? 0 : step / steps;
    // At least one step, however few the minutes.
    return Math.max(step === firstStep ? Math.min(0.999, byTime) : byTime, bySteps);
  };
}

/** Factor of the peak rate when this part of a training is done, 0 to 1. */
export function schedule(done: number): number {
  return done < WARM_UP ? Math.max(0.1, done / WARM_UP) : 0.5 * (1 + Math.cos(Math.PI * done));
}

/** Every sample once an epoch in seeded order; the order depends on the step only, so a resumed run sees the same. */
export function batchIndices(
  { samples, batchSize, seed }: Pick<FitOptions, 'samples' | 'batchSize' | 'seed'>,
  step: number,
): number[] {
  return Array.from({ length: batchSize }, (_, i) => {
    const position = step * batchSize + i;
    const epoch = Math.floor(position / samples);
    return shuffled(samples, seededRandom(`${seed} ${epoch}`))[position % samples] ?? 0;
  });
}
