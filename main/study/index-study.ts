/**
 * Makes of files and folders what a project stores: images, each with the study, series and patient it or its folders name.
 * Decodes nothing; asks nothing of the project.
 */
import { stat } from 'node:fs/promises';
import { basename, dirname, resolve, sep } from 'node:path';
import type { SourceImage } from '../../shared/domain';
import type { AppError } from '../../shared/errors';
import { inspectImage } from './inspect-image';
import { listImages, type ListedImage } from './list-images';

/** Files in one piece, so that the study list fills while the rest is still looked at. */
const PIECE = 500;
/** Files looked at together: enough to hide a slow disk's or network drive's latency. */
const AT_ONCE = 16;

export interface IndexedPiece {
  readonly images: readonly SourceImage[];
  /** Image files found in all paths. */
  readonly found: number;
}

export interface IndexOptions {
  /** Ends the work between two pieces. */
  readonly signal: AbortSignal;
  /** Called for each piece, in natural order of the files; awaited, so that nothing piles up. */
  onPiece(piece: IndexedPiece): void | Promise<void>;
}

/**
 * Finds and inspects every image of the given files and folders.
 *
 * @returns paths that are missing and folders that cannot be read
 */
export async function indexStudy(
  paths: readonly string[],
  { signal, onPiece }: IndexOptions,
): Promise<readonly AppError[]> {
  const places: { image: ListedImage; root: string }[] = [];
  const failures: AppError[] = [];
  for (const path of paths) {
    const listing = await listImages([path]);
    const root = await rootOf(path);
    for (const image of listing.images) if (!isInProject(image, root)) places.push({ image, root });
    failures.push(...listing.failures);
  }
  const found = places.length;
  for (let first = 0; first < found && !signal.aborted; first += PIECE) {
    const images: SourceImage[] = [];
    const piece = places.slice(first, first + PIECE);
    for (let i = 0; i < piece.length && !signal.aborted; i += AT_ONCE) {
      images.push(...(await Promise.all(piece.slice(i, i + AT_ONCE).map(({ image, root }) => sourceOf(image, root)))));
    }
    await onPiece({ images, found });
  }
  return failures;
}

/** A project's folder holds pictures of its own: thumbnails, which nobody means to annotate. */
function isInProject({ relativePath }: ListedImage, root: string): boolean {
  return [basename(root), ...relativePath.split('/')].some((name) => name.toLowerCase().endsWith('.sonomask'));
}

/** The folder that names below it refer to: the given one, or the one a given file is in. */
async function rootOf(path: string): Promise<string> {
  const absolute = resolve(path);
  const isFolder = await stat(absolute).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder ? absolute : dirname(absolute);
}

async function sourceOf({ absolutePath, relativePath }: ListedImage, root: string): Promise<SourceImage> {
  const inspected = await inspectImage(absolutePath);
  return { ...placeOf(relativePath, root), absolutePath, relativePath, ...inspected };
}

/**
 * Where the file itself says nothing of it: study, series and patient as folders name them: `PATIENT/image`, `PATIENT/SERIES/image` or
 * `PATIENT/STUDY/SERIES/.../image`. Images lying directly in the opened folder form one study called like it.
 */
export function placeOf(relativePath: string, root: string): Pick<SourceImage, 'study' | 'series'> {
  const folders = relativePath.split('/').slice(0, -1);
  const rootName = oneLine(basename(root)) || 'Images';
  const [patient, second, ...rest] = folders;
  if (patient === undefined) {
    return { study: { key: root, name: rootName, patient: '' }, series: { key: '.', name: rootName } };
  }
  const patientName = oneLine(patient);
  if (second === undefined || rest.length === 0) {
    const study = { key: [root, patient].join(sep), name: patientName, patient: patientName };
    return { study, series: { key: second ?? '.', name: oneLine(second ?? patient) } };
  }
  const study = { key: [root, patient, second].join(sep), name: oneLine(second), patient: patientName };
  return { study, series: { key: rest.join('/'), name: oneLine(rest.join(' / ')) } };
}

/** Names of folders may hold what a line of a list cannot. */
function oneLine(name: string): string {
  return (
    name
      .replace(/\p{Cc}+/gu, ' ')
      .trim()
      .slice(0, 200)
      .trim() || '?'
  );
}
