/**
 * This process as the terminal of a command: its standard output and error, and Ctrl-C. For the two programs that run
 * commands, `main.ts` and the packed one (main/electron/command-line.ts).
 */
import { EXIT } from './command';
import type { Terminal } from './run-cli';

/** npm and tsx pass Ctrl-C on to a process that the terminal has told already: one key press may arrive twice. */
const ONE_PRESS_MS = 1000;

/** @param end of the process, at once: a second press does not wait for the image at hand */
export function ownTerminal(end: (code: number) => void): Terminal {
  // A reader that has gone away, such as `head`, is no reason to complain.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  return {
    out: (text) => void process.stdout.write(text),
    err: {
      write: (text) => void process.stderr.write(text),
      interactive: process.stderr.isTTY === true,
      get columns() {
        return process.stderr.columns ?? 80;
      },
    },
    signal: pressed(end),
  };
}

function pressed(end: (code: number) => void): AbortSignal {
  const controller = new AbortController();
  let cancelledAt = Infinity;
  process.on('SIGINT', () => {
    if (performance.now() - cancelledAt > ONE_PRESS_MS) end(EXIT.cancelled);
    if (!controller.signal.aborted) cancelledAt = performance.now();
    controller.abort();
  });
  return controller.signal;
}
