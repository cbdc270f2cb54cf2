/**
 * `npm run bench:scale [-- batch [FRAMES] | queue]`: what docs/scale.md says of whole archives and many machines. `batch`:
 * simulated examinations proposed on headless, against the encoder's own speed in the same run. `queue`: what a team's
 * PostgreSQL bears.
 */
import { cpus, loadavg } from 'node:os';
import { benchBatch } from './batch';
import { benchQueue } from './queue';

const [part = 'all', frames = '2000'] = process.argv.slice(2);
const load = loadavg()[0]?.toFixed(1);
console.log(
  `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}, load ${load}, ${new Date().toISOString()}`,
);
if (!['all', 'batch', 'queue'].includes(part)) throw new Error(`there is no part "${part}"`);
if (part !== 'queue') await benchBatch(Number(frames));
if (part !== 'batch') await benchQueue(console.log);
