/** The worker processes that commands have started, by whoever runs the command line. */
import { forkProcess, type StartProcess } from '../inference';

/** @param env added to this process's environment */
export type StartWorker = (name: keyof typeof SOURCES, env?: Readonly<Record<string, string>>) => StartProcess;

const SOURCES = {
  encode: new URL('../inference/encode.worker.ts', import.meta.url),
  finetune: new URL('../finetune/finetune.worker.ts', import.meta.url),
  study: new URL('../study/study.worker.ts', import.meta.url),
} as const;

/** Out of a checkout, in plain Node. */
export const forkWorker: StartWorker = (name, env) => forkProcess(SOURCES[name], env);
