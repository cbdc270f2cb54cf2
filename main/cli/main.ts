/** `npm run -s cli -- <command>`: the command line as a program, out of a checkout. */
import { ownTerminal } from './own-terminal';
import { runCli } from './run-cli';
import { forkWorker } from './workers';

process.exitCode = await runCli(process.argv.slice(2), ownTerminal(process.exit), forkWorker);
