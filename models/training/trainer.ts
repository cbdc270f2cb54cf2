/**
 * Owns the state of a training (parameters, Adam moments, step) and a session of its train-step graph. What is trained is
 * the caller's choice: a head on cached embeddings, or any part of the whole model. Not here: data and schedules
 * (`fit.ts`).
 */
import { AppError } from '../../shared/errors';
import { readSafetensors, readSafetensorsHeader, toFloat32, writeSafetensors } from '../checkpoint';
import type { WeightLookup } from '../graph/onnx';
import { createSession, type Session, type SessionOptions, type TensorData } from '../graph/session';
import { parametersOf, type Shape, sizeOf, type Value } from '../graph/value';
import { type AdamOptions, MOMENT1, MOMENT2, NEXT, optimizerInputs, trainStepGraph } from './optimizer';

export type Tensors = Map<string, TensorData>;

/** How far a training is: parameters, their moments and the steps done. A value: no step changes it. */
export interface TrainingState {
  readonly tensors: Tensors;
  readonly step: number;
}

export interface TrainerOptions {
  /** Rank-0 value to minimise. */
  readonly loss: Value;
  /** Start values of what is trained; every other parameter is frozen and comes from `frozen`. */
  readonly start: Tensors;
  readonly frozen: WeightLookup;
  readonly optimizer: AdamOptions;
  readonly session?: SessionOptions;
}

/** Trainable parameters must be used by the loss; ones that are not keep their start value (`unused`). */
export class Trainer {
  private constructor(
    private readonly session: Session,
    private readonly optimizer: AdamOptions,
    private readonly trained: ReadonlyMap<string, Shape>,
    private readonly unused: Tensors,
    private current: TrainingState,
  ) {}

  static async create(options: TrainerOptions): Promise<Trainer> {
    const used = parametersOf([options.loss]);
    const trained = new Map([...options.start].filter(([name]) => used.has(name)).map(([name, t]) => [name, t.shape]));
    const unused = new Map([...options.start].filter(([name]) => !used.has(name)));
    const graph = trainStepGraph(options.loss, trained, options.optimizer);
    const weights: WeightLookup = (name, shape) =>
      trained.has(name) ? { kind: 'input' } : options.frozen(name, shape);
    const session = await createSession(graph, weights, options.session);
    const state: Tensors = new Map();
    for (const [name, shape] of trained) {
      const start = options.start.get(name);
      if (start) state.set(name, start);
      for (const prefix of [MOMENT1, MOMENT2])
        state.set(prefix + name, { shape, data: new Float32Array(sizeOf(shape)) });
    }
    return new Trainer(session, options.optimizer, trained, unused, { tensors: state, step: 0 });
  }

  /** Steps done so far. */
  get step(): number {
    return this.current.step;
  }

  get state(): TrainingState {
    return this.current;
  }

  /** Goes on from a state of this or of another training of the same parameters. @throws AppError 'checkpoint-mismatch' */
  set state(state: TrainingState) {
    for (const [name, { shape }] of this.current.tensors) {
      const found = state.tensors.get(name)?.shape.join();
      if (found !== shape.join()) {
        throw new AppError('checkpoint-mismatch', name, `${name} is [${found ?? 'missing'}], not [${shape}]`);
      }
    }
    this.current = state;
  }

  /** The parameters as they stand, including those that the loss does not use. */
  parameters(): Tensors {
    const current = [...this.trained.keys()].flatMap((name) => {
      const tensor = this.current.tensors.get(name);
      return tensor ? [[name, tensor] as const] : [];
    });
    return new Map([...this.unused, ...current]);
  }

  /**
   * One optimiser step. Returns the loss before it.
   * @throws AppError 'graph-invalid' when the loss is not finite; the state then stays as it was.
   */
  async train(batch: Readonly<Record<string, TensorData>>, rate: number): Promise<number> {
    const inputs = {
      ...batch,
      ...Object.fromEntries(this.current.tensors),
      ...optimizerInputs(rate, this.step + 1, this.optimizer),
    };
    const { loss, ...next } = await this.session.run(inputs);
    const value = loss?.data[0];
    if (value === undefined || !Number.isFinite(value)) {
      throw new AppError('graph-invalid', 'loss', `loss became ${value} at step ${this.step + 1}`);
    }
    const tensors = new Map(Object.entries(next).map(([name, tensor]) => [name.slice(NEXT.length), tensor]));
    this.current = { tensors, step: this.step + 1 };
    return value;
  }

  /** Writes parameters, moments and step; `restore` continues exactly from there. */
  async save(path: string): Promise<void> {
    const entries = [...this.current.tensors, ...this.unused].map(
      ([name, { shape, data }]) => [name, { dtype: 'F32', shape, data }] as const,
    );
    await writeSafetensors(path, entries, { step: String(this.step) });
  }

  /** @throws AppError 'checkpoint-mismatch' when the file is of another training. */
  async restore(path: string): Promise<void> {
    const { metadata } = await readSafetensorsHeader(path);
    const step = Number(metadata.step);
    if (!Number.isSafeInteger(step) || step < 0) throw new AppError('checkpoint-mismatch', path, 'no step count');
    const tensors: Tensors = new Map();
    for (const [name, tensor] of await readSafetensors(path)) {
      if (this.current.tensors.has(name)) tensors.set(name, { shape: tensor.shape, data: toFloat32(tensor) });
    }
    try {
      this.state = { tensors, step };
    } catch (cause) {
      throw new AppError('checkpoint-mismatch', path, `${path} is of another training`, { cause });
    }
  }

  release(): Promise<void> {
    return this.session.release();
  }
}
