/**
 * The Python of `.venv` (made by make-venv.sh), for tests that compare with an independent implementation. Nothing of the
 * product uses Python.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';

const VENV = fileURLToPath(new URL('../../.venv', import.meta.url));

const NO_PYTHON = 'no .venv: run test/support/make-venv.sh';

/** Path of the venv's interpreter; undefined where the venv was never finished. */
export function python(): string | undefined {
  const executable = process.platform === 'win32' ? `${VENV}/Scripts/python.exe` : `${VENV}/bin/python`;
  return existsSync(`${VENV}/sonomask-requirements.txt`) && existsSync(executable) ? executable : undefined;
}

/**
 * Runs a Python program that reads one JSON value from standard input and prints one; bytes travel as base64.
 * Throws with the program's standard error when it fails.
 */
export function runPython(program: string, input: unknown): unknown {
  const executable = python();
  if (executable === undefined) throw new Error(NO_PYTHON);
  const { status, stdout, stderr, error } = spawnSync(executable, ['-c', program], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`Python ended with ${status}:\n${stderr}`);
  return JSON.parse(stdout);
}

/** A `describe` whose tests call `runPython`; skipped, and its title says why, where there is no venv. */
export function describeWithPython(title: string, tests: () => void): void {
  const missing = python() === undefined;
  describe.skipIf(missing)(missing ? `${title} (skipped: ${NO_PYTHON})` : title, tests);
}
