/** The worker that worker-host.test.ts asks: every method does one thing a real worker might do, good or bad. */
import { existsSync, writeFileSync } from 'node:fs';
import { serveWorker } from '../../../../main/inference';
import { AppError } from '../../../../shared/errors';
import type { WorkerContext } from '../../../../shared/worker-protocol';

const api = {
  double: (values: Float32Array) => values.map((value) => value * 2),

  pid: () => process.pid,

  fail: ({ file }: { file: string }) => {
    throw new AppError('format-corrupt', file, 'cut short');
  },

  defect: () => {
    throw new TypeError('cannot read properties of undefined');
  },

  /** Blocks the process as an onnxruntime run does: no message is heard meanwhile. */
  block: ({ ms }: { ms: number }) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    return 'finished';
  },

  /** Dies the first time it is asked with this marker file, answers the second time. */
  dieOnce: ({ marker }: { marker: string }) => {
    if (existsSync(marker)) return 'alive';
    writeFileSync(marker, '');
    process.kill(process.pid, 'SIGKILL');
    return 'unreachable';
  },

  die: () => process.exit(7),

  wait: async (_payload: undefined, { signal, report }: WorkerContext) => {
    report('waiting');
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return 'aborted';
  },

  count: (to: number, { report }: WorkerContext) => {
    for (let i = 1; i <= to; i++) report(i);
    return to;
  },
};

export type EchoApi = typeof api;

serveWorker(api);
