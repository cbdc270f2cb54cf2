/** How many frames a second encoders do that have nothing else to do: the bound that a batch is measured against. */
import { forkProcess, WorkerHost } from '../../../main/inference';
import type { EncoderAloneApi } from './encoder-alone.worker';

const WORKER = new URL('./encoder-alone.worker.ts', import.meta.url);
const WARM_UP = 2;

/** @param processes beside each other, each with so many threads */
export async function encoderAlone(
  modelFolder: string,
  { processes, threads, frames }: { processes: number; threads: number; frames: number },
): Promise<number> {
  const env = { SONOMASK_MODEL_FOLDER: modelFolder, SONOMASK_THREADS: String(threads) };
  const hosts = Array.from(
    { length: processes },
    () => new WorkerHost<EncoderAloneApi>('bench', forkProcess(WORKER, env)),
  );
  try {
    await Promise.all(hosts.map((host) => host.request('encode', { times: WARM_UP })));
    const begun = performance.now();
    const times = Math.ceil(frames / processes);
    await Promise.all(hosts.map((host) => host.request('encode', { times })));
    return (1_000 * times * processes) / (performance.now() - begun);
  } finally {
    for (const host of hosts) host.dispose();
  }
}
