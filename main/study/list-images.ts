/**
 * Finds the image files of a study: folders are searched to any depth. Opens only files whose name says nothing, as DICOM
 * files are often called, for their first bytes: whether one can be read is told by `readImage`.
 */
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { AppError } from '../../shared/errors';
import { formatOf, HEAD_BYTES } from './format';
import { pathError } from './path-error';
import { withFile } from './readers/byte-source';

/** Files with these names are listed from a folder; a file that is named itself is taken whatever it is called. */
const IMAGE_NAMES = /\.(png|jpe?g|tiff?|bmp|dcm|dicom|dic|ima|nii|nii\.gz|mhd|mha|avi|mp4|m4v|mov|webm|mkv)$/i;
/** Pictures and loops that cannot be read: they are listed all the same, so that nobody misses them without knowing it. */
const UNREADABLE_NAMES = /\.(gif|webp|heic|jp2|nrrd|wmv|mpe?g|m2v|flv|3gp|ogv|vob)$/i;
/** What lies beside images by the thousand and is none: not looked into. A DICOMDIR lists files that are found themselves. */
const BESIDE_IMAGES =
  /\.(txt|json|jsonl|xml|csv|tsv|npy|npz|md|html?|pdf|docx?|xlsx?|log|ya?ml|zip|gz|py|exe|dll)$|^dicomdir$/i;

export interface ListedImage {
  readonly absolutePath: string;
  /** Below the folder that was given, with `/` between names; a file that was given itself has its name alone. */
  readonly relativePath: string;
}

export interface Listing {
  /** In natural order ("2" before "10"), for each given path in turn. No file twice. */
  readonly images: readonly ListedImage[];
  /** Paths that are missing and folders that cannot be read. */
  readonly failures: readonly AppError[];
}

const collator = new Intl.Collator('en', { numeric: true });

/** Names as a reader orders them: digits by their number, folders name by name. */
export function compareNaturally(a: string, b: string): number {
  const [namesA, namesB] = [a.split('/'), b.split('/')];
  for (let i = 0; i < Math.min(namesA.length, namesB.length); i++) {
    const order = collator.compare(namesA[i] as string, namesB[i] as string);
    if (order !== 0) return order;
  }
  return namesA.length - namesB.length || (a < b ? -1 : a > b ? 1 : 0);
}

/**
 * Lists the images of files and folders. Hidden files and folders are skipped; links are followed, each folder is
 * entered once.
 */
export async function listImages(paths: readonly string[]): Promise<Listing> {
  const images = new Map<string, ListedImage>();
  const failures: AppError[] = [];
  for (const path of paths) {
    const root = resolve(path);
    const found: ListedImage[] = [];
    try {
      if ((await stat(root)).isDirectory()) await walk(root, root, new Set(), found, failures);
      else found.push({ absolutePath: root, relativePath: basename(root) });
    } catch (error) {
      failures.push(pathError(root, error));
    }
    found.sort((a, b) => compareNaturally(a.relativePath, b.relativePath));
    for (const image of found) if (!images.has(image.absolutePath)) images.set(image.absolutePath, image);
  }
  return { images: [...images.values()], failures };
}

async function walk(
  root: string,
  folder: string,
  entered: Set<string>,
  images: ListedImage[],
  failures: AppError[],
): Promise<void> {
  try {
    const real = await realpath(folder);
    if (entered.has(real)) return;
    entered.add(real);
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      const path = join(folder, entry.name);
      // A link into nothing is listed as the file it pretends to be, and reported when it is read.
      const target = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
      if (target?.isDirectory()) await walk(root, path, entered, images, failures);
      else if (await isImage(path, entry.name, target?.isFile() ?? false)) {
        images.push({ absolutePath: path, relativePath: relative(root, path).split(sep).join('/') });
      }
    }
  } catch (error) {
    failures.push(pathError(folder, error));
  }
}

/** @param isFile a pipe is never opened: its writer might not come */
async function isImage(path: string, name: string, isFile: boolean): Promise<boolean> {
  if (IMAGE_NAMES.test(name) || UNREADABLE_NAMES.test(name)) return true;
  // DICOM is called anything: the last part of a UID, what a device likes.
  return !BESIDE_IMAGES.test(name) && isFile && (await isDicom(path));
}

async function isDicom(path: string): Promise<boolean> {
  try {
    return await withFile(
      path,
      async (file) => formatOf(await file.read(0, Math.min(HEAD_BYTES, file.size))) === 'dicom',
    );
  } catch {
    return false;
  }
}

/** With its point; `.nii.gz` is one. */
export function extensionOf(path: string): string {
  return /\.nii\.gz$/i.exec(path)?.[0] ?? extname(path);
}

/** A file name without folder and extension: how an image and its mask find each other. */
export function baseName(path: string): string {
  return basename(path, extensionOf(path));
}

/** True for a path inside a folder, or the folder itself. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return !isAbsolute(way) && way.split(sep)[0] !== '..';
}
