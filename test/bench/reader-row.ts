/** Reads a loop in a process of its own: to its first picture, cold and again, and to all of them. `tsx reader-row.ts FILE`. */
import { openImage } from '../../main/study';
import { median } from './statistics';

const RUNS = 7;
const [path = ''] = process.argv.slice(2);

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const first = async () => (await openImage(path)).decode(0);
const coldMs = await timed(first);
const times: number[] = [];
for (let i = 0; i < RUNS; i++) times.push(await timed(first));
const allMs = await timed(async () => {
  const { metadata, decode } = await openImage(path);
  for (let index = 0; index < metadata.frameCount; index++) await decode(index);
});
const peakMb = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ coldMs, firstMs: median(times), allMs, peakMb }));
