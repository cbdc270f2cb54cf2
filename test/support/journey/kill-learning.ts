/**
 * Kills a round of learning again and again, and looks whether the active head stayed whole and in place, whether the round
 * went on, and whether it yielded the very head that an undisturbed round does.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readHeadFile } from '../../../models/folder';
import { ProjectStore, type StoredHead } from '../../../main/project';
import { addVersion, copyOf, USER, writeStudy, type Study } from '../../unit/main/finetune/support';
import { TINY_CONFIG } from '../tiny-model';

const ROUND_PROCESS = join(import.meta.dirname, 'round-process.ts');
/** Enough patients to hold some out, so that a round trains one head. */
const FRAMES = 16;
/** How far into a round, or what is left of it, a kill comes at the latest: most meet it before its end. */
const REACH = 0.7;

/** What dies: everything at once, as in a power cut; the program; the worker that trains. */
export const PARTS = ['all', 'program', 'worker'] as const;
export type Part = (typeof PARTS)[number];

export interface LearningKilled {
  /** Kills that met a round under way, by what died. */
  readonly kills: Readonly<Record<Part, number>>;
  /** Times that the project, opened after a kill, had another active head than before, or a damaged one. */
  readonly headsLost: number;
  /** The round's head after all of it has the same bytes as an undisturbed one. */
  readonly same: boolean;
}

/** @param folder an empty one @param chance numbers in [0, 1) */
export async function killLearning(folder: string, kills: number, chance: () => number): Promise<LearningKilled> {
  const study = await writeStudy(folder, FRAMES, FRAMES);
  const active = await plantActive(study);
  const undisturbed = copyOf(study, 'undisturbed');
  const steps = await stepsOf(start(undisturbed, study));
  const expected = await newestHead(undisturbed, study);

  const counts: Record<Part, number> = { all: 0, program: 0, worker: 0 };
  let headsLost = 0;
  let same = true;
  let left = kills;
  for (let attempt = 0; left > 0 && attempt < 2 * kills; attempt++) {
    // A round that got to its end before its kill: another copy of the same.
    const project = copyOf(study, `disturbed-${attempt}`);
    for (let isDone = false; !isDone;) {
      const process = start(project, study);
      const part = PARTS[left % PARTS.length] ?? 'all';
      // Not on the step but somewhere in what follows it.
      const moment = { steps: Math.floor(chance() * steps * REACH), ms: chance() * 100 };
      const killed = await killAt(process, left > 0 ? part : null, moment);
      if (killed) {
        left--;
        counts[part]++;
      }
      isDone = process.exitCode === 0;
      if (!(await isIntact(project, active, isDone))) headsLost++;
    }
    const head = await newestHead(project, study);
    same &&= head.sha256 === expected.sha256;
  }
  return { kills: counts, headsLost, same };
}

async function plantActive({ project, modelFolder, labelId }: Study): Promise<StoredHead> {
  const store = await ProjectStore.open(project);
  try {
    const id = await addVersion(store, modelFolder, labelId, 11);
    await store.heads.activate(labelId, id, USER);
    return await store.heads.get(id);
  } finally {
    await store.close();
  }
}

function start(project: string, { modelFolder, labelId }: Study): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', ROUND_PROCESS, project, modelFolder, String(labelId)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // A group of its own, so that it can be killed with its worker.
    detached: true,
  });
}

/** How many times a round that nobody disturbs says that it got further. */
async function stepsOf(child: ChildProcess): Promise<number> {
  let steps = 0;
  await linesOf(child, (line) => {
    if (line === 'step') steps++;
  });
  return steps;
}

/** @param part null: it is left alone @returns whether it met a round under way: not where that was done before */
async function killAt(child: ChildProcess, part: Part | null, moment: { steps: number; ms: number }): Promise<boolean> {
  const { pid = 0 } = child;
  let worker = 0;
  let steps = 0;
  let killed = false;
  let timer: NodeJS.Timeout | undefined;
  const kill = (): void => {
    process.kill(part === 'all' ? -pid : part === 'program' ? pid : worker, 'SIGKILL');
    killed = true;
  };
  await linesOf(child, (line) => {
    if (line === 'step') steps++;
    else if (line === 'done') clearTimeout(timer);
    else worker = Number(line.split(' ')[1]);
    if (part !== null && line !== 'done' && worker > 0 && steps >= moment.steps) timer ??= setTimeout(kill, moment.ms);
  });
  return killed;
}

/** Until the process has ended. */
async function linesOf(child: ChildProcess, onLine: (line: string) => void): Promise<void> {
  if (!child.stdout) throw new Error('the process did not start');
  createInterface(child.stdout).on('line', onLine);
  await once(child, 'exit');
}

/** The head that was active is; or, at the end of the round, the one that proved better. All files are whole. */
async function isIntact(project: string, before: StoredHead, isDone: boolean): Promise<boolean> {
  const store = await ProjectStore.open(project);
  try {
    const all = await store.heads.ofLabel(before.labelId);
    for (const { sha256, config } of all) await readHeadFile(store.headFile(sha256), sha256, TINY_CONFIG, config);
    const [active, ...others] = all.filter((head) => head.active);
    const isBetter = active?.roundId !== null && active?.report?.verdict === 'better';
    return others.length === 0 && (active?.id === before.id || (isDone && isBetter));
  } catch {
    return false;
  } finally {
    await store.close();
  }
}

async function newestHead(project: string, { labelId }: Study): Promise<StoredHead> {
  const store = await ProjectStore.open(project);
  try {
    const [head] = await store.heads.ofLabel(labelId);
    if (head?.roundId == null)
      throw new Error(`the round yielded nothing: ${JSON.stringify(await store.rounds.ofLabel(labelId))}`);
    return head;
  } finally {
    await store.close();
  }
}

/** What docs/reliability.md says of it. */
export function learningReport({ kills, headsLost, same }: LearningKilled): string {
  return `## A round of learning

The same is done to a round of learning, with a tiny model in real worker processes and a real project: at random moments
everything is killed at once (as in a power cut), the program alone, or the worker that trains. Opened again, the project
goes on with the round. Afterwards its head is compared, byte for byte, with that of a round that nobody disturbed.

- Kills that met a round under way: ${kills.all} of everything, ${kills.program} of the program, ${kills.worker} of the worker
- Times that the active head was another one than before, or damaged: ${headsLost}
- The head in the end: ${same ? 'the same bytes as undisturbed, every time' : 'NOT the same as undisturbed'}
`;
}
