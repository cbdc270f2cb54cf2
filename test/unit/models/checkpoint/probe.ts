/**
 * Reads checkpoints in a process of its own and prints, one JSON line each, how that ended, how long the processor worked on
 * it (the clock would count what else the machine does) and the peak of memory beyond what the process had before.
 * Usage: node --import tsx probe.ts FILE...
 */
import { readFileSync } from 'node:fs';
import { checkFinite, readSafetensors, readTorchCheckpoint } from '../../../../models/checkpoint';
import { isAppError } from '../../../../shared/errors';

export interface ProbeResult {
  readonly code: string;
  readonly subject: string;
  readonly message: string;
  readonly seconds: number;
  readonly extraBytes: number;
}

/** Peak memory of this process. Linux's maxRSS would count that of the parent before it started us, hence VmHWM. */
function peakBytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const match = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(match?.[1]) * 1024;
}

async function readEverything(file: string): Promise<void> {
  if (file.endsWith('.safetensors')) {
    for (const [name, tensor] of await readSafetensors(file)) checkFinite(name, tensor, file);
    return;
  }
  const { tensors } = await readTorchCheckpoint(file);
  for (const [name, lazy] of tensors) checkFinite(name, await lazy.read(), file);
}

async function probe(file: string): Promise<ProbeResult> {
  let outcome = { code: 'none', subject: '', message: '' };
  const before = process.memoryUsage.rss();
  const start = process.cpuUsage();
  try {
    await readEverything(file);
  } catch (error) {
    if (!isAppError(error)) throw error;
    outcome = { code: error.code, subject: error.subject, message: error.message };
  }
  const { user, system } = process.cpuUsage(start);
  const seconds = (user + system) / 1e6;
  return { ...outcome, seconds, extraBytes: peakBytes() - before };
}

async function main(files: readonly string[]): Promise<void> {
  for (const file of files) console.log(JSON.stringify(await probe(file)));
}

void main(process.argv.slice(2));
