/**
 * Fine-tunes one label's head on cached embeddings, encoder and decoder frozen: the reference's AutoSAMUS stage. Yields
 * weights and numbers; writing a model folder is the caller's.
 */
import { GRID_SIZE, type HeadConfig, LOW_RES_SIZE } from '../../models/autosamus';
import type { Model } from '../../models/folder';
import { ADAM, type Budget, fit, type FitProgress, headLoss, type Tensors, Trainer } from '../../models/training';
import { AppError } from '../../shared/errors';
import { Predictor } from '../inference';
import { chooseStart, headDice, withHead } from './head-start';
import { encodeSamples, type LabelledImage, type Sample } from './samples';

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

const BATCH = 4;
const RATE = 5e-4;
/** Share of the minutes that augmented copies may take to encode. */
const AUGMENT_SHARE = 0.25;
const DEFAULT_AUGMENT_SECONDS = 60;
const CHECKPOINT_MINUTES = 1;
/** Images by which the start is chosen. */
const PROBE = 8;

/** @throws AppError 'usage' without images, 'cancelled', or what loading an image throws. */
export async function finetuneHead(options: FinetuneOptions): Promise<FinetuneResult> {
  const started = performance.now();
  const { model, label, budget, seed = 1234 } = options;
  if (options.training.length === 0) throw new AppError('usage', label, 'no image with a mask to train on');
  const { training, validation } = await encodeAll(options, seed);
  const own = training.slice(0, options.training.length);
  const start = await chooseStart(model, label, spread(own, PROBE), seed);
  const judged = validation.length ? validation : own;
  const diceBefore = await headDice(model, start.config, start.weights, judged);
  const trainer = await Trainer.create({
    loss: headLoss(model.manifest.config, start.config, BATCH),
    start: start.weights,
    frozen: withHead(model, new Map()),
    optimizer: ADAM,
    session: { weightsFolder: model.folder, ...(options.threads && { threads: options.threads }) },
  });
  try {
    await fit({
      trainer,
      samples: training.length,
      batchSize: BATCH,
      batch: async (indices) => batchOf(training, indices, model.manifest.config.promptDim),
      budget: remaining(budget, started),
      rate: RATE,
      seed,
      ...(options.checkpoint && { checkpoint: { path: options.checkpoint, minutes: CHECKPOINT_MINUTES } }),
      onProgress: (progress) => options.onProgress?.({ phase: 'train', ...progress }),
      ...(options.signal && { signal: options.signal }),
    });
    const weights = trainer.parameters();
    return {
      config: start.config,
      weights,
      startedFrom: start.from,
      steps: trainer.step,
      minutes: (performance.now() - started) / 60_000,
      measuredOn: validation.length ? 'validation' : 'training',
      diceBefore,
      diceAfter: await headDice(model, start.config, weights, judged),
    };
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

function batchOf(samples: readonly Sample[], indices: readonly number[], channels: number) {
  const embeddings = new Float32Array(indices.length * channels * GRID_SIZE * GRID_SIZE);
  const targets = new Float32Array(indices.length * LOW_RES_SIZE * LOW_RES_SIZE);
  indices.forEach((index, i) => {
    const sample = samples[index];
    if (!sample) throw new AppError('usage', 'training', `no sample ${index}`);
    embeddings.set(sample.embedding.data, i * sample.embedding.data.length);
    targets.set(sample.target, i * sample.target.length);
  });
  return {
    image_embedding: { shape: [indices.length, channels, GRID_SIZE, GRID_SIZE], data: embeddings },
    target: { shape: [indices.length, 1, LOW_RES_SIZE, LOW_RES_SIZE], data: targets },
  };
}

/** `count` samples at even distances. */
function spread(samples: readonly Sample[], count: number): Sample[] {
  const step = Math.max(1, samples.length / count);
  return samples.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
}
