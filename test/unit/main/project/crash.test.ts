/** kill -9 while saving: what was acknowledged is there, the file is whole, and no lock is left. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { expect, it } from 'vitest';
import { ProjectStore } from '../../../../main/project';
import { projectWithFrame } from './support';
import { maskOfBits } from './support-masks';

const SAVING_PROCESS = join(import.meta.dirname, 'saving-process.ts');

/** Pseudo-random numbers in [0, 1) from a seed (mulberry32), so that a failing run can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Runs the saving process, kills it a while after its first acknowledgement, and gives what it acknowledged. */
async function saveUntilKilled(folder: string, seed: number, delayMs: number): Promise<Map<number, number>> {
  const child = spawn(process.execPath, ['--import', 'tsx', SAVING_PROCESS, folder, String(seed)]);
  let output = '';
  let complaint = '';
  child.stderr.on('data', (data: Buffer) => (complaint += data.toString()));
  child.stdout.on('data', (data: Buffer) => {
    if (output === '') setTimeout(() => child.kill('SIGKILL'), delayMs);
    output += data.toString();
  });
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  expect(complaint).toBe('');
  expect(signal).toBe('SIGKILL');
  const lines = output.split('\n').slice(0, -1);
  return new Map(lines.map((line) => line.split(' ').map(Number) as [number, number]));
}

it('every acknowledged revision survives kill -9, five times over', async () => {
  const { store, frameId, lesion, edit } = await projectWithFrame();
  const add = {
    kind: 'add',
    labelId: lesion.id,
    state: 'drawn',
    rle: maskOfBits(1),
    origin: { tool: 'brush' },
  } as const;
  const maskId = (await store.masks.save(edit([add]))).masks[0]!.id;
  await store.close();

  const next = random(20261123);
  const acknowledged = new Map<number, number>();
  for (let kill = 0; kill < 5; kill++) {
    const saved = await saveUntilKilled(store.folder, kill, next() * 300);
    for (const [id, bits] of saved) acknowledged.set(id, bits);

    // Opening must neither wait nor find a lock; the next process does the same again.
    const again = await ProjectStore.open(store.folder);
    const history = new Map((await again.masks.history(maskId)).map((revision) => [revision.id, revision]));
    for (const [id, bits] of acknowledged) expect(history.get(id)?.rle).toEqual(maskOfBits(bits));
    // A revision without its prompts would be half an edit.
    for (const revision of history.values()) {
      expect(revision.prompt.points).toHaveLength(revision.origin.tool === 'prompt' ? 1 : 0);
    }
    expect((await again.masks.ofFrame(frameId))[0]?.current.id).toBe(Math.max(...history.keys()));
    // Nor is a seal half made.
    expect((await again.verify()).findings).toEqual([]);
    await again.close();
    const database = new DatabaseSync(join(store.folder, 'project.db'), { readOnly: true });
    expect(database.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    expect(database.prepare('pragma foreign_key_check').all()).toEqual([]);
    database.close();
  }
  expect(acknowledged.size).toBeGreaterThan(5);
  console.log(`${acknowledged.size} revisions acknowledged over 5 kills, none lost`);
});
