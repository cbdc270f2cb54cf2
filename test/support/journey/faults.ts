/**
 * Does to a project's folder what disks, clocks and people do, many times over, and counts the edits that the project store had
 * acknowledged and that are gone afterwards. Each fault says what it proves and what not. Not the death of processes, which
 * `kill-rounds.ts` does in the window.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listBackups, makeBackup, restoreBackup } from '../../../main/backup';
import { ProjectStore } from '../../../main/project';
import { HEIGHT, maskOfBits, WIDTH } from '../../unit/main/project/support-masks';
import { error as texts } from '../../../renderer/i18n/en-errors';
import { backups as backupTexts } from '../../../renderer/i18n/en-backups';
import { providerDies, sourceGone } from './faults-at-work';
import { isAppError, type ErrorCode } from '../../../shared/errors';

export interface FaultRow {
  readonly fault: string;
  tried: number;
  /** That the store had acknowledged; of what strikes while frames are read or computed the frames. */
  edits: number;
  /** Made after the last backup and gone with a restore, of which the user is told before. */
  sinceBackup: number;
  lost: number;
  /** What the user reads, in English. */
  readonly told: Set<string>;
  /** Why it could not be tried here. */
  skipped?: string;
}

type Chance = () => number;
const FRAME = 'ab'.repeat(32);
const NOBODY = 65_534;
const titleOf = (code: ErrorCode): string => texts[code].title.replace('{subject}', 'project.db');

/** A closed project with one frame and one label, in `folder`. */
async function newProject(folder: string): Promise<string> {
  const place = join(folder, 'p.sonomask');
  const store = await ProjectStore.create(place);
  const group = { study: { key: 'p', name: 'p', patient: 'p' }, series: { key: 'b', name: 'b' } };
  const file = { absolutePath: '/gone.png', relativePath: 'gone.png', sizeBytes: 1, mtimeMs: 1, frameCount: 1 };
  await store.images.add([{ ...group, ...file }]);
  const [frame] = (await store.frames.list({ filter: {}, limit: 1, offset: 0 })).frames;
  await store.frames.setHash(frame!.id, { sha256: FRAME, widthPx: WIDTH, heightPx: HEIGHT });
  await store.labels.create({ name: 'lesion', instances: 'multiple' });
  await store.close();
  return place;
}

/** One edit that differs from every other; resolves when it is acknowledged. */
async function draw(store: ProjectStore, n: number): Promise<void> {
  const rle = maskOfBits(n + 1);
  const change = { kind: 'add', labelId: 1, state: 'drawn', rle, origin: { tool: 'brush' } } as const;
  await store.masks.save({ frameId: 1, frameSha256: FRAME, user: 'Reader', changes: [change] });
}

/** How many of the edits from `first` on up to, not including, `end` the project has; the masks are told apart by their pixel. */
async function found(place: string, end: number, first = 0): Promise<number> {
  const store = await ProjectStore.open(place);
  try {
    const there = new Set((await store.masks.ofFrame(1)).map(({ current }) => current.rle.counts));
    return Array.from({ length: end - first }, (_, n) => there.has(maskOfBits(first + n + 1).counts)).filter(Boolean)
      .length;
  } finally {
    await store.close();
  }
}

/** Runs `act`, notes the sentence of its refusal. */
async function refusalOf(row: FaultRow, act: () => Promise<unknown>): Promise<ErrorCode | null> {
  try {
    await act();
    return null;
  } catch (error) {
    if (!isAppError(error)) throw error;
    row.told.add(titleOf(error.code));
    return error.code;
  }
}

async function diskFull(row: FaultRow, folder: string, chance: Chance): Promise<void> {
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk], { stdio: 'ignore' });
  } catch {
    row.skipped = 'no right to mount a small disk';
    return;
  }
  try {
    const place = await newProject(disk);
    const store = await ProjectStore.open(place);
    let saved = 0;
    for (; saved < 20; saved++) await draw(store, saved);
    writeFileSync(join(disk, 'filler'), Buffer.alloc(Math.floor(1_000_000 + chance() * 1_000_000)));
    const refused = await refusalOf(row, async () => {
      for (; saved < 3_000; saved++) await draw(store, saved);
    });
    // The backup leaves the edits what space there is.
    await refusalOf(row, () => makeBackup(place, Date.now()));
    rmSync(join(disk, 'filler'));
    if (refused !== null) await draw(store, saved++);
    await store.close();
    row.edits += saved;
    row.lost += saved - (await found(place, saved)) + (refused === null ? 1 : 0);
  } finally {
    execFileSync('umount', ['-l', disk]);
  }
}

