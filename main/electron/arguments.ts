/** Reads what the program was started with. Pure: the caller passes argv in. */
import { resolve } from 'node:path';

/** `--sample-study` opens the simulated study at once: what `npm start` shows a newcomer. */
export const SAMPLE_SWITCH = 'sample-study';

/** `--command-line -- <command>` runs a command instead of opening the window; so does the launcher of the Linux packages. */
export const COMMAND_LINE_SWITCH = 'command-line';

/** The command and its arguments: all that comes after `--`, where Chromium looks for no flags of its own. */
export function commandIn(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  return end < 0 ? [] : argv.slice(end + 1);
}

/**
 * The files and folders named on a command line, absolute.
 *
 * @param argv as Electron gives it; `packaged` says whether its second entry is the app's own folder
 * @param cwd what relative names refer to
 */
export function pathsIn(argv: readonly string[], packaged: boolean, cwd: string): string[] {
  const plain = argv.slice(1).filter((argument) => !argument.startsWith('-'));
  return (packaged ? plain : plain.slice(1)).map((path) => resolve(cwd, path));
}
