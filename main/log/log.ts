/**
 * The one place that logs. A line has the time, the area and what `describeError` says of an error, so that nothing of a
 * patient can be in it. A worker's lines go to its standard error, where the window's main process reads them
 * (main/electron/utility-transport.ts) and writes them to the file (log-file.ts).
 */
import { describeError, ERROR_TRACE } from '../../shared/error-trace';

/** `thrown` is whole, for a developer's terminal and never for a file. */
export type LogSink = (line: string, thrown?: unknown) => void;

const LINE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (?:error|note) [a-z][\w. -]{0,60}: (.+)$/i;

let sink: LogSink = (line) => void process.stderr.write(`${line}\n`);

/** Everything that this process logs goes there from now on. */
export function logTo(next: LogSink): void {
  sink = next;
}

/** @param area what was being done: words of the program's own, never of its data */
export function logError(area: string, thrown: unknown): void {
  sink(`${new Date().toISOString()} error ${area}: ${describeError(thrown)}`, thrown);
}

/** Something that is no error, such as the end of a process. @param words of the program's own, and numbers */
export function logNote(area: string, words: string): void {
  sink(`${new Date().toISOString()} note ${area}: ${words}`);
}

/** Takes in a line of another process of ours; false for whatever else was written there, by a native library for one. */
export function relay(line: string): boolean {
  const told = LINE.exec(line)?.[1];
  if (told === undefined || !ERROR_TRACE.test(told)) return false;
  sink(line);
  return true;
}

/** What nobody catches is logged. What becomes of the process stays as it was. */
export function logFaults(area: string): void {
  process.on('uncaughtExceptionMonitor', (error) => logError(`${area} uncaught`, error));
  // Plain Node makes an uncaught exception of it; Electron only prints a warning, with the message.
  if (process.versions['electron']) process.on('unhandledRejection', (reason) => logError(`${area} unhandled`, reason));
}
