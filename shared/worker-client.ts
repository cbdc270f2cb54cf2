/**
 * Asks a worker over a MessagePort, from the renderer: no main process in between. When the worker dies its port falls
 * silent: whoever made the client calls `close` and makes another with the new port.
 */
import { AppError } from './errors';
import { fromWireError } from './ipc';
import type { FromWorker, MethodOf, PayloadOf, ResultOf, ToWorker, WorkerApi } from './worker-protocol';

/** The part of MessagePort that is used, so that this file needs no DOM. */
export interface ClientPort {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  start(): void;
  close(): void;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: AppError): void;
}

export class WorkerClient<Api extends WorkerApi> {
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #closed = false;

  /** @param name of the worker, for errors */
  constructor(
    private readonly name: string,
    private readonly port: ClientPort,
  ) {
    port.addEventListener('message', (event) => this.#receive(event.data as FromWorker));
    port.start();
  }

  /** Throws what the worker threw; `cancelled` as soon as the signal aborts; `worker-died` once closed. */
  request<M extends MethodOf<Api>>(
    method: M,
    payload: PayloadOf<Api, M>,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<ResultOf<Api, M>> {
    if (this.#closed) return Promise.reject(this.#died());
    if (signal?.aborted) return Promise.reject(this.#cancelled());
    const id = this.#nextId++;
    return new Promise<unknown>((resolve, reject) => {
      const abort = (): void => {
        this.#waiting.delete(id);
        this.#post({ type: 'cancel', id });
        reject(this.#cancelled());
      };
      const done = (): void => signal?.removeEventListener('abort', abort);
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.set(id, {
        resolve: (value) => (done(), resolve(value)),
        reject: (error) => (done(), reject(error)),
      });
      this.#post({ type: 'request', id, method, payload });
    }) as Promise<ResultOf<Api, M>>;
  }

  /** Gives up every request that is not answered yet. */
  close(): void {
    this.#closed = true;
    this.port.close();
    for (const { reject } of this.#waiting.values()) reject(this.#died());
    this.#waiting.clear();
  }

  #receive(message: FromWorker): void {
    const waiting = this.#waiting.get(message.id);
    // Nobody waits for the answer to a cancelled request.
    if (!waiting || message.type === 'progress') return;
    this.#waiting.delete(message.id);
    if (message.type === 'result') waiting.resolve(message.value);
    else waiting.reject(fromWireError(message.error));
  }

  #post(message: ToWorker): void {
    this.port.postMessage(message);
  }

  #cancelled(): AppError {
    return new AppError('cancelled', this.name, 'the request was withdrawn');
  }

  #died(): AppError {
    return new AppError('worker-died', this.name, 'the connection to the worker is closed');
  }
}
