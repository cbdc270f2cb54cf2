/** `npm run bench:scale [-- queue]`: what docs/scale.md says of many machines. `queue`: what a team's PostgreSQL bears. */
import { cpus, loadavg } from 'node:os';
import { benchQueue } from './queue';

const [part = 'queue'] = process.argv.slice(2);
const load = loadavg()[0]?.toFixed(1);
console.log(
  `${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}, load ${load}, ${new Date().toISOString()}`,
);
if (part === 'queue') await benchQueue(console.log);
else throw new Error(`there is no part "${part}"`);
