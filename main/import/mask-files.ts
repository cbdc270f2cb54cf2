/** The files of an import: which of those the user chose may hold masks, and their bytes. Links lead nowhere outside. */
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { AppError } from '../../shared/errors';
import { isDicom } from '../dicom';
import { isInside } from '../study';
import { isCoco } from './formats/coco';
import type { MaskFile } from './found-mask';

const KNOWN = /\.(png|json|nii|nii\.gz)$/i;
/** In a folder for masks they are masks, which cannot be read: that is told. */
const UNKNOWN = /\.(bmp|tiff?|jpe?g|gif|webp|mh[ad]|nrrd|np[yz]|mat)$/i;
/** A class and at least three corners. */
const YOLO = /^\s*\d+(\s+[\d.]+){6}/;
/** What SonoMask and others say about their masks; a COCO file may have such a name, too. */
const ABOUT_MASKS = /^(manifest|labels|dataset|class|frames|splits_final)\.json$/i;
/** DICOM files often have no extension, or end with a number of their UID. */
const DICOM_NAMES = /^[^.]+$|\.(dcm|dicom|dic|ima|\d+)$/i;
const SEGMENTATION_STORAGE = '1.2.840.10008.5.1.4.1.1.66.4';
const HEAD_BYTES = 1_024;
const MASK_FOLDERS = /^(masks?|labels?|labelst[rs]|indexed|gt|groundtruth|annotations?|segmentations?)$/i;
const MOST_FILES = 1_000_000;
const MOST_BYTES = 256 * 2 ** 20;

/**
 * The mask files of what the user chose, in order of their names. Of a folder that SonoMask exported, its coco.json alone:
 * everything else in it says the same. Images beside a folder for masks are not taken for masks.
 *
 * @throws AppError `file-not-found`, `file-unreadable`
 */
export async function maskFiles(paths: readonly string[]): Promise<MaskFile[]> {
  const files: MaskFile[] = [];
  for (const chosen of paths) {
    const path = resolve(chosen);
    const root = await realpath(path).catch((cause: unknown) => {
      throw new AppError('file-not-found', path, `${path}: ${String(cause)}`, { cause });
    });
    if (!(await stat(root)).isDirectory()) {
      files.push({ path: root, root: dirname(root), relativePath: basename(root) });
      continue;
    }
    const found: MaskFile[] = [];
    await walk(root, root, found);
    files.push(...(await selected(found)));
  }
  return files;
}

async function walk(root: string, folder: string, files: MaskFile[]): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || entry.name.endsWith('.sonomask')) continue;
    const path = join(folder, entry.name);
    // Links are not followed: they may lead out of the folder, or round in circles.
    if (entry.isDirectory()) await walk(root, path, files);
    else if (entry.isFile() && files.length < MOST_FILES && (await mayHoldMasks(root, path))) {
      files.push({ path, root, relativePath: relative(root, path).split(sep).join('/') });
    }
  }
}

/** Of DICOM files segmentations do: the images of a study lie beside them. */
async function mayHoldMasks(root: string, path: string): Promise<boolean> {
  if (KNOWN.test(path)) return true;
  if (/\.txt$/i.test(path)) return inMaskFolder(root, path) || YOLO.test((await headOf(path)).toString('latin1'));
  if (UNKNOWN.test(path)) return inMaskFolder(root, path);
  if (!DICOM_NAMES.test(basename(path))) return false;
  const head = await headOf(path);
  return isDicom(head) && head.includes(SEGMENTATION_STORAGE, 0, 'latin1');
}

/** The first bytes of a file; none where it cannot be read. */
export async function headOf(path: string): Promise<Buffer> {
  const handle = await open(path, 'r').catch(() => undefined);
  if (!handle) return Buffer.alloc(0);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function selected(files: readonly MaskFile[]): Promise<readonly MaskFile[]> {
  const own = files.filter(({ relativePath }) => relativePath === 'coco.json');
  if (own.length > 0) return own;
  const isPicture = ({ path }: MaskFile): boolean => /\.png$/i.test(path);
  const withMasks = new Set(
    files.flatMap(({ root, path }) => (/\.(png|txt)$/i.test(path) ? (besideMasks(root, path) ?? []) : [])),
  );
  const described = new Set(
    files.filter(({ path }) => !/\.png$/i.test(path) && !UNKNOWN.test(path)).map(({ path }) => stemOf(path)),
  );
  const isImage = (file: MaskFile): boolean =>
    // labelme keeps its JSON beside the image.
    foldersAbove(file).some((folder) => withMasks.has(folder)) || described.has(stemOf(file.path));
  const chosen: MaskFile[] = [];
  for (const file of files) {
    if (ABOUT_MASKS.test(basename(file.path)) && !isCoco(await readJson(file).catch(() => undefined))) continue;
    if (!isPicture(file) || inMaskFolder(file.root, file.path) || !isImage(file)) chosen.push(file);
  }
  return chosen;
}

function inMaskFolder(root: string, path: string): boolean {
  return besideMasks(root, path) !== undefined;
}

/** The folder that has the folder for masks in which a file lies. */
function besideMasks(root: string, path: string): string | undefined {
  const names = relative(dirname(root), dirname(path)).split(sep);
  const at = names.findIndex((name) => MASK_FOLDERS.test(name));
  return at < 0 ? undefined : join(dirname(root), ...names.slice(0, at));
}

/** From its own one to the one that has the chosen one. */
function foldersAbove({ root, path }: MaskFile): string[] {
  const folders = [dirname(path)];
  for (let folder = dirname(path); isInside(folder, root) && folder !== dirname(folder);) {
    folders.push((folder = dirname(folder)));
  }
  return folders;
}

function stemOf(path: string): string {
  return path.replace(/\.(nii\.gz|\w+)$/i, '');
}

/** @throws AppError `file-unreadable`, `too-large`; also for a path that leads out of `root` */
export async function readInside(root: string, path: string): Promise<Buffer> {
  try {
    const real = await realpath(path);
    if (!isInside(real, await realpath(root))) {
      throw new AppError('file-unreadable', path, `${path} lies outside the chosen folder`);
    }
    const handle = await open(real, 'r');
    try {
      const { size } = await handle.stat();
      if (size > MOST_BYTES) throw new AppError('too-large', path, `${path}: ${size} bytes, at most ${MOST_BYTES}`);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('file-unreadable', path, `${path}: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}

/** The JSON of a file, unchecked. @throws AppError `format-corrupt`, or as `readInside` does */
export async function readJson({ root, path }: Pick<MaskFile, 'root' | 'path'>): Promise<unknown> {
  const text = (await readInside(root, path)).toString('utf8').replace(/^\ufeff/, '');
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new AppError('format-corrupt', path, `${path}: ${cause instanceof Error ? cause.message : 'no JSON'}`, {
      cause,
    });
  }
}
