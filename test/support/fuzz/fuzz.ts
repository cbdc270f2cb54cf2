/**
 * Feeds damaged files to readers and importers in processes of their own, made anew every so often. Which input is which is
 * told by its number alone, so that any can be made again.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../../../models/training';
import type { Answer, Asked } from './reader.worker';
import { attacks } from './attacks';
import { inputOf, seeds, type Seed } from './seeds';

export const SEED = 20261124;
export const LONGEST_MS = 5_000;
export const MOST_MB = 1_024;
/** A process that does not answer is killed: it hangs. */
const PATIENCE_MS = 60_000;
const INPUTS_A_PROCESS = 500;

export interface Failure {
  readonly name: string;
  readonly input: number;
  readonly reason: string;
}

export interface Tally {
  read: number;
  refused: number;
}

export interface Fuzzed {
  readonly inputs: number;
  /** By kind of file. */
  readonly tallies: ReadonlyMap<string, Tally>;
  readonly failures: readonly Failure[];
  readonly slowestMs: number;
  readonly peakMb: number;
  readonly processes: number;
}

interface Options {
  readonly folder: string;
  /** Damaged inputs; the attacks and the sound files themselves come first. */
  readonly count: number;
  /** Attacks as large as they can be. */
  readonly heavy: boolean;
  readonly processes: number;
  /** Where inputs that do what they must not are kept. */
  readonly keep?: string;
  onProgress?(done: number, failures: readonly Failure[]): void;
}

export async function fuzz({ folder, count, heavy, processes, keep, onProgress }: Options): Promise<Fuzzed> {
  const [sound, made] = [await seeds(), await attacks(heavy)];
  for (const { beside } of sound) if (beside) writeFileSync(join(folder, beside[0]), beside[1]);
  const whole = made.length + sound.length;
  const total = whole + count;
  const tallies = new Map<string, Tally>();
  const failures: Failure[] = [];
  const most = { ms: 0, mb: 0, started: 0 };
  let next = 0;
  const input = (n: number): { seed: Seed; bytes: Buffer } => {
    const seed = made[n] ?? (sound[(n - made.length) % sound.length] as Seed);
    if (n < whole) return { seed, bytes: seed.bytes };
    return { seed, bytes: inputOf(seed, seededRandom(`${SEED}:${n}`)) };
  };
  const run = async (): Promise<void> => {
    let child: Reader | undefined;
    for (let n = next++, used = 0; n < total; n = next++, used++) {
      if (used % INPUTS_A_PROCESS === 0) await child?.end();
      if (!child?.isAlive || used % INPUTS_A_PROCESS === 0) {
        child = new Reader();
        most.started++;
      }
      const { seed, bytes } = input(n);
      const path = join(folder, `input-${n}${seed.extension}`);
      writeFileSync(path, bytes);
      const { outcome, wrong, ms, peakMb } = await child.ask({ path, use: seed.use });
      const isSound = n >= made.length && n < whole;
      const reason =
        wrong ?? verdict(ms, peakMb) ?? (isSound && outcome !== 'read' ? `refused: ${outcome}` : undefined);
      if (reason !== undefined) {
        failures.push({ name: seed.name, input: n, reason });
        if (keep !== undefined) keepInput(keep, `input-${n}${seed.extension}`, bytes);
        // What it took stays with the process.
        await child.end();
      }
      const tally = tallies.get(seed.name) ?? { read: 0, refused: 0 };
      tally[outcome === 'read' ? 'read' : 'refused']++;
      tallies.set(seed.name, tally);
      most.ms = Math.max(most.ms, ms);
      most.mb = Math.max(most.mb, peakMb);
      rmSync(path, { force: true });
      if ((n + 1) % 250 === 0) onProgress?.(n + 1, failures);
    }
    await child?.end();
  };
  await Promise.all(Array.from({ length: processes }, run));
  return { inputs: total, tallies, failures, slowestMs: most.ms, peakMb: most.mb, processes: most.started };
}

function verdict(ms: number, peakMb: number): string | undefined {
  if (ms > LONGEST_MS) return `took ${ms.toFixed(0)} ms`;
  return peakMb > MOST_MB ? `took ${peakMb.toFixed(0)} MB` : undefined;
}

function keepInput(folder: string, name: string, bytes: Buffer): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), bytes);
}

class Reader {
  readonly #child: ChildProcess = fork(fileURLToPath(new URL('reader.worker.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });

  constructor() {
    if (this.#child.pid !== undefined) setPriority(this.#child.pid, 15);
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && this.#child.connected;
  }

  /** The answer; that the process died or hung is one too. */
  ask(asked: Asked): Promise<Answer> {
    const child = this.#child;
    return new Promise((resolve) => {
      const began = performance.now();
      const finish = (answer: Answer): void => {
        clearTimeout(patience);
        child.removeAllListeners();
        resolve(answer);
      };
      const none = (wrong: string): Answer => ({ outcome: 'none', wrong, ms: performance.now() - began, peakMb: 0 });
      const patience = setTimeout(() => {
        child.kill('SIGKILL');
        finish(none('hangs'));
      }, PATIENCE_MS);
      child.once('message', (answer) => finish(answer as Answer));
      child.once('exit', (code, signal) => finish(none(`the process died: ${signal ?? `code ${code}`}`)));
      child.send(asked);
    });
  }

  /** Waits until it is gone. */
  async end(): Promise<void> {
    if (!this.isAlive) return;
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await gone;
  }
}
