/**
 * Which project belongs to a folder of images, so that opening a folder is all a clinician must do: `NAME.sonomask` beside
 * the folder, or in the user's documents where nothing can be written beside it.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pathError } from './path-error';

const SUFFIX = '.sonomask';

export interface ProjectPlace {
  /** Absolute path of the project's folder. */
  readonly folder: string;
  readonly exists: boolean;
}

/** The project a path is itself, or undefined for a path that is none. */
export async function projectAt(path: string): Promise<string | undefined> {
  const absolute = resolve(path);
  if (!absolute.toLowerCase().endsWith(SUFFIX)) return undefined;
  return (await isFolder(absolute)) ? absolute : undefined;
}

/** The first of these paths that is there. @throws AppError `file-not-found`, `file-unreadable` for the first if none is. */
export async function firstPresent(paths: readonly string[]): Promise<string> {
  let problem: unknown;
  for (const path of paths) {
    try {
      await stat(path);
      return path;
    } catch (error) {
      problem ??= pathError(resolve(path), error);
    }
  }
  throw problem;
}

/**
 * Where the project of this file's or folder's images is, or is to be made.
 *
 * @param documents folder for projects that cannot lie beside their images; made when needed
 */
export async function projectFor(path: string, documents: string): Promise<ProjectPlace> {
  const absolute = resolve(path);
  const images = (await isFolder(absolute)) ? absolute : dirname(absolute);
  const name = basename(images) || 'Images';
  const beside = join(dirname(images), `${name}${SUFFIX}`);
  // Two folders of one name must not share a project.
  const tag = createHash('sha256').update(images).digest('hex').slice(0, 6);
  const away = join(documents, `${name}-${tag}${SUFFIX}`);
  for (const folder of [beside, away]) if (await isFolder(folder)) return { folder, exists: true };
  if (await isWritable(dirname(images))) return { folder: beside, exists: false };
  await mkdir(documents, { recursive: true });
  return { folder: away, exists: false };
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function isWritable(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}
