/**
 * A main process without a window that puts WorkerHost and Electron's utility processes through what a workstation
 * does to them, and prints what it saw as one line of JSON. Built and started by workers.test.ts.
 */
import { app, MessageChannelMain } from 'electron';
import { utilityWorker } from '../../../main/electron/utility-transport';
import { WorkerHost, type WorkerEvent } from '../../../main/inference';
import { isAppError } from '../../../shared/errors';
import { WorkerClient, type ClientPort } from '../../../shared/worker-client';
import type { EchoApi } from '../../unit/main/inference/echo.worker';

const codeOf = (error: unknown): string => (isAppError(error) ? error.code : String(error));

async function scenario(marker: string): Promise<Record<string, unknown>> {
  const events: WorkerEvent[] = [];
  const host = new WorkerHost<EchoApi>('echo', utilityWorker('echo'), (event) => events.push(event));

  const doubled = await host.request('double', new Float32Array([1.5, 2]));
  const failed = await host.request('fail', { file: 'a.png' }).catch(codeOf);
  const first = await host.request('pid', undefined);

  const controller = new AbortController();
  const begun = performance.now();
  const long = host.request('block', { ms: 60_000 }, { signal: controller.signal, onAbort: 'kill' }).catch(codeOf);
  setTimeout(() => controller.abort(), 200);
  const cancelled = await long;
  const cancelledAfterMs = performance.now() - begun;
  const second = await host.request('pid', undefined);
  const blockedProcessIsGone = !isAlive(first);

  const retried = await host.request('dieOnce', { marker });
  const { port1, port2 } = new MessageChannelMain();
  host.connect(port1);
  // MessagePortMain has `on` where the renderer's port has `addEventListener`.
  const port: ClientPort = {
    postMessage: (message) => port2.postMessage(message),
    addEventListener: (_type, listener) => void port2.on('message', ({ data }) => listener({ data: data as unknown })),
    start: () => port2.start(),
    close: () => port2.close(),
  };
  const client = new WorkerClient<EchoApi>('echo', port);
  const overPort = await client.request('double', new Float32Array([21]));
  const overPortFailed = await client.request('fail', { file: 'b.png' }).catch(codeOf);

  const types = events.map(({ type }) => type);
  host.dispose();
  return {
    doubled: [...doubled],
    failed,
    cancelled,
    cancelledAfterMs,
    otherProcess: first !== second,
    blockedProcessIsGone,
    retried,
    overPort: [...overPort],
    overPortFailed,
    types,
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

void app
  .whenReady()
  .then(() => scenario(process.env['MARKER'] ?? ''))
  .then(
    (seen) => console.log(`SEEN ${JSON.stringify(seen)}`),
    (error: unknown) => console.log(`SEEN ${JSON.stringify({ error: String(error) })}`),
  )
  .finally(() => app.exit(0));
