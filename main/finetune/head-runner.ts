/**
 * Heads at work while they are trained and judged: their weights are inputs of the session, so that every state of every
 * head runs at once, without making a session for it. The app's own proposals come from the `Predictor`.
 */
import { GRID_SIZE, type HeadConfig, headGraph, isHeadWeight, LOW_RES_SIZE } from '../../models/autosamus';
import type { Model } from '../../models/folder';
import { createSession, type Session } from '../../models/graph';
import type { Tensors } from '../../models/training';
import { AppError } from '../../shared/errors';
import { pause, type Sample } from './samples';

export interface Head {
  /** A version, the label whose head it is in the model, or `neutral`. */
  readonly name: string;
  readonly config: HeadConfig;
  /** `prompt_generator.*` and `feature_adapter.*` */
  readonly weights: Tensors;
}

export class HeadRunner {
  /** By configuration. */
  readonly #sessions = new Map<string, Promise<Session>>();

  constructor(
    private readonly model: Model,
    private readonly threads = 0,
  ) {}

  /**
   * What the head draws with no prompt.
   *
   * @param embedding [C, 32, 32]
   * @returns logits [128, 128]
   */
  async propose({ config, weights }: Head, embedding: Float32Array): Promise<Float32Array> {
    const session = await this.#session(config);
    const shape = [1, this.model.manifest.config.promptDim, GRID_SIZE, GRID_SIZE];
    const inputs = { ...Object.fromEntries(weights), image_embedding: { shape, data: embedding } };
    const { low_res } = await session.run(inputs);
    if (!low_res) throw new AppError('provider-failed', 'head', 'no mask came back');
    return low_res.data;
  }

  /** Dice of the head's proposal on each sample, on the low-resolution grid. @throws AppError 'cancelled' */
  async dice(head: Head, samples: readonly Sample[], signal?: AbortSignal): Promise<number[]> {
    const scores: number[] = [];
    for (const sample of samples) {
      await pause(signal);
      scores.push(gridDice(await this.propose(head, await sample.embedding()), sample.target));
    }
    return scores;
  }

  async dispose(): Promise<void> {
    const sessions = await Promise.allSettled(this.#sessions.values());
    await Promise.all(sessions.map((result) => (result.status === 'fulfilled' ? result.value.release() : undefined)));
  }

  #session(config: HeadConfig): Promise<Session> {
    const key = JSON.stringify(config);
    const known = this.#sessions.get(key);
    if (known) return known;
    const { folder, manifest, weights } = this.model;
    const created = createSession(
      headGraph(manifest.config, config, 1),
      (name, shape) => (isHeadWeight(name) ? { kind: 'input' } : weights(name, shape)),
      { weightsFolder: folder, threads: this.threads },
    );
    this.#sessions.set(key, created);
    return created;
  }
}

function gridDice(logits: Float32Array, target: Float32Array): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < LOW_RES_SIZE * LOW_RES_SIZE; i++) {
    const predicted = (logits[i] ?? 0) > 0 ? 1 : 0;
    both += predicted * (target[i] ?? 0);
    either += predicted + (target[i] ?? 0);
  }
  return either === 0 ? 1 : (2 * both) / either;
}

export function meanOf(values: readonly number[]): number {
  return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : 0;
}
