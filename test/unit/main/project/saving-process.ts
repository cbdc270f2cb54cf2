/**
 * A process that saves revisions without end and prints the id of each one that was acknowledged; the crash test kills
 * it. Arguments: project folder, seed.
 */
import { writeSync } from 'node:fs';
import { ProjectStore } from '../../../../main/project';
import { maskOfBits } from './support-masks';

const [folder, seed] = [process.argv[2] as string, Number(process.argv[3])];
const store = await ProjectStore.open(folder);
const frame = (await store.frames.list({ filter: {}, limit: 1, offset: 0 })).frames[0]!;
const base = { frameId: frame.id, frameSha256: frame.sha256 as string, user: `seed ${seed}` };
const known = (await store.masks.ofFrame(frame.id))[0]!;
let { current } = known;

for (let i = 0; ; i++) {
  const bits = (seed * 7919 + i * 104_729) % 2 ** 24;
  const points = [{ x: (i % 6) + 0.5, y: 0.5, positive: true }];
  const content = { rle: maskOfBits(bits), prompt: { points }, origin: { tool: 'prompt' } } as const;
  const change = { kind: 'edit', maskId: known.id, previousId: current.id, state: 'corrected', ...content } as const;
  const saved = await store.masks.save({ ...base, changes: [change] });
  current = saved.masks[0]!.current;
  // Synchronous: what the parent reads was printed after the commit and before the next one began.
  writeSync(1, `${current.id} ${bits}\n`);
}
