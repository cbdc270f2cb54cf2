/**
 * `npm run bench:learning -- [ddti | muscle_apo]`: simulated clinicians, 5 orders, 3 seeds, and one without learning. Takes
 * hours; what finished clinicians did is kept in docs/learning/results, as numbers, and not run again: it may be stopped at
 * any time, and several may run at once. `-- report` prints tables and draws pictures of what is there.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { readModel } from '../../../models/folder';
import { bundledModelFolder } from '../../../models/weights';
import { frameOrder } from '../../../shared/domain';
import { type ChainResult, type Ground, runChain } from './chain';
import { type DataSet, readPool } from './pool';
import { writeReport } from './report';

const SETS: readonly DataSet[] = ['ddti', 'muscle_apo'];
const SEEDS = [1, 2, 3];
const ROOT = join(import.meta.dirname, '../../..');
const RESULTS = join(ROOT, 'docs/learning/results');
/** Of this machine. */
const SCRATCH = join(ROOT, 'runs/learning');

const [part] = process.argv.slice(2);
if (part === 'report') writeReport(RESULTS);
else for (const set of SETS.filter((each) => part === undefined || each === part)) await benchSet(set);

async function benchSet(set: DataSet): Promise<void> {
  for (const folder of [RESULTS, SCRATCH]) mkdirSync(folder, { recursive: true });
  const ground: Ground = {
    set,
    model: await readModel(bundledModelFolder()),
    train: await readPool(set, 'train'),
    val: await readPool(set, 'val'),
    embeddingsFolder: join(SCRATCH, 'embeddings'),
    // As the app's own rounds.
    threads: Math.max(1, availableParallelism() - 1),
  };
  await benchChain(ground, null, 1);
  for (const seed of SEEDS) for (const order of frameOrder.options) await benchChain(ground, order, seed);
}

async function benchChain(ground: Ground, order: Parameters<typeof runChain>[1], seed: number): Promise<void> {
  const name = `${ground.set}-${order ?? 'none'}-${seed}`;
  const [result, claim] = [join(RESULTS, `${name}.json`), join(SCRATCH, `${name}.running`)];
  if (existsSync(result) || !claimed(claim)) return;
  try {
    const chain = await runChain(ground, order, seed, console.log);
    writeFileSync(result, JSON.stringify(chain));
    console.log(name, summary(chain));
  } finally {
    rmSync(claim);
  }
}

/** Whether the chain is this process's: not another's that still runs. */
function claimed(file: string): boolean {
  if (existsSync(file) && isAlive(Number(readFileSync(file, 'utf8')))) return false;
  writeFileSync(file, String(process.pid));
  return true;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function summary({ rounds, corrections }: ChainResult): string {
  const clicks = corrections.reduce((sum, row) => sum + row.clicks, 0) / corrections.length;
  const dice = rounds.map(({ after, active, trained }) => `${after}: ${active.toFixed(3)} (${trained.toFixed(3)})`);
  return `${clicks.toFixed(2)} clicks an image; proposals ${dice.join(', ')}`;
}
