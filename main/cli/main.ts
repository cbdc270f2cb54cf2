/** `npm run -s cli -- <command>`: the command line as a program. Only here the process is touched. */
import { EXIT } from './command';
import { runCli } from './run-cli';

/** npm and tsx pass Ctrl-C on to a process that the terminal has told already: one key press may arrive twice. */
const ONE_PRESS_MS = 1000;

const controller = new AbortController();
let cancelledAt = Infinity;
process.on('SIGINT', () => {
  // A second press does not wait for the image at hand.
  if (performance.now() - cancelledAt > ONE_PRESS_MS) process.exit(EXIT.cancelled);
  if (!controller.signal.aborted) cancelledAt = performance.now();
  controller.abort();
});
// A reader that has gone away, such as `head`, is no reason to complain.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

process.exitCode = await runCli(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: {
    write: (text) => void process.stderr.write(text),
    interactive: process.stderr.isTTY === true,
    get columns() {
      return process.stderr.columns ?? 80;
    },
  },
  signal: controller.signal,
});
