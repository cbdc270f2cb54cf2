/** The help texts, made from the commands themselves. */
import { COMMON_OPTIONS } from './arguments';
import type { Command } from './command';

export const EXIT_CODES =
  'Exit code: 0 done, 1 some inputs failed (named in the result), 2 wrong usage, 130 cancelled.';

export function overallHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    'sonomask: outlines structures in ultrasound images with AutoSAMUS. Not a medical device.',
    '',
    'Usage: sonomask <command> [options]',
    '',
    'Commands:',
    ...lines,
    '',
    'sonomask <command> --help tells about one command. With --json the result is JSON on standard output; progress',
    `and messages go to standard error. ${EXIT_CODES}`,
    '',
  ].join('\n');
}

export function commandHelp({ name, summary, operands, options, details }: Command): string {
  const entries = Object.entries({ ...options, ...COMMON_OPTIONS }).map(
    ([option, { value, help }]) => [`--${option}${value ? ` ${value}` : ''}`, help] as const,
  );
  const width = Math.max(...entries.map(([option]) => option.length));
  return [
    `Usage: sonomask ${name} ${operands} [options]`,
    '',
    summary,
    '',
    'Options:',
    ...entries.map(([option, help]) => `  ${option.padEnd(width)}  ${help}`),
    '',
    ...(details ? [details.trim(), ''] : []),
    EXIT_CODES,
    '',
  ].join('\n');
}
