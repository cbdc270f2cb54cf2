/** Finds a Python with PyTorch, for tests that compare with what a real torch writes. Installs nothing. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

let found: { python: string | undefined } | undefined;

function importsTorch(python: string): boolean {
  try {
    execFileSync(python, ['-c', 'import torch'], { stdio: 'ignore', timeout: 120_000 });
    return true;
  } catch {
    return false;
  }
}

/**
 * Path of a Python that imports torch: `SONOMASK_TORCH_PYTHON`, else `.venv/bin/python` of the project; undefined if there
 * is none, and then the tests that need it skip and say so. A set but unusable variable is an error, not a skip.
 */
export function torchPython(): string | undefined {
  if (found) return found.python;
  const named = process.env.SONOMASK_TORCH_PYTHON;
  if (named) {
    if (!importsTorch(named)) throw new Error(`SONOMASK_TORCH_PYTHON=${named} does not import torch`);
    found = { python: named };
    return named;
  }
  const local = fileURLToPath(new URL('../../.venv/bin/python', import.meta.url));
  found = { python: existsSync(local) && importsTorch(local) ? local : undefined };
  return found.python;
}
