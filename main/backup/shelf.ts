/**
 * A project's backups as files: `backups/2026-11-29T06-14-33Z.db`, named by when they were made (UTC), and what a restore set
 * aside, `….aside.db`, which is never removed. Their names alone; what is in them is read by `contents.ts`.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { backupName } from '../../shared/domain';
import { AppError } from '../../shared/errors';

export const BACKUPS = 'backups';

export interface BackupFile {
  readonly name: string;
  readonly path: string;
  /** When it was made, ms since 1970. */
  readonly timeMs: number;
  /** The state that a restore replaced. */
  readonly aside: boolean;
}

/** Latest first; none where there is no such folder. */
export function backupFiles(project: string): BackupFile[] {
  return namesIn(join(project, BACKUPS))
    .filter((name) => backupName.safeParse(name).success)
    .map((name) => ({
      name,
      path: join(project, BACKUPS, name),
      timeMs: timeOf(name),
      aside: name.endsWith('.aside.db'),
    }))
    .filter(({ timeMs }) => Number.isFinite(timeMs))
    .toSorted((a, b) => b.timeMs - a.timeMs);
}

/** @throws AppError `usage` for a name that no backup has, `file-not-found` where it is gone. */
export function backupFile(project: string, name: string): BackupFile {
  if (!backupName.safeParse(name).success) throw new AppError('usage', name, `${name} is no name of a backup`);
  const found = backupFiles(project).find((file) => file.name === name);
  if (!found) throw new AppError('file-not-found', join(project, BACKUPS, name), `${project} has no backup ${name}`);
  return found;
}

/** A name that no backup has yet and that sorts after all of them, also after the clock has gone back. */
export function newName(project: string, nowMs: number, aside: boolean): string {
  const latest = backupFiles(project)[0]?.timeMs ?? 0;
  const second = new Date(Math.max(nowMs, latest + 1_000)).toISOString().slice(0, 19);
  return `${second.replaceAll(':', '-')}Z${aside ? '.aside' : ''}.db`;
}

function timeOf(name: string): number {
  const [date = '', time = ''] = name.slice(0, 19).split('T');
  return Date.parse(`${date}T${time.replaceAll('-', ':')}Z`);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
