/**
 * Fine-tunes one label's head on cached embeddings, encoder and decoder frozen: the reference's AutoSAMUS stage. Yields
 * weights and numbers; writing a model folder is the caller's.
 */
import type { HeadConfig } from '../../models/autosamus';
import type { Model } from '../../models/folder';
import { ADAM, type Budget, fit, type FitProgress, headLoss, type Tensors, Trainer } from '../../models/training';
import { AppError } from '../../shared/errors';
import { Predictor } from '../inference';
import { type Head, HeadRunner, meanOf } from './head-runner';
import { chooseStart, rateFor, withHead } from './head-start';
import { batchOf, encodeSamples, type LabelledImage, type Sample } from './samples';

export interface FinetuneOptions {
  readonly model: Model;
  readonly label: string;
  readonly training: readonly LabelledImage[];
  /** Images to judge by; never trained on. */
  readonly validation?: readonly LabelledImage[];
  /** Wall clock includes encoding. */
  readonly budget: Budget;
  readonly seed?: number;
  readonly threads?: number;
  /** File of the training's state, from which a killed run continues. */
  readonly checkpoint?: string;
  readonly onProgress?: (progress: FinetuneProgress) => void;
  readonly signal?: AbortSignal;
}

export type FinetuneProgress =
  | { readonly phase: 'encode'; readonly done: number; readonly total: number | undefined }
  | ({ readonly phase: 'train' } & FitProgress);

export interface FinetuneResult {
  readonly config: HeadConfig;
  readonly weights: Tensors;
  /** Label whose head it started from, or 'neutral'. */
  readonly startedFrom: string;
  readonly steps: number;
  readonly minutes: number;
  /** Mean Dice of proposals on the low-resolution grid before and after, on validation images where there are any. */
  readonly measuredOn: 'validation' | 'training';
  readonly diceBefore: number;
  readonly diceAfter: number;
}

const DEFAULT_SEED = 1234;
const BATCH = 4;
/** Share of the minutes that augmented copies may take to encode. */
const AUGMENT_SHARE = 0.25;
const DEFAULT_AUGMENT_SECONDS = 60;
const CHECKPOINT_MINUTES = 1;
/** Images by which the start is chosen. */
const PROBE = 8;

/** @throws AppError 'usage' without images, 'cancelled', or what loading an image throws. */
export async function finetuneHead(options: FinetuneOptions): Promise<FinetuneResult> {
  const started = performance.now();
  const { model, label, seed = DEFAULT_SEED } = options;
  if (options.training.length === 0) throw new AppError('usage', label, 'no image with a mask to train on');
  const { training, validation } = await encodeAll(options, seed);
  const own = training.slice(0, options.training.length);
  const judged = validation.length ? validation : own;
  const runner = new HeadRunner(model, options.threads);
  try {
    const { nearest, start } = await chooseStart(model, label, spread(own, PROBE), {
      runner,
      seed,
      images: own.length,
    });
    const diceBefore = meanOf(await runner.dice(nearest, judged));
    const { weights, steps } = await train(options, start, training, started);
    return {
      config: start.config,
      weights,
      startedFrom: start.name,
      steps,
      minutes: (performance.now() - started) / 60_000,
      measuredOn: validation.length ? 'validation' : 'training',
      diceBefore,
      diceAfter: meanOf(await runner.dice({ ...start, weights }, judged)),
    };
  } finally {
    await runner.dispose();
  }
}

async function train(
  { model, training, budget, checkpoint, onProgress, signal, threads, seed = DEFAULT_SEED }: FinetuneOptions,
  start: Head,
  samples: readonly Sample[],
  started: number,
): Promise<{ weights: Tensors; steps: number }> {
  const trainer = await Trainer.create({
    loss: headLoss(model.manifest.config, start.config, BATCH),
    start: start.weights,
    frozen: withHead(model, new Map()),
    optimizer: ADAM,
    session: { weightsFolder: model.folder, ...(threads && { threads }) },
  });
  try {
    await fit({
      trainer,
      samples: samples.length,
      batchSize: BATCH,
      batch: (indices) => batchOf(samples, indices, model.manifest.config.promptDim),
      budget: remaining(budget, started),
      rate: rateFor(start, training.length),
      seed,
      ...(checkpoint && { checkpoint: { path: checkpoint, minutes: CHECKPOINT_MINUTES } }),
      onProgress: (progress) => onProgress?.({ phase: 'train', ...progress }),
      ...(signal && { signal }),
    });
    return { weights: trainer.parameters(), steps: trainer.step };
  } finally {
    await trainer.release();
  }
}

async function encodeAll(
  options: FinetuneOptions,
  seed: number,
): Promise<{ training: Sample[]; validation: Sample[] }> {
  const predictor = new Predictor(options.model, options.threads ? { threads: options.threads } : {});
  const { minutes } = options.budget;
  const augmentSeconds = minutes === undefined ? DEFAULT_AUGMENT_SECONDS : minutes * 60 * AUGMENT_SHARE;
  const common = {
    seed,
    onProgress: (done: number, total: number | undefined) => options.onProgress?.({ phase: 'encode', done, total }),
    ...(options.signal && { signal: options.signal }),
  };
  try {
    return {
      training: await encodeSamples(predictor, options.training, { ...common, augmentSeconds }),
      validation: await encodeSamples(predictor, options.validation ?? [], { ...common, augmentSeconds: 0 }),
    };
  } finally {
    await predictor.dispose();
  }
}

function remaining({ steps, minutes }: Budget, started: number): Budget {
  const spent = (performance.now() - started) / 60_000;
  return {
    ...(steps !== undefined && { steps }),
    ...(minutes !== undefined && { minutes: Math.max(0, minutes - spent) }),
  };
}

/** `count` samples at even distances. */
function spread(samples: readonly Sample[], count: number): Sample[] {
  const step = Math.max(1, samples.length / count);
  return samples.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
}