async function readOnlyFolder(row: FaultRow, folder: string): Promise<void> {
  const { seteuid } = process;
  if (!seteuid || process.getuid?.() !== 0) {
    row.skipped = 'only root can become another user';
    return;
  }
  const place = await newProject(folder);
  const store = await ProjectStore.open(place);
  for (let n = 0; n < 5; n++) await draw(store, n);
  await store.close();
  chmodSync(folder, 0o755);
  seteuid.call(process, NOBODY);
  try {
    if ((await refusalOf(row, () => ProjectStore.open(place))) === null) row.lost++;
  } finally {
    seteuid.call(process, 0);
  }
  row.edits += 5;
  row.lost += 5 - (await found(place, 5));
}

async function clockBack(row: FaultRow, folder: string, chance: Chance): Promise<void> {
  const place = await newProject(folder);
  const store = await ProjectStore.open(place);
  const { now } = Date;
  const shift = chance() * 400 * 86_400_000;
  try {
    for (let n = 0; n < 10; n++) await draw(store, n);
    await makeBackup(place, Date.now());
    Date.now = () => now() - shift;
    for (let n = 10; n < 20; n++) await draw(store, n);
    await makeBackup(place, Date.now());
  } finally {
    Date.now = now;
  }
  await store.close();
  row.edits += 20;
  row.lost += 20 - (await found(place, 20)) + (listBackups(place)[0]?.masks === 20 ? 0 : 1);
}

async function twoInstances(row: FaultRow, folder: string): Promise<void> {
  const place = await newProject(folder);
  const store = await ProjectStore.open(place);
  await draw(store, 0);
  if ((await refusalOf(row, () => ProjectStore.open(place))) === null) row.lost++;
  await draw(store, 1);
  await store.close();
  row.edits += 2;
  row.lost += 2 - (await found(place, 2));
}

/** Twenty edits, a backup, five more; then the closed file is damaged, opened, and restored where that is refused. */
async function damaged(row: FaultRow, folder: string, damage: (path: string) => void): Promise<void> {
  const place = await newProject(folder);
  const first = await ProjectStore.open(place);
  for (let n = 0; n < 20; n++) await draw(first, n);
  await first.close();
  const name = await makeBackup(place, Date.now());
  const second = await ProjectStore.open(place);
  for (let n = 20; n < 25; n++) await draw(second, n);
  await second.close();
  damage(join(place, 'project.db'));
  let isTold = false;
  const refused = await refusalOf(row, async () => {
    const store = await ProjectStore.open(place);
    isTold = store.changedOutside;
    await store.close();
  });
  if (isTold) row.told.add(backupTexts.changed);
  if (name !== null && (refused !== null || isTold)) await restoreBackup(place, name, Date.now());
  row.edits += 25;
  // Damage that nobody was told of would be the worst of all.
  row.lost += refused === null && !isTold ? 25 : 20 - (await found(place, 20));
  row.sinceBackup += 5 - (await found(place, 25, 20));
}

function flipBits(chance: Chance): (path: string) => void {
  return (path) => {
    const bytes = readFileSync(path);
    for (let i = 0; i <= chance() * 8; i++) {
      const at = Math.floor(chance() * bytes.length);
      bytes.writeUInt8((bytes[at] ?? 0) ^ (1 << Math.floor(chance() * 8)), at);
    }
    writeFileSync(path, bytes);
  };
}

/**
 * The files as the disk may have them after the power has gone: all that was written before the last acknowledged commit, which
 * was forced to the disk, and of what the log got afterwards any blocks or none. Simulated on copies of the files, with writes
 * torn at 512 bytes.
 */
