/** Something long in the open project: one at a time, ended by the user or with the project, in a worker of its own. */
import { AppError } from '../../../shared/errors';
import type { MethodOf, PayloadOf, ResultOf, WorkerApi } from '../../../shared/worker-protocol';
import { WorkerHost } from '../../inference';
import { utilityWorker } from '../utility-transport';
import type { Workstation } from '../workstation';

interface Progress {
  readonly done: number;
  readonly total: number;
}

export class LongRun {
  #running: AbortController | undefined;

  /** @param name for errors */
  constructor(
    private readonly name: string,
    private readonly workstation: Workstation,
  ) {}

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** @throws AppError `usage` where one is under way, and what `work` throws */
  async start<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#running) throw new AppError('usage', this.name, `${this.name} is under way already`);
    const controller = new AbortController();
    const { projectSignal } = this.workstation;
    const stop = (): void => controller.abort();
    projectSignal.addEventListener('abort', stop, { once: true });
    this.#running = controller;
    try {
      return await work(controller.signal);
    } finally {
      this.#running = undefined;
      projectSignal.removeEventListener('abort', stop);
    }
  }

  cancel(): void {
    this.#running?.abort();
  }
}

/** Asks a worker that is there for this alone. Withdrawn, it is killed before that is told: it would go on writing. */
export async function askOwnWorker<Api extends WorkerApi, M extends MethodOf<Api>>(
  name: 'backup' | 'export' | 'import' | 'verify',
  method: M,
  payload: PayloadOf<Api, M>,
  { signal, onProgress }: { readonly signal: AbortSignal; onProgress(progress: Progress): void },
): Promise<ResultOf<Api, M>> {
  const worker = new WorkerHost<Api>(name, utilityWorker(name));
  try {
    const told = (progress: unknown): void => onProgress(progress as Progress);
    return await worker.request(method, payload, { signal, onAbort: 'kill', onProgress: told });
  } finally {
    worker.dispose();
  }
}
