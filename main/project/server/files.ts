/**
 * What a project has beside its tables: files of heads, and the key of its pseudonyms. On a server they are rows, so that the
 * team shares them, and each computer keeps copies where the rest of the program looks for files.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { AppError } from '../../../shared/errors';
import { writeAtomically } from '../../files';
import type { ProjectDb } from '../schema';

/** Of pseudonyms (`main/deidentify/pseudonyms.ts` reads it): two computers of a team must give a patient the same one. */
export const KEY_FILE = 'deidentification.key';
const HEADS = 'heads';

export interface ProjectFile {
  /** Within the project's folder, with `/`. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export function headFileName(sha256: string): string {
  return `${HEADS}/${sha256}.safetensors`;
}

export class ServerFiles {
  /** @param folder where this computer keeps its copies */
  constructor(
    private readonly db: ProjectDb,
    private readonly folder: string,
  ) {}

  /** Gives the team a file that is in the folder, in the caller's transaction. @throws AppError `file-not-found` */
  async share(trx: ProjectDb, name: string): Promise<void> {
    const path = join(this.folder, name);
    const bytes = await readFile(path).catch((cause: Error) => {
      throw new AppError('file-not-found', path, `${path}: ${cause.message}`, { cause });
    });
    await putFile(trx, { name, bytes });
  }

  /**
   * Sees to it that the file is in the folder. A head's copy is what its name says, or it is not kept; the key is read anew,
   * since what lies here may be of a project that had this name before.
   *
   * @throws AppError `file-not-found` where the server has no such file, `project-corrupt` where it is damaged there,
   *   `disk-full`, `write-failed`
   */
  async fetch(name: string): Promise<void> {
    const path = join(this.folder, name);
    if (name !== KEY_FILE && existsSync(path)) return;
    const { rows } = await sql<{ bytes: Uint8Array }>`select bytes from project_files where name = ${name}`.execute(
      this.db,
    );
    const [file] = rows;
    if (!file) throw new AppError('file-not-found', path, `the server has no ${name}`);
    assertWhole({ name, bytes: file.bytes });
    await writeAtomically(path, (write) => write(file.bytes));
  }
}

/** A head version's file on the server, whatever is in it; null where there is none. */
export async function headOnServer(db: ProjectDb, sha256: string): Promise<Uint8Array | null> {
  const name = headFileName(sha256);
  const { rows } = await sql<ProjectFile>`select bytes from project_files where name = ${name}`.execute(db);
  return rows[0]?.bytes ?? null;
}

/** All files of a project on a server. */
export async function filesOnServer(db: ProjectDb): Promise<ProjectFile[]> {
  const { rows } = await sql<ProjectFile>`select name, bytes from project_files order by name`.execute(db);
  rows.forEach(assertWhole);
  return rows;
}

/** All files of a project in a folder that belong to it: not its cache, nor what a round has begun. */
export async function filesInFolder(folder: string): Promise<ProjectFile[]> {
  const heads = await readdir(join(folder, HEADS)).catch((): string[] => []);
  const names = heads.filter((name) => /^[0-9a-f]{64}\.safetensors$/.test(name)).map((name) => `${HEADS}/${name}`);
  if (existsSync(join(folder, KEY_FILE))) names.push(KEY_FILE);
  const files = await Promise.all(
    names.sort().map(async (name) => ({ name, bytes: await readFile(join(folder, name)) })),
  );
  files.forEach(assertWhole);
  return files;
}

/** Adds a file on the server, or leaves the one of that name: what a name stands for never changes. */
export async function putFile(db: ProjectDb, { name, bytes }: ProjectFile): Promise<void> {
  await sql`insert into project_files (name, bytes) values (${name}, ${Buffer.from(bytes)})
    on conflict (name) do nothing`.execute(db);
}

/** A head's file is named by its hash. */
function assertWhole({ name, bytes }: ProjectFile): void {
  const named = /^heads\/([0-9a-f]{64})\.safetensors$/.exec(name)?.[1];
  if (named === undefined || createHash('sha256').update(bytes).digest('hex') === named) return;
  throw new AppError('project-corrupt', name, `${name} is damaged`);
}
