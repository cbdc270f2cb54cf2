/**
 * `npm run test:long [-- kills [ROUNDS] | files [COUNT] | messages [COUNT] | team [MINUTES] | faults [TIMES] | installers]`: the kill tests, the damaged
 * files, the faults of disks and clocks, the malformed messages and the team at work in their full form, and docs/reliability.md (of the team: docs/team.md)
 * with what they found; each part is written anew
 * when it is run. Messages and installers (deb and tar.gz, run by an ordinary user) only pass or fail.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { seededRandom } from '../../../models/training';
import { cpus, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import setUp from '../e2e-setup';
import { PROJECT_ROOT } from '../desktop';
import { fuzz } from '../fuzz/fuzz';
import { FILES_TITLE, filesReport } from '../fuzz/report';
import { faults, FAULTS_TITLE, faultsReport } from './faults';
import { batchReport, killBatch, type BatchKilled } from './kill-batch';
import { killLearning, learningReport, type LearningKilled } from './kill-learning';
import { killRounds, VICTIMS, type Killed } from './kill-rounds';
import { TestServer } from '../postgres-server';
import { TEAM_TITLE, teamAtWork, teamReport } from './team';

const [part = 'all', number] = process.argv.slice(2);
const ROUNDS = part === 'kills' ? Number(number ?? 20) : 20;
/** A batch is quick to kill. */
const BATCH_KILLS = Math.ceil(1.5 * ROUNDS);
const DAMAGED_FILES = part === 'files' ? Number(number ?? 20_000) : 20_000;
const MESSAGES = part === 'messages' ? Number(number ?? 50_000) : 50_000;
const SEED = 2026;
const DOCUMENT = join(PROJECT_ROOT, 'docs', 'reliability.md');

function machine(): string {
  const [processor] = cpus();
  return `${type()}, ${cpus().length} cores (${processor?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB`;
}

function report({ tallies, backMs }: Killed, learning: LearningKilled, batch: BatchKilled, minutes: number): string {
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
message, opens another frame, clicks on it and paints: each has to work.

"Lost" must be 0 everywhere: anything else is a defect of the program or of this test. Power loss is left to SQLite (WAL, \`synchronous=FULL\`) and the disk.

- Date: ${new Date().toISOString().slice(0, 10)}
- Machine: ${machine()}; the run took ${minutes.toFixed(0)} minutes, seed ${SEED}

| Process killed | Kills | Edits shown as saved | Lost | Back at work after, s: median (worst) |
| --- | ---: | ---: | ---: | ---: |
${rows.join('\n')}

"Back at work" includes the script's own click, stroke and waiting; for main it is the whole new start of the program until
the study is listed.

${learningReport(learning)}
${batchReport(batch)}`;
}

/** What other campaigns wrote: the document from this title on. */
function partFrom(title: string): string {
  const text = readFileSync(DOCUMENT, 'utf8');
  const at = text.indexOf(title);
  return at < 0 ? '' : `\n${text.slice(at)}`;
}

const isAsked = (name: string): boolean => part === 'all' || part === name;
if (isAsked('kills')) await kills();
if (isAsked('files')) await damagedFiles();
if (isAsked('faults')) await manyFaults();
if (isAsked('messages')) malformedMessages();
if (isAsked('installers')) vitestOf('test/e2e/installers.test.ts', { SONOMASK_INSTALLERS: '1' });
if (isAsked('team')) await team();

async function team(): Promise<void> {
  const minutes = part === 'team' ? Number(number ?? 10) : 10;
  const folder = mkdtempSync(join(tmpdir(), 'sonomask-team-'));
  process.env['SONOMASK_SHARED_FOLDER'] = join(folder, 'shared');
  const server = await TestServer.start({ durable: true });
  try {
    const frames = 300 * minutes;
    const rhythm = { seconds: 60 * minutes, secondsBetweenKills: 30, chance: seededRandom(String(SEED)) };
    const text = teamReport(await teamAtWork({ server, folder, frames, ...rhythm }), minutes);
    const document = join(PROJECT_ROOT, 'docs', 'team.md');
    const kept = readFileSync(document, 'utf8').split(TEAM_TITLE)[0]?.trimEnd() ?? '';
    writeFileSync(document, `${kept}\n\n${text}`);
    console.log(text);
    if (!text.includes('Found: nothing')) process.exitCode = 1;
  } finally {
    await server.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function manyFaults(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sonomask-faults-'));
  try {
    const times = part === 'faults' ? Number(number ?? 50) : 50;
    const rows = await faults(folder, times, seededRandom(String(SEED)));
    const text = faultsReport(rows, { seed: SEED, machine: machine() });
    const kept = readFileSync(DOCUMENT, 'utf8').split(FAULTS_TITLE)[0]?.trimEnd() ?? '';
    writeFileSync(DOCUMENT, `${kept}\n\n${text}`);
    console.log(text);
    if (rows.some(({ lost }) => lost > 0)) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function malformedMessages(): void {
  vitestOf('test/e2e/hostile-page.test.ts', { SONOMASK_MESSAGES: String(MESSAGES) });
}

function vitestOf(file: string, more: Readonly<Record<string, string>>): void {
  const command = ['vitest', 'run', '--project', 'e2e', file];
  const { status } = spawnSync('npx', command, {
    cwd: PROJECT_ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...more },
  });
  if (status !== 0) process.exitCode = 1;
}

async function damagedFiles(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sonomask-files-'));
  try {
    const began = Date.now();
    const fuzzed = await fuzz({
      ...{ folder, count: DAMAGED_FILES, heavy: true, processes: Math.max(1, cpus().length - 1) },
      keep: join(PROJECT_ROOT, 'runs', 'damaged-files'),
      onProgress: (done, failures) => console.log(`${done} files, ${failures.length} failures`),
    });
    for (const { input, name, reason } of fuzzed.failures) console.log(`input ${input} (${name}): ${reason}`);
    const minutes = (Date.now() - began) / 60_000;
    const kept = readFileSync(DOCUMENT, 'utf8').split(FILES_TITLE)[0]?.trimEnd() ?? '';
    const faultsPart = partFrom(FAULTS_TITLE);
    writeFileSync(DOCUMENT, `${kept}\n\n${filesReport(fuzzed, machine(), minutes)}${faultsPart}`);
    if (fuzzed.failures.length > 0) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function kills(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sonomask-kills-'));
  const tearDown = await setUp();
  try {
    const begun = Date.now();
    const learning = await killLearning(mkdtempSync(join(folder, 'learning-')), ROUNDS, seededRandom(String(SEED)));
    const batch = await killBatch(mkdtempSync(join(folder, 'batch-')), BATCH_KILLS, seededRandom(String(SEED)));
    // After every round, so that a run that is cut short has its say too.
    const killed = await killRounds(folder, ROUNDS, SEED, (soFar) => {
      const text = report(soFar, learning, batch, (Date.now() - begun) / 60_000);
      writeFileSync(DOCUMENT, `${text}${partFrom(FILES_TITLE)}`);
      console.log(text.split('\n').slice(-10).join('\n'));
    });
    const isLost = VICTIMS.some((victim) => killed.tallies[victim].lost > 0);
    const isBatchRight = batch.same && batch.notOnce === 0;
    if (isLost || learning.headsLost > 0 || !learning.same || !isBatchRight) process.exitCode = 1;
  } finally {
    tearDown();
    rmSync(folder, { recursive: true, force: true });
  }
}
