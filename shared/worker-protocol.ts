/**
 * What goes between a worker and whoever asks it: a request with an id, answered once, perhaps with progress before.
 * The same over a child process, a utility process and a MessagePort from the renderer. Types only: the worker's end is
 * main/inference/serve-worker.ts, main's is worker-host.ts beside it, the renderer's is worker-client.ts here.
 */
import type { WireError } from './ipc';

/** What a worker can do: one function a method. Payloads and results must be clonable: no functions, no class instances. */
export type WorkerApi = Record<string, (payload: never, context: WorkerContext) => unknown>;

export interface WorkerContext {
  /** Aborted when whoever asked does not want the result any more. */
  readonly signal: AbortSignal;
  /** Tells whoever asked how far the work is. */
  report(progress: unknown): void;
}

export type MethodOf<Api extends WorkerApi> = keyof Api & string;
export type PayloadOf<Api extends WorkerApi, M extends MethodOf<Api>> = Parameters<Api[M]>[0];
export type ResultOf<Api extends WorkerApi, M extends MethodOf<Api>> = Awaited<ReturnType<Api[M]>>;

export type ToWorker =
  | { readonly type: 'request'; readonly id: number; readonly method: string; readonly payload: unknown }
  | { readonly type: 'cancel'; readonly id: number }
  /** Comes with a port: whoever holds its other end may ask as well. */
  | { readonly type: 'connect' };

export type FromWorker =
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: WireError }
  | { readonly type: 'progress'; readonly id: number; readonly progress: unknown };
