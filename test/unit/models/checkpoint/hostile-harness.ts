/**
 * What the tests of hostile files share: a case, a probe of it in a process of its own, and what every refusal must be: a
 * typed error that names the file and the cause, under 2 s and 200 MB of extra memory.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect } from 'vitest';
import type { ProbeResult } from './probe';

export const MB = 2 ** 20;
export const unsafeCode = 'checkpoint-unsafe';
export const corruptCode = 'checkpoint-corrupt';

const probeScript = fileURLToPath(new URL('./probe.ts', import.meta.url));

/** A folder for the tests of one file; its path is known once they run. */
export function temporaryFolder(): { readonly path: (name: string) => string } {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sonomask-checkpoint-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return { path: (name) => join(folder, name) };
}

/** Reads the files in one child process. */
export function probe(files: readonly string[]): ProbeResult[] {
  const output = execFileSync(process.execPath, ['--import', 'tsx', probeScript, ...files], { encoding: 'utf8' });
  const lines = output.trim().split('\n');
  return lines.map((line) => JSON.parse(line) as ProbeResult);
}

export interface HostileCase {
  readonly what: string;
  readonly file: string;
  readonly bytes: () => Buffer;
  readonly code: string;
  /** The cause, as the message must tell it. */
  readonly cause: string | RegExp;
}

export function expectRefused(result: ProbeResult, path: string, { code, cause }: HostileCase): void {
  expect(result).toMatchObject({ code, subject: path });
  expect(result.message).toContain(path);
  expect(result.message).toMatch(cause);
  expect(result.message.length).toBeLessThan(2000);
  expect(result.seconds).toBeLessThan(2);
  expect(result.extraBytes).toBeLessThan(200 * MB);
}
