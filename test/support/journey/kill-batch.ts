/**
 * Kills a batch again and again, and looks whether it goes on each time, does no frame twice and loses none, and whether
 * everything is in the end as after a batch that nobody disturbed.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ProjectStore } from '../../../main/project';
import { everythingOn, writeBatchPlace, type BatchPlace } from '../../unit/main/batch/support';

const BATCH_PROCESS = join(import.meta.dirname, 'batch-process.ts');
const FRAMES = 40;
/** A kill comes after so many frames of one start of the program at the latest. */
const REACH = 6;

/** What dies: everything at once, as in a power cut; the program; one of its workers. */
export const BATCH_PARTS = ['all', 'program', 'worker'] as const;
export type BatchPart = (typeof BATCH_PARTS)[number];

export interface BatchKilled {
  /** Kills that met a batch under way, by what died. */
  readonly kills: Readonly<Record<BatchPart, number>>;
  /** Masks, with all their revisions, of the project in the end; the same as undisturbed. */
  readonly same: boolean;
  /** Frames that were proposed on more than once, or not at all. */
  readonly notOnce: number;
}

/** @param folder an empty one @param chance numbers in [0, 1) */
export async function killBatch(folder: string, kills: number, chance: () => number): Promise<BatchKilled> {
  const names = Array.from({ length: FRAMES }, (_, i) => `patient ${i >> 2}/${i & 3}.png`);
  const place = await writeBatchPlace(folder, names);
  const undisturbed = copyOf(place, 'undisturbed');
  await killAt(start(undisturbed), null, { frames: 0, ms: 0 });
  const expected = await resultOf(undisturbed);

  const counts: Record<BatchPart, number> = { all: 0, program: 0, worker: 0 };
  let [left, notOnce, same] = [kills, 0, true];
  for (let attempt = 0; left > 0 && attempt < 2 * kills; attempt++) {
    // A batch that got to its end before its kill: another copy of the same.
    const project = copyOf(place, `disturbed-${attempt}`);
    for (let isDone = false; !isDone;) {
      const process = start(project);
      const part = BATCH_PARTS[left % BATCH_PARTS.length] ?? 'all';
      const moment = { frames: 1 + Math.floor(chance() * REACH), ms: chance() * 60 };
      if (await killAt(process, left > 0 ? part : null, moment)) {
        left--;
        counts[part]++;
      }
      isDone = process.exitCode === 0;
    }
    const result = await resultOf(project);
    notOnce += result.notOnce;
    same &&= JSON.stringify(result) === JSON.stringify(expected);
  }
  return { kills: counts, same, notOnce };
}

function copyOf(place: BatchPlace, name: string): BatchPlace {
  const project = join(place.project, '..', `${name}.sonomask`);
  cpSync(place.project, project, { recursive: true });
  return { ...place, project };
}

async function resultOf({ project }: BatchPlace) {
  const store = await ProjectStore.open(project);
  try {
    const batch = await store.batches.latest();
    const { frames } = await store.frames.list({ filter: {}, limit: 1_000, offset: 0 });
    let notOnce = 0;
    for (const { id } of frames) {
      const revisions = await store.masks.historyOfFrame(id);
      if (new Set(revisions.map(({ labelId }) => labelId)).size !== revisions.length) notOnce++;
    }
    const scores = await store.scores.after(0, batch?.plan.modelId ?? '');
    const kept = scores.rows
      .map(({ frameId, labelId, predictedIou }) => `${frameId} ${labelId} ${predictedIou}`)
      .sort();
    notOnce += 2 * FRAMES - new Set(kept).size;
    return { notOnce, state: batch?.state, counts: batch?.counts, masks: await everythingOn(store), kept };
  } finally {
    await store.close();
  }
}

function start({ project, modelFolder }: BatchPlace): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', BATCH_PROCESS, project, modelFolder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // A group of its own, so that it can be killed with its workers.
    detached: true,
  });
}

/** @param part null: it is left alone @returns whether it met a batch under way */
async function killAt(
  child: ChildProcess,
  part: BatchPart | null,
  moment: { frames: number; ms: number },
): Promise<boolean> {
  const { pid = 0, stdout } = child;
  if (!stdout) throw new Error('the process did not start');
  let workers: number[] = [];
  let [frames, killed] = [0, false];
  let timer: NodeJS.Timeout | undefined;
  const kill = (): void => {
    const [worker = pid] = workers;
    process.kill(part === 'all' ? -pid : part === 'program' ? pid : worker, 'SIGKILL');
    killed = true;
  };
  createInterface(stdout).on('line', (line) => {
    if (line === 'done') clearTimeout(timer);
    else
      workers = (line.split(' ')[1] ?? '')
        .split(',')
        .map(Number)
        .filter((id) => id > 0);
    if (line !== 'done') frames++;
    if (part !== null && line !== 'done' && frames >= moment.frames) timer ??= setTimeout(kill, moment.ms);
  });
  await once(child, 'exit');
  clearTimeout(timer);
  return killed;
}

/** What docs/reliability.md says of it. */
export function batchReport({ kills, same, notOnce }: BatchKilled): string {
  return `## A batch

And to a batch of ${FRAMES} frames with two labels and two workers: everything is killed at once, the program alone, or one
worker, each after a few frames; the next start of the program goes on. Afterwards the project is compared with one whose
batch nobody disturbed: state of every frame, every revision of every mask, every score.

- Kills that met a batch under way: ${kills.all} of everything, ${kills.program} of the program, ${kills.worker} of a worker
- Frames and labels proposed on twice or not at all: ${notOnce}
- The project in the end: ${same ? 'the same as undisturbed, every time' : 'NOT the same as undisturbed'}
`;
}
