/** De-identifies files and folders into a folder: each file complete or absent, one that fails costs itself alone. */
import { open, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { AppError, isAppError } from '../../shared/errors';
import { writeAtomically } from '../files';
import { compareNaturally, isInside } from '../study';
import { isDicom, readPart10 } from '../dicom';
import type { Keep } from './blank';
import { burntInText, type BurntIn } from './burnt-in';
import { decompressed, isCompressed } from './decompress';
import { deidentify, keptOf, type Deidentified } from './deidentify';
import type { Identities } from './identities';

export interface DeidentifyOptions {
  /** Files, and folders in which everything that begins as DICOM is taken. */
  readonly paths: readonly string[];
  /** Folder; made where it is missing. */
  readonly out: string;
  readonly identities: Identities;
  readonly keep: Keep;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number, source: string) => void;
  readonly onFailure?: (failure: AppError) => void;
}

export interface DeidentifiedFile extends Omit<Deidentified, 'chunks'> {
  /** Whether compressed pixels are stored uncompressed, since they were blanked. */
  readonly decompressed: boolean;
  /** Whether text is likely in what is left of the picture outside the ultrasound regions. */
  readonly burntIn: BurntIn;
  readonly source: string;
  readonly file: string;
}

export interface DeidentifyResult {
  readonly files: readonly DeidentifiedFile[];
  readonly failures: readonly AppError[];
}

/** What one Node buffer is sure to hold. */
const MAX_FILE_BYTES = 2 ** 31 - 1;

/** New files are named by their new UIDs: old names often are names of people. @throws AppError `write-failed`, `disk-full` */
export async function deidentifyFiles(options: DeidentifyOptions): Promise<DeidentifyResult> {
  const { signal, onProgress, onFailure } = options;
  const { sources, failures } = await listDicom(options.paths, options.out);
  failures.forEach((failure) => onFailure?.(failure));
  const taken = new Set<string>();
  const files: DeidentifiedFile[] = [];
  for (const [i, source] of sources.entries()) {
    // A turn of the event loop, in which Ctrl-C is heard.
    await setImmediate();
    if (signal.aborted) break;
    try {
      files.push(await deidentifyFile(source, options, taken));
    } catch (error) {
      // A full disk ends the run; a damaged file does not.
      if (!isAppError(error) || error.code === 'disk-full' || error.code === 'write-failed') throw error;
      failures.push(error);
      onFailure?.(error);
    }
    onProgress?.(i + 1, sources.length, source);
  }
  return { files, failures };
}

/**
 * @param taken names of files that are there already; gets this one's
 * @throws AppError of reading, of what cannot be de-identified, of writing
 */
export async function deidentifyFile(
  source: string,
  { out, identities, keep }: Pick<DeidentifyOptions, 'out' | 'identities' | 'keep'>,
  taken: Set<string>,
): Promise<DeidentifiedFile> {
  const content = await contentOf(source);
  const part10 = readPart10(source, content);
  const plain = keep !== 'everything' && isCompressed(part10) ? await decompressed(part10) : undefined;
  const { chunks, ...facts } = deidentify(source, plain ?? content, identities, keep);
  let name = facts.sopInstance;
  for (let n = 2; taken.has(name); n++) name = `${facts.sopInstance}~${n}`;
  taken.add(name);
  const file = join(out, `${name}.dcm`);
  if ((await realpath(file).catch(() => undefined)) === (await realpath(source))) {
    throw new AppError('usage', source, `${source} would be overwritten: choose another --out`);
  }
  await writeAtomically(file, async (write) => {
    for (const chunk of chunks) await write(chunk);
  });
  const burntIn = await burntInText(part10, keptOf(part10, keep));
  return { source, file, ...facts, burntIn, decompressed: plain !== undefined };
}

async function contentOf(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES) {
      throw new AppError('too-large', path, `${path}: ${size} bytes, at most ${MAX_FILE_BYTES} are accepted`);
    }
    return await readFile(path);
  } catch (cause) {
    throw isAppError(cause) ? cause : unreadable(path, cause);
  }
}

/**
 * What is named itself is taken whatever it is; in folders hidden files, DICOMDIR and the results are passed over. Links to
 * files are files; one to a folder, which may lead round in circles, and one to nothing are told.
 */
async function listDicom(paths: readonly string[], out: string): Promise<{ sources: string[]; failures: AppError[] }> {
  const sources = new Set<string>();
  const failures: AppError[] = [];
  for (const path of paths.map((given) => resolve(given))) {
    try {
      if (!(await stat(path)).isDirectory()) {
        sources.add(path);
        continue;
      }
      const entries = await readdir(path, { recursive: true, withFileTypes: true });
      const found = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
      for (const file of found.sort(compareNaturally)) {
        const isResult = path !== resolve(out) && isInside(file, resolve(out));
        const isHidden = basename(file).startsWith('.') || basename(file).toUpperCase() === 'DICOMDIR';
        if (isResult || isHidden) continue;
        const target = await stat(file).catch(() => undefined);
        if (target?.isDirectory()) failures.push(unreadable(file, new Error('a link to a folder: name it itself')));
        else if ((target?.isFile() ?? true) && (await beginsAsDicom(file))) sources.add(file);
      }
    } catch (cause) {
      failures.push(unreadable(path, cause));
    }
  }
  return { sources: [...sources], failures };
}

async function beginsAsDicom(path: string): Promise<boolean> {
  const handle = await open(path).catch(() => undefined);
  // What cannot be opened is reported when it is read.
  if (!handle) return true;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(132), 0, 132, 0);
    return isDicom(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

function unreadable(path: string, cause: unknown): AppError {
  const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError(isMissing ? 'file-not-found' : 'file-unreadable', path, `${path}: ${reason}`, { cause });
}
