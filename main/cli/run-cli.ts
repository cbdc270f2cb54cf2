/**
 * One run of the command line: finds the command, runs it, prints its result, returns the exit code. Touches no global
 * of the process, so that tests and the packed program call it as `main.ts` does.
 */
import { type ErrorCode, isAppError } from '../../shared/errors';
import { Arguments } from './arguments';
import { type Command, EXIT, failureOf } from './command';
import { commandHelp, overallHelp } from './help';
import { Progress, type ProgressSink } from './progress';
import { COMMANDS } from './registry';
import type { StartWorker } from './workers';

export interface Terminal {
  /** Standard output. */
  out(text: string): void;
  readonly err: ProgressSink;
  readonly signal: AbortSignal;
}

/** @param argv without program and script */
export async function runCli(argv: readonly string[], terminal: Terminal, startWorker: StartWorker): Promise<number> {
  const [first] = argv;
  if (first === undefined || first === 'help' || first.startsWith('-')) return general(first, terminal);
  const command = find(argv);
  if (!command) {
    terminal.err.write(`There is no command "${first}".\n\n${overallHelp(COMMANDS)}`);
    return EXIT.usage;
  }
  const rest = argv.slice(command.name.split(' ').length);
  const progress = new Progress(terminal.err);
  let asJson = rest.includes('--json');
  try {
    const args = Arguments.parse(command, rest);
    if (args.flag('help')) {
      terminal.out(commandHelp(command));
      return EXIT.done;
    }
    asJson = args.flag('json');
    const { exitCode, json, text } = await command.run(args, { progress, signal: terminal.signal, startWorker });
    progress.end();
    terminal.out(asJson ? `${JSON.stringify(json, null, 2)}\n` : `${text}\n`);
    return exitCode;
  } catch (cause) {
    progress.end();
    return fail(cause, command, asJson, terminal);
  }
}

function general(first: string | undefined, terminal: Terminal): number {
  if (first === '--help' || first === 'help') {
    terminal.out(overallHelp(COMMANDS));
    return EXIT.done;
  }
  const complaint = first === undefined ? '' : `There is no option ${first} before a command.\n\n`;
  terminal.err.write(`${complaint}${overallHelp(COMMANDS)}`);
  return EXIT.usage;
}

/** `model import` is a command of two words. */
function find(argv: readonly string[]): Command | undefined {
  const names = [argv[0], argv.slice(0, 2).join(' ')];
  return COMMANDS.find(({ name }) => names.includes(name));
}

/** What the arguments themselves got wrong is wrong usage, wherever it was noticed. */
const EXIT_BY_CODE: Partial<Record<ErrorCode, number>> = {
  usage: EXIT.usage,
  'prompt-invalid': EXIT.usage,
  'label-unknown': EXIT.usage,
  cancelled: EXIT.cancelled,
};

function fail(cause: unknown, command: Command, asJson: boolean, { out, err }: Terminal): number {
  if (!isAppError(cause)) throw cause;
  const exitCode = EXIT_BY_CODE[cause.code] ?? EXIT.failed;
  err.write(`sonomask ${command.name}: ${cause.message}\n`);
  if (cause.code === 'project-corrupt') {
    err.write('sonomask project backups lists its backups, sonomask project restore puts one in its place.\n');
  }
  if (exitCode === EXIT.usage) err.write(`sonomask ${command.name} --help tells how it is used.\n`);
  if (asJson) out(`${JSON.stringify({ error: failureOf(cause) }, null, 2)}\n`);
  return exitCode;
}
