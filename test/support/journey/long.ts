/** `npm run test:long [ROUNDS]`: the kill tests in their full form, and docs/reliability.md with what they found. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { seededRandom } from '../../../models/training';
import { cpus, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import setUp from '../e2e-setup';
import { PROJECT_ROOT } from '../desktop';
import { killLearning, learningReport, type LearningKilled } from './kill-learning';
import { killRounds, VICTIMS, type Killed } from './kill-rounds';

const ROUNDS = Number(process.argv[2] ?? 20);
const SEED = 2026;

function report({ tallies, backMs }: Killed, learning: LearningKilled, minutes: number): string {
  const [processor] = cpus();
  const machine = `${type()}, ${cpus().length} cores (${processor?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB`;
  const rows = VICTIMS.map((victim) => {
    const { kills, shownAsSaved, lost } = tallies[victim];
    const times = backMs[victim].toSorted((a, b) => a - b);
    const seconds = (ms: number | undefined): string => ((ms ?? 0) / 1_000).toFixed(1);
    const back = `${seconds(times[times.length >> 1])} (${seconds(times.at(-1))})`;
    return `| ${victim} | ${kills} | ${shownAsSaved} | ${lost} | ${back} |`;
  });
  return `# Reliability

Written by \`npm run test:long\`; \`npm test\` does the same with two kills of each process.

Each process of the program is killed with SIGKILL at a random moment while a script paints strokes, clicks and goes from
frame to frame, about five acts a second, in the real window. Whenever the window says "All changes saved", the pixels of
the masks then on screen are noted. After every round the program is started again and every noted mask is looked for,
pixel for pixel, in what the project remembers. After the death of a worker or of the page the script waits for the
message and for the new process, opens another frame, clicks on it and paints: each has to work.

"Lost" must be 0 everywhere: anything else is a defect of the program or of this test. Power loss is left to SQLite (WAL, \`synchronous=FULL\`) and the disk.

- Date: ${new Date().toISOString().slice(0, 10)}
- Machine: ${machine}; the run took ${minutes.toFixed(0)} minutes, seed ${SEED}

| Process killed | Kills | Edits shown as saved | Lost | Back at work after, s: median (worst) |
| --- | ---: | ---: | ---: | ---: |
${rows.join('\n')}

"Back at work" includes the script's own click, stroke and waiting; for main it is the whole new start of the program until
the study is listed.

${learningReport(learning)}`;
}

const folder = mkdtempSync(join(tmpdir(), 'sonomask-kills-'));
const tearDown = await setUp();
try {
  const begun = Date.now();
  const learning = await killLearning(mkdtempSync(join(folder, 'learning-')), ROUNDS, seededRandom(String(SEED)));
  // After every round, so that a run that is cut short has its say too.
  const killed = await killRounds(folder, ROUNDS, SEED, (soFar) => {
    const text = report(soFar, learning, (Date.now() - begun) / 60_000);
    writeFileSync(join(PROJECT_ROOT, 'docs', 'reliability.md'), text);
    console.log(text.split('\n').slice(-10).join('\n'));
  });
  const isLost = VICTIMS.some((victim) => killed.tallies[victim].lost > 0);
  process.exitCode = isLost || learning.headsLost > 0 || !learning.same ? 1 : 0;
} finally {
  tearDown();
  rmSync(folder, { recursive: true, force: true });
}
