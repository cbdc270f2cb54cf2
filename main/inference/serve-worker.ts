/**
 * The worker's end of shared/worker-protocol.ts: answers requests that come from the parent process, whichever kind it
 * is, and over ports handed to it. A worker module calls `serveWorker` once and does nothing else at its top level.
 */
import { z } from 'zod';
import { AppError, isAppError } from '../../shared/errors';
import { toWireError } from '../../shared/ipc';
import type { FromWorker, ToWorker, WorkerApi } from '../../shared/worker-protocol';
import { logError, logFaults } from '../log';

/** Over a port anything may come: the page is not trusted. Payloads are checked by the methods. */
const toWorker = z.discriminatedUnion('type', [
  z.object({ type: z.literal('request'), id: z.number(), method: z.string(), payload: z.unknown() }),
  z.object({ type: z.literal('cancel'), id: z.number() }),
  z.object({ type: z.literal('connect') }),
]) satisfies z.ZodType<ToWorker>;

/** Electron's utility processes have this; other Node processes talk to their parent through `process.send`. */
interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown; ports: readonly RemotePort[] }) => void): void;
  postMessage(message: unknown): void;
}

interface RemotePort {
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
  on(event: 'close', listener: () => void): void;
  postMessage(message: unknown): void;
  start(): void;
}

/**
 * Serves until the process ends. The process ends with its parent.
 *
 * @param onPorts what may be asked over ports handed to the process; the parent may ask everything
 */
export function serveWorker<Api extends WorkerApi>(api: Api, onPorts: WorkerApi = api): void {
  logFaults('worker');
  const { parentPort } = process as NodeJS.Process & { parentPort?: ParentPort };
  if (parentPort) {
    const answer = answering(api, (message) => parentPort.postMessage(message));
    parentPort.on('message', ({ data, ports }) => {
      const [port] = ports;
      if (toWorker.safeParse(data).data?.type === 'connect' && port) servePort(onPorts, port);
      else answer.take(data);
    });
    return;
  }
  const send = process.send?.bind(process);
  if (!send) throw new AppError('usage', 'worker', 'a worker must be started by a parent process');
  // A parent that has died takes no answer; 'disconnect' comes next.
  const answer = answering(api, (message) => void send(message, undefined, undefined, () => undefined));
  process.on('message', (message) => answer.take(message));
  process.on('disconnect', () => process.exit(0));
}

function servePort(api: WorkerApi, port: RemotePort): void {
  const answer = answering(api, (message) => port.postMessage(message));
  port.on('message', ({ data }) => answer.take(data));
  port.on('close', () => answer.cancelAll());
  port.start();
}

/** Each asker counts its own ids, so each gets its own table of requests under way. */
function answering(api: WorkerApi, reply: (message: FromWorker) => void) {
  const running = new Map<number, AbortController>();

  async function run(id: number, method: string, payload: unknown, signal: AbortSignal): Promise<void> {
    try {
      if (!Object.hasOwn(api, method)) throw new AppError('usage', method, `the worker has no method ${method}`);
      const handler = api[method] as (payload: unknown, context: unknown) => unknown;
      const report = (progress: unknown): void => reply({ type: 'progress', id, progress });
      const value = await handler(payload, { signal, report });
      if (!signal.aborted) reply({ type: 'result', id, value });
    } catch (error) {
      // Its stack does not reach the parent. A method that there is not may be called anything.
      if (!isAppError(error) && Object.hasOwn(api, method)) logError(method, error);
      if (!signal.aborted) reply({ type: 'error', id, error: toWireError(error, method) });
    } finally {
      running.delete(id);
    }
  }

  return {
    /** What is no message of the protocol is not answered: it has no id to answer to. */
    take(received: unknown): void {
      const { data: message } = toWorker.safeParse(received);
      if (message?.type === 'cancel') running.get(message.id)?.abort();
      if (message?.type !== 'request') return;
      const controller = new AbortController();
      running.set(message.id, controller);
      void run(message.id, message.method, message.payload, controller.signal);
    },
    cancelAll(): void {
      for (const controller of running.values()) controller.abort();
    },
  };
}
