/**
 * Debian's or the user's ffmpeg, for tests: writes loops that SonoMask is to read, and shows what is in them. Tests that need
 * it are skipped, saying so, where there is none.
 */
import { spawnSync } from 'node:child_process';
import { describe } from 'vitest';

const NO_FFMPEG = 'no ffmpeg on the PATH';

export const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;

/** @param input on its standard input @returns its standard output */
export function ffmpeg(args: readonly string[], input?: Uint8Array): Buffer {
  const options = { maxBuffer: 2 ** 30, ...(input && { input }) };
  const { status, stdout, stderr, error } = spawnSync('ffmpeg', ['-v', 'error', '-y', ...args], options);
  if (error) throw error;
  if (status !== 0) throw new Error(`ffmpeg ended with ${status}:\n${stderr.toString()}`);
  return stdout;
}

/** A `describe` whose tests call `ffmpeg`; skipped, and its title says why, where there is none. */
export function describeWithFfmpeg(title: string, tests: () => void): void {
  describe.skipIf(!hasFfmpeg)(hasFfmpeg ? title : `${title} (skipped: ${NO_FFMPEG})`, tests);
}
