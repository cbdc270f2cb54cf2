/**
 * Reads mask files and finds the frame of each mask: the part of an import that needs no project. A broken file costs that
 * file; everything that is not imported is told with its reason.
 */
import { setImmediate } from 'node:timers/promises';
import type { FrameId, MaskRle } from '../../shared/domain';
import { AppError, isAppError } from '../../shared/errors';
import type { ImportProblem } from '../../shared/ipc';
import { areaPx, cocoRle } from '../../shared/mask';
import { frameHash, readImage } from '../study';
import { isDicom } from '../dicom';
import { isCoco, readCoco } from './formats/coco';
import { readDicomSeg } from './formats/dicom-seg';
import { isLabelme, readLabelme } from './formats/labelme';
import { readNifti } from './formats/nifti';
import { readPng } from './formats/png';
import { readYolo } from './formats/yolo';
import type { FoundMask, ImportableFrame, MaskFile, Reading } from './found-mask';
import { FrameIndex, type Match } from './frame-index';
import { InstanceIndex } from './instance-index';
import { headOf, maskFiles, readInside, readJson } from './mask-files';

export interface ImportAsked {
  readonly paths: readonly string[];
  readonly frames: readonly ImportableFrame[];
  readonly labels: readonly string[];
  readonly fallback: string;
}

export interface ReadMask {
  readonly frameId: FrameId;
  readonly label: string;
  readonly rle: MaskRle;
  readonly file: string;
  /** Of the file's own pixels, where it is a picture: it may be the image itself. */
  readonly fileSha256: string | undefined;
}

export interface ReadMasks {
  readonly files: number;
  readonly masks: readonly ReadMask[];
  /** Frames whose size or pixels have to be known to tell which mask is whose: decode them and ask again. */
  readonly needed: readonly FrameId[];
  readonly problems: readonly ImportProblem[];
}

export interface ReadTools {
  readonly signal: AbortSignal;
  onProgress(progress: { readonly done: number; readonly total: number }): void;
}

/** @throws AppError `cancelled`, `file-not-found` for what was chosen */
export async function readMasks(asked: ImportAsked, { signal, onProgress }: ReadTools): Promise<ReadMasks> {
  const indices = { names: new FrameIndex(asked.frames), instances: new InstanceIndex(asked.frames) };
  const files = await maskFiles(asked.paths);
  const masks: ReadMask[] = [];
  const needed = new Set<FrameId>();
  let needsAll = false;
  const problems: ImportProblem[] = [];
  for (const [i, file] of files.entries()) {
    if (signal.aborted) throw new AppError('cancelled', file.path, 'the import was withdrawn');
    const problem: Reading['problem'] = (kind, detail) => problems.push({ file: file.path, kind, detail });
    const before = problems.length;
    try {
      const fileSha256 = await hashOf(file.path);
      const inFile = await readFile(file, { ...asked, problem });
      if (inFile.length === 0 && problems.length === before) problem('empty', file.relativePath);
      for (const found of inFile) {
        const frame = await frameOf(found, indices, file);
        if (frame === 'undecoded') needsAll = true;
        else if (typeof frame === 'string') problem(frame, found.sopInstance ?? found.image);
        else if (frame.widthPx === null || frame.heightPx === null) {
          if (frame.tried) problem('unreadable', `its frame ${frame.relativePath} cannot be read`);
          else needed.add(frame.id);
        } else {
          const rle = drawn(found, frame.widthPx, frame.heightPx, problem);
          const label = found.label ?? asked.fallback;
          if (rle) masks.push({ frameId: frame.id, label, rle, file: file.path, fileSha256 });
        }
      }
    } catch (error) {
      if (!isAppError(error)) throw error;
      problem('unreadable', error.message);
    }
    onProgress({ done: i + 1, total: files.length });
    // Whoever wants to cancel gets a word in.
    await setImmediate();
  }
  if (needsAll) for (const { id } of indices.names.undecoded) needed.add(id);
  return { files: files.length, masks, needed: [...needed], problems };
}

async function readFile(file: MaskFile, reading: Reading): Promise<readonly FoundMask[]> {
  const name = file.path.toLowerCase();
  if (name.endsWith('.png')) return readPng(file, reading);
  if (name.endsWith('.txt')) return readYolo(file, reading);
  if (/\.nii(\.gz)?$/.test(name)) return readNifti(file, reading);
  if (name.endsWith('.json')) {
    const json = await readJson(file);
    if (isCoco(json)) return readCoco(json)(file, reading);
    if (isLabelme(json)) return readLabelme(json)(file, reading);
  }
  if (isDicom(await headOf(file.path))) return readDicomSeg(file, reading);
  throw new AppError('format-unknown', file.path, `${file.path}: no masks in a format that is known`);
}

interface Indices {
  readonly names: FrameIndex;
  readonly instances: InstanceIndex;
}

/** @returns `undecoded` where the pixels of a frame that was never decoded may tell */
async function frameOf(found: FoundMask, { names, instances }: Indices, file: MaskFile): Promise<Match | 'undecoded'> {
  const { image, frameIndex, sopInstance, imagePath } = found;
  const named = names.byName(image, frameIndex);
  if (sopInstance !== undefined) return instances.find(sopInstance, frameIndex ?? 0, named);
  if (typeof named !== 'string' || imagePath === undefined) return named;
  try {
    // It must lie in the chosen folder, as the mask does.
    await readInside(file.root, imagePath);
  } catch {
    return named;
  }
  const hash = await hashOf(imagePath);
  if (hash === undefined) return named;
  return names.byHash(hash) ?? (names.undecoded.length > 0 ? 'undecoded' : named);
}

/** Of an image's pixels; undefined for what is none. */
async function hashOf(path: string): Promise<string | undefined> {
  if (!/\.png$/i.test(path)) return undefined;
  return readImage(path).then(
    ({ frame }) => frameHash(frame),
    () => undefined,
  );
}

function drawn(found: FoundMask, widthPx: number, heightPx: number, problem: Reading['problem']): MaskRle | undefined {
  const [w, h] = found.size ?? [widthPx, heightPx];
  if (w !== widthPx || h !== heightPx) {
    problem('size', `${found.image}: ${w}x${h}, the frame ${widthPx}x${heightPx}`);
    return undefined;
  }
  const mask = found.draw(widthPx, heightPx);
  if (mask.widthPx !== widthPx || mask.heightPx !== heightPx) {
    problem('size', `${found.image}: ${mask.widthPx}x${mask.heightPx}, the frame ${widthPx}x${heightPx}`);
    return undefined;
  }
  if (areaPx(mask) > 0) return { widthPx, heightPx, counts: cocoRle(mask).counts };
  problem('empty', found.image);
  return undefined;
}