async function powerCut(row: FaultRow, folder: string, chance: Chance): Promise<void> {
  const place = await newProject(folder);
  const store = await ProjectStore.open(place);
  const count = 1 + Math.floor(chance() * 60);
  for (let n = 0; n < count; n++) await draw(store, n);
  const after = join(folder, 'after.sonomask');
  mkdirSync(after);
  const files = ['project.db', 'project.db-wal'].map((name) => [join(place, name), join(after, name)] as const);
  for (const [from, to] of files) cpSync(from, to);
  await draw(store, count);
  const [, [log, cut]] = files as [(typeof files)[number], (typeof files)[number]];
  const [then, now] = [readFileSync(cut), readFileSync(log)];
  const torn = Buffer.alloc(Math.max(now.length, then.length));
  then.copy(torn);
  for (let at = 0; at < now.length; at += 512) {
    const isNew = at >= then.length || !now.subarray(at, at + 512).equals(then.subarray(at, at + 512));
    if (isNew && chance() < 0.5) now.copy(torn, at, at, at + 512);
  }
  writeFileSync(cut, torn);
  await store.close();
  row.edits += count;
  row.lost += count - (await found(after, count));
}

const FAULTS: readonly (readonly [string, (row: FaultRow, folder: string, chance: Chance) => Promise<void>])[] = [
  ['disk full (tmpfs of 3 MB)', diskFull],
  ['folder not writable, another user', readOnlyFolder],
  ['clock up to 400 days back', clockBack],
  ['opened a second time', twoInstances],
  [
    'database cut off at a random place',
    (row, folder, chance) =>
      damaged(row, folder, (path) => truncateSync(path, Math.floor(chance() * (statSync(path).size - 1)))),
  ],
  ['1 to 9 bits flipped anywhere', (row, folder, chance) => damaged(row, folder, flipBits(chance))],
  ['power cut, later writes partly there', powerCut],
  ['folder of the images unmounted or renamed in mid-read', sourceGone],
  ['graphics card lost, or its driver dies, in mid-run', providerDies],
];

/** @param folder for everything that is made, empty */
export async function faults(folder: string, tries: number, chance: Chance): Promise<FaultRow[]> {
  const rows: FaultRow[] = [];
  for (const [fault, act] of FAULTS) {
    const row: FaultRow = { fault, tried: 0, edits: 0, sinceBackup: 0, lost: 0, told: new Set() };
    rows.push(row);
    for (let i = 0; i < tries && row.skipped === undefined; i++) {
      const own = join(folder, `${rows.length}-${i}`);
      mkdirSync(own);
      await act(row, own, chance);
      row.tried++;
      rmSync(own, { recursive: true, force: true });
    }
  }
  return rows;
}

export const FAULTS_TITLE = '## Faults';

export function faultsReport(rows: readonly FaultRow[], { seed, machine }: { seed: number; machine: string }): string {
  const lines = rows.map(({ fault, tried, edits, sinceBackup, lost, told, skipped }) => {
    const seen = skipped ?? ([...told].join(' / ') || 'nothing to tell');
    return `| ${fault} | ${tried} | ${edits} | ${sinceBackup || ''} | ${lost} | ${seen} |`;
  });
  return `${FAULTS_TITLE}

Written by \`npm run test:long -- faults\`; \`npm test\` does each three times. Edits are those that the project store had
acknowledged; in the last two rows frames that were to be read or computed. "Since the backup" are the edits made after a damaged
database's last backup: a restore sets them aside with the damaged file, and says so before. "Lost" also counts a refusal that did
not come, and damage that nobody was told of.

- Date: ${new Date().toISOString().slice(0, 10)}
- Machine: ${machine}; seed ${seed}

| Fault | Times tried | Edits | Since the backup | Lost | How the user sees it |
| --- | ---: | ---: | ---: | ---: | --- |
${lines.join('\n')}

The power cut is simulated: the files as they were at the last acknowledged commit, and of what the log got afterwards random
blocks of 512 bytes. It shows that a torn log costs no acknowledged edit; that a disk keeps what it was told to keep
(\`synchronous=FULL\`, an fsync each commit) it cannot show. Flipped bits are found by SQLite's check or by the sum of the file at its
last closing; after a crash there is no such sum, and for projects above 128 MB it is not taken.

The folder is a mount of its own that is detached, or is renamed, while a batch reads from it: the batch stops, names no frame as
failed, and goes on when the folder is back. No machine here has a graphics card: sessions for one are the CPU's until the run
in which they fail or end their process (\`dying-provider.worker.ts\`); the frame goes to the next provider.

Elsewhere: two programs killed at random, and workers that die in mid-run (above, \`kill-rounds.ts\`); a damaged database offered
its backup in the real window (\`test/e2e/backups.test.ts\`).
`;
}
