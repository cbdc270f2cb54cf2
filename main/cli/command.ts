/**
 * What a command of the command line is: a name, options that its help is made from, and a function. The work itself
 * lives in `tasks/` and in other rooms.
 */
import type { AppError } from '../../shared/errors';
import type { Arguments } from './arguments';
import type { Progress } from './progress';
import type { StartWorker } from './workers';

/** One `--option`. Those without `value` are switches. */
export interface Option {
  /** Placeholder of the value in the help, such as `DIR`. */
  readonly value?: string;
  readonly help: string;
}

export interface Command {
  /** One or two words, such as `model import`. */
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What follows the name in the usage line, such as `<path...>`. */
  readonly operands: string;
  readonly options: Readonly<Record<string, Option>>;
  /** Further lines of the help: defaults, what is written, what numbers mean. */
  readonly details?: string;
  run(args: Arguments, context: Context): Promise<Outcome>;
}

/** What a command has to work with. */
export interface Context {
  /** Shows progress and messages on standard error. */
  readonly progress: Progress;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly startWorker: StartWorker;
}

/** 0 done, 1 some inputs failed, 2 wrong usage, 130 cancelled. */
export const EXIT = { done: 0, failed: 1, usage: 2, cancelled: 130 } as const;

export interface Outcome {
  readonly exitCode: (typeof EXIT)[keyof typeof EXIT];
  /** Printed with `--json`. */
  readonly json: unknown;
  /** Printed without. */
  readonly text: string;
}

/** A failed input as the JSON result names it. */
export interface Failure {
  readonly subject: string;
  readonly code: AppError['code'];
  readonly message: string;
}

export function failureOf({ subject, code, message }: AppError): Failure {
  return { subject, code, message };
}

/** A line that says how many were not listed, where a list ends before what it is of. */
export function more(listed: readonly unknown[], count: number): string[] {
  return count > listed.length ? [`and ${count - listed.length} more`] : [];
}

/** 1 as soon as an input failed, 130 where Ctrl-C ended it early. */
export function exitCodeOf(failures: readonly unknown[], signal: AbortSignal): Outcome['exitCode'] {
  if (signal.aborted) return EXIT.cancelled;
  return failures.length > 0 ? EXIT.failed : EXIT.done;
}
