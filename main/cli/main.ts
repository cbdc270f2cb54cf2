/** `npm run -s cli -- <command>`: the command line as a program. Only here the process is touched. */
import { runCli } from './run-cli';

const controller = new AbortController();
process.on('SIGINT', () => {
  // The second Ctrl-C does not wait for the image at hand.
  if (controller.signal.aborted) process.exit(130);
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
