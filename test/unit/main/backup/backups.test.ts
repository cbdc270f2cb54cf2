/** Backups of a real project: made while it is open, checked, rotated, restored, the restore taken back; and what may go wrong. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  AutomaticBackups,
  type BackupApi,
  editsSince,
  listBackups,
  makeBackup,
  restoreBackup,
} from '../../../../main/backup';
import { forkProcess, WorkerHost } from '../../../../main/inference';
import { ProjectStore } from '../../../../main/project';
import type { AppError } from '../../../../shared/errors';
import { projectWithFrame } from '../project/support';
import { maskOfBits } from '../project/support-masks';

const NOON = Date.parse('2026-11-29T12:00:00Z');
const MINUTE = 60_000;

/** A project whose only frame gets one more mask each time `draw` is called. */
async function projectToDraw() {
  const parts = await projectWithFrame();
  let bits = 0;
  const draw = async (store: ProjectStore = parts.store): Promise<void> => {
    const change = { kind: 'add', labelId: parts.cyst.id, state: 'drawn', rle: maskOfBits(++bits) } as const;
    await store.masks.save(parts.edit([{ ...change, origin: { tool: 'brush' } }]));
  };
  return { ...parts, draw, folder: parts.store.folder };
}

/** As the window makes backups: in a process of its own. */
function worker(): WorkerHost<BackupApi> {
  const module = new URL('../../../../main/backup/backup.worker.ts', import.meta.url);
  const host = new WorkerHost<BackupApi>('backup', forkProcess(module));
  onTestFinished(() => host.dispose());
  return host;
}

const masksOf = async (folder: string, frameId: number): Promise<number> => {
  const store = await ProjectStore.open(folder);
  const { length } = await store.masks.ofFrame(frameId);
  await store.close();
  return length;
};

