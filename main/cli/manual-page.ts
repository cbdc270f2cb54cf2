/** The man page of the command line, in roff, made from the commands as their help is. */
import { COMMON_OPTIONS } from './arguments';
import type { Command } from './command';
import { EXIT_CODES } from './help';

/** @param date of the page, such as 2026-01-31 */
export function manualPage(commands: readonly Command[], version: string, date: string): string {
  return [
    `.TH SONOMASK 1 ${quoted(date)} ${quoted(`SonoMask ${version}`)} "User Commands"`,
    '.SH NAME',
    'sonomask \\- annotation workstation for ultrasound',
    '.SH SYNOPSIS',
    '.B sonomask',
    '.RI [ file \\ or\\ folder ...]',
    '.br',
    '.B sonomask',
    '.I command',
    '.RI [ options ]',
    '.SH DESCRIPTION',
    text('Outlines structures in ultrasound images with AutoSAMUS. Not a medical device.'),
    '.PP',
    text(
      'Without a command it opens its window, on the files and folders named. A command needs neither window nor display.',
    ),
    text('With --json the result is JSON on standard output; progress and messages go to standard error.'),
    '.SH COMMANDS',
    ...commands.flatMap(section),
    '.SH EXIT STATUS',
    text(EXIT_CODES),
    '',
  ].join('\n');
}

function section({ name, summary, operands, options, details }: Command): string[] {
  return [
    `.SS ${quoted(name)}`,
    `\\fBsonomask ${text(name)}\\fR ${text(`${operands} [options]`.trim())}`,
    '.PP',
    text(summary),
    ...Object.entries({ ...options, ...COMMON_OPTIONS }).flatMap(([option, { value, help }]) => [
      '.TP',
      `\\fB${text(`--${option}`)}\\fR${value ? ` ${text(value)}` : ''}`,
      text(help),
    ]),
    ...(details ? ['.PP', text(details.trim())] : []),
  ];
}

/** Words that roff shows as they are: no line is taken for a request, no hyphen for another sign. */
function text(words: string): string {
  const escaped = words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti');
  return escaped.replace(/^(?=[.'])/gm, '\\&');
}

function quoted(words: string): string {
  return `"${text(words).replaceAll('"', '""')}"`;
}
