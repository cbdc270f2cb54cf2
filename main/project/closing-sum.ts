/**
 * The SHA-256 that a project's database had when it was closed, in `project.db.sha256` beside it as `sha256sum` writes it.
 * SQLite finds damage to the structure of its pages; this finds any bit that has changed since, in a mask's pixels, too. It is
 * there only while the project is closed in order: after a crash there is none to compare with.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fsyncPath } from './database-file';

const PIECE = 4 * 1024 * 1024;

const sumFile = (path: string): string => `${path}.sha256`;

/** Of a file, in pieces: a project may be larger than memory. */
function sumOf(path: string): string {
  const hash = createHash('sha256');
  const piece = Buffer.alloc(PIECE);
  const handle = openSync(path, 'r');
  try {
    for (let read = 1; read > 0; hash.update(piece.subarray(0, read))) read = readSync(handle, piece);
  } finally {
    closeSync(handle);
  }
  return hash.digest('hex');
}

/** After the database was closed. What cannot be written is not there: nothing is compared then. */
export function writeSum(path: string): void {
  try {
    writeFileSync(sumFile(path), `${sumOf(path)}  ${basename(path)}\n`);
  } catch {
    rmSync(sumFile(path), { force: true });
  }
}

/** Whether the database has other bytes than when it was closed; false where that is not known. */
export function hasChangedSinceClosing(path: string): boolean {
  let written: string;
  try {
    written = readFileSync(sumFile(path), 'utf8').slice(0, 64);
  } catch {
    return false;
  }
  // Half a line is what a power cut left of it.
  return /^[0-9a-f]{64}$/.test(written) && written !== sumOf(path);
}

/** Before the first change: a sum that outlived a power cut would accuse a sound database. */
export function forgetSum(path: string): void {
  rmSync(sumFile(path), { force: true });
  fsyncPath(dirname(path));
}