describe('a backup', () => {
  it('of an open project has what was saved when it was made, in one sound file named by the time', async () => {
    const { draw, folder } = await projectToDraw();
    await draw();
    expect(await makeBackup(folder, NOON)).toBe('2026-11-29T12-00-00Z.db');
    await draw();
    expect(listBackups(folder)).toMatchObject([
      { name: '2026-11-29T12-00-00Z.db', timeMs: NOON, aside: false, masks: 1 },
    ]);
    expect(readdirSync(join(folder, 'backups')).sort()).toEqual(['2026-11-29T12-00-00Z.db', 'heads']);
    expect(editsSince(folder, '2026-11-29T12-00-00Z.db')).toBe(1);
    const copy = new DatabaseSync(join(folder, 'backups', '2026-11-29T12-00-00Z.db'), { readOnly: true });
    expect(copy.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    copy.close();
  });

  it('is not made again where nothing was done, nor of a project without anything', async () => {
    const { draw, folder, store } = await projectToDraw();
    await draw();
    await makeBackup(folder, NOON);
    expect(await makeBackup(folder, NOON + MINUTE)).toBeNull();
    await store.audit.append({ user: 'a', action: 'review', subject: 'frame 1', detail: {} });
    expect(await makeBackup(folder, NOON + MINUTE)).toBe('2026-11-29T12-01-00Z.db');
  });

  it('does not hold up edits: in a process of its own while two hundred are saved, all in the project, some in the copy', async () => {
    const { draw, folder, store, frameId } = await projectToDraw();
    await draw();
    const host = worker();
    let name: string | null | undefined;
    const made = host.request('make', { project: folder }).then((found) => (name = found));
    let drawn = 1;
    for (; drawn < 5_000 && (name === undefined || drawn < 200); drawn++) {
      await draw();
      await setImmediate();
    }
    await made;
    expect(await store.masks.ofFrame(frameId)).toHaveLength(drawn);
    const [backup] = listBackups(folder);
    expect(backup?.masks).toBeGreaterThan(0);
    expect(backup?.masks).toBeLessThanOrEqual(drawn);
  });

  it('of a damaged database is refused, and the older ones stay', async () => {
    const { draw, folder, store } = await projectToDraw();
    for (let i = 0; i < 400; i++) await draw();
    await worker().request('make', { project: folder });
    await draw();
    await store.close();
    const path = join(folder, 'project.db');
    // What the worker's connection, which may be open still, has left in the log would mend the damage.
    const log = new DatabaseSync(path);
    log.exec('pragma wal_checkpoint(truncate)');
    log.close();
    truncateSync(path, readFileSync(path).length - 8192);
    await expect(makeBackup(folder, NOON + MINUTE)).rejects.toMatchObject({ code: 'project-corrupt' });
    expect(listBackups(folder)).toMatchObject([{ masks: 400 }]);
    expect(readdirSync(join(folder, 'backups')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('goes where it cannot be written with a reason, and the project works on', async () => {
    const { draw, folder, frameId, store } = await projectToDraw();
    await draw();
    writeFileSync(join(folder, 'backups'), 'no folder');
    await expect(makeBackup(folder, NOON)).rejects.toMatchObject({ code: 'write-failed' });
    await draw();
    expect(await store.masks.ofFrame(frameId)).toHaveLength(2);
  });

  it('sorts last after the clock has gone back, and the others stay', async () => {
    const { draw, folder } = await projectToDraw();
    await draw();
    await makeBackup(folder, NOON);
    await draw();
    expect(await makeBackup(folder, NOON - 400 * 24 * 60 * MINUTE)).toBe('2026-11-29T12-00-01Z.db');
    expect(listBackups(folder).map(({ masks }) => masks)).toEqual([2, 1]);
  });

  it('pushes out none that rotation keeps, and none while it is damaged itself', async () => {
    const { draw, folder } = await projectToDraw();
    for (let hour = 0; hour < 12; hour++) {
      await draw();
      await makeBackup(folder, NOON + hour * 60 * MINUTE);
    }
    // Five latest (19 to 23 o'clock); the day's and the week's last one is among them.
    expect(listBackups(folder).map(({ masks }) => masks)).toEqual([12, 11, 10, 9, 8]);
  });
});

describe('a restore', () => {
  it('brings the masks of the backup back, keeps what was there, and is taken back by restoring that', async () => {
    const { draw, folder, frameId, store } = await projectToDraw();
    await draw();
    const name = (await makeBackup(folder, NOON)) as string;
    await draw();
    await draw();
    await store.close();
    const restored = await restoreBackup(folder, name, NOON + MINUTE);
    expect(restored).toEqual({ setAside: '2026-11-29T12-01-00Z.aside.db', editsLost: 2 });
    expect(await masksOf(folder, frameId)).toBe(1);
    const back = await restoreBackup(folder, restored.setAside, NOON + 2 * MINUTE);
    expect(back.editsLost).toBe(0);
    expect(await masksOf(folder, frameId)).toBe(3);
    expect(listBackups(folder).map(({ aside, masks }) => [aside, masks])).toEqual([
      [true, 1],
      [true, 3],
      [false, 1],
    ]);
  });

  it('is refused while the project is open, for a name that leads elsewhere, and for a damaged backup; nothing changes', async () => {
    const { draw, folder, frameId, store } = await projectToDraw();
    for (let i = 0; i < 300; i++) await draw();
    const name = (await makeBackup(folder, NOON)) as string;
    await expect(restoreBackup(folder, name, NOON)).rejects.toMatchObject({ code: 'project-locked' });
    await draw();
    await store.close();
    await expect(restoreBackup(folder, '../project.db', NOON)).rejects.toMatchObject({ code: 'usage' });
    truncateSync(join(folder, 'backups', name), 40_960);
    await expect(restoreBackup(folder, name, NOON)).rejects.toMatchObject({ code: 'project-corrupt' });
    expect(readdirSync(join(folder, 'backups')).sort()).toEqual([name, 'heads']);
    expect(readdirSync(folder).filter((entry) => entry.startsWith('.'))).toEqual([]);
    expect(await masksOf(folder, frameId)).toBe(301);
  });

  it('replaces a damaged database, which is set aside as it is', async () => {
    const { draw, folder, frameId, store } = await projectToDraw();
    for (let i = 0; i < 300; i++) await draw();
    const name = (await makeBackup(folder, NOON)) as string;
    const crashed = join(folder, '..', 'crashed.sonomask');
    mkdirSync(crashed);
    for (let i = 0; i < 50; i++) await draw();
    for (const file of ['project.db', 'project.db-wal']) copyFileSync(join(folder, file), join(crashed, file));
    await store.close();
    mkdirSync(join(crashed, 'backups'));
    copyFileSync(join(folder, 'backups', name), join(crashed, 'backups', name));
    const damaged = readFileSync(join(crashed, 'project.db')).fill(0xa5, 0, 4096 * 40);
    writeFileSync(join(crashed, 'project.db'), damaged);
    truncateSync(join(crashed, 'project.db-wal'), 0);
    const { setAside, editsLost } = await restoreBackup(crashed, name, NOON + MINUTE);
    expect(editsLost).toBeNull();
    expect(readFileSync(join(crashed, 'backups', setAside)).equals(damaged)).toBe(true);
    expect(existsSync(join(crashed, 'project.db-wal'))).toBe(false);
    expect(await masksOf(crashed, frameId)).toBe(300);
  });

  it('finds the heads of versions that were removed since', async () => {
    const { draw, folder, store } = await projectToDraw();
    await draw();
    const head = join(folder, 'heads', `${'ab'.repeat(32)}.safetensors`);
    writeFileSync(head, 'weights');
    const name = (await makeBackup(folder, NOON)) as string;
    unlinkSync(head);
    await store.close();
    await restoreBackup(folder, name, NOON + MINUTE);
    expect(readFileSync(head, 'utf8')).toBe('weights');
  });
});

describe('automatic backups', () => {
  it('begin at once where the last one is a day old or from the future, and tell what went wrong', async () => {
    const { draw, folder } = await projectToDraw();
    await draw();
    const made: string[] = [];
    const failures: string[] = [];
    const start = (make: () => Promise<string | null>): AutomaticBackups =>
      new AutomaticBackups({ project: folder, make, onFailure: ({ code }: AppError) => failures.push(code) });
    const noted = async (): Promise<string | null> => {
      const name = await makeBackup(folder, Date.now());
      if (name !== null) made.push(name);
      return name;
    };
    await start(noted).make();
    expect(made).toHaveLength(1);
    // A minute later nothing is due.
    const idle = start(() => Promise.reject(new Error('not asked')));
    await idle.close();
    await draw();
    await makeBackup(folder, Date.now() + 60 * MINUTE);
    await draw();
    const broken = start(() => makeBackup(join(folder, 'nowhere'), Date.now()));
    await expect(broken.make()).rejects.toMatchObject({ code: 'write-failed' });
    expect(failures).toEqual(['write-failed']);
  });
});
