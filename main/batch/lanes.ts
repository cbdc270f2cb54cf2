/**
 * Lanes: worker processes that each take frames from file to proposals. A lane does everything of a frame itself, so no
 * pixels and no embeddings go from process to process, and one core a lane is busy whatever the others are at. Not which
 * frames (`run-frames.ts`).
 */
import { cpus, totalmem } from 'node:os';
import type { Provider, ProviderChoice } from '../../shared/ipc';
import { Encoder, WorkerHost, type EncodeApi, type StartProcess } from '../inference';

export interface LaneParts {
  /** How an encode worker is started. */
  startWorker(name: 'encode', env: Readonly<Record<string, string>>): StartProcess;
  readonly modelFolder: string;
  /** The user's choice, when workers are started. */
  provider(): ProviderChoice;
  /** Default: as many as this machine keeps busy. */
  readonly lanes?: number;
}

export interface Lanes {
  readonly encoders: readonly Encoder[];
  /** What they run on; null until the first frame. */
  readonly provider: Provider | null;
  /** Process ids of those that run. */
  readonly pids: readonly number[];
  /** Ends the processes. */
  dispose(): void;
}

/** A worker of the bundled model takes a third of it. */
const BYTES_A_LANE = 1.2 * 2 ** 30;

/** One lane a core: two threads within one encoding do less than two encodings beside each other. */
export function usualLanes(): number {
  return Math.max(1, Math.min(cpus().length, Math.floor(totalmem() / BYTES_A_LANE)));
}

export function openLanes({ startWorker, modelFolder, provider, lanes = usualLanes() }: LaneParts): Lanes {
  const threads = Math.max(1, Math.floor(cpus().length / lanes));
  const env = { SONOMASK_MODEL_FOLDER: modelFolder, SONOMASK_THREADS: String(threads) };
  const hosts = Array.from({ length: lanes }, () => new WorkerHost<EncodeApi>('encode', startWorker('encode', env)));
  const encoders = hosts.map((host) => new Encoder(host, provider()));
  return {
    encoders,
    get provider() {
      return encoders.find(({ status }) => status.used !== null)?.status.used ?? null;
    },
    get pids() {
      return hosts.flatMap(({ pid }) => pid ?? []);
    },
    dispose: () => hosts.forEach((host) => host.dispose()),
  };
}
