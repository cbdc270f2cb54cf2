/**
 * Heads are files that never change, named by their hash, and a version that is removed takes its file along. So that an older
 * database finds its heads again, `backups/heads` has each that a backup names: the same file under a second name, a copy where
 * the disk knows no links.
 */
import { constants, copyFileSync, linkSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BACKUPS, backupFiles } from './shelf';
import { reading } from './contents';

const HEADS = 'heads';
const headsIn = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith('.safetensors'));

/** Before a backup is complete. */
export function keepHeads(project: string): void {
  addMissing(join(project, HEADS), join(project, BACKUPS, HEADS));
}

/** Before a restored database takes its place. */
export function bringHeadsBack(project: string): void {
  addMissing(join(project, BACKUPS, HEADS), join(project, HEADS));
}

/** Removes what no backup names any more. One that cannot be read might name anything: then all stay. */
export function dropUnusedHeads(project: string): void {
  const used = new Set<string>();
  for (const { path } of backupFiles(project)) {
    for (const sha256 of namedBy(path)) used.add(`${sha256}.safetensors`);
  }
  const folder = join(project, BACKUPS, HEADS);
  for (const name of headsIn(folder)) if (!used.has(name)) rmSync(join(folder, name));
}

function namedBy(path: string): string[] {
  return reading(path, (database) =>
    database
      .prepare('select sha256 from heads')
      .all()
      .map((row) => String((row as { sha256: unknown }).sha256)),
  );
}

function addMissing(from: string, to: string): void {
  mkdirSync(from, { recursive: true });
  mkdirSync(to, { recursive: true });
  const there = new Set(headsIn(to));
  for (const name of headsIn(from).filter((each) => !there.has(each))) linkOrCopy(join(from, name), join(to, name));
}

/** @throws what the system says; `to` must not be there */
export function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  }
}
