/** Runs a command of the command line in this process and keeps what it printed. */
import { runCli, type Terminal } from '../../main/cli';
import { forkWorker } from '../../main/cli/workers';

export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as JSON; throws where it is none. */
  json<T>(): T;
  /** The JSON lines of standard error. */
  events(): readonly Record<string, unknown>[];
}

export interface CliOptions {
  readonly signal?: AbortSignal;
  readonly interactive?: boolean;
  /** Sees standard error as it is written. */
  readonly onError?: (text: string) => void;
}

export async function cli(argv: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  let stdout = '';
  let stderr = '';
  const terminal: Terminal = {
    out: (text) => {
      stdout += text;
    },
    err: {
      write: (text) => {
        stderr += text;
        options.onError?.(text);
      },
      interactive: options.interactive ?? false,
      columns: 80,
    },
    signal: options.signal ?? new AbortController().signal,
  };
  const code = await runCli(argv, terminal, forkWorker);
  return {
    code,
    stdout,
    stderr,
    json: <T>() => JSON.parse(stdout) as T,
    events: () =>
      stderr
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}
