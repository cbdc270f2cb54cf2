/**
 * Which of the project's heads the prompt worker holds: those that are active and those being compared, no others. A new
 * process of the worker is given them again.
 */
import type { ProjectStore, StoredHead } from '../project';
import type { ProvidedHead, PromptWorkerApi } from './prompt-service';
import type { WorkerHost } from './worker-host';

/** What a head must have been trained with to fit the model in use. */
export interface ModelParts {
  readonly encoderId: string;
  readonly decoderId: string;
}

export function fitsModel(head: StoredHead, model: ModelParts | undefined): boolean {
  return head.encoderId === model?.encoderId && head.decoderId === model.decoderId;
}

/** By which requests name a version: its hash, so that no two heads are ever mixed up. */
export function nameOfVersion({ sha256 }: Pick<StoredHead, 'sha256'>): string {
  return sha256;
}

export class PromptHeads {
  #held = new Map<string, ProvidedHead>();
  #turn: Promise<unknown> = Promise.resolve();

  /** @param model in use; undefined while there is none */
  constructor(
    private readonly store: ProjectStore,
    private readonly worker: WorkerHost<PromptWorkerApi>,
    private readonly model: () => ModelParts | undefined,
  ) {}

  /** Has the worker hold the active versions. */
  holdActive(): Promise<void> {
    return this.holdAlso([], () => Promise.resolve());
  }

  /**
   * Has the worker hold the active versions, and `others` as long as `use` runs.
   *
   * @throws AppError `model-invalid` or `file-not-found` for one of `others`. An active one with a damaged file is no
   *   error here, but of every proposal it is asked for.
   */
  holdAlso<T>(others: readonly StoredHead[], use: () => Promise<T>): Promise<T> {
    const work = async (): Promise<T> => {
      const active = (await this.store.heads.active()).filter((head) => fitsModel(head, this.model()));
      const asked = this.#provide([...active, ...others]);
      for (const head of others) await asked.get(nameOfVersion(head));
      await Promise.allSettled(asked.values());
      const result = await use();
      const kept = new Set(active.map(nameOfVersion));
      await this.#forget([...this.#held.keys()].filter((name) => !kept.has(name)));
      return result;
    };
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** The worker runs in a new process, which holds none. */
  again(): void {
    for (const head of this.#held.values()) this.worker.request('provideHead', head).catch(() => undefined);
  }

  /** The project is closed. */
  close(): void {
    void this.#forget([...this.#held.keys()]).catch(() => undefined);
  }

  #provide(heads: readonly StoredHead[]): Map<string, Promise<void>> {
    const asked = new Map<string, Promise<void>>();
    for (const head of heads) {
      const { version, sha256, config } = head;
      const name = nameOfVersion(head);
      if (this.#held.has(name)) continue;
      const provided = { name, version, sha256, config, file: this.store.headFile(sha256) };
      this.#held.set(name, provided);
      const providing = this.worker.request('provideHead', provided);
      providing.catch(() => undefined);
      asked.set(name, providing);
    }
    return asked;
  }

  async #forget(names: readonly string[]): Promise<void> {
    for (const name of names) this.#held.delete(name);
    // A worker that died meanwhile has forgotten them anyhow.
    await Promise.allSettled(names.map((name) => this.worker.request('forgetHead', { name })));
  }
}
