/**
 * The life of one worker process: started on demand, asked, started again after a crash, killed when a long run is not
 * wanted any more. Knows neither what the worker does nor how processes are made (a `StartProcess` is passed in).
 */
import { AppError } from '../../shared/errors';
import { fromWireError } from '../../shared/ipc';
import type { FromWorker, MethodOf, PayloadOf, ResultOf, ToWorker, WorkerApi } from '../../shared/worker-protocol';

/** How a process ended: by itself with code 0, or crashed; `reason` is a signal's name or an exit code. */
export interface ProcessEnd {
  readonly crashed: boolean;
  readonly reason: string;
}

export interface ProcessEvents {
  onMessage(message: unknown): void;
  /** Called once. */
  onEnd(end: ProcessEnd): void;
}

/** A running process. */
export interface WorkerProcess {
  readonly pid: number | undefined;
  /** `port` is transferred; only Electron's processes take one. */
  post(message: unknown, port?: unknown): void;
  kill(): void;
}

/** Starts a process that serves a worker module (serve-worker.ts). Calls `events` only after it has returned. */
export type StartProcess = (events: ProcessEvents) => WorkerProcess;

export type WorkerEvent =
  | { readonly type: 'started'; readonly pid: number | undefined }
  /** Ended on purpose: disposed, or killed for a request that was cancelled. */
  | { readonly type: 'exit'; readonly reason: string }
  /** Ended by itself. What was being done is tried once more in a new process. */
  | { readonly type: 'crash'; readonly reason: string };

export interface RequestOptions {
  /** Aborting rejects the request with `cancelled` at once. */
  readonly signal?: AbortSignal;
  /**
   * What aborting does to the process: `drop` (default) leaves it to finish and forgets the result; `kill` ends it,
   * for long runs that nothing else can interrupt. Other requests of this worker are then asked again.
   */
  readonly onAbort?: 'drop' | 'kill';
  readonly onProgress?: (progress: unknown) => void;
  /** `worker-died` at the first death: whoever asks keeps count, and asks again as it likes. */
  readonly once?: boolean;
}

interface Request {
  readonly message: Extract<ToWorker, { type: 'request' }>;
  /** Whether it is not to be asked again: a process has already died with this request under way. */
  retried: boolean;
  readonly onProgress: ((progress: unknown) => void) | undefined;
  resolve(value: unknown): void;
  reject(error: AppError): void;
}

export class WorkerHost<Api extends WorkerApi> {
  readonly #requests = new Map<number, Request>();
  #nextId = 1;
  #process: WorkerProcess | undefined;
  #disposed = false;

  /** @param name for errors and messages, e.g. "encode" */
  constructor(
    readonly name: string,
    private readonly startProcess: StartProcess,
    private readonly onEvent: (event: WorkerEvent) => void = () => undefined,
  ) {}

  /** Undefined while no process runs. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Starts the process now instead of at the first request. */
  start(): void {
    this.#running();
  }

  /**
   * Answers what the worker's method answers.
   *
   * @throws AppError what the worker threw; `cancelled` when the signal aborts; `worker-died` when two processes in a
   *   row (`once`: one) died with this request under way, or the host is disposed.
   */
  request<M extends MethodOf<Api>>(
    method: M,
    payload: PayloadOf<Api, M>,
    { signal, onAbort = 'drop', onProgress, once = false }: RequestOptions = {},
  ): Promise<ResultOf<Api, M>> {
    if (this.#disposed) return Promise.reject(this.#died('disposed'));
    if (signal?.aborted) return Promise.reject(this.#cancelled(method));
    const id = this.#nextId++;
    const result = new Promise<unknown>((resolve, reject) => {
      const message = { type: 'request', id, method, payload } as const;
      const abort = (): void => this.#abort(id, method, onAbort);
      const forget = (): void => {
        this.#requests.delete(id);
        signal?.removeEventListener('abort', abort);
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#requests.set(id, {
        message,
        retried: once,
        onProgress,
        resolve: (value) => (forget(), resolve(value)),
        reject: (error) => (forget(), reject(error)),
      });
      this.#running().post(message);
    });
    return result as Promise<ResultOf<Api, M>>;
  }

  /** Hands the worker a port over which somebody else may ask it. Lost when the process ends: see `started`. */
  connect(port: unknown): void {
    this.#running().post({ type: 'connect' } satisfies ToWorker, port);
  }

  /** Ends the process; requests under way are rejected and none is taken any more. */
  dispose(): void {
    this.#disposed = true;
    this.#end('disposed');
    for (const request of [...this.#requests.values()]) request.reject(this.#died('disposed'));
  }

  #running(): WorkerProcess {
    if (this.#process) return this.#process;
    if (this.#disposed) throw this.#died('disposed');
    // A process that was replaced may still send a word or end: only the present one is listened to.
    const isPresent = (): boolean => this.#process === own;
    const own = this.startProcess({
      onMessage: (message) => isPresent() && this.#receive(message as FromWorker),
      onEnd: (end) => isPresent() && this.#ended(end),
    });
    this.#process = own;
    this.onEvent({ type: 'started', pid: own.pid });
    return own;
  }

  #receive(message: FromWorker): void {
    const request = this.#requests.get(message.id);
    if (!request) return;
    if (message.type === 'progress') request.onProgress?.(message.progress);
    else if (message.type === 'result') request.resolve(message.value);
    else request.reject(fromWireError(message.error));
  }

  /** Also a clean exit is unexpected here: workers end only when told to. */
  #ended({ crashed, reason }: ProcessEnd): void {
    this.#process = undefined;
    this.onEvent({ type: crashed ? 'crash' : 'exit', reason });
    for (const request of [...this.#requests.values()]) {
      if (request.retried) request.reject(this.#died(reason));
      else request.retried = true;
    }
    this.#askAgain();
  }

  #abort(id: number, method: string, onAbort: 'drop' | 'kill'): void {
    this.#requests.get(id)?.reject(this.#cancelled(method));
    if (onAbort === 'drop') {
      this.#process?.post({ type: 'cancel', id } satisfies ToWorker);
      return;
    }
    this.#end(`${method} was cancelled`);
    this.#askAgain();
  }

  /** Ends the present process on purpose. */
  #end(reason: string): void {
    const ending = this.#process;
    if (!ending) return;
    this.#process = undefined;
    ending.kill();
    this.onEvent({ type: 'exit', reason });
  }

  /** Puts what is still wanted to a new process, in the order it was asked. */
  #askAgain(): void {
    for (const request of [...this.#requests.values()]) this.#running().post(request.message);
  }

  #cancelled(method: string): AppError {
    return new AppError('cancelled', `${this.name}.${method}`, 'the request was withdrawn');
  }

  #died(reason: string): AppError {
    return new AppError('worker-died', this.name, `the ${this.name} worker ended: ${reason}`);
  }
}
