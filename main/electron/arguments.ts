/** Reads what the program was started with. Pure: the caller passes argv in. */
import { resolve } from 'node:path';

/** `--sample-study` opens the simulated study at once: what `npm start` shows a newcomer. */
export const SAMPLE_SWITCH = 'sample-study';

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
