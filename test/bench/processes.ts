/** What every process of the program holds: resident memory and open handles, at moments of a long walk. */
import { readdirSync } from 'node:fs';
import type { BenchWindow } from './window-study';

export interface Holding {
  readonly memoryMb: number;
  /** Open files, sockets, pipes; NaN where the system does not tell. */
  readonly handles: number;
}

/** By process: `main`, `window`, and the workers by name. */
export type Holdings = Readonly<Record<string, Holding>>;

export async function holdingsOf({ desktop }: BenchWindow): Promise<Holdings> {
  const metrics = await desktop.app.evaluate(({ app }) =>
    app.getAppMetrics().map(({ type, name, pid, memory }) => {
      const short = type === 'Tab' ? 'window' : type === 'Browser' ? 'main' : (name ?? type).replace('SonoMask ', '');
      return { short, pid, memoryMb: Math.round(memory.workingSetSize / 1024) };
    }),
  );
  return Object.fromEntries(metrics.map(({ short, pid, memoryMb }) => [short, { memoryMb, handles: handlesOf(pid) }]));
}

function handlesOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return NaN;
  }
}
